"""What a receipt is made of on screen and on paper: sections of lines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from dashboard import wording
from dashboard.wording import say


@dataclass(frozen=True)
class Line:
    """pair: a label and what it says. head: what the lines under it are about, a formula. sum: a number (`label`, with
    its sign) and what it counts. note: a sentence."""

    kind: Literal["pair", "head", "sum", "note"]
    text: str
    label: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


def pair(key: str, text: str) -> Line:
    """A label, by its key, and what it says."""
    return Line("pair", text, say(key))


def note(text: str) -> Line:
    """A sentence."""
    return Line("note", text)


def days(start: dt.date, end: dt.date) -> str:
    """The days from start up to, not including, end: '1 Jan 2024 – 31 Jan 2024'; one day is said once."""
    last = max(end - dt.timedelta(days=1), start)
    return wording.date(start) if last == start else f"{wording.date(start)} – {wording.date(last)}"
