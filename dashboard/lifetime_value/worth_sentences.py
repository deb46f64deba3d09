"""What a point of satisfaction goes with, in sentences, on the command line and on screen alike. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard import wording
from metrics.analyses.point_value import LEAST, Group, too_few
from metrics.definition import Unit
from metrics.stats.intervals import Interval


def steps(group: Group, currency: str) -> Iterator[str]:
    """From each rating to the next: who buys again, the margin, and what is too small to tell."""
    for step in group.steps:
        margins = ""
        if step.margin is not None and step.margin_ends is not None:
            margins = wording.say(
                "wo_margin_step",
                change=wording.change(step.margin, "currency", currency=currency),
                interval=_clearly(step.margin_ends, "currency", currency),
            )
        change = wording.change(step.share, "percent")
        shares = wording.say("wo_share_step", change=change, interval=_clearly(step.share_ends, "percent", ""))
        yield wording.say("wo_step", low=step.low, high=step.high, shares=shares, margins=margins)
    if few := too_few(group.rated):
        several = len(few) > 1
        yield wording.say("wo_too_few", few=" and ".join(one.rating for one in few), least=LEAST,
                          fewer="have" if several else "has", them="them" if several else "it")  # fmt: skip
    if unpriced := sum(one.unpriced for one in group.rated):
        yield wording.say("wo_unpriced", orders=wording.plural(unpriced, "order", "orders"))


def _clearly(ends: Interval, unit: Unit, currency: str) -> str:
    low, high = (wording.change(end, unit, currency=currency) for end in ends)
    clear = wording.say("wo_too_close" if ends[0] <= 0 <= ends[1] else "wo_clear")
    return f"{low} to {high}, {clear}"
