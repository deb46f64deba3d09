"""What customers did after their rating, printed."""

from __future__ import annotations

from typing import Any

from dashboard import wording
from dashboard.lifetime_value.worth_sentences import steps
from dashboard.printing.terminal import as_json, table, through, visible
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.point_value import LEAST, Group, PointValue, Rated, Step
from metrics.definition import Unit
from metrics.stats.intervals import Interval


def worth(found: PointValue, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard worth`."""
    if form == "json":
        return as_json(_json(found, facts))
    if found.missing:
        return _sentence(wording.say("wo_missing", why=found.missing))
    parts = [wording.say("wo_head", days=found.days, until=wording.date(found.until))]
    groups = found.groups or (Group(None, (), ()),)
    parts += [_told(group, found, facts.currency) for group in groups]
    if found.no_margin:
        parts.append(wording.say("wo_no_margin", why=found.no_margin))
    parts.append(wording.say("wo_note", days=found.days))
    return "\n\n".join([*parts, through(facts)])


def _told(group: Group, found: PointValue, currency: str) -> str:
    lines = []
    if found.by:
        named = group.segment is not None
        lines.append(wording.say("wo_segment" if named else "wo_no_segment", segment=visible(group.segment or "")))
    if not group.steps:
        return "\n".join([*lines, wording.say("wo_refused", least=LEAST)])
    heads = ["rating", "customers", "buy again", "95 %", *([] if found.no_margin else ["margin a customer", "95 %"])]
    rows = [_cells(one, found, currency) for one in group.rated]
    lines.append(table(heads, rows, right=heads[1:], whole=heads))
    return "\n".join([*lines, "", *steps(group, currency)])


def _cells(one: Rated, found: PointValue, currency: str) -> list[str]:
    cells = [one.rating, wording.count(one.n), _value(one.share, "percent", ""), _ends(one.share_ends, "percent", "")]
    if not found.no_margin:
        cells += [_value(one.margin, "currency", currency), _ends(one.margin_ends, "currency", currency)]
    return cells


def _value(number: float | None, unit: Unit, currency: str) -> str:
    return "–" if number is None else wording.value(number, unit, currency)


def _ends(ends: Interval | None, unit: Unit, currency: str) -> str:
    return "" if ends is None else wording.interval(*ends, unit, currency)


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _json(found: PointValue, facts: LoadFacts) -> dict[str, Any]:
    """Shares as fractions, margins in the currency a customer; missing as null."""
    return {
        "load": facts.load_id,
        "days": found.days,
        "rated_until": found.until,
        "by": found.by,
        "missing": found.missing or None,
        "no_margin": found.no_margin or None,
        "least": LEAST,
        "groups": [
            {
                **({"segment": group.segment} if found.by else {}),
                "ratings": [_rated_json(one) for one in group.rated],
                "steps": [_step_json(step) for step in group.steps],
            }
            for group in found.groups
        ],
    }


def _rated_json(one: Rated) -> dict[str, Any]:
    enough = one.share is not None
    return {
        "rating": one.rating,
        "n": one.n,
        "state": "ok" if enough else "too_few",
        "bought": one.bought if enough else None,
        **_measured("share", one.share, one.share_ends),
        **_measured("margin", one.margin, one.margin_ends),
        "orders_without_margin": one.unpriced if enough else None,
    }


def _step_json(step: Step) -> dict[str, Any]:
    shares, margins = (
        _measured("share", step.share, step.share_ends),
        _measured("margin", step.margin, step.margin_ends),
    )
    return {"from": step.low, "to": step.high, **shares, **margins}


def _measured(name: str, value: float | None, ends: Interval | None) -> dict[str, float | None]:
    low, high = ends or (None, None)
    return {name: value, f"{name}_low": low, f"{name}_high": high}
