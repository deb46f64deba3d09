"""A board as a table of real numbers, one row a metric: what the CSV is and the workbook shows."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dashboard import check_sentences, sentences, spreadsheet, wording
from dashboard.export.pack import HIDDEN, Pack
from dashboard.export.safe_text import visible
from dashboard.wording import say
from metrics.definition import Unit
from metrics.scorecard import Aim, Branch, Card

Cell = str | float | int | bool | dt.date | None


@dataclass(frozen=True)
class Row:
    """One metric in its place on the board."""

    pack: Pack
    branch: Branch
    aim: Aim | None
    card: Card

    @property
    def is_hidden(self) -> bool:
        return self.card.result.state in HIDDEN

    @property
    def is_compared(self) -> bool:
        """Whether its change may be told, as on the screen."""
        return self.card.status != "not_judged" and not self.is_hidden


@dataclass(frozen=True)
class Column:
    """`has_unit`: its numbers are in the metric's unit; else `written` as this says. `width`: in letters."""

    key: str
    of: Callable[[Row], Cell]
    has_unit: bool = False
    written: str = ""
    width: int = 12


def _shown(of: Callable[[Card], Cell]) -> Callable[[Row], Cell]:
    """Nothing of a number that is hidden."""
    return lambda row: None if row.is_hidden else of(row.card)


def _compared(of: Callable[[Card], Cell]) -> Callable[[Row], Cell]:
    return lambda row: of(row.card) if row.is_compared else None


COLUMNS = (
    Column("perspective", lambda row: say(row.branch.perspective), width=20),
    Column("objective", lambda row: row.aim.objective.name if row.aim and row.aim.objective else None, width=30),
    Column("metric", lambda row: row.card.definition.metric, width=28),
    Column("name", lambda row: sentences.title(row.card.definition), width=36),
    Column("status", lambda row: say(sentences.mark_of(row.card)), width=11),
    Column("value", _shown(lambda card: card.result.value), has_unit=True),
    Column("unit", lambda row: unit_name(row.card.definition.unit, row.pack.facts.currency), width=9),
    Column("low", _shown(lambda card: card.result.low), has_unit=True),
    Column("high", _shown(lambda card: card.result.high), has_unit=True),
    Column("n", _shown(lambda card: card.result.n), written="#,##0"),
    Column("limit", lambda row: row.card.definition.red, has_unit=True),
    Column("goal", lambda row: row.card.definition.goal, has_unit=True),
    Column("change", _compared(lambda card: card.change), has_unit=True),
    Column("change_is_clear", _compared(lambda card: card.change_is_clear)),
    Column("score", _shown(lambda card: card.score), written="0.0"),
    Column("period_start", lambda row: row.card.result.period.start),
    Column("period_end", lambda row: row.card.result.period.end, width=12),
    Column("state", lambda row: row.card.result.state, width=13),
    Column("marked", lambda row: _marked(row.card), width=12),
    Column("reason", lambda row: sentences.reason(row.card) or None, width=40),
    Column("owner", lambda row: row.card.definition.owner, width=20),
    Column("receipt", lambda row: row.pack.fingerprints.get(row.card.definition.metric), width=19),
    Column("definition", lambda row: row.card.definition.hash, width=15),
)
"""`period_end`: the first day that is no longer in it; `change` of percent is a fraction too, in points."""


def _marked(card: Card) -> str | None:
    """The checks that did not pass on what is shown all the same."""
    return "; ".join(one.check.rule for one in check_sentences.marked(card.result)) or None


def unit_name(unit: Unit, currency: str) -> str:
    """The unit in a word; money by its currency."""
    return currency if unit == "currency" and currency else say(f"unit_{unit}")


def rows(pack: Pack) -> Iterator[Row]:
    """Every metric, those without data too: their state says why."""
    for branch in pack.board.branches:
        places: list[tuple[Aim | None, Card]] = [(aim, card) for aim in branch.aims for card in aim.cards]
        places = places or [(None, card) for card in branch.cards]
        for aim, card in places:
            yield Row(pack, branch, aim, card)


def as_csv(pack: Pack) -> bytes:
    """The table as CSV a spreadsheet opens; every line says whose numbers it holds, of which load, and how far the data
    reach. `as_of`: the last day looked at, where one is named. Percent as a fraction; missing is an empty field."""
    about: dict[str, Cell] = {
        "organisation": pack.title,
        "board_period": wording.period(pack.board.period),
        "compared_with": wording.period(pack.board.against),
        "as_of": pack.asked.until,
        "data_through": pack.through,
        "load": pack.facts.load_id,
        "synthetic": pack.is_synthetic,
    }
    lines = [
        [_text(column.of(row)) for column in COLUMNS] + [_text(one) for one in about.values()] for row in rows(pack)
    ]
    stream = io.StringIO(newline="")
    stream.write(spreadsheet.MARK)
    spreadsheet.write(stream, [*(column.key for column in COLUMNS), *about], lines)
    return stream.getvalue().encode()


def _text(cell: Cell) -> Cell:
    return visible(cell) if isinstance(cell, str) else cell
