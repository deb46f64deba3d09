"""Survival curves of contracts, printed: one line a time, until too few are observed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dashboard import wording
from dashboard.printing.terminal import as_json, table, through, visible
from dashboard.survival_sentences import (
    AT_LEAST,
    compared,
    counts,
    days,
    marks,
    median,
    median_of,
    months,
    step_at,
)
from dashboard.wording import say
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.cohorts import Staying, Survival
from metrics.stats.not_known import NotKnown
from metrics.stats.survival import Curve, LogRank


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
    yield f"{counts(group)}\n{median(group.curve)}"
    read = marks(group.curve)
    if not read:
        yield say("sv_too_few", least=AT_LEAST)
        return
    rows = []
    for month in read:
        step = step_at(group.curve, days(month))
        ends = wording.interval(step.low, step.high, "percent") if step and step.low and step.high else ""
        observed = wording.count(group.curve.at_risk(days(month)))
        rows.append([months(month), wording.value(group.curve.at(days(month)), "percent"), ends, observed])
    heads = [say("sv_after"), say("sv_staying"), f"95{wording.SPACE}%", say("sv_at_risk")]
    yield table(heads, rows, right=heads[1:], whole=heads)


def _of_groups(found: Survival) -> Iterator[str]:
    curves = {group.value: group.curve for group in found.groups}
    read = sorted({month for curve in curves.values() for month in marks(curve)})
    names = [visible(value or "(none)") for value in curves]
    rows = [[months(month), *(_cell(curve, month) for curve in curves.values())] for month in read]
    if rows:
        heads = [say("sv_after"), *names]
        yield f"{table(heads, rows, right=names)}\n{say('sv_cell')}"
    yield "\n".join(median_of(name, group) for name, group in zip(names, found.groups, strict=True))
    yield compared(found.test)


def _cell(curve: Curve, month: int) -> str:
    if month not in marks(curve):
        return ""
    return f"{100 * curve.at(days(month)):.0f}{wording.SPACE}% ({wording.count(curve.at_risk(days(month)))})"


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
