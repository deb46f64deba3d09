"""The drafts of one session: text, where each began, what was last right, and the answers about them.

They live in the session alone and end with it; no other page and no other reader ever sees one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import streamlit as st

from dashboard.remembered import Remembered
from metrics.drafting import Written

_KEY = "workbench"
_DRAFTS_KEPT = 12
_ANSWERS_KEPT = 40
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

    def put(self, text: str) -> None:
        """Another text in place of what the reader has typed."""
        self.text = text
        self.revision = next(_revisions)


@dataclass
class _Desk:
    works: dict[str, Work] = field(default_factory=dict)
    answers: Remembered = field(default_factory=lambda: Remembered(_ANSWERS_KEPT))


def _desk() -> _Desk:
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _Desk()
    desk: _Desk = st.session_state[_KEY]
    return desk


def work(start: str, begin: Callable[[], tuple[str, Written | None]]) -> Work:
    """The draft that began at this address, or a new one."""
    works = _desk().works
    if start not in works:
        text, source = begin()
        works[start] = Work(start, text, source, text)
        while len(works) > _DRAFTS_KEPT:
            works.pop(next(iter(works)))
    return works[start]


def forget(start: str) -> None:
    """The draft is done with."""
    _desk().works.pop(start, None)


def remembered(question: tuple[Any, ...], compute: Callable[[], _Answer]) -> _Answer:
    """The answer to a question about a draft, computed once in this session."""
    return _desk().answers.get(question, compute)
