"""Retention: who buys again, how long contracts last, and why they end."""

from dashboard import compare, controls, page, wording
from dashboard.retention import body
from dashboard.wording import say

scope, load = page.start()
choice, say_through = controls.head(load, scope, "retention")
page.titled(load, say("retention"), choice.named, wording.period(choice.period))
with page.told():
    board = compare.board(load, scope, choice)
say_through(board)
body.show(load, scope, choice, board)
page.end(load)
