"""One metric in two periods by one slice: the pooled parts of every group, small ones folded, as sums to decompose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.figures import Parts, figure
from metrics.language.bound import Aggregate, Arithmetic, Item, Value, is_reference, leaves
from metrics.language.kinds import kind_of, measured, products_of
from metrics.sql.scans import Answers
from metrics.stats import change

ADDED_UP = ("count", "sum", "share", "nps", "mean")
"""Functions whose parts over all groups are those of the whole, for a row is in one group only."""
SPLIT_KINDS = ("proportion", "nps", "mean", "ratio")
"""Kinds whose change is told as mix and rate; of totals it is each group's difference."""
Pooled = Mapping[Item, Parts]
_NOTHING: Parts = {"n": 0.0, "s": 0.0}


@dataclass(frozen=True)
class Group:
    """`name`: the slice's value, None for rows without one. `folded`: how many groups were pooled into this one; 0:
    it is a group itself. `parts`: of the earlier and of the later period."""

    name: str | None
    folded: int
    parts: tuple[Pooled, Pooled]


def adds_up(value: Value) -> bool:
    """Whether the groups' parts can only sum to the whole's; keys counted once may stand in several groups."""
    return all(
        isinstance(leaf, Aggregate) and not leaf.members and leaf.function in ADDED_UP and not is_reference(leaf)
        for leaf in leaves(value)
    )


def parts_of(answers: Answers, value: Value, start: dt.date, group: tuple[str | None, ...]) -> Pooled:
    """What was pooled for a group in the period that begins at `start`; nothing counted is zero."""
    return {item: answers.parts.get(item, {}).get((start, group)) or _NOTHING for item in measured(value)}


def added(pooled: Sequence[Pooled]) -> Pooled:
    """The parts of several groups as one."""
    found: dict[Item, dict[str, float | None]] = {}
    for one in pooled:
        for item, parts in one.items():
            own = found.setdefault(item, {})
            for name, part in parts.items():
                own[name] = (own.get(name) or 0.0) + (part or 0.0)
    return found


def fold(
    groups: Sequence[Group], hidden: Collection[str | None], count: Callable[[Pooled], float], least: int
) -> tuple[Group, ...]:
    """The groups with the hidden ones as one at the end, joined by the smallest others until nothing about a hidden
    one can be told by subtraction: at least two in it, and in each period at least `least` or nobody."""
    inside = [group for group in groups if group.name in hidden]
    if not inside:
        return tuple(groups)
    rest = sorted((group for group in groups if group.name not in hidden), key=lambda one: -_size(one, count))
    while rest and (len(inside) < 2 or any(0 < _counted(inside, i, count) < least for i in (0, 1))):
        inside.append(rest.pop())
    others = Group(
        None, len(inside), (added([one.parts[0] for one in inside]), added([one.parts[1] for one in inside]))
    )
    kept = {group.name for group in rest}
    return (*(group for group in groups if group.name in kept), others)


def _size(group: Group, count: Callable[[Pooled], float]) -> float:
    return sum(map(count, group.parts))


def _counted(groups: Sequence[Group], period: int, count: Callable[[Pooled], float]) -> float:
    return sum(count(group.parts[period]) for group in groups)


def sums_of(value: Value, pooled: Sequence[Pooled]) -> change.Sums:
    """The groups of one period as what a change is decomposed from, in the metric's own unit."""
    kind = kind_of(value)
    if isinstance(value, Aggregate) and value.weight is not None:
        return _weighted(value, [one[value] for one in pooled])
    if isinstance(value, Aggregate) and kind in ("nps", "mean"):
        own = [one[value] for one in pooled]
        if kind == "mean":
            return change.means(_column(own, "s"), _column(own, "q"), _column(own, "n"))
        return _scaled(change.nps(_column(own, "p"), _column(own, "d"), _column(own, "n")), 100.0)
    found = [figure(value, one) for one in pooled]
    x, y = [one.numerator or 0.0 for one in found], [one.denominator or 0.0 for one in found]
    if kind == "proportion":
        return change.proportions(x, y)
    assert isinstance(value, Arithmetic)
    pair = products_of(value)
    assert pair is not None
    own = [one[pair] for one in pooled]
    return change.ratios(x, y, _column(own, "xx"), _column(own, "xy"), _column(own, "yy"), _column(own, "n"))


def _weighted(value: Aggregate, own: Sequence[Parts]) -> change.Sums:
    """By Kish's effective n, with the same added answers as without weights."""
    n, w, ww = (np.array(_column(own, name)) for name in ("n", "w", "w2"))
    each = np.divide(w**2, ww, out=np.zeros_like(w), where=ww > 0)

    def share(name: str, more: float, answers: float) -> NDArray[np.float64]:
        part = np.divide(_column(own, name), w, out=np.zeros_like(w), where=w > 0)
        return np.asarray((part * each + more) / (each + answers))

    if value.function == "share":
        rate = share("y", 1, 2)
        return change.weighted(_column(own, "y"), w, ww, rate * (1 - rate), n)
    if value.function == "nps":
        up, down = share("p", 0.75, 3), share("d", 0.75, 3)
        x = np.array(_column(own, "p")) - np.array(_column(own, "d"))
        return _scaled(change.weighted(x, w, ww, up + down - (up - down) ** 2, n), 100.0)
    mean, square = (np.divide(_column(own, name), w, out=np.zeros_like(w), where=w > 0) for name in ("s", "q"))
    return change.weighted(_column(own, "s"), w, ww, np.maximum(0.0, square - mean**2), n)


def _scaled(sums: change.Sums, by: float) -> change.Sums:
    return change.Sums(sums.x * by, sums.y, sums.xx * by**2, sums.xy * by, sums.yy, sums.n, sums.is_judged)


def _column(own: Sequence[Parts], name: str) -> list[float]:
    return [parts.get(name) or 0.0 for parts in own]
