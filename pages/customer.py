"""Customer: whether those who buy are satisfied and stay."""

from dashboard import page
from dashboard.perspective import body as perspective_body

scope, load = page.start()
perspective_body.show(load, scope, "customer")
page.end(load)
