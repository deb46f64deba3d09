"""Everything the dashboard asks of the floors below, and what is remembered of the answers.

The one place where the screen touches warehouse and metrics. Every answer is kept per load version, catalogue,
scope and question, all of them explicit arguments; answers are frozen, so readers may share them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from dashboard import sentences
from dashboard.data_quality.report import Quality
from dashboard.remembered import Remembered
from data_checks.errors import Problem, RequestError
from data_checks.history import RefusedLoad
from data_checks.journal_entries import About, Entries, InitiativeUpdate
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.benchmarks import Benchmarks
from metrics.asking import as_of
from metrics.attention import Attention, attention, strategy_now
from metrics.cascade import Node
from metrics.definition import MetricDefinition
from metrics.events import Happening, together
from metrics.period import Grain, Period, floor, step
from metrics.result import MetricResult
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard
from metrics.strategy import Strategy

if TYPE_CHECKING:
    from dashboard.metric_library.library import Entry
    from data_checks.warehouse.contract import Warehouse
    from metrics.catalog import Catalog
    from metrics.receipt import Receipt

Where = tuple[tuple[str, tuple[str | None, ...]], ...]
_BYTES_KEPT = 48 * 2**20
_Answer = TypeVar("_Answer")


class NothingPublished(RequestError):
    """The workspace is fine, but no load has been published yet."""


@dataclass(frozen=True)
class Load:
    """What the reader looks at: one published version and the definitions read over it.

    `refused`: a newer load that was refused; `rolled_back`: that an earlier load is shown
    again, and since when. `kept`: metrics whose file is wrong now,
    shown as they last were right. `left_out`: those that never were since this runs. `workspace_problems`: what is
    wrong with the workspace now, which is read as it last was right.
    """

    version: str
    catalog: str
    facts: LoadFacts
    definitions: Mapping[str, MetricDefinition]
    problems: tuple[Problem, ...]
    periods: tuple[Period, ...]
    default_period: Period
    refused: RefusedLoad | None = None
    rolled_back: str = ""
    kept: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    workspace_problems: tuple[Problem, ...] = ()
    strategy: Strategy = field(default_factory=Strategy)

    def is_complete(self, period: Period) -> bool:
        """Whether the data reach the end of the period."""
        return as_of(self.facts).completes(period)


@dataclass(frozen=True)
class RowsBehind:
    """Raw rows under a number. `total`: how many there are in all, None when nobody counted."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int | None = None


@dataclass(frozen=True)
class Verdict:
    """How a result of a group is judged. `word`: a status, or the state that forbids one."""

    word: str
    score: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Book:
    """What the journal holds that the reader may see. `problem`: why it cannot be read, '' when it can."""

    entries: Entries = field(default_factory=Entries)
    problem: str = ""


class Opened(Protocol):
    """One published version with the catalogue read over it."""

    @property
    def warehouse(self) -> Warehouse: ...

    @property
    def catalog(self) -> Catalog: ...


class Floors(Protocol):
    """What the floors below must answer; the real ones are in floors.py, tests bring their own."""

    def current(self) -> Load: ...

    def opened(self, load: Load) -> Opened: ...

    def rest(self) -> bool: ...

    def scorecard(self, load: Load, scope: Scope, period: Period, against: Period, where: Where) -> Scorecard: ...

    def results(
        self, load: Load, scope: Scope, metric: str, grain: Grain, by: tuple[str, ...], span: Period, where: Where
    ) -> tuple[MetricResult, ...]: ...

    def rows(self, load: Load, scope: Scope, metric: str, span: Period, where: Where, limit: int) -> RowsBehind: ...

    def sql(self, load: Load, scope: Scope, metric: str, span: Period, where: Where) -> str: ...

    def receipt(self, load: Load, scope: Scope, metric: str, period: Period, where: Where) -> Receipt: ...

    def teams(self, load: Load, scope: Scope) -> tuple[str, ...]: ...

    def departments(self, load: Load, scope: Scope) -> tuple[str, ...]: ...

    def names(self, load: Load, scope: Scope, slice_: str, where: Where) -> tuple[str, ...]: ...

    def benchmarks(self, load: Load, scope: Scope, period: Period, where: Where) -> Benchmarks: ...

    def library(self, load: Load) -> tuple[Entry, ...]: ...

    def cascade(self, load: Load, scope: Scope, period: Period, against: Period) -> Node: ...

    def verdict(
        self, load: Load, scope: Scope, definition: MetricDefinition, result: MetricResult, where: Where
    ) -> Verdict: ...

    def quality(self, load: Load, scope: Scope) -> Quality: ...

    def card(self, load: Load, scope: Scope, metric: str, period: Period, against: Period, where: Where) -> Card: ...

    def events(self, load: Load, scope: Scope) -> tuple[Happening, ...]: ...

    def entries(self, load: Load, scope: Scope, metric: str | None) -> Entries: ...

    def updates(self) -> tuple[InitiativeUpdate, ...]: ...

    def may_write(self, load: Load, scope: Scope, about: About) -> bool: ...

    def write_comment(
        self, load: Load, scope: Scope, about: About, text: str, author: str, replaces: int | None
    ) -> None: ...

    def mark_reviewed(self, load: Load, scope: Scope, about: About, status: str, author: str) -> None: ...


_remembered = Remembered(_BYTES_KEPT, shared=(Load, MetricDefinition))


@dataclass
class _InUse:
    floors: Floors | None = None


_in_use = _InUse()


def use(floors: Floors | None) -> None:
    """Answer from these floors from now on; None: the real ones."""
    _in_use.floors = floors
    _remembered.clear()


def floors() -> Floors:
    """The floors in use. The real ones are imported at first need: they bring the engine with them."""
    if _in_use.floors is None:
        from dashboard.floors import RealFloors

        _in_use.floors = RealFloors()
    return _in_use.floors


def remembered(question: tuple[Any, ...], compute: Callable[[], _Answer]) -> _Answer:
    """The answer to a question of a page that asks the floors below itself, computed once. The question names all that
    the answer depends on: what it is, `load.version`, `load.catalog`, the scope and every choice."""
    return _remembered.get(question, compute)


def forget(question: tuple[Any, ...]) -> None:
    """Keep an answer no longer: it turned out to be none."""
    _remembered.forget(question)


def drawn(load: Load, question: tuple[Any, ...], draw: Callable[[], str]) -> str:
    """The HTML of a page, drawn once. The question names the page, the scope, every choice, the theme, and whatever
    else it shows that is not the load's own, as what people wrote in the journal."""
    return remembered(("drawn", load.version, load.catalog, *question), draw)


def opened(load: Load) -> Opened:
    """The published version a run began on and the definitions over it, for a page's own answers."""
    return floors().opened(load)


def current() -> Load:
    """The published load. Raises FileProblems, NothingPublished and whatever else a person must be told."""
    return floors().current()


def scorecard(load: Load, scope: Scope, period: Period, against: Period, where: Where = ()) -> Scorecard:
    """The whole board of one period beside another."""
    question = ("scorecard", load.version, load.catalog, scope, period, against, where)
    return _remembered.get(question, lambda: floors().scorecard(load, scope, period, against, where))


def card(load: Load, scope: Scope, metric: str, period: Period, against: Period, where: Where = ()) -> Card:
    """One metric of the board, for one slice. Raises RequestError for an unknown metric or slice."""
    question = ("card", load.version, load.catalog, scope, metric, period, against, where)
    return _remembered.get(question, lambda: floors().card(load, scope, metric, period, against, where))


def verdict(load: Load, scope: Scope, definition: MetricDefinition, result: MetricResult, where: Where = ()) -> Verdict:
    """How one result is judged against the metric's own limit and goal."""
    return floors().verdict(load, scope, definition, result, where)


def months(
    load: Load, scope: Scope, metric: str, last: Period, where: Where = (), most: int = 24
) -> tuple[MetricResult, ...]:
    """One metric month by month up to the newest month of the data, oldest first."""
    newest = max(load.periods[0].end, last.end) if load.periods else last.end
    oldest = min((period.start for period in load.periods), default=last.start)
    ending = floor(newest - dt.timedelta(days=1), "month", load.facts.calendar)
    span = Period(max(step(ending, "month", -most), oldest), newest)
    question = ("months", load.version, load.catalog, scope, metric, span, where)
    return _remembered.get(question, lambda: floors().results(load, scope, metric, "month", (), span, where))


def groups(
    load: Load, scope: Scope, metric: str, by: str, period: Period, where: Where = ()
) -> tuple[MetricResult, ...]:
    """One metric in one period, one result per team or agent, in the order of their names."""
    question = ("groups", load.version, load.catalog, scope, metric, by, period, where)
    found = _remembered.get(question, lambda: floors().results(load, scope, metric, period.grain, (by,), period, where))
    return tuple(
        sorted(found, key=lambda result: (result.slices.get(by) is None, (result.slices.get(by) or "").casefold()))
    )


def groups_or_reason(
    load: Load, scope: Scope, metric: str, by: str, period: Period, where: Where
) -> tuple[tuple[MetricResult, ...], str]:
    """The groups, or why this metric has none of that kind."""
    try:
        return groups(load, scope, metric, by, period, where), ""
    except RequestError as error:
        return (), sentences.uncut(str(error))


def rows(load: Load, scope: Scope, metric: str, period: Period, where: Where, limit: int = 200) -> RowsBehind:
    """The rows behind a number; people's words, so kept no longer than the run that shows them."""
    return floors().rows(load, scope, metric, period, where, limit)


def row_count(load: Load, scope: Scope, metric: str, period: Period, where: Where) -> int | None:
    """How many rows stand behind a number; None when it has none to show."""
    question = ("row count", load.version, load.catalog, scope, metric, period, where)

    def compute() -> int | None:
        try:
            return floors().rows(load, scope, metric, period, where, 1).total
        except RequestError:
            return None

    return _remembered.get(question, compute)


def sql(load: Load, scope: Scope, metric: str, period: Period, where: Where = ()) -> str:
    """The query behind a number, for people to read."""
    question = ("sql", load.version, load.catalog, scope, metric, period, where)
    return _remembered.get(question, lambda: floors().sql(load, scope, metric, period, where))


def receipt(load: Load, scope: Scope, metric: str, period: Period, where: Where = ()) -> Receipt:
    """Everything a number stands on, without the rows themselves: people's words are not kept."""
    question = ("receipt", load.version, load.catalog, scope, metric, period, where)
    return _remembered.get(question, lambda: floors().receipt(load, scope, metric, period, where))


def teams(load: Load, scope: Scope) -> tuple[str, ...]:
    """The names of the teams the reader may choose from, in order."""
    return _remembered.get(("teams", load.version, scope), lambda: floors().teams(load, scope))


def names(load: Load, scope: Scope, slice_: str, where: Where = ()) -> tuple[str, ...]:
    """The values of a slice the reader may choose from, in order; of the rows that have `where`."""
    question = ("names", load.version, scope, slice_, where)
    return _remembered.get(question, lambda: floors().names(load, scope, slice_, where))


def cascade(load: Load, scope: Scope, period: Period, against: Period) -> Node:
    """The board of the whole, of every department and of every team the reader may see."""
    question = ("cascade", load.version, load.catalog, scope, period, against)
    return _remembered.get(question, lambda: floors().cascade(load, scope, period, against))


def library(load: Load) -> tuple[Entry, ...]:
    """Every definition with what it stands on; nobody's rows, so the same for every reader."""
    return _remembered.get(("library", load.version, load.catalog), lambda: floors().library(load))


def benchmarks(load: Load, scope: Scope, period: Period, where: Where) -> Benchmarks:
    """Every metric that is held against others, beside them. Raises RequestError when none can be cut so."""
    question = ("benchmarks", load.version, load.catalog, scope, period, where)
    return _remembered.get(question, lambda: floors().benchmarks(load, scope, period, where))


def departments(load: Load, scope: Scope) -> tuple[str, ...]:
    """The names of the departments the reader's teams belong to, in order."""
    return _remembered.get(("departments", load.version, scope), lambda: floors().departments(load, scope))


def quality(load: Load, scope: Scope) -> Quality:
    """Rows, checks and what they mean, of the published load; a newer one that was refused is a point of its trend."""
    question = ("quality", load.version, load.catalog, load.refused, load.rolled_back, scope)
    return _remembered.get(question, lambda: floors().quality(load, scope))


def book(load: Load, scope: Scope, metric: str | None) -> Book:
    """What people wrote about a metric (None: about any), and what they wrote happened; read anew, for it
    changes at any moment."""
    try:
        return Book(floors().entries(load, scope, metric))
    except RequestError as error:
        return Book(problem=str(error))


def needs(load: Load, scope: Scope, board: Scorecard) -> tuple[tuple[Attention, ...], str]:
    """What of a board needs somebody, as the journal's newest word has it, and why that could not be read ('': it was).
    A reader of some teams sees nothing of what the whole organisation plans."""
    strategy, problem = plans(load, scope)
    return (attention(board, strategy), problem) if strategy.initiatives else ((), "")


def plans(load: Load, scope: Scope) -> tuple[Strategy, str]:
    """The strategy as the journal's newest word has it, and why that could not be read ('': it was); empty for a reader
    of some teams."""
    if scope.teams is not None or not load.strategy.initiatives:
        return Strategy(), ""
    try:
        return strategy_now(load.strategy, floors().updates()), ""
    except RequestError as error:
        return load.strategy, str(error)


def events(load: Load, scope: Scope, found: Book) -> tuple[Happening, ...]:
    """What happened, loaded and written, in order."""
    loaded = _remembered.get(("events", load.version, scope), lambda: floors().events(load, scope))
    return together(loaded, found.entries.events)


def may_write(load: Load, scope: Scope, about: About) -> bool:
    """Whether the reader may see and write what is said about a number."""
    return floors().may_write(load, scope, about)


def write_comment(load: Load, scope: Scope, about: About, text: str, author: str, replaces: int | None = None) -> None:
    """Add a comment, now. Raises RequestError when it may not be written or cannot be kept."""
    floors().write_comment(load, scope, about, text, author, replaces)


def mark_reviewed(load: Load, scope: Scope, about: About, status: str, author: str) -> None:
    """Mark a number of this status as reviewed, now. Raises RequestError, for a red one without a comment too."""
    floors().mark_reviewed(load, scope, about, status, author)
