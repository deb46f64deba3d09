"""Financial: what the work earns and costs."""

from dashboard import page, perspective_body

scope, load = page.start()
perspective_body.show(load, scope, "financial")
page.end(load)
