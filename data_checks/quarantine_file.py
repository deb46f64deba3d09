"""The quarantine read back: whose it is, its rows one by one, and those of a table or a rule."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_checks.contract import contracts
from data_checks.errors import RequestError, did_you_mean
from data_checks.ledger import loads_folder, past_loads, read_report
from data_checks.quarantine import FILE


@dataclass(frozen=True)
class QuarantinedRow:
    """One record as its file has it (`text`), why it is out, and where it stands: `record` and `line` count from 1,
    `byte` from 0 (None where a file has no lines)."""

    table: str
    rules: tuple[str, ...]
    reason: str
    file: str
    record: int
    line: int
    byte: int | None
    text: str


@dataclass(frozen=True)
class Quarantine:
    """The rows one load set aside. `table`, `rule`: only those of one table, only those that break one rule."""

    load: str
    status: str
    path: Path
    table: str | None = None
    rule: str | None = None

    def rows(self) -> Iterator[QuarantinedRow]:
        """Every row, in the order of the tables and their files. Raises RequestError when the file is damaged."""
        for row in _read(self.path):
            if self.table in (None, row.table) and (self.rule is None or self.rule in row.rules):
                yield row

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Rows by (table, rule); a row counts under every rule it breaks."""
        return Counter((row.table, rule) for row in self.rows() for rule in row.rules if self.rule in (None, rule))


def find_quarantine(
    var: Path, load: str | None = None, table: str | None = None, rule: str | None = None
) -> Quarantine:
    """The quarantine of a load; of the last one that read rows, or that a rollback went back to, when none is named.

    Raises RequestError for a load, a table or a rule that does not exist.
    """
    entry = _last(past_loads(var)) if load is None else _named(past_loads(var), load)
    number = str(entry["load"])
    path = loads_folder(var) / number / FILE
    whole = Quarantine(number, str(entry.get("status", "")), path)
    if table is not None and table not in (known := {*contracts(), *(row.table for row in whole.rows())}):
        raise RequestError(f"there is no table '{table}'.{did_you_mean(table, known)}")
    if rule is not None and rule not in (known := _rules(var, whole)):
        raise RequestError(f"load {number} has no rule '{rule}'.{did_you_mean(rule, known)}")
    return Quarantine(number, whole.status, path, table, rule)


def _last(entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    entry: Mapping[str, Any]
    for entry in reversed(entries):
        if entry.get("status") == "rolled back":
            return _named(entries, str(entry.get("back_to")))
        if entry.get("status") in ("published", "refused") and entry.get("tables"):
            return entry
    raise RequestError("no load has read a row yet; run `scorecard load` first.")


def _named(entries: Sequence[Mapping[str, Any]], load: str) -> Mapping[str, Any]:
    number = load.removeprefix("w-")
    if number.isdecimal():
        number = f"{int(number):06d}"
    found = next((entry for entry in entries if entry.get("load") == number), None)
    if found is None:
        last = f"; the last one is {entries[-1].get('load')}" if entries else ""
        raise RequestError(f"there is no load {number}{last}.")
    return found


def _rules(var: Path, whole: Quarantine) -> set[str]:
    report = read_report(var, whole.load)
    checked = {rule for found in report.tables.values() for rule in found.rules} if report else set()
    return checked | {rule for row in whole.rows() for rule in row.rules}


def _read(path: Path) -> Iterator[QuarantinedRow]:
    usual = csv.field_size_limit(sys.maxsize)  # a record is kept however long it is
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                byte = int(row["byte"]) if row.get("byte") else None
                rules = tuple(row["rules"].split())
                place = (row["file"], int(row["record"]), int(row["line"]))
                yield QuarantinedRow(row["table"], rules, row["reason"], *place, byte, row["row"])
    except FileNotFoundError:
        return  # it set no row aside
    except (OSError, ValueError, KeyError, TypeError, AttributeError, csv.Error):
        shown = f"var/loads/{path.parent.name}/{path.name}"
        raise RequestError(f"{shown} is damaged or cannot be read; load again to write a new one.") from None
    finally:
        csv.field_size_limit(usual)  # it is the whole process's
