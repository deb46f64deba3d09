"""A pack as plain texts and pictures, page by page: what the board pack prints. No layout here.

Every number is written by the same functions as on the screen. Bold runs are {"t": text, "b": bold}.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from dashboard import check_sentences, components, marks, score_axis, sentences, wording
from dashboard.board import absent, rows
from dashboard.export import pictures
from dashboard.export.pack import Pack
from dashboard.export.pictures import PRINT, on_axis, svg_of
from dashboard.wording import say
from metrics.scorecard import Aim, Branch, Card, Scorecard

Content = dict[str, Any]
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_PART = 60
"""A part's name up to so many letters stands among the facts of the cover too; a longer one is in its title alone."""
_BEFORE_NUMBER = re.compile(r"(?<=[^\s.:;,]) (?=\**[^\w\s*]{0,2}\d)")
_AFTER_NUMBER = re.compile(r"(?<=\d) (?=[a-z])")
_COLOURS = {"met": PRINT.met, "watch": PRINT.watch, "missed": PRINT.missed, "too_close": PRINT.too_close}


def bound(text: str, last: int = 1) -> str:
    """A sentence in which no number begins a line alone, nor ends one before the word it counts, and whose last word
    stays with so many before it."""
    text = _BEFORE_NUMBER.sub(wording.SPACE, text)
    text = _AFTER_NUMBER.sub(wording.SPACE, text)
    return wording.SPACE.join(text.rsplit(" ", last))


def runs(text: str) -> list[Content]:
    """A sentence cut where its `**` begin and end."""
    return [{"t": part, "b": place % 2 == 1} for place, part in enumerate(_BOLD.split(text)) if part]


def status(word: str, text: str = "") -> Content:
    """Shape, colour and word."""
    return {"mark": pictures.mark(word), "colour": _COLOURS.get(word, PRINT.ink3), "word": text or say(word)}


def drawn(picture: tuple[str, str]) -> Content:
    """A small picture and what it says."""
    return {"svg": picture[0], "alt": picture[1]}


def facts(pack: Pack) -> list[tuple[str, str]]:
    """What every export says of itself: of which period, how far the data reach, which load, whose rows."""
    board, load = pack.board, pack.facts
    loaded = say("xp_fact_loaded", load=load.load_id, moment=wording.moment(load.loaded_at, load.timezone))
    whose = "xp_fact_scope_all" if pack.sees_all else "xp_fact_scope_teams"
    found = [
        (say("xp_fact_period"), wording.period(board.period)),
        (say("xp_fact_against"), wording.period(board.against)),
        (say("xp_fact_through"), pack.through),
        (say("xp_fact_load"), loaded),
        (say("xp_fact_scope"), say(whose)),
    ]
    if pack.asked.until:
        found.insert(2, (say("xp_fact_until"), say("xp_fact_until_text", day=wording.date(pack.asked.until))))
    if pack.asked.part:
        found.append((say("xp_fact_part"), pack.asked.part))
    if pack.is_synthetic:
        found.append((say("xp_fact_data"), say("xp_synthetic")))
    return found


def foot(pack: Pack) -> Content:
    """The line under every page: whose numbers, which gives way where they do not fit, and what follows."""
    told = say("xp_foot", title="", period=pack.asked.told, through=pack.through,
               load=pack.facts.load_id)  # fmt: skip
    return {"title": pack.title, "rest": told + (say("xp_foot_synthetic") if pack.is_synthetic else "")}


def cover(pack: Pack) -> Content:
    """The ten-second answer, as the overview has it."""
    board = pack.board
    parts = [(say(branch.perspective), branch) for branch in board.branches if sentences.provided(branch.cards)]
    return {
        **_answer(board, pack),
        "summary": runs(bound(summary(pack))),
        "in_short": bound(pack.in_short),
        "kind": say("xp_pack"),
        "title": pack.title,
        "period": pack.asked.told,
        "against": say("xp_beside", against=wording.period(board.against)),
        "vision": pack.plans.vision or "",
        "ladder": ladder(board, (say("overall"), board), parts),
        "facts": [[name, told] for name, told in facts(pack) if name != say("xp_fact_part") or len(told) <= _PART],
        "contents": say("xp_contents"),
    }


def summary(pack: Pack) -> str:
    """What stands under the answer on the overview, where `pack.in_short` follows."""
    facts = pack.facts
    return sentences.summary(pack.board, facts.currency, facts.as_of_day, is_taken_apart=bool(pack.in_short))


def _answer(board: Scorecard, pack: Pack) -> Content:
    currency = pack.facts.currency
    return {
        "answer": bound(sentences.answer(board, currency), last=2),
        "summary": runs(bound(sentences.summary(board, currency, pack.facts.as_of_day))),
        "counts": [status(word, text) for word, text in components.counted(board)],
    }


def ladder(board: Scorecard, whole: tuple[str, Scorecard | Branch], parts: Iterable[tuple[str, Any]]) -> Content:
    """A whole and its parts on one axis, and what is not in the score."""
    top = _rung(whole[0], whole[1], sentences.cards_of(board), big=True)
    below = [_rung(name, part, part.cards, big=False) for name, part in parts]
    hollow = say("hollow_dot", period=wording.period(board.against, board.period))
    has_before = any(rung["change"] for rung in (top, *below))
    note = " ".join(part for part in (hollow if has_before else "", sentences.coverage(board)) if part)
    axis = [_over(0, "0", "rung"), *_limit_and_goal("rung"), _over(100, "100", "rung")]
    return {"rungs": [top, *below], "note": note, "heads": [say("score"), say("change")], "axis": axis}


def _limit_and_goal(kind: str) -> list[list[float | str]]:
    return [_over(marks.LIMIT, say("limit"), kind), _over(marks.GOAL, say("goal"), kind)]


def _over(score: float, word: str, kind: str) -> list[float | str]:
    """A word and where on the axis it stands."""
    return [marks.along(score, kind), word]


def _rung(name: str, what: Scorecard | Branch | Aim, cards: Iterable[Card], big: bool) -> Content:
    score, before = what.score, what.previous_score
    word = "no_goal" if score is None else score_axis.standing_of(score, cards)
    alt = say("alt_no_score") if score is None else say("alt_score", score=wording.score(score), word=say(word).lower())
    moved = "" if score is None or before is None else wording.score_change(score, before)
    return {
        "name": name,
        "picture": drawn(on_axis(marks.ladder(score, before, word, PRINT, alt, big), 5)),
        "score": say("no_score") if score is None else wording.score(score),
        "is_scored": score is not None,
        "change": moved,
        "big": big,
    }


def perspective(pack: Pack, branch: Branch) -> Content:
    """One perspective: its answer, its objectives on one axis, every metric."""
    whole = pack.board
    board = replace(whole, branches=(branch,), score=branch.score, previous_score=branch.previous_score,
                    coverage=branch.coverage)  # fmt: skip
    aims = [(aim.objective.name if aim.objective else say("no_objective"), aim) for aim in branch.aims]
    axis = ladder(board, (say(branch.perspective), branch), aims)
    notes = [axis["note"] if aims else sentences.coverage(board)]  # without objectives no axis is drawn
    if any(marked(card) for card in branch.cards):
        notes.append(say("xp_marked_note"))
    axis["note"] = " ".join(one for one in notes if one)
    return {
        **_answer(board, pack),
        "title": say(branch.perspective),
        "ladder": axis,
        "heads": [say("column_status"), say("column_metric"), _limit_and_goal("position"),
                   say("column_months", periods=say(f"grains_{board.period.grain}")),
                  wording.period(board.period, board.period), say("column_goal"), say("column_change")],
        "groups": list(_groups(branch, pack)),
        "absent": " ".join(absent.lines(branch.cards)),
    }  # fmt: skip


def _groups(branch: Branch, pack: Pack) -> Iterator[Content]:
    if not branch.aims:
        yield {"name": "", "rows": [row(card, pack) for card in sentences.provided(branch.cards)]}
    for aim in branch.aims:
        if cards := sentences.provided(aim.cards):
            name = aim.objective.name if aim.objective else say("no_objective")
            yield {"name": name, "rows": [row(card, pack) for card in cards]}


def row(card: Card, pack: Pack) -> Content:
    """One metric: status, name and basis, position or why there is none, months, value, goal, change."""
    currency, definition = pack.facts.currency, card.definition
    word, why = sentences.mark_of(card), sentences.reason(card)
    off = score_axis.beyond(definition, card.result.value, card.score)
    position: Content = {"svg": "", "alt": ""}
    if not why:
        score = wording.score(card.score) if card.score is not None else ""
        alt = "" if card.score is None else say("alt_score", score=score, word=say(word).lower())
        position = drawn(
            on_axis(marks.position(card.score, card.score_low, card.score_high, word, PRINT, alt, off=off), 4)
        )
    return {
        **status(word),
        "name": sentences.title(definition),
        "basis": sentences.basis(card, currency),
        "marked": marked(card),
        "why": why,
        "position": position,
        "spark": drawn(svg_of(rows.sparkline(card, currency, PRINT))),
        "value": sentences.figure(card, currency),
        "has_value": sentences.figure(card, currency) != say("no_value"),
        "goal": sentences.goal_text(definition, currency),
        "change": sentences.change_text(card, currency),
        "clear": bool(card.change_is_clear),
    }


def marked(card: Card) -> str:
    """'marked', or 'stale', of a number that is shown with a failed check behind it; '' of any other."""
    if not check_sentences.marked(card.result):
        return ""
    return say("stale_mark" if card.is_stale else "mark")
