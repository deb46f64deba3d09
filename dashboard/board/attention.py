"""What is missed, and who works on it, what nobody works on first: for the terminal and for the overview."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from dashboard import sentences, wording
from dashboard.board.rows import Query
from dashboard.components import esc, section
from dashboard.navigation import link
from dashboard.wording import printable, say
from metrics.attention import Attention
from metrics.strategy import Initiative

MOST = 5


def missed(needs: Iterable[Attention]) -> list[Attention]:
    """Those that are missed: alone first, then in hand."""
    return [one for one in needs if one.why in ("red_alone", "red_in_hand")]


def lines(needs: Iterable[Attention], today: dt.date) -> list[str]:
    """A sentence for each, safe for a terminal."""
    told = []
    for one in missed(needs):
        name = sentences.short(one.card.definition)
        if one.why == "red_alone":
            told.append(say("red_without", name=name))
        for work in one.initiatives:
            said = {key: printable(text) for key, text in _said(work, today).items()}
            told.append(say("red_with", name=name, **said))
    return told


def rail_section(needs: Sequence[Attention], currency: str, today: dt.date, query: Query, problem: str = "") -> str:
    """The section of the overview; '' when nothing is missed. `problem`: why the journal could not be read."""
    red = missed(needs)
    if not red:
        return ""
    alone = sum(one.why == "red_alone" for one in red)
    items = [_item(one, currency, today, query) for one in red[:MOST]]
    if len(red) > MOST:
        items.append(f'<p class="note">{esc(say("red_more", n=len(red) - MOST))}</p>')
    if problem:
        items.append(f'<p class="note">{esc(problem)}</p>')
    scope = say("red_alone_count", n=alone) if alone else say("red_none_alone")
    return section(say("red_head"), scope, "".join(items), kind="attention")


def _item(one: Attention, currency: str, today: dt.date, query: Query) -> str:
    definition = one.card.definition
    address = link("metric", {**query, "metric": definition.metric})
    goal = sentences.goal_text(definition, currency)
    told = say("red_figures", value=sentences.figure(one.card, currency), goal=goal)
    head = f'<a class="quiet" href="{esc(address)}"><b>{esc(sentences.short(definition))}</b></a> {esc(told)}'
    owner = say("red_owner", owner=definition.owner) if definition.owner else ""
    works = [say("red_work", **_said(work, today)) for work in one.initiatives] or [say("red_nobody") + owner]
    return f'<div class="item"><p>{head}</p>{"".join(f"<p class=note>{esc(work)}</p>" for work in works)}</div>'


def _said(one: Initiative, today: dt.date) -> dict[str, str]:
    by = say("by_owner", owner=one.owner) if one.owner else ""
    key = "due_was" if one.due < today else "due_is"
    return {"initiative": one.name, "by": by, "due": say(key, due=wording.date(one.due))}
