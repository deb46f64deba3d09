"""Rollups: the additive parts of aggregates per day and team, kept beside the facts they were counted from.

Any longer period, any window of days and any filter by team is then a sum over a few thousand rows. What a rollup
holds is found by the meaning of the aggregate, so an edited definition is never answered from an old one's parts.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from data_checks.contract import contracts
from data_checks.warehouse.contract import Warehouse
from metrics.language.bound import Aggregate, Products, sets_in
from metrics.language.provided import names_of
from metrics.language.row_types import PERIOD_ENDS
from metrics.language.tree import Node
from metrics.question import Question

ADDITIVE = ("count", "sum", "mean", "share", "nps", "min", "max")
"""Functions whose parts over a long span are those of its pieces, folded. Medians and distinct counts are not."""


@dataclass(frozen=True)
class Rollup:
    """One table of parts: `table` counted at the day column `day`, by `team` (its key column; None: not by team).

    `parts`: for each aggregate (by `key_of`) the names of its parts and the columns that hold them.
    """

    name: str
    table: str
    day: str
    team: str | None
    parts: Mapping[str, tuple[tuple[str, str], ...]]

    @functools.cached_property
    def columns(self) -> sa.Table:
        """The rollup as a table of its own."""
        keys: list[sa.Column[Any]] = [sa.Column(self.day, sa.Date())]
        keys += [sa.Column(self.team, sa.String())] if self.team else []
        held = dict.fromkeys(column for parts in self.parts.values() for _, column in parts)
        return sa.Table(self.name, sa.MetaData(), *keys, *(sa.Column(name, sa.Float()) for name in held))


@dataclass(frozen=True)
class Prepared:
    """What was prepared with a load: rollups, and the aggregates and intervals whose monthly answers are kept, those
    of the months from `since` on."""

    rollups: tuple[Rollup, ...] = ()
    answered: frozenset[str] = frozenset()
    since: dt.date = dt.date.min


NOTHING = Prepared()
_PREPARED: TypeAdapter[Prepared] = TypeAdapter(Prepared)


def to_json(prepared: Prepared) -> str:
    """The list of what was prepared, as it travels inside the version."""
    return _PREPARED.dump_json(prepared).decode()


@functools.lru_cache(maxsize=8)
def from_json(text: str) -> Prepared:
    """What to_json wrote; nothing for a version without."""
    return _PREPARED.validate_json(text) if text else NOTHING


def prepared_of(warehouse: Warehouse) -> Prepared:
    """What was prepared with the load that this warehouse shows."""
    return from_json(warehouse.prepared)


@functools.lru_cache(maxsize=4096)
def key_of(item: Hashable) -> str:
    """What an aggregate (or formula) means, in 20 letters: the same for the same meaning, wherever it is written."""
    return hashlib.sha256(repr(item).encode()).hexdigest()[:20]


def unframed(item: Aggregate | Products) -> Aggregate | Products:
    """The same over the period's own days."""
    if isinstance(item, Products):
        return Products(replace(item.left, frame=None), replace(item.right, frame=None))
    return replace(item, frame=None)


def sides(item: Aggregate | Products) -> tuple[Aggregate, ...]:
    """The aggregates to look into: itself, or the two of a pair."""
    return (item.left, item.right) if isinstance(item, Products) else (item,)


def is_additive(item: Aggregate | Products) -> bool:
    """Whether its parts over a span are those of the span's days, folded."""
    return all(
        side.function in ADDITIVE
        and side.window.kind == "at"
        and not any(_looks_elsewhere(node) for node in (side.argument, side.where, side.weight))
        for side in sides(item)
    )


def rollup_of(item: Aggregate | Products, question: Question, prepared: Prepared) -> Rollup | None:
    """The rollup that can answer an aggregate for this question, if one was built for it."""
    if not prepared.rollups or not is_additive(item):
        return None
    table, key = sides(item)[0].table, key_of(unframed(item))
    found = next((rollup for rollup in prepared.rollups if rollup.table == table and key in rollup.parts), None)
    if found is None:
        return None
    slices = contracts()[table].slices
    asked = [slices[name].column for name in (*question.by, *(name for name, _ in question.where)) if name in slices]
    asked += [slices["team"].column] if question.scope.teams is not None and "team" in slices else []
    return found if all(column == found.team for column in asked) else None


def _looks_elsewhere(node: Node | None) -> bool:
    """Whether a row's part depends on the period asked, or on other rows."""
    return any(sets_in(node)) or any(name in PERIOD_ENDS for name in names_of(node))
