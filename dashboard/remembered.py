"""Answers kept by question, so that each is computed once however many readers ask."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


class Remembered:
    """Answers by question, newest kept, each computed once even when many readers ask at the same moment.

    `most_bytes`: what all of them may hold, about. `shared`: types whose instances are held elsewhere anyhow.
    """

    def __init__(self, most_bytes: int, shared: tuple[type, ...] = ()) -> None:
        self._most = most_bytes
        self._elsewhere = (*shared, type, ModuleType, FunctionType)
        self._answers: dict[tuple[Any, ...], tuple[Any, int]] = {}
        self._held = 0
        self._locks: dict[tuple[Any, ...], threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, question: tuple[Any, ...], compute: Callable[[], _Answer]) -> _Answer:
        """The answer kept for this question, or a new one. An error is raised to who asked, and not kept."""
        with self._guard:
            if question in self._answers:
                return self._freshened(question)  # type: ignore[no-any-return]
            lock = self._locks.setdefault(question, threading.Lock())
        with lock:
            with self._guard:
                if question in self._answers:
                    return self._freshened(question)  # type: ignore[no-any-return]
            try:
                answer = compute()
                self._keep(question, answer)
            finally:
                with self._guard:
                    self._locks.pop(question, None)
            return answer

    def _freshened(self, question: tuple[Any, ...]) -> Any:
        """The answer, moved to the end of the row that is forgotten from the front."""
        self._answers[question] = self._answers.pop(question)
        return self._answers[question][0]

    def _keep(self, question: tuple[Any, ...], answer: Any) -> None:
        weight = self._weight((question, answer))
        with self._guard:
            self._held -= self._answers.pop(question, (None, 0))[1]  # after an error two may have computed it at once
            self._answers[question] = answer, weight
            self._held += weight
            while self._held > self._most and len(self._answers) > 1:
                self._held -= self._answers.pop(next(iter(self._answers)))[1]

    def _weight(self, kept: object) -> int:
        """About how many bytes it holds; counted no further than matters."""
        seen: set[int] = set()
        weight, left = 0, [kept]
        while left and weight <= self._most:
            one = left.pop()
            if id(one) not in seen and not isinstance(one, self._elsewhere):
                seen.add(id(one))
                weight += sys.getsizeof(one)
                left += gc.get_referents(one)
        return weight

    def forget(self, question: tuple[Any, ...]) -> None:
        """Computed anew when it is next asked."""
        with self._guard:
            self._held -= self._answers.pop(question, (None, 0))[1]

    def clear(self) -> None:
        with self._guard:
            self._answers.clear()
            self._held = 0
