"""The load report, printed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard import wording
from dashboard.printing.terminal import table, visible
from data_checks.warehouse.contract import CheckOutcome

ACCOUNTS = ("read", "published", "quarantined", "superseded", "merged", "filtered")


def load_report(report: Any, folder: Path) -> str:
    """The answer of `scorecard load -w folder`: the accounts, the checks, and who lists the bad rows."""
    if report.status == "unchanged":
        return f"Nothing has changed since load {report.load}; it stays as it is."
    shown = accounting({name: found.accounts for name, found in report.tables.items()})
    outcomes = [outcome for found in report.tables.values() for outcome in found.rules.values()]
    notes = [f"Note: {note}" for note in report.notes]
    more = f"scorecard quarantine -w {shlex.quote(str(folder))}"
    kept = [f"Quarantined rows and their reasons: {more}"] if _quarantined(report) else []
    return "\n".join([f"Load {report.load} is {report.status}.", "", shown, "", *checks(outcomes), *notes, *kept])


def _quarantined(report: Any) -> int:
    return sum(found.accounts["quarantined"] for found in report.tables.values())


def accounting(tables: Mapping[str, Mapping[str, int]]) -> str:
    """read = published + quarantined + superseded + merged + filtered, per table."""
    rows = [[name, *(wording.count(counts.get(key, 0)) for key in ACCOUNTS)] for name, counts in tables.items()]
    return table(["table", *ACCOUNTS], rows, right=ACCOUNTS)


def checks(outcomes: list[CheckOutcome]) -> list[str]:
    """How many checks passed, and a line for each that did not."""
    failed = [outcome for outcome in outcomes if outcome.outcome != "passed"]
    lines = [f"{len(outcomes) - len(failed)} of {len(outcomes)} checks passed."]
    for check in failed:
        rows = wording.plural(check.bad_rows, "row", "rows")
        word = "is broken" if check.outcome == "broken" else f"failed on {rows}" if check.rows else "failed"
        done = {"critical": "in quarantine", "warning": "published and marked", "info": "noted"}[check.severity]
        lines.append(f"  {check.table}.{check.rule} {word} ({done}): {_broke(check)}{check.why} Owner: {check.owner}.")
    return lines


def _broke(check: CheckOutcome) -> str:
    """What the check itself said when it crashed."""
    said = visible(check.message).rstrip(".")
    return f"{said}. " if check.outcome == "broken" and said else ""
