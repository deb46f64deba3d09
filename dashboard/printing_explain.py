"""A change explained, printed: a sentence, a small table whose parts sum to the change as shown, or JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboard import wording
from dashboard.printing import as_json, result_json, table, through, visible
from dashboard.wording import MINUS, SPACE, say
from data_checks.warehouse.contract import LoadFacts
from metrics.definition import MetricDefinition
from metrics.explain import JUDGED, SLICES, Explanation, GroupChange
from metrics.stats.change import Part, rounded

MOST_ROWS = 12
"""More groups than this are shown as the largest parts and one line for the rest."""
MOST_CAUSES = 3
_FINEST = 6


def explanation(found: Explanation, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard explain`."""
    if form == "json":
        return as_json(explanation_json(found, facts))
    lines = [" ".join(told(found, facts))]
    if found.groups:
        lines += ["", *_table(found, facts), ""]
    return "\n".join([*lines, through(facts)])


# ── numbers that sum ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Scale:
    """How numbers of one metric are written here: all with as many decimals, so that a reader can add them up."""

    by: Decimal
    digits: int
    unit: str
    step: str

    def number(self, value: float | Decimal) -> Decimal:
        exact = Decimal(value) if isinstance(value, float) else value
        return (exact * self.by).quantize(Decimal(1).scaleb(-self.digits))

    def value(self, value: float) -> str:
        return f"{_written(self.number(value))}{self.unit}"

    def part(self, shown: Decimal) -> str:
        return f"{_signed(shown)}{self.step}"

    def interval(self, low: float, high: float) -> str:
        return f"{_signed(self.number(low))} to {_signed(self.number(high))}{self.step}"


_UNITS = {"minutes": "min", "hours": "h", "days": "days"}


def _scale(definition: MetricDefinition, before: float, after: float, currency: str) -> _Scale:
    """Three figures of the value at least, and two of the change."""
    percent = definition.unit == "percent"
    by = 100 if percent else 1
    least = 1 if definition.unit in ("percent", "points") else _places(max(abs(before), abs(after)) * by, 2)
    is_count = definition.unit == "number" and before == round(before) and after == round(after)
    digits = 0 if is_count else min(_FINEST, max(least, _places(abs(after - before) * by, 1)))
    name = currency if definition.unit == "currency" else _UNITS.get(definition.unit, "")
    unit = f"{SPACE}%" if percent else f"{SPACE}{name}" if name else ""
    return _Scale(Decimal(by), digits, unit, f"{SPACE}pt" if percent else unit)


def _places(size: float, more: int) -> int:
    """Decimal places for the first figure and `more` behind it; 0 for nothing."""
    return max(0, more - math.floor(math.log10(size))) if size > 1e-12 else 0


def _written(number: Decimal) -> str:
    return f"{number:,}".replace("-", MINUS if number else "")


def _signed(number: Decimal) -> str:
    return f"{'+' if number > 0 else ''}{_written(number)}" if number else f"±{abs(number):,}"


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────


def told(found: Explanation, facts: LoadFacts) -> list[str]:
    """The change and what it is made of, a sentence each."""
    name = found.definition.name
    for one in (found.after, found.before):
        if one.state not in JUDGED or one.value is None:
            why = one.reason or say(one.state)
            return [say("ex_no_value", name=name, period=wording.period(one.period), reason=visible(why))]
    assert found.before.value is not None
    assert found.after.value is not None
    scale = _scale(found.definition, found.before.value, found.after.value, facts.currency)
    shown = scale.number(found.after.value) - scale.number(found.before.value)
    key = "ex_rose" if shown > 0 else "ex_fell" if shown < 0 else "ex_same"
    lines = [
        say(
            key,
            name=name,
            before=scale.value(found.before.value),
            after=scale.value(found.after.value),
            first=wording.period(found.before.period),
            last=wording.period(found.after.period),
            change=scale.part(shown),
        )
    ]
    lines += [*_interval_told(found, scale), *_parts_told(found, scale, shown)]
    late = [one.period for one in (found.before, found.after) if not one.complete]
    return [*lines, *(say("ex_not_complete", period=wording.period(period)) for period in late)]


def _interval_told(found: Explanation, scale: _Scale) -> list[str]:
    change = found.change
    if change is None or change.low is None or change.high is None:
        return []
    key = "ex_may_be_chance" if change.low <= 0 <= change.high else "ex_ends"
    return [say(key, interval=scale.interval(change.low, change.high))]


def _parts_told(found: Explanation, scale: _Scale, shown: Decimal) -> list[str]:
    chosen = [say("ex_chosen", slice=str(found.by).capitalize(), slices=", ".join(SLICES))] if found.is_chosen else []
    if found.how == "mix_and_rate" and found.by:
        cells = _cells(found, scale, shown)
        mix, rate = (sum((row[place] for row in cells.parts), Decimal(0)) for place in (0, 1))
        told = say("ex_mix_and_rate", slice=found.by, mix=scale.part(mix), rate=scale.part(rate))
        return [told, _causes_told(found, scale, cells), *chosen]
    if found.how == "differences" and found.groups:
        cells = _cells(found, scale, shown)
        part = scale.part(cells.parts[0][0])
        return [say("ex_differences", slice=found.by, group=_named(cells.rows[0]), change=part), *chosen]
    lines = [say("ex_not_by_groups", reason=found.reason)] if found.reason else []
    return [*lines, *(_factors_told(found, scale, shown) if found.how == "factors" else [])]


def _causes_told(found: Explanation, scale: _Scale, cells: _Cells) -> str:
    if not found.causes:
        return say("ex_nothing")
    told = "; ".join(_cause(found, part, scale, cells) for part in found.causes[:MOST_CAUSES])
    return f"{told[:1].upper()}{told[1:]}."


def _cause(found: Explanation, part: Part, scale: _Scale, cells: _Cells) -> str:
    group = found.groups[int(part.group or 0)]
    assert group.share is not None
    then, now = group.share
    if part.kind == "rate":
        key = "ex_own_rose" if part.value > 0 else "ex_own_fell"
    elif not then or not now:
        key = "ex_gone" if then else "ex_appeared"
    else:
        key = "ex_larger" if now > then else "ex_smaller"
    shown = scale.number(part.value)
    if group in cells.rows:  # as the table has it
        shown = cells.parts[cells.rows.index(group)][part.kind == "rate"]
    return say(key, group=_named(group), part=scale.part(shown))


def _factors_told(found: Explanation, scale: _Scale, shown: Decimal) -> list[str]:
    assert found.factors is not None
    above, below = rounded([float(Decimal(e.value) * scale.by) for e in found.factors.effects], scale.digits, shown)
    then, now = found.before, found.after
    numbers = [one or 0.0 for one in (then.numerator, now.numerator, then.denominator, now.denominator)]
    names = ("above_then", "above_now", "below_then", "below_now")
    told = {name: wording.value(number, "number") for name, number in zip(names, numbers, strict=True)}
    return [say("ex_factors", above=scale.part(above), below=scale.part(below), **told)]


def _named(group: GroupChange) -> str:
    if group.folded:
        return say("ex_group_folded", n=group.folded)
    return say("ex_group_none") if group.name is None else visible(group.name)


# ── the table ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Cells:
    """The rows shown, the largest part first; `rest`: the groups of the last line. `parts`: per line (mix, rate), or
    (difference,) of totals; they sum to the change as shown, to the last digit."""

    rows: tuple[GroupChange, ...]
    rest: tuple[GroupChange, ...]
    parts: tuple[tuple[Decimal, ...], ...]


def _cells(found: Explanation, scale: _Scale, shown: Decimal) -> _Cells:
    ordered = sorted(found.groups, key=lambda group: -abs(group.both.value))
    most = len(ordered) if len(ordered) <= MOST_ROWS else MOST_ROWS - 1
    rows, rest = tuple(ordered[:most]), tuple(ordered[most:])
    lines = [_effects(group) for group in rows]
    if rest:
        lines.append([math.fsum(column) for column in zip(*map(_effects, rest), strict=True)])
    width = len(lines[0])
    flat = rounded([value * float(scale.by) for line in lines for value in line], scale.digits, shown)
    parts = tuple(tuple(flat[place : place + width]) for place in range(0, len(flat), width))
    return _Cells(rows, rest, parts)


def _effects(group: GroupChange) -> list[float]:
    if group.mix is None or group.rate is None:
        return [group.both.value]
    return [group.mix.value, group.rate.value]


def _table(found: Explanation, facts: LoadFacts) -> list[str]:
    assert found.before.value is not None
    assert found.after.value is not None
    scale = _scale(found.definition, found.before.value, found.after.value, facts.currency)
    shown = scale.number(found.after.value) - scale.number(found.before.value)
    cells = _cells(found, scale, shown)
    split = found.how == "mix_and_rate"
    heads = [str(found.by), say("ex_answers"), *([say("ex_share")] if split else []), say("ex_value")]
    heads += [say("ex_mix"), say("ex_rate")] if split else []
    heads += [say("ex_total"), *([say("ex_interval")] if split else [])]
    body = [
        _line(_named(group), [group], group.value, group.both, parts, scale, split)
        for group, parts in zip(cells.rows, cells.parts, strict=False)
    ]
    if cells.rest:
        sums = None if split else tuple(math.fsum(g.value[i] or 0.0 for g in cells.rest) for i in (0, 1))
        body.append(
            _line(say("ex_group_rest", n=len(cells.rest)), cells.rest, sums, None, cells.parts[-1], scale, split)
        )
    columns = tuple(sum(column, Decimal(0)) for column in zip(*cells.parts, strict=True))
    whole = (found.before.value, found.after.value)
    change = found.change
    ends = Part(None, "both", 0.0, change.low, change.high, 0, None) if change is not None else None
    body.append(_line(say("ex_all"), found.groups, whole, ends, columns, scale, split))
    totals = [sum(line, Decimal(0)) for line in cells.parts]
    joined = _signed(totals[0]) + "".join(f" {MINUS if t < 0 else '+'} {abs(t):,}" for t in totals[1:])
    return [
        table(heads, body, right=heads[1:], whole=heads[1:]),
        "",
        say("ex_sum", parts=joined, change=scale.part(shown)),
    ]


def _line(
    name: str,
    groups: Sequence[GroupChange],
    values: tuple[float | None, ...] | None,
    both: Part | None,
    parts: Sequence[Decimal],
    scale: _Scale,
    split: bool,
) -> list[str]:
    n = " → ".join(wording.count(sum(group.n[i] for group in groups)) for i in (0, 1))
    cells = [name, n]
    if split:
        shares = [math.fsum(group.share[i] for group in groups if group.share) for i in (0, 1)]
        cells.append(" → ".join(f"{share * 100:.1f}" for share in shares) + f"{SPACE}%")
    told = [None, None] if values is None else [None if one is None else scale.number(one) for one in values]
    cells.append("" if values is None else " → ".join("–" if one is None else _written(one) for one in told))
    total = sum(parts, Decimal(0))
    cells += [_signed(part) for part in parts] if split else []
    cells.append(_signed(total))
    if split:
        known = both is not None and both.low is not None and both.high is not None
        cells.append(scale.interval(both.low, both.high) if known else "")  # type: ignore[union-attr, arg-type]
    return cells


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────────


def explanation_json(found: Explanation, facts: LoadFacts) -> dict[str, Any]:
    """Unrounded, percent as a fraction; `change` is the sum of all `mix` and `rate`, or of all `total`."""
    change = found.change
    return {
        "load": facts.load_id,
        "metric": found.definition.metric,
        "unit": found.definition.unit,
        "definition": found.definition.hash,
        "against": result_json(found.before),
        "period": result_json(found.after),
        "by": found.by,
        "told_by": found.how,
        "reason": found.reason,
        "change": {
            "value": found.difference,
            "low": None if change is None else change.low,
            "high": None if change is None else change.high,
        },
        "mix": _part_json(None if change is None else change.mix),
        "rate": _part_json(None if change is None else change.rate),
        "groups": [_group_json(group) for group in found.groups],
        "causes": [
            {
                "group": found.groups[int(part.group or 0)].name,
                "folded": found.groups[int(part.group or 0)].folded,
                "kind": part.kind,
                **(_part_json(part) or {}),
            }
            for part in found.causes
        ],
        "factors": [
            {"factor": effect.factor, "value": effect.value}
            for effect in (found.factors.effects if found.factors is not None else ())
        ],
    }


def _group_json(group: GroupChange) -> dict[str, Any]:
    return {
        "group": group.name,
        "folded": group.folded,
        "n": group.n,
        "share": group.share,
        "value": group.value,
        "mix": _part_json(group.mix),
        "rate": _part_json(group.rate),
        "total": _part_json(group.both),
    }


def _part_json(part: Part | None) -> dict[str, float | None] | None:
    return None if part is None else {"value": part.value, "low": part.low, "high": part.high}
