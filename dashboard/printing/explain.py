"""A change explained, printed: a sentence, a small table whose parts sum to the change as shown, or JSON."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dashboard import wording
from dashboard.explained import Scale, cells_of, named, scale_of, told
from dashboard.printing.terminal import as_json, result_json, table, through
from dashboard.wording import MINUS, SPACE, say
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.explain import Explanation, GroupChange
from metrics.stats.change import Part


def explanation(found: Explanation, facts: LoadFacts, form: str, until: dt.date | None = None) -> str:
    """The answer of `scorecard explain`."""
    if form == "json":
        return as_json(explanation_json(found, facts))
    lines = [" ".join(told(found, facts.currency))]
    if found.groups:
        lines += ["", *_table(found, facts), ""]
    return "\n".join([*lines, through(facts, until)])


# ── the table ────────────────────────────────────────────────────────────────────────────────────────


def _table(found: Explanation, facts: LoadFacts) -> list[str]:
    scale = scale_of(found, facts.currency)
    shown = scale.change(found)
    cells = cells_of(found, scale, shown)
    split = found.how == "mix_and_rate"
    heads = [str(found.by), say("ex_answers"), *([say("ex_share")] if split else []), say("ex_value")]
    heads += [say("ex_mix"), say("ex_rate")] if split else []
    heads += [say("ex_total"), *([say("ex_interval")] if split else [])]
    body = [
        _line(named(group), [group], group.value, group.both, parts, scale, split)
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
    joined = scale.signed(totals[0]) + "".join(f" {MINUS if t < 0 else '+'} {scale.bare(abs(t))}" for t in totals[1:])
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
    scale: Scale,
    split: bool,
) -> list[str]:
    n = " → ".join(wording.count(sum(group.n[i] for group in groups)) for i in (0, 1))
    cells = [name, n]
    if split:
        shares = [math.fsum(group.share[i] for group in groups if group.share) for i in (0, 1)]
        cells.append(" → ".join(f"{share * 100:.1f}" for share in shares) + f"{SPACE}%")
    told = [None, None] if values is None else [None if one is None else scale.number(one) for one in values]
    cells.append("" if values is None else " → ".join("–" if one is None else scale.bare(one) for one in told))
    total = sum(parts, Decimal(0))
    cells += [scale.signed(part) for part in parts] if split else []
    cells.append(scale.signed(total))
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
