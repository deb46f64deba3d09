"""Who stays, as escaped HTML: the triangle of cohorts and the reasons for leaving. Pure functions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from dashboard import components, survival_sentences, wording
from dashboard.bars import bar
from dashboard.components import esc, note, rich, section
from dashboard.reasons import clause
from dashboard.wording import say
from data_checks.warehouse.contract import LoadFacts
from metrics.analyses.cohorts import SHORT_HISTORY, Group, Survival, Triangle
from metrics.analyses.leaving import Leaving, Reason
from metrics.period import period_at
from metrics.stats.not_known import NotKnown
from metrics.stats.retention import Share

MOST_COHORTS = {"quarter": 12, "month": 18}
"""The newest cohorts drawn; the line of all together is of all of them."""
MOST_AGES = 12
_STEPS = 6
"""Shades of one hue; the numbers carry the meaning."""
_YEAR = 12
_DAY = dt.timedelta(days=1)


# ── the answer ───────────────────────────────────────────────────────────────────────────────────────


def answer(found: Triangle | NotKnown, contracts: Survival | NotKnown, whole: str = "") -> str:
    """What the page says first: who comes back, and who stays under contract. `whole`: the address of the whole
    organisation for a reader who looks at a part of it."""
    told = [] if isinstance(contracts, NotKnown) else list(_contracts(contracts))
    if isinstance(found, NotKnown):
        closed = found.status == "undefined"
        head = say("rt_answer_closed" if closed else "rt_answer_none")
        way = f" {components.anchor(say('lv_whole'), whole)}" if closed and whole else ""
        told.insert(0, f"{esc(say('rt_none', why=clause(found)))}{way}")
        return _answer(head, told)
    line = found.groups[0].table.line()
    known = [(after, cell) for after, cell in enumerate(line) if after and cell is not None]
    if not known:
        return _answer(say("rt_answer_none"), told)
    first = known[0][1]
    head = say("rt_answer", share=wording.value(first.value, "percent"), every=found.every)
    year = {"quarter": 4, "month": 12}[found.every]
    later = next((cell for after, cell in known if after == year), None)
    if later is not None:
        share, buyers = wording.value(later.value, "percent"), wording.count(later.whole)
        told.insert(0, rich(say("rt_late", n=year, every=found.every, share=share, buyers=buyers)))
    return _answer(head, told)


def _answer(head: str, told: Sequence[str]) -> str:
    return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{" ".join(told)}</p></div>'


def _contracts(found: Survival) -> Iterator[str]:
    curve = found.groups[0].curve
    if _YEAR in survival_sentences.marks(curve):
        share = wording.value(curve.at(survival_sentences.days(_YEAR)), "percent")
        yield rich(say("rt_year_of_contracts", share=share))


# ── the triangle ─────────────────────────────────────────────────────────────────────────────────────


def triangle(found: Triangle | NotKnown, facts: LoadFacts, refused: str = "") -> str:
    """Cohorts by age. `refused`: why they are not told apart as asked, '' when they are."""
    if isinstance(found, NotKnown):
        return section(say("rt_triangle"), "", note(say("rt_none", why=clause(found))))
    rows = list(_group_rows(found) if found.by else _cohort_rows(found, facts))
    ages = min(MOST_AGES, max(_last_age(cells) for _, _, cells in rows))
    alt = say("rt_triangle_alt", every=found.every)
    table = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{esc(alt)}"><table class="triangle">'
        f"{_heads(found, ages)}<tbody>{_body(rows, ages, found)}</tbody></table></div>"
    )
    told = [refused, *_notes(found)]
    scope = say("rt_triangle_scope", every=found.every)
    return section(say("rt_triangle"), scope, table + "".join(note(one) for one in told if one))


Row = tuple[str, int | None, Sequence[Share | None]]
"""A label, how many buyers, and the shares of 1, 2, … periods later."""


def _cohort_rows(found: Triangle, facts: LoadFacts) -> Iterator[Row]:
    """All together first: what every cohort is held against."""
    table = found.groups[0].table
    yield say("rt_average"), sum(table.sizes), table.line()[1:]
    newest = list(zip(table.cohorts, table.sizes, strict=True))[-MOST_COHORTS[found.every] :]
    for cohort, size in newest:
        start = found.starts[cohort]
        label = (
            wording.month_short(start)
            if found.every == "month"
            else wording.period(period_at(start, found.every, facts.calendar))
        )
        yield label, size, [table.cell(cohort, after) for after in range(1, len(table.counts[0]))]


def _group_rows(found: Triangle) -> Iterator[Row]:
    yield from (_group(group) for group in found.groups)


def _group(group: Group) -> Row:
    return group.value or say("unassigned"), sum(group.table.sizes), group.table.line()[1:]


def _last_age(cells: Sequence[Share | None]) -> int:
    return max((age for age, cell in enumerate(cells, 1) if cell is not None), default=1)


def _heads(found: Triangle, ages: int) -> str:
    first = (found.by or "").replace("_", " ").capitalize() or say("rt_cohort")
    heads = "".join(f'<th scope="col" class="num">{age}</th>' for age in range(1, ages + 1))
    return (
        f'<thead><tr><th scope="col">{esc(first)}</th><th scope="col" class="num buyers">{esc(say("rt_buyers"))}</th>'
        f"{heads}</tr></thead>"
    )


def _body(rows: Sequence[Row], ages: int, found: Triangle) -> str:
    top = max((cell.value for _, _, cells in rows for cell in cells[:ages] if cell is not None), default=0.0) or 1.0
    average: Sequence[Share | None] = () if found.by else rows[0][2]
    drawn = ""
    for place, (label, size, cells) in enumerate(rows):
        kind = ' class="all"' if place == 0 and not found.by else ""
        counted = wording.count(size or 0)
        inside = "".join(_cell(cell, at, average, top) for at, cell in enumerate(cells[:ages]) if cell is not None)
        young = ages - sum(cell is not None for cell in cells[:ages])
        n = f'<span class="note n" aria-hidden="true">{esc(say("n", n=counted))}</span>'
        drawn += f'<tr{kind}><th scope="row">{esc(label)}{n}</th><td class="num buyers">{counted}</td>{inside}'
        drawn += f"{_young(young, found.every)}</tr>"
    return drawn


def _cell(cell: Share, at: int, average: Sequence[Share | None], top: float) -> str:
    """A whole percent on its shade; a mark where it differs from all together by more than chance."""
    beside = average[at] if at < len(average) else None
    differs = ""
    if beside is not None and beside is not cell:
        differs = "above" if cell.low > beside.value else "below" if cell.high < beside.value else ""
    shade = min(_STEPS - 1, int(cell.value / top * _STEPS))
    ends = wording.interval(cell.low, cell.high, "percent")
    told = say("rt_cell", part=wording.count(cell.part), whole=wording.count(cell.whole), interval=ends,
               space=wording.SPACE)  # fmt: skip
    mark = ""
    if differs:
        said = say(f"rt_{differs}")
        told = f"{told}, {said}"
        mark = f'<i aria-hidden="true">{"▲" if differs == "above" else "▼"}</i><span class="ear">{esc(said)}</span>'
    return f'<td class="num h{shade}" title="{esc(told)}">{mark}{esc(wording.share(cell.value))}</td>'


def _young(count: int, every: str) -> str:
    if not count:
        return ""
    long = esc(say("rt_young_long", every=every))
    kind = "young one" if count == 1 else "young"
    return f'<td class="{kind}" colspan="{count}" title="{long}">{esc(say("rt_young"))}</td>'


def _notes(found: Triangle) -> Iterator[str]:
    yield say("rt_groups") if found.by else say("rt_note")
    if found.by:
        if found.left_out:
            yield say("ch_groups_left", n=wording.plural(found.left_out, f"{found.by} is", f"{found.by}s are"))
    else:
        cohorts, shown = len(found.groups[0].table.cohorts), MOST_COHORTS[found.every]
        if cohorts > shown:
            yield say("rt_left_out", n=shown, all=cohorts)
    if found.young:
        yield say("ch_young", day=wording.date(found.history), months=SHORT_HISTORY)


# ── reasons ──────────────────────────────────────────────────────────────────────────────────────────


def reasons(found: Leaving | NotKnown) -> str:
    """Why contracts ended, one row a reason."""
    if isinstance(found, NotKnown):
        return section(say("lw_title"), "", note(say("lw_none", why=clause(found))))
    most = max(one.share.high for one in found.reasons)
    heads = [("", "lw_reason"), ("num", "lw_share"), ("num", "lw_ended"), ("num", "lw_change")]
    head = "".join(
        f'<th scope="col" class="{kind}"{" colspan=2" if key == "lw_share" else ""}>{esc(say(key))}</th>'
        for kind, key in heads
    )
    rows = "".join(_reason(one, most) for one in found.reasons)
    scope = say("lw_scope", n=wording.count(found.ended), start=wording.month_short(found.start),
                end=wording.month_short(found.end - _DAY))  # fmt: skip
    table = f'<table class="lengths"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return section(say("lw_title"), scope, table + note(say("lw_note", space=wording.SPACE)))


def _reason(one: Reason, most: float) -> str:
    name = one.name or say("lw_unknown")
    ends = wording.interval(one.share.low, one.share.high, "percent")
    drawn = bar(one.share.value, most, one.share.low, one.share.high, "" if one.name else "soft")
    change, clear = "", ""
    if one.change is not None:
        change = wording.change(one.change, "percent")
        is_clear = one.change_ends is not None and not one.change_ends[0] <= 0 <= one.change_ends[1]
        clear = " clear" if is_clear else ""
    kind = "" if one.name else ' class="unknown"'
    return (
        f'<tr{kind}><th scope="row">{esc(name)}</th>'
        f'<td class="bar-cell">{drawn}</td>'
        f'<td class="num"><b>{esc(wording.value(one.share.value, "percent"))}</b>'
        f'<span class="note">{esc(ends)}</span></td>'
        f'<td class="num">{wording.count(one.share.part)}</td>'
        f'<td class="num move{clear}">{esc(change)}</td></tr>'
    )
