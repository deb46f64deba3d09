"""Financial: what the work earns and costs."""

from dashboard import page
from dashboard.perspective import body as perspective_body

scope, load = page.start()
perspective_body.show(load, scope, "financial")
page.end(load)
