"""Internal process: how quickly and how well the work is done."""

from dashboard import page
from dashboard.perspective import body as perspective_body

scope, load = page.start()
perspective_body.show(load, scope, "internal_process")
page.end(load)
