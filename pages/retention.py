"""Retention: who buys again, how long contracts last, and why they end."""

from dashboard import compare, controls, page, retention_body, wording
from dashboard.wording import say

scope, load = page.start()
choice, say_through = controls.head(load, scope, "retention")
page.titled(load, say("retention"), choice.named, wording.period(choice.period))
with page.told():
    board = compare.board(load, scope, choice)
say_through(board)
retention_body.show(load, scope, choice, board)
page.end(load)
