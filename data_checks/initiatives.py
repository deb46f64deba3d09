"""The initiatives of strategy.yaml as a source of the table `initiatives`, published with every load."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from data_checks.contract import contracts
from data_checks.sources.text import CopyWriter, cell_text
from data_checks.strategy_file import FILE, Initiative, StrategyFile
from data_checks.workspace_files import DataFile
from data_checks.workspace_source import Source, read_source
from data_checks.yaml_file import parse_documents

TABLE = "initiatives"
_COLUMNS = {
    "initiative_id": "initiative",
    "name": "name",
    "objective": "objective",
    "metric": "metric",
    "owner": "owner",
    "due_on": "due",
    "done_on": "done",
    "status": "status",
}
"""Canonical column: the key in the file."""


def initiatives_source(strategy: StrategyFile, folder: Path, timezone: str) -> Source | None:
    """The source, None when there is nothing to publish or something of it cannot be read."""
    if not strategy.initiatives or not strategy.initiatives_are_whole:
        return None
    mapping = "".join(f"  {column}: {key}\n" for column, key in _COLUMNS.items())
    (document,) = parse_documents(f"files: {FILE}\ncolumns:\n{mapping}", FILE)
    source = read_source(document, (), contracts()[TABLE], folder, timezone)
    rows = [tuple(_COLUMNS.values()), *(_row(one) for one in strategy.initiatives)]
    return dataclasses.replace(source, given=tuple(rows))


def _row(one: Initiative) -> tuple[str, ...]:
    return tuple(cell_text(getattr(one, key)) for key in _COLUMNS.values())


def write_given(sources: Sequence[Source], folder: Path) -> list[Source]:
    """The sources, the rows that stand elsewhere in the workspace in a file of `folder`."""
    written = []
    for source in sources:
        if source.given:
            copy = folder / f"{source.table}.given.csv"
            header, *rows = source.given
            with CopyWriter(copy, header) as target:
                for row in rows:
                    target.row(row)
            source = dataclasses.replace(source, files=(DataFile(copy, FILE, "copied"),))
        written.append(source)
    return written
