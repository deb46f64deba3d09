"""What people write, as frozen entries: comment, review, step of an initiative, event. Which texts are taken."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from data_checks.errors import RequestError

Slices = tuple[tuple[str, str | None], ...]
"""(slice, value) in the order of the names; a None value means the rows without one. Empty: the whole organisation."""
Step = Literal["running", "done", "dropped"]

TEXT_LENGTH, TITLE_LENGTH, AUTHOR_LENGTH, KIND_LENGTH = 4000, 200, 100, 40
"""The most characters of a comment or note, of an event's title, of a name, and of a kind of event."""

_TURNS_TEXT = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make what follows run the other way: a text or a name could show what it does not say."""
_REFUSED = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, halves of characters, and Unicode's own line ends."""


@dataclass(frozen=True)
class About:
    """One metric, for one part of the organisation, in one period given by its first day and grain."""

    metric: str
    slices: Slices
    start: dt.date
    grain: str


@dataclass(frozen=True)
class Comment:
    """What somebody says about a number. `written_at`: naive UTC; `replaces`: the number of the comment it corrects."""

    id: int
    written_at: dt.datetime
    author: str
    about: About
    text: str
    replaces: int | None = None


@dataclass(frozen=True)
class Review:
    """That somebody has looked at a number. `status`: what it was then; `comment`: the one that explains it."""

    id: int
    written_at: dt.datetime
    author: str
    about: About
    status: str
    comment: int | None = None


@dataclass(frozen=True)
class InitiativeUpdate:
    """How an initiative stands from now on. `done_on`: only of one that is done."""

    id: int
    written_at: dt.datetime
    author: str
    initiative: str
    status: Step
    done_on: dt.date | None = None
    note: str = ""
    replaces: int | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened on a day and may explain a change."""

    id: int
    written_at: dt.datetime
    author: str
    happened_on: dt.date
    title: str
    kind: str = ""
    replaces: int | None = None


_Corrected = TypeVar("_Corrected", Comment, InitiativeUpdate, Event)


@dataclass(frozen=True)
class Entries:
    """Everything the journal holds of each kind, oldest first."""

    comments: tuple[Comment, ...] = ()
    reviews: tuple[Review, ...] = ()
    initiatives: tuple[InitiativeUpdate, ...] = ()
    events: tuple[Event, ...] = ()


def current(entries: Iterable[_Corrected]) -> tuple[_Corrected, ...]:
    """The entries that no later one replaces, in their order."""
    entries = tuple(entries)
    gone = {entry.replaces for entry in entries}
    return tuple(entry for entry in entries if entry.id not in gone)


def review_problem(status: str, commented: bool) -> str:
    """Why a number of this status cannot be marked reviewed, with a comment on it or without; '' when it can.

    What is red is not waved through: somebody has to say first what happened and what is done about it.
    """
    if status != "missed" or commented:
        return ""
    return "it is red and nobody has commented on it; write first what happened and what is done about it."


def slices_of(where: Mapping[str, str | None]) -> Slices:
    """Slices in their one order."""
    return tuple(sorted(where.items()))


def slices_text(slices: Slices) -> str:
    """Slices as the journal keeps them: JSON with one spelling, so that equal slices are equal texts."""
    return json.dumps(dict(slices), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_slices(text: str) -> Slices:
    """The slices of an entry. Raises ValueError for what slices_text did not write."""
    found = json.loads(text)
    if not isinstance(found, dict) or not all(value is None or isinstance(value, str) for value in found.values()):
        raise ValueError("no slices")
    return slices_of(found)


def comment_text(text: str) -> str:
    """A comment or note as it is kept. Raises RequestError."""
    return _taken(text, "a comment", TEXT_LENGTH, lines=True)


def note_text(text: str) -> str:
    """A note, which may be empty. Raises RequestError."""
    return _taken(text, "a note", TEXT_LENGTH, lines=True) if text.strip() else ""


def author_name(text: str) -> str:
    """The name of who writes. Raises RequestError."""
    return _taken(text, "a name", AUTHOR_LENGTH)


def event_title(text: str) -> str:
    """The title of an event. Raises RequestError."""
    return _taken(text, "a title", TITLE_LENGTH)


def event_kind(text: str) -> str:
    """The kind of an event, which may be empty. Raises RequestError."""
    return _taken(text, "a kind", KIND_LENGTH) if text.strip() else ""


def _taken(text: str, what: str, most: int, lines: bool = False) -> str:
    """The text without blanks around it and with one kind of line end; markup in it stays the text it is."""
    kept = text.replace("\r\n", "\n").strip()
    if not kept:
        raise RequestError(f"{what} must say something; it is empty.")
    if len(kept) > most:
        raise RequestError(f"{what} has at most {most:,} characters; this one has {len(kept):,}.")
    for place, letter in enumerate(kept, 1):
        allowed = lines and letter in "\n\t"
        if not allowed and (unicodedata.category(letter) in _REFUSED or letter in _TURNS_TEXT):
            found = f"U+{ord(letter):04X}"
            line = " A line break belongs in a comment only." if letter == "\n" else ""
            raise RequestError(f"character {place} of {what} cannot be shown ({found}); leave it out.{line}")
    return kept
