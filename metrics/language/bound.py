"""A formula whose names are looked up: a tree of aggregates, sets, constants and arithmetic. Data only."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from data_checks.calendar import Calendar
from data_checks.contract import contracts
from metrics.language.tree import In, Inside, Member, Name, Node, Operation, Window, first_table
from metrics.period import Duration, Grain, floor, step

Function = Literal["count", "distinct", "sum", "mean", "min", "max", "median", "percentile", "share", "nps"]
Word = Literal["union", "intersect", "except"]
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Frame:
    """The span of days that stands for a period: the last months up to its end, the year so far, or one long ago.

    rolling: the last `length`; to_date: since the start of `since`; ago: the period itself, `length` earlier.
    """

    kind: Literal["rolling", "to_date", "ago"]
    length: Duration | None = None
    since: Grain | None = None

    def window(self, start: dt.date, end: dt.date, clipped_end: dt.date, calendar: Calendar) -> tuple[dt.date, dt.date]:
        """[first day, first day after) for the period [start, end), of which the days before clipped_end are known.

        So far in the year, or in the quarter, is that of the last day known; the last months end with that day's month,
        the last days with itself. A period half over is set beside the same days of the earlier one.
        """
        last = max(start, clipped_end - _DAY)
        if self.kind == "to_date":
            assert self.since is not None
            return floor(last, self.since, calendar), clipped_end
        assert self.length is not None
        if self.kind == "rolling":
            by_days = self.length.unit in ("day", "week")
            reached = clipped_end if by_days else step(floor(last, "month", calendar), "month")
            return self.length.before(min(end, reached)), clipped_end
        is_whole = clipped_end == end
        until = self.length.before(end) if is_whole else self.length.before(last) + _DAY
        return self.length.before(start), max(until, self.length.before(start))


@dataclass(frozen=True)
class SetMember:
    """Rows of one table that put their `key` into a set; `word` says how it joins the members before it."""

    word: Word
    table: str
    key: Node
    window: Window
    where: Node | None


class _HashedOnce:
    """Answers are looked up by aggregate for every row of a table: the hash of the whole tree is computed once."""

    def __hash__(self) -> int:
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = hash(tuple(self.__dict__.values()))
            self.__dict__["_hash"] = known
        return known


@dataclass(frozen=True)
class Aggregate(_HashedOnce):
    """One function over the rows of one table. `argument` None: count(table). `members`: the sets of a distinct.

    `frame`: the days that stand for a period, when they are not its own.
    """

    __hash__ = _HashedOnce.__hash__  # a dataclass would write its own
    function: Function
    table: str
    argument: Node | None
    window: Window
    where: Node | None
    weight: Node | None = None
    percent: float = 50.0
    members: tuple[SetMember, ...] = ()
    frame: Frame | None = None


@dataclass(frozen=True)
class RetentionOf(_HashedOnce):
    """The `retention` shape over a set."""

    __hash__ = _HashedOnce.__hash__  # a dataclass would write its own
    members: tuple[SetMember, ...]
    every: Literal["week", "month", "quarter", "year"]
    after: int
    cohort: Literal["active", "first"]


@dataclass(frozen=True)
class Products(_HashedOnce):
    """Σx², Σxy and Σy² of a quotient of two sums over the same rows: what its interval needs."""

    __hash__ = _HashedOnce.__hash__  # a dataclass would write its own
    left: Aggregate
    right: Aggregate


ModelName = Literal["lifetime_value", "contract_lifetime_value", "lifecycle"]


@dataclass(frozen=True)
class ModelOf(_HashedOnce):
    """What SQL cannot say: a model fitted to all that customers did until a period's end, for the whole organisation.

    `inputs`: the aggregates whose rows it is fitted to; what it stands on. `horizon`: how far it looks ahead;
    `discount`: a year, as a fraction; `stages`: those of the lifecycle whose share of customers is asked.
    """

    __hash__ = _HashedOnce.__hash__  # a dataclass would write its own
    name: ModelName
    inputs: tuple[Aggregate, ...]
    horizon: Duration
    discount: float
    stages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Constant:
    value: float


@dataclass(frozen=True)
class Arithmetic(_HashedOnce):
    __hash__ = _HashedOnce.__hash__  # a dataclass would write its own
    op: str
    left: Value
    right: Value
    of_metrics: bool = False
    """Whether a side is a metric named by its id; the kind "sum or difference of metrics" asks."""


Value = Aggregate | RetentionOf | Constant | Arithmetic | ModelOf
Leaf = Aggregate | RetentionOf
Item = Leaf | Products | ModelOf
"""What a question fetches for a formula."""


@functools.lru_cache(maxsize=4096)
def leaves(value: Value) -> tuple[Leaf, ...]:
    """Every aggregate and retention shape in a bound formula, in the order written, each once."""
    return tuple(dict.fromkeys(_leaves(value)))


def _leaves(value: Value) -> Iterator[Leaf]:
    match value:
        case Aggregate() | RetentionOf():
            yield value
        case Arithmetic():
            yield from _leaves(value.left)
            yield from _leaves(value.right)
        case ModelOf():
            yield from value.inputs


def models_in(value: Value) -> tuple[ModelOf, ...]:
    """Every model in a bound formula, in the order written, each once."""
    match value:
        case ModelOf():
            return (value,)
        case Arithmetic():
            return tuple(dict.fromkeys((*models_in(value.left), *models_in(value.right))))
    return ()


def framed(value: Value, frame: Frame) -> Value:
    """The same formula over other days. Raises ValueError where a part already has days of its own."""
    match value:
        case Aggregate() if value.frame is None:
            return replace(value, frame=frame)
        case Arithmetic():
            return replace(value, left=framed(value.left, frame), right=framed(value.right, frame))
        case Constant():
            return value
    raise ValueError("rolling, to_date, compare and retention do not nest")


def tables_of(leaf: Leaf) -> tuple[str, ...]:
    """The tables a leaf reads, those of tests for membership left out."""
    if isinstance(leaf, Aggregate) and not leaf.members:
        return (leaf.table,)
    return tuple(dict.fromkeys(member.table for member in leaf.members if member.word == "union"))


def is_reference(leaf: Item) -> bool:
    """Whether a leaf reads a reference table: never sliced, the same value for every slice and reader."""
    return isinstance(leaf, Aggregate) and not leaf.members and contracts()[leaf.table].reference


def members_of(inside: Inside) -> tuple[SetMember, ...]:
    """The set written between brackets; its names were checked when the formula was bound."""
    first = Member("union", inside.args[0], inside.rows)
    return tuple(_member(member) for member in (first, *inside.members))


def _member(member: Member) -> SetMember:
    name = first_table(member.key)
    assert name is not None
    table = str(name.table)
    window = member.rows.window or Window("at", str(contracts()[table].time), member.key.at)
    return SetMember(member.word, table, member.key, window, member.rows.where)


def is_set(inside: Inside) -> bool:
    """Whether brackets behind `in` hold a set of keys, not a list of values."""
    return bool(inside.members) or any(first_table(arg) is not None for arg in inside.args)


def sets_in(node: Node | None) -> Iterator[Inside]:
    """Every set a condition tests membership in."""
    match node:
        case In():
            if is_set(node.inside):
                yield node.inside
        case Operation():
            yield from sets_in(node.left)
            yield from sets_in(node.right)
        case None | Name():
            return
        case _:
            yield from sets_in(getattr(node, "inner", None))
