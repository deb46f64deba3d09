"""What a malformed input is: its files, the workspace that maps them, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Content = str | bytes | Callable[[Path], None]
"""A file's text, its bytes, or a small builder that writes it at the path it is given."""


@dataclass(frozen=True)
class Refused:
    """Nothing is published; `sentence` is all that is said, word for word."""

    sentence: str


@dataclass(frozen=True)
class Quarantined:
    """The rest is published; `rules` are the rows in quarantine under each rule they break, `reason` the first's."""

    rules: Mapping[str, int]
    reason: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """Every row is published; `notes` is all that the load says, `marked` the rows of each check that failed."""

    notes: tuple[str, ...]
    marked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One malformed input. `name` says what is wrong with it; `workspace` is workspace.yaml, whole."""

    name: str
    files: Mapping[str, Content]
    workspace: str
    outcome: Refused | Quarantined | Published


HEAD = "id,day,amount,line\n"
GOOD = "".join(f"g{number},2026-01-07,1,g\n" for number in range(40))
"""Forty good orders: one or two bad ones beside them stay below the 5 % that refuse a load."""


def orders(file: str = "o.csv", *more: str, columns: str = "revenue: amount, product_line: line") -> str:
    """workspace.yaml that maps one file to orders; `more` are further lines of the source."""
    lines = "".join(f"    {line}\n" for line in more)
    return f"sources:\n  orders:\n    files: {file}\n{lines}    columns: {{order_id: id, ordered_at: day, {columns}}}\n"


def text(*lines: str, head: str = HEAD, good: str = GOOD) -> str:
    """A table of orders: the header, these lines (the first is line 2), then forty good ones."""
    return head + "".join(f"{line}\n" for line in lines) + good


def csv_case(
    name: str, content: Content, outcome: Refused | Quarantined | Published, workspace: str = orders()
) -> Case:
    """A case of one text file, o.csv."""
    return Case(name, {"o.csv": content}, workspace, outcome)
