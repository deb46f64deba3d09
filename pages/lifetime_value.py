"""Lifetime value: what customers have brought, what they will still bring, and how sure that is."""

from dashboard import compare, controls, page, wording
from dashboard.lifetime_value import body
from dashboard.wording import say

scope, load = page.start()
choice, say_through = controls.head(load, scope, "lifetime_value")
page.titled(load, say("lifetime_value"), choice.named, wording.period(choice.period))
with page.told():
    board = compare.board(load, scope, choice)
say_through(board)
body.show(load, scope, choice, board)
page.end(load)
