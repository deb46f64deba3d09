"""Versions of a DuckDB warehouse on disk: `w-<load>.duckdb` files and CURRENT, the pointer readers follow.

A version is built under a hidden name, synced, renamed, and only then pointed at; a reader sees the old one or the
new one. kill -9 at any moment leaves at most hidden files and a version nobody was pointed at, which the next load
sweeps away.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from data_checks.errors import RequestError

KEPT_VERSIONS = 3
UNKNOWN = "w-unknown"
"""What a pointer that names no version is said to name."""
_CURRENT = "CURRENT"
_BACK = "`scorecard rollback --to LOAD` shows one that is kept"
_VERSION = re.compile(r"w-[0-9]+")


def warehouse_folder(var: Path) -> Path:
    """The folder of all versions."""
    return var / "warehouse"


def build_path(var: Path, load_id: str) -> Path:
    """Where the version of this load is built, unseen by readers."""
    return warehouse_folder(var) / f".build-{load_id}.duckdb"


def current_version(var: Path) -> str | None:
    """The published version's name, such as "w-000007"; None before the first load. One small read.

    UNKNOWN when the pointer is damaged. Raises RequestError when it may not be read.
    """
    try:
        text = (warehouse_folder(var) / _CURRENT).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        shown = f"{var.name}/warehouse/{_CURRENT}"
        raise RequestError(f"{shown} is a folder and has to be a file; move it away; then {_BACK}.") from None
    except OSError as error:
        sentence = f"{var.name}/warehouse/{_CURRENT} cannot be read ({error.strerror}); check its permissions."
        raise RequestError(sentence) from None
    name = text.decode("utf-8", errors="replace").strip().removesuffix(".duckdb")
    return name if _VERSION.fullmatch(name) else UNKNOWN


def nothing_shown(var: Path) -> str:
    """Why there is no current version, and the next step."""
    if not kept_versions(var):
        return "nothing is published yet; run `scorecard load` first."
    return f"no load is shown, for {var.name}/warehouse/{_CURRENT} is gone; {_BACK}, `scorecard load` makes a new one."


def version_path(var: Path, version: str) -> Path:
    """The file of a version by its name."""
    return warehouse_folder(var) / f"{version}.duckdb"


def later_path(version: Path) -> Path:
    """The file beside a version's own that holds what was made of it after it was published."""
    return version.with_suffix(".later")


def kept_versions(var: Path) -> tuple[str, ...]:
    """The names of all versions on disk, oldest first."""
    found = [path.stem for path in warehouse_folder(var).glob("w-*.duckdb") if _VERSION.fullmatch(path.stem)]
    return tuple(sorted(found, key=number_of))


def number_of(version: str) -> int:
    """The load's number in a version's name."""
    return int(version.removeprefix("w-"))


def publish(var: Path, load_id: str) -> str:
    """Make the finished, closed build the current version and return its name. Old versions beyond three go.

    An OSError means that nothing was published: what comes after the pointer moved is no reason to say so.
    """
    version, before = f"w-{load_id}", current_version(var)
    build = build_path(var, load_id)
    sync(build)
    build.rename(version_path(var, version))
    point_at(var, version)
    with contextlib.suppress(OSError):
        _forget_old(var, version, before)
    return version


def point_at(var: Path, version: str) -> None:
    """Have readers follow to this version: one rename, after which it is the current one."""
    folder = warehouse_folder(var)
    pointer = folder / f".{_CURRENT}"
    pointer.write_text(f"{version}.duckdb\n", encoding="utf-8")
    sync(pointer)
    pointer.replace(folder / _CURRENT)
    with contextlib.suppress(OSError):
        sync(folder)


def sweep(var: Path) -> None:
    """Remove what a killed load left half done: builds, their logs, a pointer never moved, versions beyond three."""
    folder = warehouse_folder(var)
    beside = [path for path in folder.glob("w-*.later*") if not version_path(var, path.name.split(".")[0]).exists()]
    for stale in (*folder.glob(".build-*"), folder / f".{_CURRENT}", *beside):
        stale.unlink(missing_ok=True)
    version = current_version(var)
    if version in kept_versions(var):
        _forget_old(var, version, None)


def _forget_old(var: Path, version: str | None, before: str | None) -> None:
    """Keep the new version, the one readers come from (older than others after a rollback), and the newest others."""
    kept = kept_versions(var)
    others = [name for name in kept if name not in (version, before)]
    room = KEPT_VERSIONS - (len(kept) - len(others))
    for old in others[: max(0, len(others) - room)]:
        version_path(var, old).unlink(missing_ok=True)
        later_path(version_path(var, old)).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Have the file's (or folder's) bytes on disk before the next step relies on them."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
