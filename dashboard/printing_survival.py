"""Survival curves of contracts, printed: one line a time, until too few are observed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dashboard import wording
from dashboard.printing import as_json, table, through, visible
from dashboard.wording import say
from data_checks.warehouse.contract import LoadFacts
from metrics.cohorts import Staying, Survival
from metrics.stats.not_known import NotKnown
from metrics.stats.survival import Curve, LogRank, Step

AT_LEAST = 10
"""Fewer observed than this, and the curve is not drawn on."""
DAYS_A_MONTH = 365.25 / 12
MARKS = (1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120, 180, 240)
"""Months at which a curve is read."""
SURE = 0.05


def survival(found: Survival | NotKnown, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard cohorts --kind survival`."""
    if form == "json":
        return as_json({"load": facts.load_id, "kind": "not_yet_churned", **_json(found)})
    if isinstance(found, NotKnown):
        return say("sv_none", why=found.sentence.rstrip("."))
    body = _of_groups(found) if found.by else _of_all(found.groups[0])
    notes = [say("sv_method"), say("sv_drawn", least=AT_LEAST)]
    if found.left_out:
        notes.append(say("ch_groups_left", n=wording.plural(found.left_out, f"{found.by} is", f"{found.by}s are")))
    return "\n\n".join([say("sv_title"), *body, "\n".join(notes), through(facts)])


def _of_all(group: Staying) -> Iterator[str]:
    yield f"{_counts(group)}\n{_median(group.curve)}"
    marks = _marks(group.curve)
    if not marks:
        yield say("sv_too_few", least=AT_LEAST)
        return
    rows = []
    for month in marks:
        step = _step(group.curve, _days(month))
        ends = wording.interval(step.low, step.high, "percent") if step and step.low and step.high else ""
        observed = wording.count(group.curve.at_risk(_days(month)))
        rows.append([_months(month), wording.value(group.curve.at(_days(month)), "percent"), ends, observed])
    heads = [say("sv_after"), say("sv_staying"), f"95{wording.SPACE}%", say("sv_at_risk")]
    yield table(heads, rows, right=heads[1:], whole=heads)


def _of_groups(found: Survival) -> Iterator[str]:
    curves = {group.value: group.curve for group in found.groups}
    marks = sorted({month for curve in curves.values() for month in _marks(curve)})
    names = [visible(value or "(none)") for value in curves]
    rows = [[_months(month), *(_cell(curve, month) for curve in curves.values())] for month in marks]
    if rows:
        heads = [say("sv_after"), *names]
        yield f"{table(heads, rows, right=names)}\n{say('sv_cell')}"
    yield "\n".join(_median_of(name, group) for name, group in zip(names, found.groups, strict=True))
    yield _test(found.test)


def _cell(curve: Curve, month: int) -> str:
    if month not in _marks(curve):
        return ""
    return f"{100 * curve.at(_days(month)):.0f}{wording.SPACE}% ({wording.count(curve.at_risk(_days(month)))})"


def _marks(curve: Curve) -> list[int]:
    """The months drawn: enough are still observed just before them."""
    return [month for month in MARKS if curve.at_risk(_days(month)) >= AT_LEAST]


def _days(month: int) -> float:
    return round(month * DAYS_A_MONTH)


def _step(curve: Curve, time: float) -> Step | None:
    passed = [step for step in curve.steps if step.time <= time]
    return passed[-1] if passed else None


def _counts(group: Staying) -> str:
    told = wording.plural(group.n, "contract", "contracts")
    return say("sv_counts", contracts=told, ended=wording.count(group.ended))


def _median(curve: Curve) -> str:
    days = curve.median()
    if days is None:
        return say("sv_more_than_half")
    if curve.at_risk(days) < AT_LEAST:
        return say("sv_thin_median", least=AT_LEAST)
    return say("sv_median", months=_months(round(days / DAYS_A_MONTH)), days=wording.count(days))


def _median_of(name: str, group: Staying) -> str:
    days, counts = group.curve.median(), _counts(group)
    if days is None:
        return say("sv_more_than_half_of", group=name, counts=counts)
    if group.curve.at_risk(days) < AT_LEAST:
        return say("sv_thin_median_of", group=name, least=AT_LEAST, counts=counts)
    return say("sv_median_of", group=name, months=_months(round(days / DAYS_A_MONTH)), counts=counts)


def _months(month: int) -> str:
    return wording.plural(month, "month", "months")


def _test(test: LogRank | NotKnown | None) -> str:
    if not isinstance(test, LogRank):
        return say("sv_untested", why=test.sentence.rstrip(".") if test else "")
    degrees = wording.plural(test.degrees, "degree of freedom", "degrees of freedom")
    p = "below 0.001" if test.p < 0.001 else f"{test.p:.3f}"
    key = "sv_differ" if test.p < SURE else "sv_alike"
    return say(key, chi=f"{test.chi_square:.2f}", degrees=degrees, p=p)


def _json(found: Survival | NotKnown) -> dict[str, Any]:
    """Times in days, shares as fractions; the whole curve, also where few are observed."""
    if isinstance(found, NotKnown):
        return {"groups": [], "state": found.status, "why": found.sentence}
    test = found.test
    return {
        "by": found.by,
        "groups_left_out": found.left_out,
        "groups": [_group_json(group) for group in found.groups],
        "log_rank": asdict(test) if isinstance(test, LogRank) else None,
        "state": "ok",
        "why": test.sentence if isinstance(test, NotKnown) else None,
    }


def _group_json(group: Staying) -> dict[str, Any]:
    curve = group.curve
    return {
        "value": group.value,
        "n": group.n,
        "ended": group.ended,
        "median_days": curve.median(),
        "drawn_until_days": curve.drawn_until(AT_LEAST),
        "steps": [asdict(step) for step in curve.steps],
    }
