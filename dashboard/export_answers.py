"""What the export menu writes: the reader's own board, gathered from what the screen remembers."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from dashboard import access, cache
from dashboard.cache import Load
from dashboard.controls import Choice, opening
from data_checks.errors import RequestError
from data_checks.journal_entries import Entries
from metrics.scope import Scope

if TYPE_CHECKING:
    from dashboard.export.board_pack import Paper
    from dashboard.export.pack import Pack


def pack(load: Load, scope: Scope, choice: Choice, sees_agents: bool) -> Pack:
    """The board the reader looks at, with all that stands behind it. A file is made where nobody can ask any more who
    reads, so what they may see is handed over. Raises RequestError."""
    from dashboard.export.pack import Asked, gather

    opened = cache.opened(load)
    asked = Asked(scope, choice.period, choice.against, dict(choice.where))
    entries, problem = Entries(), ""
    try:
        entries = cache.floors().entries(load, scope, None)
        entries = replace(entries, comments=tuple(access.told_of(entries.comments, sees_agents)))
    except RequestError as error:
        problem = str(error)
    board = cache.scorecard(load, scope, choice.period, choice.against, choice.where)
    return gather(opened.warehouse, opened.catalog, asked, cache.quality(load, scope), entries, problem, board)


def draw(load: Load, scope: Scope) -> None:
    """Draw the charts of the pack of the board the reader opens first: what is drawn is kept, and takes the longest.
    Raises RequestError."""
    from dashboard.export import content_reasons

    content_reasons.changes(pack(load, scope, opening(load), sees_agents=False))


def board_pack(load: Load, scope: Scope, choice: Choice, sees_agents: bool, paper: Paper) -> bytes:
    """The board as a PDF. Raises RequestError."""
    from dashboard.export.board_pack import board_pack as laid_out

    return laid_out(pack(load, scope, choice, sees_agents), paper)


def workbook(load: Load, scope: Scope, choice: Choice, sees_agents: bool) -> bytes:
    """The board as a workbook, with the reader's teams where it is of all of them. Raises RequestError."""
    from dashboard.export.workbook import workbook as written

    teams = None
    if not choice.where:
        with contextlib.suppress(RequestError):  # there are none
            teams = cache.cascade(load, scope, choice.period, choice.against)
    return written(pack(load, scope, choice, sees_agents), teams)


def table(load: Load, scope: Scope, choice: Choice, sees_agents: bool) -> bytes:
    """The board as CSV. Raises RequestError."""
    from dashboard.export.table import as_csv

    return as_csv(pack(load, scope, choice, sees_agents))


def snapshot(load: Load, scope: Scope, choice: Choice, sees_agents: bool) -> bytes:
    """The board as an HTML file. Raises RequestError."""
    from dashboard.export.snapshot import snapshot as written

    return written(pack(load, scope, choice, sees_agents))
