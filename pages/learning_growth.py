"""Learning and growth: the people who do the work, and what they learn."""

from dashboard import page
from dashboard.perspective import body as perspective_body

scope, load = page.start()
perspective_body.show(load, scope, "learning_growth")
page.end(load)
