"""The load's own books under var/: one load at a time, numbered loads, load.json and quarantine.csv of each."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fcntl
import hashlib
import itertools
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from data_checks.errors import LoadRefused
from data_checks.warehouse.contract import CheckOutcome
from data_checks.warehouse.versions import current_version

_PROGRAM = Path(__file__).parent


@dataclass(frozen=True)
class SourceReport:
    """One file as one mapping read it; `rows` accounts for what was read of it (null where a mapping has many)."""

    table: str
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    read: int
    published: int
    quarantined: int
    superseded: int
    merged: int
    filtered: int


@dataclass(frozen=True)
class TableReport:
    """Where every read row of a table went, and what its checks said."""

    read: int
    published: int
    quarantined: int
    superseded: int
    merged: int
    filtered: int
    rules: Mapping[str, CheckOutcome] = field(default_factory=dict)

    @property
    def accounts(self) -> Mapping[str, int]:
        names = ("read", "published", "quarantined", "superseded", "merged", "filtered")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class LoadReport:
    """What one load did. `as_of`: naive UTC, None when it was refused before one was known."""

    load: str
    status: Literal["publishing", "published", "unchanged", "refused"]
    as_of: dt.datetime | None
    fingerprint: str
    loaded_at: dt.datetime
    tables: Mapping[str, TableReport]
    sources: tuple[SourceReport, ...]
    notes: tuple[str, ...] = ()
    message: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data for `scorecard load --json` and load.json; times in ISO 8601."""
        return {
            "load": self.load,
            "status": self.status,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "loaded_at": self.loaded_at.isoformat(),
            "fingerprint": self.fingerprint,
            "tables": {name: _table_json(table) for name, table in self.tables.items()},
            "sources": [
                {**vars(source), "files": list(source.files), "sha256": list(source.sha256)} for source in self.sources
            ],
            "notes": list(self.notes),
            "message": self.message,
        }


def _table_json(table: TableReport) -> dict[str, Any]:
    rules = {
        rule: {
            **{k: v for k, v in vars(outcome).items() if k not in ("rule", "table")},
            "columns": list(outcome.columns),
        }
        for rule, outcome in table.rules.items()
    }
    return {**table.accounts, "rules": rules}


def read_report(var: Path, load_id: str) -> LoadReport | None:
    """The report of an earlier load; None when there is none that can be read."""
    try:
        data = json.loads((loads_folder(var) / load_id / "load.json").read_text(encoding="utf-8"))
        tables = {
            name: TableReport(
                **{key: value for key, value in table.items() if key != "rules"},
                rules={
                    rule: CheckOutcome(**{**outcome, "rule": rule, "table": name, "columns": tuple(outcome["columns"])})
                    for rule, outcome in table["rules"].items()
                },
            )
            for name, table in data["tables"].items()
        }
        sources = tuple(
            SourceReport(**{**source, "files": tuple(source["files"]), "sha256": tuple(source["sha256"])})
            for source in data["sources"]
        )
        return LoadReport(
            load=data["load"],
            status=data["status"],
            as_of=dt.datetime.fromisoformat(data["as_of"]) if data["as_of"] else None,
            fingerprint=data["fingerprint"],
            loaded_at=dt.datetime.fromisoformat(data["loaded_at"]),
            tables=tables,
            sources=sources,
            notes=tuple(data["notes"]),
            message=data["message"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def past_loads(var: Path) -> list[dict[str, Any]]:
    """The ledger of every load as plain data, oldest first; one that cannot be read, or died publishing, says so."""
    return [_entry(path, current_version(var)) for path in sorted(loads_folder(var).glob("*/load.json"))]


def _entry(path: Path, current: str | None) -> dict[str, Any]:
    load = path.parent.name
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        entry = None
    if not isinstance(entry, dict):
        return {"load": load, "status": "unreadable", "message": f"{path.name} is damaged"}
    if entry.get("status") != "publishing":
        return entry
    return {**entry, "status": "published" if current == f"w-{load}" else "interrupted"}


def published_rows(var: Path, loads: int = 5) -> dict[str, list[int]]:
    """The rows that the newest published loads published of each table, newest first."""
    found: dict[str, list[int]] = {}
    current = current_version(var)
    entries = (_entry(path, current) for path in sorted(loads_folder(var).glob("*/load.json"), reverse=True))
    published = (entry for entry in entries if entry.get("status") == "published")
    for entry in itertools.islice(published, loads):
        tables = entry.get("tables")
        for name, table in tables.items() if isinstance(tables, dict) else ():
            if isinstance(table, dict) and isinstance(table.get("published"), int):
                found.setdefault(name, []).append(table["published"])
    return found


def finish_books(var: Path) -> None:
    """A load that was killed after its version became the current one has published it."""
    version = current_version(var)
    report = read_report(var, version.removeprefix("w-")) if version else None
    if report and report.status == "publishing":
        write_report(var, dataclasses.replace(report, status="published"))


def loads_folder(var: Path) -> Path:
    """The folder with one folder per load, refused ones too."""
    return var / "loads"


def next_load_id(var: Path) -> str:
    """One more than the greatest number any load or version bears, so that no name is ever used twice."""
    names = [path.name for path in loads_folder(var).glob("[0-9]*")]
    names += [path.stem.removeprefix("w-") for path in (var / "warehouse").glob("w-*.duckdb")]
    return f"{max((int(name) for name in names if name.isdigit()), default=0) + 1:06d}"


def write_report(var: Path, report: LoadReport) -> None:
    """load.json of this load, whole or not at all."""
    folder = loads_folder(var) / report.load
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / ".load.json"
    fresh.write_text(json.dumps(report.to_json(), indent=1, ensure_ascii=False), encoding="utf-8")
    fresh.replace(folder / "load.json")


@contextlib.contextmanager
def only_load(var: Path) -> Iterator[None]:
    """Hold the workspace's load lock; the system lets go of it when the process dies. Raises LoadRefused when taken."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "load.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LoadRefused("another load of this workspace is running; wait until it ends.") from None
        yield


@contextlib.contextmanager
def private_folder(var: Path, load_id: str) -> Iterator[Path]:
    """A folder for staging files and copies that is gone afterwards, also when the load fails."""
    for stale in var.glob(".load-*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = var / f".load-{load_id}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fingerprint(workspace_file: Path, files: Sequence[tuple[str, str]], as_of: dt.date | None) -> str:
    """One hash of everything a version is made from: files (name, SHA-256), workspace.yaml, the day it is asked for,
    contracts, this program and its engine.

    The program counts by its content, not its version number, so a changed rule or mapping always loads again.
    """
    digest = hashlib.sha256(workspace_file.read_bytes())
    digest.update(f"\nas of {as_of}\nduckdb {duckdb.__version__}".encode())
    for name, sha256 in files:
        digest.update(f"\n{name} {sha256}".encode())
    for path in sorted([*_PROGRAM.rglob("*.py"), *_PROGRAM.rglob("*.yaml")]):
        digest.update(path.relative_to(_PROGRAM).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
