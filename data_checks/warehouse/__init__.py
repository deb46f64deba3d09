"""The warehouse: where published tables are read. Its doors: open the current version, ask which one it is, and add to
one what is made later."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from data_checks.warehouse.duckdb import DuckDBWarehouse
from data_checks.warehouse.later import adding
from data_checks.warehouse.versions import (
    UNKNOWN,
    current_version,
    kept_versions,
    nothing_shown,
    number_of,
    version_path,
)
from data_checks.workspace import Workspace

__all__ = ["adding_later", "current_version", "open_warehouse"]


def open_warehouse(place: Workspace | Path) -> Warehouse:
    """The current version of a workspace (or of its `var` folder), read-only.

    Raises RequestError when nothing is published yet, or when the version is missing or damaged.
    """
    var = place.var if isinstance(place, Workspace) else place
    version = current_version(var)
    while version is not None:
        try:
            return DuckDBWarehouse(version_path(var, version))
        except RequestError:
            newer = current_version(var)
            if newer == version:  # else it was taken away behind our back: a newer one is published
                raise RequestError(_fault(var, version)) from None
            version = newer
    raise RequestError(nothing_shown(var))


def adding_later(place: Workspace, load_id: str) -> contextlib.AbstractContextManager[Callable[[str], None]]:
    """See adding in warehouse/later.py: what is given in it, readers of this load's version find as its `later`."""
    return adding(version_path(place.var, f"w-{load_id}"))


def _fault(var: Path, version: str) -> str:
    """What is wrong with the published version, and the ways out of it."""
    if version == UNKNOWN:
        what = f"{var.name}/warehouse/CURRENT is damaged and names no version"
    elif not version_path(var, version).exists():
        what = f"the published version {version} is missing from {var.name}/warehouse"
    else:
        what = f"the published version {version} is damaged"
    return f"{what}; run `scorecard load` to build it again{_way_back(var, version)}."


def _way_back(var: Path, version: str) -> str:
    """The rollback that would help, if one does."""
    others = [name for name in kept_versions(var) if name != version]
    if others and (version == UNKNOWN or number_of(others[0]) < number_of(version)):
        return ", or `scorecard rollback` to go back to an earlier one"
    return f", or `scorecard rollback --to {others[-1].removeprefix('w-')}` to show another one" if others else ""
