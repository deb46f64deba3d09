"""The books under var/loads: every load and rollback numbered, with load.json and quarantine.csv of each."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from data_checks.load_lock import is_held
from data_checks.warehouse.contract import CheckOutcome
from data_checks.warehouse.versions import UNKNOWN, current_version, sync, version_path

_PROGRAM = Path(__file__).parent
_FRESH = ".load.json"

Status = Literal[
    "loading", "publishing", "published", "unchanged", "refused", "interrupted", "rolling back", "rolled back"
]
"""The words of load.json. A process that dies leaves one of UNFINISHED; the next load settles it."""
UNFINISHED = ("loading", "publishing", "rolling back")


@dataclass(frozen=True)
class SourceReport:
    """One mapping: where every row of its files went. `rules`: the quarantined rows, each under the first rule it
    breaks, so that they add up."""

    table: str
    files: tuple[str, ...]
    sha256: tuple[str, ...]
    read: int
    published: int
    quarantined: int
    superseded: int
    merged: int
    filtered: int
    rules: Mapping[str, int] = field(default_factory=dict)


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
    """What one load did. `as_of`: naive UTC, None when it was refused before one was known.

    A rollback stands in the same books, without tables: `back_to` is the load it went back to.
    """

    load: str
    status: Status
    as_of: dt.datetime | None
    fingerprint: str
    loaded_at: dt.datetime
    tables: Mapping[str, TableReport]
    sources: tuple[SourceReport, ...]
    notes: tuple[str, ...] = ()
    message: str = ""
    back_to: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data for `scorecard load --json` and load.json; times in ISO 8601."""
        back = {"back_to": self.back_to} if self.back_to else {}
        return {
            "load": self.load,
            "status": self.status,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "loaded_at": self.loaded_at.isoformat(),
            "fingerprint": self.fingerprint,
            "tables": {name: _table_json(table) for name, table in self.tables.items()},
            "sources": [
                {
                    **vars(source),
                    "files": list(source.files),
                    "sha256": list(source.sha256),
                    "rules": dict(source.rules),
                }
                for source in self.sources
            ],
            "notes": list(self.notes),
            "message": self.message,
            **back,
        }


def _table_json(table: TableReport) -> dict[str, Any]:
    rules = {
        rule: {
            **{k: v for k, v in vars(outcome).items() if k not in ("rule", "table")},
            "columns": list(outcome.columns),
            "samples": list(outcome.samples),
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
                rules={rule: _outcome(name, rule, outcome) for rule, outcome in table["rules"].items()},
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
            back_to=data.get("back_to", ""),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _outcome(table: str, rule: str, written: Mapping[str, Any]) -> CheckOutcome:
    lists = {name: tuple(written.get(name, ())) for name in ("columns", "samples")}
    return CheckOutcome(**{**written, **lists, "rule": rule, "table": table})


def past_loads(var: Path) -> list[dict[str, Any]]:
    """Every load and rollback as plain data, oldest first; one that cannot be read says so, and one that is not
    finished is "running" or "interrupted"."""
    return [_entry(path, var) for path in sorted(loads_folder(var).glob("*/load.json"))]


def _entry(path: Path, var: Path) -> dict[str, Any]:
    load = path.parent.name
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        entry = None
    if not isinstance(entry, dict):
        return {"load": load, "status": "unreadable", "message": f"{path.name} is damaged"}
    if entry.get("status") not in UNFINISHED:
        return entry
    settled = _settled(entry["status"], load, str(entry.get("back_to", "")), current_version(var))
    return {**entry, "status": "running" if settled == "interrupted" and is_held(var) else settled}


def _settled(status: str, load: str, back_to: str, current: str | None) -> Status:
    """What came of a load (or a rollback) whose process is gone: it is done if the pointer moved."""
    if status == "publishing" and current == f"w-{load}":
        return "published"
    if status == "rolling back" and current == f"w-{back_to}":
        return "rolled back"
    return "interrupted"


def published_rows(var: Path, loads: int = 5) -> dict[str, list[int]]:
    """The rows that the newest published loads published of each table, newest first."""
    found: dict[str, list[int]] = {}
    entries = (_entry(path, var) for path in sorted(loads_folder(var).glob("*/load.json"), reverse=True))
    published = (entry for entry in entries if entry.get("status") == "published")
    for entry in itertools.islice(published, loads):
        tables = entry.get("tables")
        for name, table in tables.items() if isinstance(tables, dict) else ():
            if isinstance(table, dict) and isinstance(table.get("published"), int):
                found.setdefault(name, []).append(table["published"])
    return found


def finish_books(var: Path) -> None:
    """Settle what killed loads left, while no other one runs: say what came of them, and remove what was never shown.

    Books are settled in order, so the newest settled ones end the search.
    """
    current = current_version(var)
    if current == UNKNOWN:  # nobody can tell what was published; the version may be the very one
        return
    for folder in sorted(loads_folder(var).glob("[0-9]*"), reverse=True):
        (folder / _FRESH).unlink(missing_ok=True)
        report = read_report(var, folder.name)
        if report and report.status not in UNFINISHED:
            return
        if report:
            status = _settled(report.status, report.load, report.back_to, current)
            if status == "interrupted":
                version_path(var, f"w-{report.load}").unlink(missing_ok=True)
            write_report(var, dataclasses.replace(report, status=status))


def loads_folder(var: Path) -> Path:
    """The folder with one folder per load, refused ones too."""
    return var / "loads"


def next_load_id(var: Path) -> str:
    """One more than the greatest number any load or version bears, so that no name is ever used twice."""
    names = [path.name for path in loads_folder(var).glob("[0-9]*")]
    names += [path.stem.removeprefix("w-") for path in (var / "warehouse").glob("w-*.duckdb")]
    return f"{max((int(name) for name in names if name.isdigit()), default=0) + 1:06d}"


def write_report(var: Path, report: LoadReport) -> None:
    """load.json of this load, whole or not at all, and on disk before the next step relies on it."""
    folder = loads_folder(var) / report.load
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / _FRESH
    fresh.write_text(json.dumps(report.to_json(), indent=1, ensure_ascii=False), encoding="utf-8")
    sync(fresh)
    fresh.replace(folder / "load.json")


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
