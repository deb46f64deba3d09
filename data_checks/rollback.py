"""Going back: point readers at an earlier version that is still kept, and say so in the books."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from data_checks.errors import RequestError
from data_checks.ledger import LoadReport, finish_books, next_load_id, write_report
from data_checks.load_lock import only_load
from data_checks.system_errors import system_refusal
from data_checks.warehouse.duckdb import is_sound
from data_checks.warehouse.versions import (
    UNKNOWN,
    current_version,
    kept_versions,
    nothing_shown,
    number_of,
    point_at,
    sweep,
    version_path,
)


def roll_back(var: Path, now: dt.datetime, to: str | None = None) -> LoadReport:
    """Show the newest sound version before the published one again, or that of load `to`, which may be a newer one.

    `now`: naive UTC, only written down. Raises RequestError when there is no such version, LoadRefused while a load
    runs or when var/ cannot be written.
    """
    if current_version(var) is None and not kept_versions(var):
        raise RequestError(nothing_shown(var))
    try:
        with only_load(var):
            finish_books(var)
            sweep(var)
            current = current_version(var)
            version = _earlier(var, current) if to is None else _asked(var, current, to)
            return _point(var, now, current, version)
    except OSError as error:
        raise system_refusal(error, var) from None


def _earlier(var: Path, current: str | None) -> str:
    """The newest sound version before the current one; the newest of all when the pointer names none."""
    newest_first = [
        name
        for name in reversed(kept_versions(var))
        if current in (None, UNKNOWN) or number_of(name) < number_of(current)
    ]
    found = next((name for name in newest_first if is_sound(version_path(var, name))), None)
    if found is None:
        damaged = f" ({_listed(newest_first)}: damaged)" if newest_first else ""
        raise RequestError(f"no earlier version is kept{damaged}, so there is nothing to go back to.")
    return found


def _asked(var: Path, current: str | None, to: str) -> str:
    number = to.removeprefix("w-")
    kept = kept_versions(var)
    version = next((name for name in kept if number.isdecimal() and number_of(name) == int(number)), None)
    if version is None:
        raise RequestError(f"there is no version of load {number}; kept: {_listed(kept) or 'none'}.")
    if version == current:
        raise RequestError(f"load {_load(version)} is the one that is shown; kept: {_listed(kept)}.")
    if not is_sound(version_path(var, version)):
        raise RequestError(f"the version of load {_load(version)} is damaged; kept: {_listed(kept)}.")
    return version


def _point(var: Path, now: dt.datetime, current: str | None, version: str) -> LoadReport:
    """The books first, then the pointer, then the books again: dead in between, the next load settles it."""
    left = f" instead of load {_load(current)}" if current not in (None, UNKNOWN) else ""
    report = LoadReport(
        load=next_load_id(var),
        status="rolling back",
        as_of=None,
        fingerprint="",
        loaded_at=now,
        tables={},
        sources=(),
        message=f"load {_load(version)} is shown again{left}",
        back_to=_load(version),
    )
    write_report(var, report)
    point_at(var, version)
    report = dataclasses.replace(report, status="rolled back")
    with contextlib.suppress(OSError):  # it is done: the next load says so in the books
        write_report(var, report)
    return report


def rollback_in_force(loads: Sequence[Mapping[str, Any]], version: str | None) -> Mapping[str, Any] | None:
    """The ledger's entry of the rollback that readers see now; None when they see what was loaded last."""
    done = [entry for entry in loads if entry.get("status") in ("published", "rolled back")]
    last = done[-1] if done else {}
    return last if last.get("status") == "rolled back" and f"w-{last.get('back_to')}" == version else None


def _load(version: str) -> str:
    return version.removeprefix("w-")


def _listed(versions: Sequence[str]) -> str:
    return ", ".join(_load(name) for name in versions)
