"""What can go wrong, as one tree.

    ScorecardError
    ├── FileProblems    somebody wrote a file that does not say what it must; holds every problem found   (exit 2)
    ├── LoadRefused     the data was read and may not be published; nothing has changed                   (exit 3)
    └── RequestError    somebody asked for what is not there                                              (exit 2)
        └── TookTooLong     the answer was not there in the time given                                    (exit 2)

Every message is one sentence with its place and the next step. Bottom of the house: imports nothing from it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Where in a file; line and column count from 1, None when unknown."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong at one place, said in one sentence."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class ScorecardError(Exception):
    """Root of everything a person may be told about. str() is the sentence to show."""

    exit_code = 2


class FileProblems(ScorecardError):
    """One or more files are wrong; `problems` holds all of them, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class LoadRefused(ScorecardError):
    """The data may not be published; the version before stays."""

    exit_code = 3


class RequestError(ScorecardError):
    """The question names something that does not exist or cannot be answered."""


class TookTooLong(RequestError):
    """The answer was not there in the `seconds` that were given for it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"it takes longer than {seconds:g} seconds")
        self.seconds = seconds


def with_article(word: str) -> str:
    """'an agent_id', 'a team_id'. No word we say this of starts with the u of 'user'."""
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean …?' for the nearest known word, or '' when none is near."""
    near = difflib.get_close_matches(word.lower(), {name.lower(): name for name in known}, n=1, cutoff=0.6)
    spelled = {name.lower(): name for name in known}
    return f" Did you mean '{spelled[near[0]]}'?" if near else ""
