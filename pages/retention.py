"""Retention: who buys again, how long contracts last, and why they end."""

from dashboard import cache, controls, page, retention_body, wording
from dashboard.wording import say

scope, load = page.start()
choice, say_through = controls.head(load, scope, "retention")
page.titled(load, say("retention"), choice.named, wording.period(choice.period))
with page.told():
    board = cache.scorecard(load, scope, choice.period, choice.against, choice.where)
say_through(board)
retention_body.show(load, scope, choice, board)
page.end(load)
