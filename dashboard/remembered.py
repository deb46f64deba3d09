"""Answers kept by question, so that each is computed once however many readers ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

_Answer = TypeVar("_Answer")


class Remembered:
    """Answers by question, newest kept, each computed once even when many readers ask at the same moment."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: dict[tuple[Any, ...], Any] = {}
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
        return self._answers[question]

    def _keep(self, question: tuple[Any, ...], answer: Any) -> None:
        with self._guard:
            self._answers[question] = answer
            while len(self._answers) > self._most:
                self._answers.pop(next(iter(self._answers)))

    def clear(self) -> None:
        with self._guard:
            self._answers.clear()
