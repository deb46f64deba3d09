"""How a survival curve is read and told, on the command line and on screen alike. Pure."""

from __future__ import annotations

from dashboard import wording
from dashboard.wording import say
from metrics.analyses.cohorts import Staying
from metrics.stats.not_known import NotKnown
from metrics.stats.survival import Curve, LogRank, Step

AT_LEAST = 10
"""Fewer observed than this, and the curve is not drawn on."""
DAYS_A_MONTH = 365.25 / 12
MARKS = (1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120, 180, 240)
"""Months at which a curve is read."""
SURE = 0.05


def marks(curve: Curve) -> list[int]:
    """The months drawn: enough are still observed just before them."""
    return [month for month in MARKS if curve.at_risk(days(month)) >= AT_LEAST]


def days(month: int) -> float:
    """So many months in days."""
    return round(month * DAYS_A_MONTH)


def step_at(curve: Curve, time: float) -> Step | None:
    """The step that holds at a time; None before the first."""
    passed = [step for step in curve.steps if step.time <= time]
    return passed[-1] if passed else None


def counts(group: Staying) -> str:
    """'983 contracts, 199 of which ended.'"""
    told = wording.plural(group.n, "contract", "contracts")
    return say("sv_counts", contracts=told, ended=wording.count(group.ended))


def median(curve: Curve) -> str:
    """When half have ended, or why that cannot be told."""
    found = curve.median()
    if found is None:
        return say("sv_more_than_half")
    if curve.at_risk(found) < AT_LEAST:
        return say("sv_thin_median", least=AT_LEAST)
    return say("sv_median", months=months(round(found / DAYS_A_MONTH)), days=wording.count(found))


def median_of(name: str, group: Staying) -> str:
    """The same of a group by its name, with how many it holds."""
    found, told = group.curve.median(), counts(group)
    if found is None:
        return say("sv_more_than_half_of", group=name, counts=told)
    if group.curve.at_risk(found) < AT_LEAST:
        return say("sv_thin_median_of", group=name, least=AT_LEAST, counts=told)
    return say("sv_median_of", group=name, months=months(round(found / DAYS_A_MONTH)), counts=told)


def months(number: int) -> str:
    """'1 month', '18 months'."""
    return wording.plural(number, "month", "months")


def compared(test: LogRank | NotKnown | None) -> str:
    """Whether the groups end at one pace."""
    if not isinstance(test, LogRank):
        return say("sv_untested", why=test.sentence.rstrip(".") if test else "")
    degrees = wording.plural(test.degrees, "degree of freedom", "degrees of freedom")
    p = "below 0.001" if test.p < 0.001 else f"{test.p:.3f}"
    key = "sv_differ" if test.p < SURE else "sv_alike"
    return say(key, chi=f"{test.chi_square:.2f}", degrees=degrees, p=p)
