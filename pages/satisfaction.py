"""Satisfaction: what customers answer and say, what goes with it, and who does not answer."""

from dashboard import compare, controls, page, wording
from dashboard.satisfaction import body
from dashboard.wording import say

scope, load = page.start()
choice, say_through = controls.head(load, scope, "satisfaction")
page.titled(load, say("satisfaction"), choice.named, wording.period(choice.period))
with page.told():
    board = compare.board(load, scope, choice)
say_through(board)
body.show(load, scope, choice, board)
page.end(load)
