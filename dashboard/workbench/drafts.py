"""The drafts of one session: text, where each began, what was last right, and the answers about them.

They live in the session alone and end with it; no other page and no other reader ever sees one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from dashboard.cache import Load
from dashboard.remembered import Remembered
from metrics.definition import MetricDefinition
from metrics.drafts.draft_files import DraftFile
from metrics.drafts.drafting import Written
from metrics.drafts.settle import Settled

_KEY = "workbench"
_DRAFTS_KEPT = 12
_BYTES_KEPT = 8 * 2**20
"""Of the answers of one session; what its drafts and the load hold anyhow is not counted."""
_HELD_ANYHOW = (Load, MetricDefinition, DraftFile, Settled)
_revisions = itertools.count(1)
_Answer = TypeVar("_Answer")


@dataclass
class Work:
    """One draft. `begun`: the text it began as; `source`: the definition it changes, None for a new one. `good`: the
    newest text without problems. `revision`: another one for each text that came from elsewhere than the reader's keys.
    `seen`: files shown to the reader as they stand on disk. `told`: what the last action did."""

    start: str
    begun: str
    source: Written | None
    text: str = ""
    good: str | None = None
    revision: int = field(default_factory=lambda: next(_revisions))
    seen: dict[str, bytes] = field(default_factory=dict)
    told: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to save."""
        return self.source is None or self.text.rstrip() != self.source.text.rstrip()

    def put(self, text: str) -> None:
        """Another text in place of what the reader has typed."""
        self.text = text
        self.revision = next(_revisions)


@dataclass
class _Desk:
    works: dict[str, Work] = field(default_factory=dict)
    answers: Remembered = field(default_factory=lambda: Remembered(_BYTES_KEPT, _HELD_ANYHOW))


def _desk() -> _Desk:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _Desk()
    desk: _Desk = st.session_state[_KEY]
    return desk


def work(start: str, text: str, source: Written | None) -> Work:
    """The draft that began at this address, or a new one; one in which nothing is changed follows the file."""
    works = _desk().works
    known = works.get(start)
    if known is None or (known.source != source and known.text == known.begun):
        works[start] = Work(start, text, source, text)
        while len(works) > _DRAFTS_KEPT:
            works.pop(next(iter(works)))
    return works[start]


def saved(one: Work, start: str, source: Written) -> None:
    """The draft goes on as a change of what has just been saved; what was typed meanwhile stays in it."""
    works = _desk().works
    works.pop(one.start, None)
    one.start, one.begun, one.source = start, source.text, source
    one.seen.clear()
    works[start] = one


def forget(start: str) -> None:
    """The draft is done with."""
    _desk().works.pop(start, None)


def remembered(question: tuple[Any, ...], compute: Callable[[], _Answer]) -> _Answer:
    """The answer to a question about a draft, computed once in this session."""
    return _desk().answers.get(question, compute)
