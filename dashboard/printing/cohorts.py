"""Cohorts of buyers, printed: a triangle as wide as the window, or one line a group."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from dashboard import wording
from dashboard.printing.terminal import as_json, rendered, through, visible, width
from dashboard.wording import say
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.cohorts import SHORT_HISTORY, Group, Triangle
from metrics.period import period_at
from metrics.stats.not_known import NotKnown
from metrics.stats.retention import Share

_CELL = 5
_GAPS = 4
_LONGEST = 24


def cohorts(found: Triangle | NotKnown, facts: LoadFacts, form: str) -> str:
    """The answer of `scorecard cohorts`."""
    if form == "json":
        return as_json({"load": facts.load_id, "kind": "active_in_period", **_json(found)})
    if isinstance(found, NotKnown):
        return say("ch_none", why=found.sentence.rstrip("."))
    head = f"{say('ch_title', every=found.every)}\n{say('ch_reads_by' if found.by else 'ch_reads', every=found.every)}"
    rows = list(_group_rows(found) if found.by else _cohort_rows(found, facts))
    drawn, folded = _drawn(rows, found, width())
    return "\n\n".join([head, drawn, "\n".join(_notes(found, folded)), through(facts)])


Row = tuple[str, int | None, Sequence[Share | None]]
"""A label, how many buyers, and the shares of 1, 2, … periods later."""


def _cohort_rows(found: Triangle, facts: LoadFacts) -> Iterator[Row]:
    table = found.groups[0].table
    for cohort, size in zip(table.cohorts, table.sizes, strict=True):
        cells = [table.cell(cohort, after) for after in range(1, len(table.counts[0]))]
        yield _label(found, found.starts[cohort], facts), size, cells
    yield say("ch_average"), None, table.line()[1:]


def _group_rows(found: Triangle) -> Iterator[Row]:
    for group in found.groups:
        yield visible(group.value or "(none)")[:_LONGEST], sum(group.table.sizes), group.table.line()[1:]


def _label(found: Triangle, start: dt.date, facts: LoadFacts) -> str:
    if found.every == "month":
        return wording.month_short(start)
    return wording.period(period_at(start, found.every, facts.calendar))


def _drawn(rows: Sequence[Row], found: Triangle, columns: int) -> tuple[str, int]:
    """The table, and how many of the later periods the width has no room for."""
    first = max(len(say("ch_cohort")), *(len(label) for label, _, _ in rows))
    second = max(len(say("ch_buyers")), *(len(_counted(size)) for _, size, _ in rows))
    last = max((at + 1 for _, _, cells in rows for at, cell in enumerate(cells) if cell is not None), default=0)
    shown = max(1, min(last, (columns - first - second - _GAPS) // _CELL))
    drawn = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    drawn.add_column(found.by or say("ch_cohort"), header_style="bold", no_wrap=True, min_width=first)
    drawn.add_column(say("ch_buyers"), header_style="bold", justify="right", no_wrap=True, min_width=second)
    for after in range(1, min(shown, last) + 1):
        drawn.add_column(str(after), header_style="bold", justify="right", no_wrap=True, min_width=_CELL - 1)
    average: Sequence[Share | None] = () if found.by else rows[-1][2]
    for label, size, cells in rows:
        drawn.add_row(label, _counted(size), *(_cell(cell, at, average) for at, cell in enumerate(cells[:shown])))
    return rendered(drawn), max(0, last - shown)


def _counted(size: int | None) -> str:
    return "" if size is None else wording.count(size)


def _cell(cell: Share | None, at: int, average: Sequence[Share | None]) -> Text:
    """Whole percents; what differs from its column's average by more than chance is bold or dim."""
    if cell is None:
        return Text("")
    beside = average[at] if at < len(average) else None
    style = ""
    if beside is not None and beside is not cell:
        style = "bold" if cell.low > beside.value else "dim" if cell.high < beside.value else ""
    return Text(f"{100 * cell.value:.0f}%", style)


def _notes(found: Triangle, folded: int) -> Iterator[str]:
    if folded:
        told = wording.plural(folded, f"later {found.every} is", f"later {found.every}s are")
        yield say("ch_folded", n=told)
    if found.left_out:
        yield say("ch_groups_left", n=wording.plural(found.left_out, f"{found.by} is", f"{found.by}s are"))
    yield say("ch_cells", every=found.every)
    if not found.by and sys.stdout.isatty():
        yield say("ch_heat")
    if found.young:
        yield say("ch_young", day=wording.date(found.history), months=SHORT_HISTORY)


def _json(found: Triangle | NotKnown) -> dict[str, Any]:
    """Shares as fractions with their 95 % interval; a period that has not ended is null."""
    if isinstance(found, NotKnown):
        return {"groups": [], "state": found.status, "why": found.sentence}
    return {
        "every": found.every,
        "by": found.by,
        "history_starts": found.history,
        "groups_left_out": found.left_out,
        "groups": [_group_json(group, found) for group in found.groups],
        "state": "ok",
        "why": None,
    }


def _group_json(group: Group, found: Triangle) -> dict[str, Any]:
    table = group.table
    rows = [
        {
            "begins": found.starts[cohort],
            "n": size,
            "cells": [_share_json(table.cell(cohort, after)) for after in range(len(table.counts[0]))],
        }
        for cohort, size in zip(table.cohorts, table.sizes, strict=True)
    ]
    return {"value": group.value, "cohorts": rows, "average": [_share_json(cell) for cell in table.line()]}


def _share_json(cell: Share | None) -> dict[str, Any] | None:
    return None if cell is None else asdict(cell)
