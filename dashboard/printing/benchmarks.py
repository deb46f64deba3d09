"""Own values beside competitors and industries, printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from dashboard import sentences, wording
from dashboard.benchmarks import names as benchmark_names
from dashboard.printing.terminal import as_json, result_json, table, through, visible
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.benchmarks import BenchmarkRow, Benchmarks, Comparison, Place, Refused, Rival
from metrics.definition import MetricDefinition

_VERDICTS = {"better": "ahead", "worse": "behind", "too_close": "too close", "none": ""}


def benchmarks(found: Benchmarks, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard benchmarks`."""
    if form == "json":
        return as_json(_json(found, facts))
    if found.missing:
        told = sentences.sentence(found.missing).rstrip(".")
        return f"{told}, so there is nobody to compare with. scorecard tables benchmarks shows its columns."
    parts = [_told(comparison, found, facts) for comparison in found.comparisons]
    if not parts:
        parts = ["No metric has a benchmark; give one `benchmark: {metric: …, scale: …}` in its definition."]
    if strangers := _strangers(found.refused):
        parts.append("\n".join(strangers))
    return "\n\n".join([*parts, through(facts)])


def _strangers(refused: tuple[Refused, ...]) -> list[str]:
    """The rows of metrics that nobody compares, one line a reason."""
    by_reason: dict[str, int] = {}
    for one in refused:
        by_reason[one.why] = by_reason.get(one.why, 0) + 1
    return [f"{wording.plural(count, 'row', 'rows')}: {_ended(why)}" for why, count in by_reason.items()]


def _ended(why: str) -> str:
    """The clause as the end of a sentence."""
    return visible(why if why.endswith("?") else f"{why}.")


def _told(comparison: Comparison, found: Benchmarks, facts: LoadFacts) -> str:
    definition = comparison.definition
    scale = definition.benchmark.scale if definition.benchmark else ""
    head = f"{definition.name} · {wording.period(found.period)} · scale {visible(scale)}{_of_whom(found)}"
    lines = [head, *_standing(comparison, facts)]
    if comparison.rivals:
        lines += ["", _rivals(comparison, facts), "", *_notes(comparison, facts.currency)]
    else:
        lines.append("Nobody has published a value on this scale by then.")
    names = names_of(comparison)
    return "\n".join([*lines, *(_refusal(one, names[one.row]) for one in comparison.refused)])


def _of_whom(found: Benchmarks) -> str:
    """Whose own value it is; the others' are always the whole."""
    names = [f"{name} {' or '.join(value or '(none)' for value in values)}" for name, values in found.where.items()]
    return f" · ours: {visible(', '.join(names))}" if names else ""


def _standing(comparison: Comparison, facts: LoadFacts) -> Iterator[str]:
    """Where we stand, in a sentence or two."""
    own, definition = comparison.own, comparison.definition
    if own.value is None:
        yield f"There is no value of our own: {own.reason or wording.say(own.state)}."
    elif own.state != "ok":
        yield sentences.state_reason(definition, own)
    if own.value is not None and not comparison.rivals:
        yield f"Ours is {wording.value(own.value, definition.unit, facts.currency)}."
    if own.value is not None and not own.complete:
        yield "The period is not over; ours is what there is so far."
    if (place := comparison.place) is not None:
        yield _place(place, comparison)
    elif own.value is not None and comparison.rivals:
        yield "No goal says which direction is better, so nobody is called ahead."


def _place(place: Place, comparison: Comparison) -> str:
    among = "competitors" if any(rival.row.competitor for rival in comparison.rivals) else "industries"
    told = f"Place {place.place} of {place.of} among {among} and ourselves"
    return f"{told}." if place.is_sure else f"{told}; too close to say, it may be {place.best} to {place.worst}."


def _rivals(comparison: Comparison, facts: LoadFacts) -> str:
    heads = ["", "value", "95 %", "gap", "its 95 %", ""]
    names, definition, own = names_of(comparison), comparison.definition, comparison.own
    rows = [[names[rival.row], *_cells(rival, definition, facts)] for rival in comparison.rivals]
    if own.value is not None:
        value = wording.value(own.value, definition.unit, facts.currency)
        counted = "" if own.n is None else f", n {wording.count(own.n)}"
        ours = [f"→ ours{counted}", value, _interval(own.low, own.high, definition, facts), "", "", ""]
        sign = -1 if definition.higher_is_better is False else 1
        rows.insert(sum(sign * rival.row.value > sign * own.value for rival in comparison.rivals), ours)
    numbers = ("value", "95 %", "gap", "its 95 %")
    return table(heads, rows, right=numbers, whole=numbers)


def _cells(rival: Rival, definition: MetricDefinition, facts: LoadFacts) -> list[str]:
    row, unit, currency = rival.row, definition.unit, facts.currency
    gap, spread = "", ""
    if rival.gap is not None:
        gap = wording.change(rival.gap, unit, currency=currency)
    if rival.gap_low is not None and rival.gap_high is not None:
        low, high = (wording.change(end, unit, currency=currency) for end in (rival.gap_low, rival.gap_high))
        unit_word = wording.SPACE + high.rpartition(wording.SPACE)[2] if wording.SPACE in high else ""
        spread = f"{low.removesuffix(unit_word)} to {high}"
    return [
        wording.value(row.value, unit, currency),
        _interval(rival.low, rival.high, definition, facts),
        gap,
        spread,
        _VERDICTS[rival.verdict],
    ]


def _interval(low: float | None, high: float | None, definition: MetricDefinition, facts: LoadFacts) -> str:
    return "" if low is None or high is None else wording.interval(low, high, definition.unit, facts.currency)


def _notes(comparison: Comparison, currency: str) -> Iterator[str]:
    """What the intervals leave out, and where every row comes from."""
    names = names_of(comparison)
    yield "The gap is ours minus theirs; too close means that its interval holds zero."
    if exact := [names[rival.row] for rival in comparison.rivals if rival.low is None]:
        yield f"What is published does not say how sure these values are, so they count as exact: {', '.join(exact)}."
    if any(rival.widest for rival in comparison.rivals):
        yield "Of the others' NPS only the score is published; their intervals are the widest their n allows."
    for rival in comparison.rivals:
        yield _origin(rival, names[rival.row], comparison.definition, currency)


def _origin(rival: Rival, name: str, definition: MetricDefinition, currency: str) -> str:
    """Of when a value is, of how many, what was published before, and by whom."""
    row = rival.row
    told = f"{name}: {benchmark_names.since(row.period_start)}"
    if row.n is not None:
        told += f", n {wording.count(row.n)}"
    if rival.trend:
        last = rival.trend[-1]
        then = benchmark_names.since(last.period_start)
        told += f", before {wording.value(last.value, definition.unit, currency)} ({then})"
    seen = f", seen on {wording.date(row.retrieved_on)}" if row.retrieved_on else ""
    return f"{told}. Source: {visible(row.source) if row.source else 'none is given'}{seen}."


def _refusal(refused: Refused, name: str) -> str:
    return f"{name} ({benchmark_names.since(refused.row.period_start)}): {_ended(refused.why)}"


def names_of(comparison: Comparison) -> dict[BenchmarkRow, str]:
    """Every row's name, safe for a terminal."""
    return {row: visible(name) for row, name in benchmark_names.names_of(comparison).items()}


def refused(found: Iterable[Refused]) -> list[str]:
    """Rows that nothing is compared with, each as a sentence with where it stands."""
    return [
        f"benchmarks {one.row.benchmark_id}: {_refusal(one, visible(benchmark_names.name_of(one.row)))}"
        for one in found
    ]


def _json(found: Benchmarks, facts: LoadFacts) -> dict[str, Any]:
    """percent as a fraction; missing as null."""
    return {
        "load": facts.load_id,
        "period": {"start": found.period.start, "end": found.period.end},
        "where": {name: list(values) for name, values in found.where.items()},
        "missing": found.missing or None,
        "metrics": {one.definition.metric: _comparison_json(one) for one in found.comparisons},
        "refused": [_refused_json(one) for one in found.refused],
    }


def _comparison_json(one: Comparison) -> dict[str, Any]:
    definition = one.definition
    return {
        "unit": definition.unit,
        "definition": definition.hash,
        "scale": definition.benchmark.scale if definition.benchmark else None,
        "own": result_json(one.own),
        "place": asdict(one.place) if one.place else None,
        "rivals": [_rival_json(rival) for rival in one.rivals],
        "refused": [_refused_json(refused) for refused in one.refused],
    }


def _rival_json(rival: Rival) -> dict[str, Any]:
    measured = ("low", "high", "gap", "gap_low", "gap_high", "verdict")
    trend = [{"period_start": row.period_start, "value": row.value, "n": row.n} for row in rival.trend]
    return {**asdict(rival.row), **{key: getattr(rival, key) for key in measured}, "trend": trend}


def _refused_json(refused: Refused) -> dict[str, Any]:
    return {**asdict(refused.row), "why": refused.why}
