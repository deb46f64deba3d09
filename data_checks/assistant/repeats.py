"""A key that stands on several lines: a log of events, of which the last counts, or the lines of one order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from data_checks.assistant.match import Fit, Studied
from data_checks.assistant.names import tokens
from data_checks.assistant.values import whole_numbers

_LINE_WORDS = {"line", "item", "product", "sku", "stock", "article", "quantity", "qty"}
_RISING = 0.9
"""From one event of a key to the next, so often at least must a column rise that says which is the later one."""


@dataclass(frozen=True)
class Repeats:
    """A key that repeats among the first rows. `groups`: the rows of each key seen more than once.

    `order`: (the column that rises within a key, integer or time, the share of steps it rises in).
    """

    key: str
    keys: int
    rows: int
    groups: tuple[tuple[tuple[str, ...], ...], ...]
    order: tuple[str, str, float] | None = None
    is_lines: bool = False

    def is_steady(self, at: int) -> bool:
        """Whether the column says the same on every row of a key."""
        return all(len({row[at] for row in group}) == 1 for group in self.groups)


def repeats(studied: Studied, fit: Fit) -> Repeats | None:
    """How the table's key repeats in the sample; None when it does not, or there is none."""
    key = fit.matches.get(fit.contract.key)
    if key is None:
        return None
    sample = studied.sample
    at = sample.names.index(key)
    by_key: dict[str, list[tuple[str, ...]]] = {}
    for row in sample.head:
        if row[at].strip() and row[at] not in studied.nulls:
            by_key.setdefault(row[at], []).append(row)
    groups = tuple(tuple(rows) for rows in by_key.values() if len(rows) > 1)
    if not groups:
        return None
    words = {word for name in sample.names for word in tokens(name)}
    is_lines = fit.contract.table == "orders" and bool(words & _LINE_WORDS)
    order = None if is_lines else _order(studied, key, groups)
    return Repeats(key, len(by_key), sum(map(len, by_key.values())), groups, order, is_lines)


def _order(studied: Studied, key: str, groups: Sequence[Sequence[tuple[str, ...]]]) -> tuple[str, str, float] | None:
    """The whole-number column, else the ISO time, that rises most surely within a key."""
    found = []
    for at, name in enumerate(studied.sample.names):
        facts = studied.facts[name]
        if name == key or not facts.values:
            continue
        if whole_numbers(facts.values) is not None:
            kind = "integer"
        elif facts.times.share == 1 and facts.times.only_iso:
            kind = "time"
        else:
            continue
        rising = steps = 0
        for rows in groups:
            for before, after in itertools.pairwise(rows):
                steps += 1
                rising += _after(before[at], after[at], kind)
        found.append((rising / steps, kind == "integer", name, kind))
    share, _, name, kind = max(found, default=(0.0, False, "", ""))
    return (name, kind, share) if share >= _RISING else None


def _after(before: str, after: str, kind: str) -> bool:
    if not before.strip() or not after.strip():
        return False
    return float(before) < float(after) if kind == "integer" else before < after
