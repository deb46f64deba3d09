"""The warehouse: where published tables are read. Two doors: open the current version, or ask which one it is."""

from __future__ import annotations

from pathlib import Path

from data_checks.errors import RequestError
from data_checks.warehouse.contract import Warehouse
from data_checks.warehouse.duckdb import DuckDBWarehouse
from data_checks.warehouse.versions import current_version, version_path
from data_checks.workspace import Workspace

__all__ = ["current_version", "open_warehouse"]


def open_warehouse(place: Workspace | Path) -> Warehouse:
    """The current version of a workspace (or of its `var` folder), read-only.

    Raises RequestError when nothing is published yet or the version is damaged.
    """
    var = place.var if isinstance(place, Workspace) else place
    version = current_version(var)
    if version is None or not version_path(var, version).exists():
        raise RequestError(f"nothing is published in {var.parent.name or var} yet; run `scorecard load` first.")
    return DuckDBWarehouse(version_path(var, version))
