"""What goes with a score, printed: bars with 95 % intervals under a title with R² and n, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dashboard import wording
from dashboard.printing.terminal import as_json, result_json, table, through, visible
from dashboard.wording import say
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.driver_table import NUMBERS, WORDS
from metrics.analyses.score_drivers import ScoreDrivers
from metrics.stats.drivers import Driver, Drivers
from metrics.stats.importance_map import ImportanceMap

_BAR = 24


def drivers(found: ScoreDrivers, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard drivers`."""
    if form == "json":
        return as_json(drivers_json(found, facts))
    name = found.definition.name
    if found.service is None:
        why = found.result.reason or say(found.result.state)
        lines = [say("dr_no_value", name=name, reason=visible(why))]
    else:
        outcome = say(
            "dr_score" if found.is_score else "dr_formula", name=name, period=wording.period(found.result.period)
        )
        lines = _block(say("dr_service", outcome=outcome), found.service, found.directions or {})
        if found.questions is not None:
            lines += ["", *_block(say("dr_questions", outcome=outcome), found.questions, found.directions or {})]
        lines += ["", say("dr_not_causes"), *([say("dr_weighted")] if found.is_weighted else [])]
    return "\n".join([*lines, "", through(facts)])


def _block(title: str, found: Drivers, directions: Mapping[str, int]) -> list[str]:
    known = found.r2 is not None and found.r2_low is not None and found.r2_high is not None
    r2 = _percent(found.r2 or 0.0)
    ends = wording.interval(found.r2_low or 0.0, found.r2_high or 0.0, "percent")
    n = wording.count(found.n)
    lines = [say("dr_title", title=title, r2=r2, interval=ends, n=n) if known else title]
    lines += [found.reason] if found.reason else []
    if found.drivers:
        most = max(driver.share for driver in found.drivers)
        heads = [say("dr_driver"), "", say("dr_share"), say("dr_interval"), say("dr_direction")]
        rows = [_row(driver, most, directions) for driver in found.drivers]
        lines.append(table(heads, rows, right=(say("dr_share"), say("dr_interval")), whole=heads))
    return [*lines, *_dropped(found)]


def _dropped(found: Drivers) -> Iterator[str]:
    """One line for all that were left out for the same reason."""
    for reason in dict.fromkeys(one.reason for one in found.dropped):
        names = ", ".join(_name(one.name) for one in found.dropped if one.reason == reason)
        yield say("dr_dropped", reason=f"{reason[:1].lower()}{reason[1:].rstrip('.')}", drivers=names)


def _row(driver: Driver, most: float, directions: Mapping[str, int]) -> list[str]:
    bar = "█" * round(driver.share / most * _BAR) if most > 0 else ""
    sign = directions.get(driver.name, 0)
    direction = say("dr_higher") if sign > 0 else say("dr_lower") if sign < 0 else say("dr_differs")
    ends = wording.interval(driver.low, driver.high, "percent")
    return [_name(driver.name), bar or "▏", _percent(driver.share), ends, direction]


def _percent(share: float) -> str:
    return wording.value(share, "percent")


def _name(name: str) -> str:
    return say(f"dr_name_{name}") if name in (*NUMBERS, *WORDS) else visible(name)


def drivers_json(found: ScoreDrivers, facts: LoadFacts) -> dict[str, Any]:
    """Shares of R² as fractions; `map`: the questions by performance (share of the upper two steps) and importance."""
    return {
        "load": facts.load_id,
        "metric": found.definition.metric,
        "definition": found.definition.hash,
        "result": result_json(found.result),
        "outcome": "score" if found.is_score else "formula",
        "service": _drivers_json(found.service, found.directions or {}),
        "questions": _drivers_json(found.questions, found.directions or {}),
        "map": _map_json(found.map),
    }


def _drivers_json(found: Drivers | None, directions: Mapping[str, int]) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "state": found.state,
        "reason": found.reason,
        "n": found.n,
        "answers": found.answers,
        "r2": found.r2,
        "r2_low": found.r2_low,
        "r2_high": found.r2_high,
        "drivers": [{**vars(one), "direction": directions.get(one.name)} for one in found.drivers],
        "dropped": [vars(one) for one in found.dropped],
    }


def _map_json(found: ImportanceMap | None) -> dict[str, Any] | None:
    if found is None:
        return None
    placed = [{**vars(one.attribute), "quadrant": one.quadrant} for one in found.placed]
    lines = {"performance": found.performance, "importance": found.importance}
    return {"state": found.state, "reason": found.reason, "cross_hairs": lines, "questions": placed}
