"""Screens prepared for a load before anybody asks: what every page needs for the period it opens with.

For the whole organisation only: who sees some teams of it asks other questions, each answered at its first asking.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from dashboard import cache
from dashboard.cache import Load
from dashboard.controls import opening
from data_checks.errors import ScorecardError
from metrics.scope import Scope
from metrics.scorecard import Scorecard

log = logging.getLogger("scorecard")
_Answer = TypeVar("_Answer")
_LOOKED_AFTER = 5.0
"""Seconds between two looks for a new load."""


def _board(load: Load, scope: Scope) -> Scorecard:
    return cache.scorecard(load, scope, opening(load).period, opening(load).against)


def _changes(load: Load, scope: Scope) -> str:
    from dashboard.changes import answers as changes_answers

    return changes_answers.in_short(load, scope, _board(load, scope), ())


def _cohorts(load: Load, scope: Scope) -> None:
    from dashboard.retention import answers as retention_answers

    retention_answers.triangle(load, scope, opening(load), "quarter", None)


def _explanations(load: Load, scope: Scope) -> None:
    from dashboard import sentences
    from dashboard.changes import answers as changes_answers

    for card in filter(changes_answers.has_moved, sentences.cards_of(_board(load, scope))):
        changes_answers.explanation(load, scope, card, ())


def _charts_on_paper(load: Load, scope: Scope) -> None:
    from dashboard import export_answers

    export_answers.draw(load, scope)


_QUESTIONS: tuple[Callable[[Load, Scope], object], ...] = (
    _board,
    cache.teams,
    cache.departments,
    lambda load, scope: cache.names(load, scope, "agent"),
    _changes,
    lambda load, scope: cache.events(load, scope, cache.Book()),
    lambda load, _: cache.library(load),
    cache.quality,
    lambda load, scope: cache.benchmarks(load, scope, load.default_period, ()),
    lambda load, scope: cache.cascade(load, scope, opening(load).period, opening(load).against),
    _cohorts,
    _explanations,
    _charts_on_paper,
)
"""What the pages ask first; the page at "/" first of all, what is printed last. What loads much of a library for
few, such as the drivers of a score, waits until somebody asks."""


def prepare(load: Load, begun: Callable[[], None] = lambda: None) -> None:
    """Answer every first question of a load; `begun` is called after the first of them."""
    for question in _QUESTIONS:
        _tried(partial(question, load, Scope.everything()))
        begun()


class Newest:
    """The published load, looked for again and again; each is given to `found` once."""

    def __init__(self, found: Callable[[Load], None]) -> None:
        self._found = found
        self._last = ("", "")

    def look(self) -> None:
        load = _tried(cache.current)
        if load is not None and (load.version, load.catalog) != self._last:
            self._last = load.version, load.catalog
            self._found(load)


class Preparing:
    """Prepares the published load, then every one that follows it, beside the readers.

    A thread that nobody waits for: the process may end while it works.
    """

    def __init__(self) -> None:
        self.has_first = threading.Event()
        """Set when the page at "/" is prepared, or cannot be."""
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="screens", daemon=True).start()

    def stop(self) -> None:
        """Prepare nothing more."""
        self._stopped.set()

    def _run(self) -> None:
        newest = Newest(partial(prepare, begun=self.has_first.set))
        while not self._stopped.is_set():
            newest.look()
            self.has_first.set()
            _tried(_give_back)
            self._stopped.wait(_LOOKED_AFTER)


def _give_back() -> None:
    """Return to the system what is kept of memory that nobody needs: by the engine, of the columns it read, by rings of
    Python's objects, and by the C library. Of five million orders that is half a GiB after a fit."""
    if cache.floors().rest():
        gc.collect()
    with contextlib.suppress(AttributeError, OSError, TypeError):  # other C libraries than glibc have no such call
        ctypes.CDLL(None).malloc_trim(0)


def _tried(ask: Callable[[], _Answer]) -> _Answer | None:
    """The answer, which is kept; None where there is none: a reader is told why on the page itself."""
    try:
        return ask()
    except ScorecardError as error:
        log.info("A screen is not prepared: %s", error)
    except Exception:
        log.exception("A screen could not be prepared.")
    return None
