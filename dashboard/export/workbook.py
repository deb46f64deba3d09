"""A board as an Excel workbook: real numbers with formats, and what they mean beside them.

No cell is ever a formula, whatever text it holds. The same bytes for the same load, definitions and period.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboard import sentences, wording
from dashboard.export import command, content
from dashboard.export.pack import HIDDEN, Pack
from dashboard.export.safe_text import visible
from dashboard.export.table import COLUMNS, Cell, rows, unit_name
from dashboard.wording import say
from metrics.cascade import Node
from metrics.definition import PERSPECTIVES, Unit

COMMENTS = 1_000
"""So many comments are written, the newest; people's words belong in the journal."""
_LONGEST = 32_000
_HEADER = 200
_FORMATS: dict[Unit, str] = {
    "percent": "0.0%",
    "minutes": '#,##0.0" min"',
    "hours": '#,##0.0" h"',
    "days": '#,##0.0" days"',
    "score": "0.00",
    "points": "0.0",
    "number": "#,##0.00",
}
_CHANGED = re.compile(rb"<dcterms:modified[^>]*>[^<]*</dcterms:modified>")
_ZIPPED = (1980, 1, 1, 0, 0, 0)
_BOLD = Font(bold=True)


def workbook(pack: Pack, teams: Node | None = None) -> bytes:
    """The workbook. `teams`: the boards of departments and teams; None: the board is of one part already."""
    book = Workbook()
    _about(book.active, pack)  # type: ignore[arg-type]  # a new workbook has a sheet
    _board(book.create_sheet(say("xp_sheet_board")), pack)
    _trends(book.create_sheet(say("xp_sheet_trends")), pack)
    if teams is not None and teams.parts:
        _teams(book.create_sheet(say("xp_sheet_teams")), teams)
    _definitions(book.create_sheet(say("xp_sheet_definitions")), pack)
    if pack.comments:
        _comments(book.create_sheet(say("xp_sheet_comments")), pack)
    for sheet in book.worksheets:
        _on_paper(sheet, pack)
    book.properties.title = f"{pack.title}, {pack.asked.told}"
    book.properties.creator = pack.facts.title
    book.properties.created = pack.facts.loaded_at.replace(microsecond=0)
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue(), pack.facts.loaded_at)


def _board(sheet: Worksheet, pack: Pack) -> None:
    _head(sheet, [say(f"xp_column_{column.key}") for column in COLUMNS], [column.width for column in COLUMNS])
    for number, row in enumerate(rows(pack), start=2):
        unit = row.card.definition.unit
        for place, column in enumerate(COLUMNS, start=1):
            _write(sheet, number, place, column.of(row), _format(unit, pack) if column.has_unit else column.written)
    sheet.freeze_panes = "E2"
    sheet.auto_filter.ref = sheet.dimensions


def _trends(sheet: Worksheet, pack: Pack) -> None:
    """One row a metric, one column a period."""
    cards = [card for card in pack.cards if card.trend]
    starts = sorted({result.period for card in cards for result in card.trend}, key=lambda period: period.start)
    _head(
        sheet,
        [say("xp_column_name"), say("xp_column_unit"), *map(wording.period, starts)],
        [36, 9, *[15] * len(starts)],
    )
    for number, card in enumerate(cards, start=2):
        unit = card.definition.unit
        values = {result.period: None if result.state in HIDDEN else result.value for result in card.trend}
        _write(sheet, number, 1, sentences.title(card.definition))
        _write(sheet, number, 2, unit_name(unit, pack.facts.currency))
        for place, period in enumerate(starts, start=3):
            _write(sheet, number, place, values.get(period), _format(unit, pack))
    sheet.freeze_panes = "C2"


def _teams(sheet: Worksheet, whole: Node) -> None:
    """One row a department or team: its scores and how many of its metrics stand where."""
    words = (*sentences.JUDGED, "not_judged", "no_goal")
    heads = [say("xp_column_department"), say("xp_column_team"), say("overall"), *map(say, PERSPECTIVES)]
    heads += [say(word) if word != "not_judged" else say("means_not_judged").capitalize() for word in words]
    _head(sheet, heads, [24, 24, *[12] * (len(heads) - 2)])
    for number, (department, team, node) in enumerate(_lines(whole), start=2):
        scores = {branch.perspective: branch.score for branch in node.board.branches}
        cards = sentences.provided(sentences.cards_of(node.board))
        cells: list[Cell] = [department, team, node.board.score, *(scores.get(one) for one in PERSPECTIVES)]
        cells += [sum(card.status == word for card in cards) for word in words]
        for place, cell in enumerate(cells, start=1):
            _write(sheet, number, place, cell, "0" if isinstance(cell, float) else "")
    sheet.freeze_panes = "C2"


def _lines(whole: Node) -> Iterable[tuple[str | None, str | None, Node]]:
    for part in whole.parts:
        if part.slice == "department":
            yield part.value, None, part
            yield from ((part.value, team.value, team) for team in part.parts)
        else:
            yield None, part.value, part


def _definitions(sheet: Worksheet, pack: Pack) -> None:
    keys = ("metric", "name", "question", "words", "unit", "limit", "goal", "owner", "definition", "receipt", "command")
    _head(sheet, [say(f"xp_column_{key}") for key in keys], [28, 36, 50, 70, 9, 12, 12, 20, 15, 19, 60])
    for number, card in enumerate(sentences.cards_of(pack.board), start=2):
        one = card.definition
        cells: list[Cell] = [one.metric, sentences.title(one), one.question, pack.words.get(one.metric)]
        cells += [unit_name(one.unit, pack.facts.currency), one.red, one.goal, one.owner, one.hash]
        cells += [pack.fingerprints.get(one.metric), command.command(card, pack)]
        for place, cell in enumerate(cells, start=1):
            _write(sheet, number, place, cell, _format(one.unit, pack))
    sheet.freeze_panes = "C2"


def _comments(sheet: Worksheet, pack: Pack) -> None:
    """The newest, and how many there are when that is more."""
    _head(sheet, [say(f"xp_column_{key}") for key in ("metric", "part", "period_start", "author", "written", "text")],
          [28, 24, 14, 20, 18, 90])  # fmt: skip
    for number, one in enumerate(pack.comments[:COMMENTS], start=2):
        part = ", ".join(value or say("unnamed") for _, value in one.about.slices) or None
        cells: list[Cell] = [one.about.metric, part, one.about.start, one.author, one.written_at, one.text]
        for place, cell in enumerate(cells, start=1):
            _write(sheet, number, place, cell)
    if len(pack.comments) > COMMENTS:
        told = say("xp_comments_more", shown=wording.count(COMMENTS), all=wording.count(len(pack.comments)))
        _write(sheet, COMMENTS + 3, 1, told)


def _about(sheet: Worksheet, pack: Pack) -> None:
    sheet.title = say("xp_sheet_about")
    lines = [(say("xp_about_organisation"), pack.facts.title), *content.facts(pack)]
    lines += [("", sentences.answer(pack.board, pack.facts.currency)), ("", say("xp_about_rounding"))]
    lines += [("", say("xp_about_missing"))]
    for number, (name, text) in enumerate(lines, start=1):
        _write(sheet, number, 1, name)
        _write(sheet, number, 2, text)
        sheet.cell(number, 1).font = _BOLD
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 110


def _on_paper(sheet: Worksheet, pack: Pack) -> None:
    """What a printed sheet is of, on every page of it; the heads of its columns are repeated."""
    told = [sheet.title, pack.title, pack.asked.told, say("xp_synthetic_short") if pack.is_synthetic else ""]
    header = visible(" · ".join(one for one in told if one)).replace("&", "&&")
    sheet.oddHeader.left.text = header[:_HEADER]  # type: ignore[union-attr]
    sheet.oddFooter.right.text = "&P / &N"  # type: ignore[union-attr]
    sheet.page_setup.orientation = "landscape"
    if sheet.title != say("xp_sheet_about"):
        sheet.print_title_rows = "1:1"


def _head(sheet: Worksheet, heads: Sequence[str], widths: Sequence[int]) -> None:
    for place, (head, width) in enumerate(zip(heads, widths, strict=True), start=1):
        _write(sheet, 1, place, head)
        sheet.cell(1, place).font = _BOLD
        sheet.column_dimensions[get_column_letter(place)].width = width


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, number_format: str = "") -> None:
    """One cell. A text stays a text, with the mark a spreadsheet gives to what was typed as one."""
    if cell is None or cell == "":
        return
    target = sheet.cell(row, place)
    assert isinstance(target, SheetCell)
    if isinstance(cell, str):
        target.value = visible(cell)[:_LONGEST]
        target.data_type = "s"
        if cell.startswith(("=", "+", "-", "@")):
            target.quotePrefix = True
        return
    target.value = cell
    if number_format and not isinstance(cell, bool | dt.date):
        target.number_format = number_format
    elif isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        target.number_format = "yyyy-mm-dd"


def _format(unit: Unit, pack: Pack) -> str:
    if unit != "currency":
        return _FORMATS[unit]
    symbol = wording.SYMBOLS.get(pack.facts.currency, pack.facts.currency)
    letters = "".join(letter for letter in symbol if letter not in '"\\')
    return f'"{letters}"#,##0.00' if letters else "#,##0.00"


def _without_clock(book: bytes, instant: dt.datetime) -> bytes:
    """The same workbook without the time it was written at."""
    told = f'<dcterms:modified xsi:type="dcterms:W3CDTF">{instant:%Y-%m-%dT%H:%M:%SZ}</dcterms:modified>'.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fresh:
        for name in read.namelist():
            part: Any = read.read(name)
            part = _CHANGED.sub(told, part) if name == "docProps/core.xml" else part
            entry = zipfile.ZipInfo(name, _ZIPPED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            fresh.writestr(entry, part)
    return out.getvalue()
