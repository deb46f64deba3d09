"""What was said about a number, as escaped HTML. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import wording
from dashboard.components import esc, note, section, status
from dashboard.theme import Tokens
from dashboard.wording import say
from data_checks.journal_entries import About, Comment, Entries, current


def on(found: Entries, about: About) -> Entries:
    """The comments and reviews on exactly this number."""
    return Entries(
        comments=tuple(one for one in found.comments if one.about == about),
        reviews=tuple(one for one in found.reviews if one.about == about),
    )


def said(found: Entries, subject: str, is_red: bool, timezone: str, theme: Tokens) -> str:
    """Every comment that stands, oldest first, each over what it corrects; then who has reviewed the number."""
    items = "".join(_comment(one, found.comments, timezone) for one in current(found.comments))
    for one in found.reviews:
        by = say("reviewed_by", author=one.author, moment=wording.moment(one.written_at, timezone))
        items += f'<div class="item">{status("noted", theme, by)}</div>'
    none = note(say("comments_none_red" if is_red else "comments_none"))
    return section(say("comments"), _plain(subject), items or none)


def closed(sentence: str) -> str:
    """The section when there is nothing this reader may see or the journal cannot be read."""
    return section(say("comments"), "", note(sentence))


def _plain(text: str) -> str:
    """Text for a place that knows `**`: somebody's own stars stay stars."""
    return text.replace("**", "*\u2060*")


def _comment(one: Comment, every: Sequence[Comment], timezone: str) -> str:
    before = "".join(f"<p>{esc(old.text)}</p>{_by(old, timezone)}" for old in _before(one, every))
    if before:
        before = f"<details><summary>{esc(say('comment_was'))}</summary>{before}</details>"
    return f'<div class="item comment"><p>{esc(one.text)}</p>{_by(one, timezone)}{before}</div>'


def _by(one: Comment, timezone: str) -> str:
    moment = wording.moment(one.written_at, timezone)
    return note(say("comment_by", author=one.author, moment=moment, number=one.id))


def _before(one: Comment, every: Sequence[Comment]) -> list[Comment]:
    """What a comment corrects, and what that corrected, newest first."""
    by_id = {comment.id: comment for comment in every}
    found: list[Comment] = []
    while one.replaces is not None and one.replaces in by_id:
        one = by_id.pop(one.replaces)
        found.append(one)
    return found
