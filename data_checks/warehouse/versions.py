"""Versions of a DuckDB warehouse on disk: `w-<load>.duckdb` files and CURRENT, the pointer readers follow.

A version is built under a hidden name, synced, renamed, and only then pointed at; a reader sees the old one or the
new one. kill -9 at any moment leaves at most a hidden file, which the next load sweeps away.
"""

from __future__ import annotations

import os
from pathlib import Path

KEPT_VERSIONS = 3
_CURRENT = "CURRENT"


def warehouse_folder(var: Path) -> Path:
    """The folder of all versions."""
    return var / "warehouse"


def build_path(var: Path, load_id: str) -> Path:
    """Where the version of this load is built, unseen by readers."""
    return warehouse_folder(var) / f".build-{load_id}.duckdb"


def current_version(var: Path) -> str | None:
    """The published version's name, such as "w-000007"; None before the first load. One small read."""
    try:
        name = (warehouse_folder(var) / _CURRENT).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return name.removesuffix(".duckdb") or None


def said_now(sentence: object, var: Path) -> str:
    """A refusal in words that are true before the first version, too."""
    text = str(sentence)
    if current_version(var):
        return text
    text = text.replace("Nothing was published; the version before stays.", "Nothing is published yet.")
    return text.replace("The version before stays.", "Nothing is published yet.")


def version_path(var: Path, version: str) -> Path:
    """The file of a version by its name."""
    return warehouse_folder(var) / f"{version}.duckdb"


def publish(var: Path, load_id: str) -> str:
    """Make the finished, closed build the current version and return its name. Old versions beyond three go."""
    folder, version = warehouse_folder(var), f"w-{load_id}"
    build = build_path(var, load_id)
    _sync(build)
    build.rename(version_path(var, version))
    pointer = folder / f".{_CURRENT}"
    pointer.write_text(f"{version}.duckdb\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(folder / _CURRENT)
    _sync(folder)
    _forget_old(folder, version)
    return version


def sweep(var: Path) -> None:
    """Remove what a killed load left: unfinished builds and their logs."""
    for stale in warehouse_folder(var).glob(".build-*"):
        stale.unlink(missing_ok=True)


def _forget_old(folder: Path, current: str) -> None:
    versions = sorted(folder.glob("w-*.duckdb"))
    for old in versions[:-KEPT_VERSIONS]:
        if old.stem != current:
            old.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the file's (or folder's) bytes on disk before the next step relies on them."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
