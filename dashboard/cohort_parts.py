"""Cohorts of buyers as an escaped triangle. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import wording
from dashboard.components import esc, note
from dashboard.wording import say
from data_checks.calendar import Calendar
from metrics.cohorts import SHORT_HISTORY, Triangle
from metrics.period import period_at
from metrics.stats.not_known import NotKnown
from metrics.stats.retention import Share

MOST_COHORTS = 14
MOST_AFTER = 12


def triangle(found: Triangle | NotKnown, calendar: Calendar) -> str:
    """Newest cohorts below; a cell is the share that bought again so many periods later."""
    if isinstance(found, NotKnown):
        return note(say("ch_none", why=found.sentence.rstrip(".")))
    table = found.groups[0].table
    columns = range(1, min(len(table.counts[0]), MOST_AFTER + 1))
    average = table.line()
    rows = "".join(
        _row(_label(found, cohort, calendar), size, [table.cell(cohort, after) for after in columns], average)
        for cohort, size in list(zip(table.cohorts, table.sizes, strict=True))[-MOST_COHORTS:]
    )
    every = found.every
    heads = "".join(
        f'<th scope="col" class="num"><span class="ear">{esc(every)} </span>{after}</th>' for after in columns
    )
    first, buyers = esc(say("mx_ch_first")), esc(say("mx_ch_buyers"))
    head = f'<th scope="col">{first}</th><th scope="col" class="num">{buyers}</th>{heads}'
    whole = _row(say("mx_ch_average"), sum(table.sizes), [average[after] for after in columns], average, "sum")
    drawn = f'<table class="mx-cohorts"><thead><tr>{head}</tr></thead><tbody>{rows}{whole}</tbody></table>'
    region = f'<div class="behind" tabindex="0" role="region" aria-label="{esc(say("mx_cohorts"))}">{drawn}</div>'
    notes = [say("mx_ch_reading")]
    if found.young:
        notes.append(say("ch_young", day=wording.date(found.history), months=SHORT_HISTORY))
    return f'<p class="standing">{esc(say("mx_ch_reads", every=every))}</p>{region}{note(" ".join(notes))}'


def _label(found: Triangle, cohort: int, calendar: Calendar) -> str:
    start = found.starts[cohort]
    return (
        wording.month_short(start) if found.every == "month" else wording.period(period_at(start, "quarter", calendar))
    )


def _row(label: str, size: int, cells: Sequence[Share | None], average: Sequence[Share | None], kind: str = "") -> str:
    shown = "".join(_cell(cell, average[at] if at < len(average) else None) for at, cell in enumerate(cells, 1))
    return f'<tr class="{kind}"><th scope="row">{esc(label)}</th><td class="num">{wording.count(size)}</td>{shown}</tr>'


def _cell(cell: Share | None, beside: Share | None) -> str:
    """Whole percents; what differs from its column's average by more than chance is dark or pale."""
    if cell is None:
        return '<td class="num"></td>'
    kind = ""
    if beside is not None and beside is not cell:
        kind = " above" if cell.low > beside.value else " below" if cell.high < beside.value else ""
    return f'<td class="num{kind}">{100 * cell.value:.0f}</td>'
