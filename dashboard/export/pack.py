"""What an export holds: one board with all that explains it, gathered once for every form it is written in.

Pure of files and screen. The reader's Scope is an argument; what a reader of some teams may not see is not gathered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from dashboard import sentences, wording
from dashboard.changes.short import in_short
from dashboard.data_quality.report import Quality
from dashboard.receipt.formula_words import formula_words
from dashboard.wording import say
from data_checks.errors import RequestError
from data_checks.journal_entries import Comment, Entries, current
from data_checks.warehouse.contract import LoadFacts, Warehouse
from metrics.analyses.benchmarks import Benchmarks, compare
from metrics.analyses.explain import Explanation, explain
from metrics.asking import ask
from metrics.attention import Attention, attention, strategy_now
from metrics.catalog import Catalog
from metrics.events import Happening, loaded_events, together
from metrics.fingerprint import fingerprint
from metrics.period import Period
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard
from metrics.screen import build_scorecard, offered_periods
from metrics.strategy import Strategy

Where = Mapping[str, Sequence[str | None]]
HIDDEN = ("suppressed", "withheld")


@dataclass(frozen=True)
class Asked:
    """Which board: of which period beside which, for whose rows, looking how far. `scope` says who reads."""

    scope: Scope
    period: Period
    against: Period
    where: Where = field(default_factory=dict)
    until: dt.date | None = None

    @property
    def part(self) -> str:
        """The part of the organisation that is looked at; '' for the whole the reader sees."""
        return " · ".join(value or say("unnamed") for values in self.where.values() for value in values)

    @property
    def told(self) -> str:
        """The period, and the last day that is looked at where one is named."""
        period = wording.period(self.period)
        return say("xp_period_until", period=period, day=wording.date(self.until)) if self.until else period


def seen(facts: LoadFacts, until: dt.date | None) -> LoadFacts:
    """A load as one sees it who looks no further than a day: its data reach to the end of that day."""
    if until is None or until >= facts.as_of_day:
        return facts
    last = dt.datetime.combine(until, dt.time.max, ZoneInfo(facts.timezone))
    return replace(facts, as_of=last.astimezone(dt.UTC).replace(tzinfo=None), as_of_day=until)


@dataclass(frozen=True)
class Told:
    """A change worth telling: the card, and how it comes about; `why_not`: why that cannot be told."""

    card: Card
    found: Explanation | None
    why_not: str = ""


@dataclass(frozen=True)
class Pack:
    """`facts`: of the load, as far as is looked. `fingerprints`: of each metric's receipt, by id; none for one that
    cannot be cut so. `words`: each definition in words. `in_short`: what the overview says of the change.
    `more_changes`: clear changes that are not told. `comments`: what people wrote, the newest first. `plans`: empty
    for a reader of some teams. `problem`: why the journal could not be read ('': it was)."""

    asked: Asked
    facts: LoadFacts
    board: Scorecard
    quality: Quality
    plans: Strategy
    needs: tuple[Attention, ...]
    changes: tuple[Told, ...]
    more_changes: int
    benchmarks: Benchmarks
    fingerprints: Mapping[str, str]
    words: Mapping[str, str]
    comments: tuple[Comment, ...]
    happened: tuple[Happening, ...] = ()
    in_short: str = ""
    problem: str = ""

    @property
    def cards(self) -> tuple[Card, ...]:
        """Every metric that has data, in the order of the board."""
        return sentences.provided(sentences.cards_of(self.board))

    @property
    def comments_of_period(self) -> tuple[Comment, ...]:
        """Those on the numbers of this very board."""
        period, slices = self.board.period, {name: values[0] for name, values in self.asked.where.items()}
        return tuple(
            one
            for one in self.comments
            if (one.about.start, one.about.grain) == (period.start, period.grain) and dict(one.about.slices) == slices
        )

    @property
    def sees_all(self) -> bool:
        return self.asked.scope.teams is None

    @property
    def title(self) -> str:
        """Whose numbers: the organisation, and the part of it."""
        return " · ".join(part for part in (self.facts.title, self.asked.part) if part)

    @property
    def is_synthetic(self) -> bool:
        return self.facts.synthetic

    @property
    def through(self) -> str:
        """How far the data reach, in the organisation's own time."""
        return wording.moment(self.facts.as_of, self.facts.timezone)


def gather(
    warehouse: Warehouse,
    catalog: Catalog,
    asked: Asked,
    quality: Quality,
    entries: Entries,
    problem: str = "",
    board: Scorecard | None = None,
) -> Pack:
    """Everything of one board. `entries`: what of the journal the reader may see; `board`: the one that is remembered.

    Raises RequestError for a period without data and for what cannot be asked.
    """
    check_period(warehouse, asked)
    where = dict(asked.where)
    board = board or build_scorecard(warehouse, catalog, asked.scope, asked.period, asked.against, where, asked.until)
    _check_values(board)
    plans = strategy_now(catalog.strategy, entries.initiatives) if asked.scope.teams is None else Strategy()
    told, more = _changes(warehouse, catalog, asked, board)
    newest = sorted(current(entries.comments), key=lambda one: (one.written_at, one.id), reverse=True)
    return Pack(
        asked=asked,
        facts=seen(warehouse.facts, asked.until),
        board=board,
        quality=quality,
        plans=plans,
        needs=attention(board, plans) if plans.initiatives else (),
        changes=told,
        more_changes=more,
        benchmarks=_benchmarks(warehouse, catalog, asked),
        fingerprints=dict(_fingerprints(warehouse, catalog, asked, board)),
        words={name: formula_words(value) for name, value in catalog.bound.items()},
        comments=tuple(newest),
        happened=together(loaded_events(warehouse, asked.scope), entries.events),
        in_short=in_short(board, warehouse.facts.currency, lambda card: _told(warehouse, catalog, asked, card).found),
        problem=problem,
    )


def check_period(warehouse: Warehouse, asked: Asked) -> None:
    """Refuse a period that the screen would not offer, no day of which is in the data: a page of gaps is no board."""
    known = offered_periods(warehouse, "month", asked.until)
    if not known and asked.until:
        first = wording.period(offered_periods(warehouse)[0])
        raise RequestError(say("xp_no_data_until", day=wording.date(asked.until), first=first))
    if asked.period.end <= known[0].start or asked.period.start >= known[-1].end:
        told = {"first": wording.period(known[0]), "last": wording.period(known[-1])}
        raise RequestError(say("xp_no_data", period=wording.period(asked.period), **told))


def _check_values(board: Scorecard) -> None:
    """Refuse a period between others in which nothing happened: a zero that fills in for it is no number of it, nor is
    one of an older period."""
    cards = sentences.cards_of(board)
    if not any(_is_something(card) for card in cards):
        raise RequestError(say("xp_no_value", period=wording.period(board.period)))


def _is_something(card: Card) -> bool:
    result = card.result
    return result.state in HIDDEN or (result.value is not None and result.n != 0 and result.period == card.asked)


def _changes(warehouse: Warehouse, catalog: Catalog, asked: Asked, board: Scorecard) -> tuple[tuple[Told, ...], int]:
    """The changes the overview names, each with its exact decomposition."""
    named, more = sentences.changes(board, warehouse.facts.currency)
    cards = {card.definition.metric: card for card in sentences.cards_of(board)}
    return tuple(_told(warehouse, catalog, asked, cards[one.metric]) for one in named), more


def _told(warehouse: Warehouse, catalog: Catalog, asked: Asked, card: Card) -> Told:
    metric, period = card.definition.metric, card.result.period
    before = asked.against if card.previous is None else card.previous.period
    try:
        span = (period.start, period.end)
        question = ask(
            warehouse, catalog, asked.scope, [metric], period.grain, (), *span, dict(asked.where), asked.until
        )
        return Told(card, explain(warehouse, catalog, question, metric, before))
    except RequestError as error:
        return Told(card, None, sentences.sentence(str(error)))


def _benchmarks(warehouse: Warehouse, catalog: Catalog, asked: Asked) -> Benchmarks:
    try:
        return compare(warehouse, catalog, asked.scope, asked.period, None, dict(asked.where), asked.until)
    except RequestError as error:  # no metric that has a benchmark can be cut so
        return Benchmarks(asked.period, missing=str(error))


def _fingerprints(warehouse: Warehouse, catalog: Catalog, asked: Asked, board: Scorecard) -> Iterable[tuple[str, str]]:
    """The fingerprint that each metric's receipt bears, from the result the board shows."""
    for card in sentences.cards_of(board):
        metric, result = card.definition.metric, card.result
        try:
            span = (result.period.start, result.period.end)
            question = ask(
                warehouse, catalog, asked.scope, [metric], result.period.grain, (), *span, dict(asked.where),
                asked.until,
            )  # fmt: skip
        except RequestError:
            continue
        shown = replace(result, n=None) if result.state in HIDDEN else result
        yield metric, fingerprint(shown, card.definition.hash, warehouse.facts.load_id, question)
