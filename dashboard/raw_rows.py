"""The rows behind a number as an escaped table: what differs between them, the telling columns first."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from dashboard import spreadsheet, wording
from dashboard.cache import RowsBehind
from dashboard.components import anchor, esc, note, section
from dashboard.navigation import link
from dashboard.wording import say
from metrics.rows.listing import RowTable

_COLUMNS_THAT_FIT = 8
_TELLING = ("score", "counted", "revenue", "comment")
_IDS_WITH_NAMES = ("team_id", "agent_id")


def told_apart(found: RowTable, timezone: str) -> RowsBehind:
    """The rows without ids that stand beside the name they stand for, their times as the organisation's clock shows
    them: the ticket a row leads to says the same."""
    named = {name for name in _IDS_WITH_NAMES if name.removesuffix("_id") in found.columns}
    kept = [place for place, name in enumerate(found.columns) if name not in named]
    zone = ZoneInfo(timezone)
    rows = tuple(tuple(wording.on_clock(row[place], zone) for place in kept) for row in found.rows)
    return RowsBehind(tuple(found.columns[place] for place in kept), rows, found.total)


def table(found: RowsBehind, head: str = "", kept: Mapping[str, str | None] | None = None) -> str:
    """Every row that was handed over. Columns without content are left out, those alike in all rows are said once.
    `head`: what they are, when not the rows behind a number. `kept`: what a ticket's address keeps of this page's."""
    head = head or say("rows_behind")
    if not found.rows:
        return section(head, "", note(say("rows_none")))
    shown = len(found.rows)
    scope = say("rows_first", shown=wording.count(shown))
    if found.total is not None:
        scope = say("rows_scope", shown=wording.count(shown), total=wording.count(found.total))
    places = sorted(_differing(found), key=lambda place: _rank(found.columns[place], place))
    right = {place: " class=num" if _is_number(found, place) else "" for place in places}
    heads = "".join(f'<th scope="col"{right[place]}>{esc(_title(found.columns[place]))}</th>' for place in places)
    lines = (
        "".join(f"<td{right[place]}>{_cell(found.columns[place], row[place], kept or {})}</td>" for place in places)
        for row in found.rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    rows = f'<table class="groups"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'
    region = f'<div class="behind" tabindex="0" role="region" aria-label="{esc(head)}">{rows}</div>'
    hint = f'<p class="note hint">{esc(say("rows_scroll"))}</p>' if len(places) > _COLUMNS_THAT_FIT else ""
    return f'<div id="rows">{section(head, scope, _alike(found) + hint + region)}</div>'


def _cell(column: str, content: object, kept: Mapping[str, str | None]) -> str:
    """A cell as HTML; a ticket's id leads to the ticket."""
    text = wording.cell(content)
    return anchor(text, link("ticket", {**kept, "ticket": text})) if column == "ticket_id" and text else esc(text)


def as_csv(found: RowsBehind, about: Sequence[str] = ()) -> str:
    """Every column and row for a spreadsheet, under a line for each part of `about`, how many rows there are, and an
    empty line."""
    out = io.StringIO()
    out.write(spreadsheet.MARK)
    if about:
        total = len(found.rows) if found.total is None else found.total
        counted = say("rows_file_scope", shown=wording.count(len(found.rows)), total=wording.count(total))
        spreadsheet.write(out, [about[0]], [[line] for line in (*about[1:], counted, "")])
    spreadsheet.write(out, found.columns, found.rows)
    return out.getvalue()


def _is_number(found: RowsBehind, place: int) -> bool:
    """Whether a column holds numbers and nothing else."""
    cells = [row[place] for row in found.rows if row[place] is not None]
    return bool(cells) and all(isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) for cell in cells)


def _alike(found: RowsBehind) -> str:
    """One line for the columns that say the same in every row."""
    differing = set(_differing(found))
    first = found.rows[0]
    pairs = [
        f"{_title(name)} {wording.cell(first[place])}"
        for place, name in enumerate(found.columns)
        if place not in differing and wording.cell(first[place])
    ]
    return note(say("rows_alike", pairs=", ".join(pairs))) if pairs else ""


def _differing(found: RowsBehind) -> list[int]:
    """Places of the columns that tell rows apart; the first, the key, always does."""
    return [
        place
        for place in range(len(found.columns))
        if place == 0 or len(found.rows) == 1 or len({row[place] for row in found.rows}) > 1
    ]


def _rank(column: str, place: int) -> tuple[int, int]:
    """Key, what was counted, times, words, other keys."""
    if place == 0:
        return 0, 0
    if column in _TELLING:
        return 1, _TELLING.index(column)
    return (2 if column.endswith(("_at", "_on")) else 4 if column.endswith("_id") else 3), place


def _title(column: str) -> str:
    return column.replace("_", " ")
