"""Parts of a page as escaped HTML: sentences, counts, ladder, rail, foot, breadcrumb, notices. Pure functions.

Whatever comes from data or files goes through esc() or rich(); nothing here draws, pages do.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dashboard import check_sentences, marks, score_axis, sentences, wording
from dashboard.navigation import link
from dashboard.theme import LIGHT, Tokens
from dashboard.wording import say
from data_checks.warehouse.contract import CheckOutcome, LoadFacts
from metrics.scorecard import Aim, Branch, Card, Scorecard

Query = Mapping[str, str | None]
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def esc(text: object) -> str:
    """Text from outside as HTML text."""
    return html.escape(str(text), quote=True)


_HYPHENED = re.compile(r"\w+(?:-\w+)+")


def headline(text: str) -> str:
    """A sentence as a heading: a word with a hyphen stays whole."""
    return _HYPHENED.sub(lambda word: f'<span class="whole">{word[0]}</span>', esc(text))


def rich(text: str) -> str:
    """A sentence as HTML; `**…**` is set in dark type."""
    return _BOLD.sub(r"<b>\1</b>", esc(text))


def anchor(text: str, address: str, kind: str = "") -> str:
    """A link that stays in the session (linked.py listens); `text` is escaped here."""
    return f'<a{f" class={kind!r}" if kind else ""} href="{esc(address)}">{esc(text)}</a>'


def status(word: str, theme: Tokens, text: str | None = None) -> str:
    """A status: mark, colour and word together."""
    return f'<span class="st s-{word}">{marks.mark(word, theme)}{esc(text or say(word))}</span>'


def section(head: str, scope: str, body: str, level: int = 2, kind: str = "") -> str:
    """A rule, a head on the left, its scope on the right, and what belongs under it. `scope` may be rich."""
    return (
        f'<section class="sec {kind}"><div class="sec-head"><h{level}>{esc(head)}</h{level}>'
        f'<span class="scope">{rich(scope)}</span></div>{body}</section>'
    )


def answer(board: Scorecard, currency: str, theme: Tokens, through: dt.date | None = None, more: str = "") -> str:
    """The page's answer, its sub sentence, `more` as HTML and the counts. `through`: the last day of the data."""
    told = sentences.summary(board, currency, through, is_taken_apart=bool(more))
    return (
        f'<div class="answer"><h1>{headline(sentences.answer(board, currency))}</h1>'
        f'<p class="sub">{rich(told)}</p>{more}{counts(board, theme)}</div>'
    )


def counts(board: Scorecard, theme: Tokens) -> str:
    """'3 missed: …  6 watch  1 too close  9 met  4 not judged', leaving out zeros."""
    return f'<p class="counts">{"".join(status(word, theme, text) for word, text in counted(board))}</p>'


def counted(board: Scorecard) -> list[tuple[str, str]]:
    """How many metrics of each status there are, as (status, words); those of none are left out."""
    cards = sentences.provided(sentences.cards_of(board))
    tally: Counter[str] = Counter(card.status for card in cards)
    parts = []
    for word in sentences.JUDGED:
        if tally[word]:
            text = f"{tally[word]} {say(word).lower()}"
            names = [sentences.inner(card.definition) for card in cards if card.status == word]
            if word == "missed" and len(names) <= 3 and len(set(names)) == len(names):
                text += f": {', '.join(names)}"
            parts.append((word, text))
    if tally["not_judged"]:
        parts.append(("not_judged", say("not_judged_count", n=tally["not_judged"])))
    if tally["no_goal"]:
        parts.append(("no_goal", say("no_goal_count", n=tally["no_goal"])))
    return parts


def ladder(board: Scorecard, theme: Tokens) -> str:
    """The whole and its four perspectives on one 0–100 axis."""
    parts = [(say(branch.perspective), branch) for branch in board.branches]
    return rungs(board, (say("overall"), board), parts, theme)


def rungs(
    board: Scorecard, whole: tuple[str, Scorecard | Branch], parts: Sequence[tuple[str, Branch | Aim]], theme: Tokens
) -> str:
    """A whole and what its score is made of on one 0–100 axis, by name; `board` says when, and how much is covered."""
    head = (
        f'<tr class="rung-head"><td></td><td class="axis"><span>0</span><span>{esc(say("limit"))}</span>'
        f'<span>{esc(say("goal"))}</span><span>100</span></td><th scope="col">{esc(say("score"))}</th>'
        f'<th scope="col">{esc(say("differs" if board.rival else "change"))}</th></tr>'
    )
    name, top = whole
    drawn = [_rung(name, top, board, sentences.cards_of(board), theme, big=True)]
    drawn += [_rung(name, part, board, part.cards, theme) for name, part in parts]
    drawn_before = (one for one in (top, *(part for _, part in parts)) if one.score is not None)
    has_before = any(one.previous_score is not None for one in drawn_before)
    notes = [say("hollow_dot", period=sentences.held_against(board)) if has_before else ""]
    notes.append(sentences.coverage(board))
    note = " ".join(part for part in notes if part)
    return f'<div class="ladder"><table>{head}{"".join(drawn)}</table><p class="note">{esc(note)}</p></div>'


def _rung(
    name: str, what: Scorecard | Branch | Aim, board: Scorecard, cards: Iterable[Card], theme: Tokens, big: bool = False
) -> str:
    score, before = what.score, what.previous_score
    word = "no_goal" if score is None else score_axis.standing_of(score, cards)
    alt = say("alt_no_score")
    if score is not None:
        key = "alt_score" if before is None else "alt_score_from"
        key = f"rival_{key}" if board.rival and before is not None else key
        period = board.rival or wording.period(board.against)
        shown = "" if before is None else wording.score(before)
        alt = say(key, score=wording.score(score), word=say(word).lower(), before=shown, period=period)
    figure = say("no_score") if score is None else wording.score(score)
    moved = "" if score is None or before is None else wording.score_change(score, before)
    return (
        f'<tr class="rung-row{" big" if big else ""}"><th scope="row">{esc(name)}</th>'
        f'<td class="axis">{marks.ladder(score, before, word, theme, alt, big)}</td>'
        f'<td class="num{"" if score is not None else " none"}">{esc(figure)}</td>'
        f'<td class="num move">{esc(moved)}</td></tr>'
    )


def rail(board: Scorecard, facts: LoadFacts, theme: Tokens, query: Query, first: str = "", refused: str = "") -> str:
    """`first`, what changed, how to read a row; apart from it the load, which a phone shows after the rows. `refused`:
    that a newer one was."""
    cards = sentences.provided(sentences.cards_of(board))
    withheld = sum(card.result.state == "withheld" for card in cards)
    result = load_result(facts, theme, withheld, refused)
    load = f'<aside class="load" aria-label="{esc(say("the_load"))}">{result}</aside>'
    return beside(board, facts, theme, query, first) + load


def beside(board: Scorecard, facts: LoadFacts, theme: Tokens, query: Query, first: str = "") -> str:
    """`first`, what changed and how to read a row, beside a board's rows."""
    cards = sentences.provided(sentences.cards_of(board))
    sections = f"{first}{_changed(board, facts, query)}{_how_to_read(cards, theme)}"
    return f'<aside class="rail" aria-label="{esc(say("beside"))}">{sections}</aside>'


def _changed(board: Scorecard, facts: LoadFacts, query: Query) -> str:
    found, more = sentences.changes(board, facts.currency)
    items = [
        f'<div class="item"><p>{_linked(change.headline, link("metric", {**query, "metric": change.metric}))}</p>'
        f'<p class="note">{esc(change.note)}</p></div>'
        for change in found
    ]
    if not items:
        items = [note(_why_none(board))]
    if more:
        text = say("more_changes_one" if more == 1 else "more_changes", n=more)
        items.append(f'<p class="note">{anchor(text, link("changes", query))}</p>')
    against = say("against", period=sentences.held_against(board))
    return section(say("what_differs" if board.rival else "what_changed"), against, "".join(items))


def _why_none(board: Scorecard) -> str:
    """Why no change is named."""
    if not board.complete:
        return say("not_compared", period=wording.period(board.period))
    if all(card.change is None for card in sentences.cards_of(board)):
        return say("nothing_before", period=sentences.held_against(board))
    return say("nothing_differs" if board.rival else "nothing_changed")


def _linked(headline: str, address: str) -> str:
    return f'<a class="quiet" href="{esc(address)}">{rich(headline)}</a>'


_UNJUDGED = ("withheld", "too_few", "unripe", "suppressed", "no_data", "no_goal")


def _how_to_read(cards: Iterable[Card], theme: Tokens) -> str:
    """The axis in words and the marks that occur on this board."""
    cards = tuple(cards)
    found = {sentences.mark_of(card) for card in cards}
    words = (*reversed(sentences.JUDGED), *(word for word in _UNJUDGED if word in found))
    legend = "".join(status(word, theme) for word in words)
    sample = marks.position(55.0, 46.0, 64.0, "watch", theme, "")
    text = say("how_to_read_text", space=wording.SPACE)
    if "too_close" in found:
        text += " " + say("how_to_read_too_close")
    if any(score_axis.beyond(card.definition, card.result.value, card.score) for card in cards):
        text += " " + say("how_to_read_off")
    return section(say("how_to_read"), "", f'{sample}<p class="note">{esc(text)}</p><p class="legend">{legend}</p>')


def load_result(facts: LoadFacts, theme: Tokens, withheld: int = 0, refused: str = "") -> str:
    """That a newer load was `refused`; one calm line; rows read, published and quarantined per table and the failed
    checks one step away."""
    tables = [table for table in facts.tables.items() if table[1].accounts.get("read")]
    read = sum(table.accounts["read"] for _, table in tables)
    bad = sum(table.accounts.get("quarantined", 0) for _, table in tables)
    kept = "load_none_withheld" if not withheld else "load_withheld_one" if withheld == 1 else "load_withheld"
    calm = say(
        "load_calm_none" if not bad else "load_calm_one" if bad == 1 else "load_calm",
        bad=wording.count(bad),
        read=wording.count(read),
        withheld=say(kept, n=withheld),
    )
    way = f'<p class="note">{anchor(say("q_see"), link("data_quality", {}))}</p>'
    newer = f'<p class="refused">{marks.mark("failed", theme)} {esc(refused)}</p>' if refused else ""
    if not tables:
        return section(say("the_load"), wording.date(facts.loaded_at.date()), newer + note(say("load_part")) + way)
    where = f"var/loads/{facts.load_id}/quarantine.csv"
    told = note(say("load_where", file=where)) if bad else ""
    rows = "".join(
        f'<tr><th scope="row">{esc(plain(name))}</th>'
        + "".join(_account(table.accounts, part) for part in ("read", "published", "quarantined"))
        + "</tr>"
        for name, table in tables
    )
    heads = "".join(
        f'<th scope="col"{"" if part == "table" else " class=num"}>{esc(say(f"load_{part}"))}</th>'
        for part in ("table", "read", "published", "quarantined")
    )
    passed = len(facts.checks) - len(facts.failed_checks)
    key = "load_checks" if facts.failed_checks else "load_checks_all"
    summary = f'<p class="note">{esc(say(key, passed=passed, total=len(facts.checks)))}</p>' if facts.checks else ""
    failed = _failed_checks(facts, theme)
    found = f'<table class="accounts"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{summary}{failed}'
    body = (
        f"{newer}<p>{esc(calm)}</p>{way}<details><summary>{esc(say('load_details'))}</summary>{told}{found}</details>"
    )
    return section(say("the_load"), wording.date(facts.loaded_at.date()), body)


def plain(name: str) -> str:
    """A table or rule as people say it."""
    return name.replace("_", " ")


_CHECKS_SHOWN = 3


def _failed_checks(facts: LoadFacts, theme: Tokens) -> str:
    """The worst in full, and the way to the others."""
    order = {"critical": 0, "warning": 1, "info": 2}
    worst = sorted(facts.failed_checks, key=lambda one: (one.outcome != "broken", order[one.severity], -one.bad_rows))
    shown = "".join(check(one, theme) for one in worst[:_CHECKS_SHOWN])
    others = worst[_CHECKS_SHOWN:]
    if not others:
        return shown
    text = say("load_more_checks_one" if len(others) == 1 else "load_more_checks", n=len(others))
    return f"{shown}<p>{anchor(text, link('data_quality', {}))}</p>"


def _account(accounts: Mapping[str, int], part: str) -> str:
    number = accounts.get(part, 0)
    kind = "num" + (" zero" if not number else " bad" if part == "quarantined" else "")
    return f'<td class="{kind}">{wording.count(number)}</td>'


def check(outcome: CheckOutcome, theme: Tokens) -> str:
    """One check that did not pass: how bad, how many rows, why it matters, whose it is."""
    word = "warning" if outcome.severity != "critical" and outcome.outcome == "failed" else "failed"
    size = say("load_broken") if outcome.outcome == "broken" else ""
    if outcome.outcome != "broken" and outcome.rows:
        counted = {"bad": wording.count(outcome.bad_rows), "rows": wording.count(outcome.rows)}
        size = say("load_bad_rows", **counted, table=plain(outcome.table))
    name = plain(outcome.rule)
    return (
        f'<div class="item check">{status(word, theme)} <b>{esc(name)}</b><p class="note">{esc(size)} '
        f"{esc(outcome.why)} {esc(say('owner', owner=outcome.owner))}</p></div>"
    )


def data_through(facts: LoadFacts, withheld: int = 0, query: Query | None = None) -> str:
    """'Data through … · 1 check failed, 1 metric withheld'. `query`: what the way to data quality carries on;
    None: there is none. A table that stopped coming is named, for the newest of all tables hides it."""
    through = rich(say("data_through", moment=wording.moment(facts.as_of, facts.timezone)))
    parts = [f"<span>{through}</span>"]
    if stale := check_sentences.stale(facts):
        mark = marks.mark("watch", LIGHT)  # the stylesheet colours it
        through = through.replace("<b>", '<b class="s-watch">')
        parts = [f'<span>{mark} {through}</span><span class="s-watch">{esc(stale)}</span>']
    failed = len(facts.failed_checks)
    told = [say("checks_failed_one" if failed == 1 else "checks_failed", n=failed)] if failed else []
    if withheld:
        told.append(say("metrics_withheld_one" if withheld == 1 else "metrics_withheld", n=withheld))
    if told:
        text = ", ".join(told)
        parts.append(f"<span>{esc(text) if query is None else anchor(text, link('data_quality', query))}</span>")
    return f'<p class="through">{"".join(parts)}</p>'


def printed_head(facts: LoadFacts, *parts: str | None) -> str:
    """The line that only paper shows: whose numbers, of what, how far, and whether they are invented."""
    through = say("printed_through", moment=wording.moment(facts.as_of, facts.timezone))
    invented = say("printed_synthetic") if facts.synthetic and "synthetic" not in facts.title.lower() else ""
    text = " · ".join(part for part in (facts.title, *parts, through, invented) if part)
    return f'<p class="printed">{esc(text)}</p>'


def breadcrumb(steps: Iterable[tuple[str, str]]) -> str:
    """(text, address) from the overview down; the last is where the reader is."""
    *above, here = list(steps)
    links = "".join(f"<li>{anchor(text, address)}</li>" for text, address in above)
    current = f'<li aria-current="page">{esc(here[0])}</li>'
    return f'<nav class="crumbs" aria-label="{esc(say("breadcrumb"))}"><ol>{links}{current}</ol></nav>'


def foot(facts: LoadFacts, last_complete: str, keys: str = "") -> str:
    """Whose data, which load, how far; `keys`: what the keyboard does here."""
    unsaid = facts.synthetic and "synthetic" not in facts.title.lower()
    company = say("synthetic", title=facts.title) if unsaid else facts.title
    load = say("load_at", load=facts.load_id, moment=wording.moment(facts.loaded_at, facts.timezone))
    parts = [company, load, say("last_complete", period=last_complete) if last_complete else "", keys]
    return f'<footer class="foot">{"".join(f"<span>{esc(part)}</span>" for part in parts if part)}</footer>'


def message(head: str, lines: Iterable[str] = (), following: str = "") -> str:
    """A page that has no numbers: one sentence, what is wrong where, the next step. `following` is HTML."""
    listed = "".join(f"<li>{esc(line)}</li>" for line in lines)
    return (
        f'<div class="answer message"><h1>{esc(head)}</h1>{f"<ul class=problems>{listed}</ul>" if listed else ""}'
        f'<p class="sub">{following}</p></div>'
    )


def note(text: str) -> str:
    """A line of small print."""
    return f'<p class="note">{esc(text)}</p>'


def notice(text: str) -> str:
    """One quiet line above the answer."""
    return f'<p class="notice" role="status">{esc(text)}</p>'
