"""A forecast, printed: the months ahead with their bands, how they were made, and the chance of the goal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from dashboard import sentences, wording
from dashboard.printing.terminal import as_json, result_json, table, through
from dashboard.wording import SPACE, say
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.forecasting import Outlook, is_used
from metrics.definition import MetricDefinition
from metrics.stats.not_known import NotKnown


def forecast(found: Outlook | NotKnown, definition: MetricDefinition, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard forecast`."""
    if form == "json":
        head = {"load": facts.load_id, "metric": definition.metric, "unit": definition.unit,
                "definition": definition.hash}  # fmt: skip
        return as_json({**head, **_json(found)})
    if isinstance(found, NotKnown):
        return say("fc_none", name=sentences.title(definition), why=found.sentence)
    title = f"{say('fc_title', name=sentences.title(definition))}\n{_history(found)}"
    notes = "\n".join([_method(found), say("fc_mase"), _goal(found, facts.currency)])
    return "\n\n".join([title, _months(found, facts.currency), notes, through(facts)])


def _history(found: Outlook) -> str:
    used = found.used
    first, last = used[0].period, used[-1].period
    told = say(
        "fc_history",
        n=wording.plural(len(used), "month", "months"),
        first=wording.month_short(first.start),
        last=wording.month_short(last.start),
    )
    between = [r for r in found.history if first.start < r.period.start < last.start and not is_used(r)]
    return f"{told} {say('fc_gaps', n=wording.count(len(between)))}" if between else told


def _months(found: Outlook, currency: str) -> str:
    unit = found.definition.unit
    rows = [
        [
            wording.month_short(period.start),
            wording.value(point.value, unit, currency),
            wording.interval(point.low_80, point.high_80, unit, currency),
            wording.interval(point.low_95, point.high_95, unit, currency),
        ]
        for period, point in zip(found.periods, found.points, strict=True)
    ]
    heads = [say("fc_month"), say("fc_middle"), f"80{SPACE}%", f"95{SPACE}%"]
    return table(heads, rows, right=heads[1:], whole=heads)


def _method(found: Outlook) -> str:
    """The method and its error, beside what is most like it: the last value, or the best of the others."""
    made = found.forecast
    errors_of = dict(made.errors)
    others = {name: error for name, error in made.errors if name != made.method}
    beside = min(others, key=lambda name: others[name]) if made.method == "naive" else "naive"
    pair = (made.method, beside)
    errors = ", ".join(say("fc_error", method=_name(name), error=f"{errors_of[name]:.2f}") for name in pair)
    return say("fc_naive", errors=errors) if made.method == "naive" else say(
        "fc_method", method=_name(made.method), errors=errors
    )  # fmt: skip


def _name(method: str) -> str:
    return say("fc_naive_name") if method == "naive" else method.replace("naive", say("fc_naive_name"))


def _goal(found: Outlook, currency: str) -> str:
    chance = found.chance
    if chance is None:
        month = wording.month_short(found.goal_by.start)
        return say("fc_goal_none", why=found.no_chance or say("fc_no_goal", month=month))
    goal = wording.value(chance.goal, found.definition.unit, currency, exact=True)
    return say("fc_goal", goal=goal, month=wording.month_short(chance.period.start), chance=_share(chance.chance))


def _share(chance: float) -> str:
    """Whole percents; certainty is not for sale."""
    if chance > 0.99:
        return say("fc_all_certain", space=SPACE)
    if chance < 0.01:
        return say("fc_hardly", space=SPACE)
    return f"{100 * chance:.0f}{SPACE}%"


def _json(found: Outlook | NotKnown) -> dict[str, Any]:
    """percent as a fraction; a month that does not count is there with its state."""
    if isinstance(found, NotKnown):
        return {"state": found.status, "why": found.sentence, "months": []}
    return {
        "state": "ok",
        "why": None,
        "history": [{**_past(result), "used": is_used(result)} for result in found.history],
        "months": list(_ahead(found)),
        "method": found.forecast.method,
        "n": found.forecast.n,
        "mase": dict(found.forecast.errors),
        "goal": _goal_json(found),
    }


def _past(result: Any) -> dict[str, Any]:
    told = result_json(result)
    return {key: told[key] for key in ("period", "value", "n", "state", "complete") if key in told}


def _ahead(found: Outlook) -> Iterator[dict[str, Any]]:
    for period, point in zip(found.periods, found.points, strict=True):
        yield {"period": period.start, **{key: value for key, value in asdict(point).items() if key != "ahead"}}


def _goal_json(found: Outlook) -> dict[str, Any] | None:
    chance = found.chance
    if chance is None:
        return None
    return {"by": chance.period.start, "goal": chance.goal, "at_least": chance.at_least, "chance": chance.chance}
