"""Tiny workspaces for tests of the load: write one, load it, ask its warehouse in plain SQL."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from data_checks.ledger import LoadReport
from data_checks.load import load
from data_checks.warehouse.versions import current_version, version_path
from data_checks.workspace import read_workspace

NOW = dt.datetime(2026, 1, 5, 9, 0)

TICKETS = """
sources:
  tickets:
    files: tickets.csv
    columns: {ticket_id: id, opened_at: opened, resolved_at: resolved, transfers: moves}
"""


def write(folder: Path, workspace: str, **files: str | bytes) -> Path:
    """A workspace folder; `tickets="…"` becomes tickets.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.yaml").write_text(workspace, encoding="utf-8")
    for name, content in files.items():
        data = content.encode("utf-8") if isinstance(content, str) else content
        (folder / f"{name}.csv").write_bytes(data)
    return folder


def load_folder(folder: Path) -> LoadReport:
    """Read and load the workspace in `folder`."""
    return load(read_workspace(folder), NOW)


def ask(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the published version, asked with plain SQL: of a copy, for this process may have it open its own way."""
    version = current_version(folder / "var")
    assert version is not None, "nothing is published"
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copyfile(version_path(folder / "var", version), Path(place) / "copy.duckdb")
        with duckdb.connect(str(copy), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def quarantined(folder: Path, load_id: str = "000001") -> list[dict[str, str]]:
    """The rows of a load's quarantine.csv."""
    path = folder / "var" / "loads" / load_id / "quarantine.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def accounts(report: LoadReport, table: str) -> tuple[int, ...]:
    """(read, published, quarantined, superseded, merged, filtered) of one table."""
    return tuple(report.tables[table].accounts.values())
