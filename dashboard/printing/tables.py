"""The canonical tables and their columns, printed for whoever writes a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.printing import terminal
from data_checks.contract import Column, Contract


def tables(contracts: Mapping[str, Contract], json_wanted: bool) -> str:
    """The answer of `scorecard tables`."""
    if json_wanted:
        return terminal.as_json({name: _as_data(contract) for name, contract in contracts.items()})
    rows = [[name, ", ".join(_needed(contract)), contract.about] for name, contract in contracts.items()]
    shown = terminal.table(["table", "needs", "one row is"], rows)
    return f"{shown}\n\n{len(rows)} tables; scorecard tables NAME lists the columns of one."


def table(contract: Contract, json_wanted: bool) -> str:
    """The answer of `scorecard tables NAME`."""
    if json_wanted:
        return terminal.as_json(_as_data(contract))
    rows = [[name, column.type, _told(name, column, contract)] for name, column in contract.columns.items()]
    derived = [[name, column.type, "computed with the load"] for name, column in contract.derived.items()
               if name not in contract.columns]  # fmt: skip
    slices = f"Cut it by: {', '.join(contract.slices)}." if contract.slices else "It cannot be cut."
    shown = terminal.table([contract.table, "type", ""], [*rows, *derived])
    return f"{contract.about}\n\n{shown}\n\n{slices}"


def _needed(contract: Contract) -> list[str]:
    return [name for name, column in contract.columns.items() if column.required]


def _told(name: str, column: Column, contract: Contract) -> str:
    parts = ["the key" if name == contract.key else "needed" if column.required else ""]
    parts.append("when a row counts" if name == contract.time else "")
    parts.append(f"one of {', '.join(column.allowed)}" if column.allowed else "")
    parts.append(f"from {column.at_least:g}" if column.at_least is not None else "")
    parts.append(f"to {column.at_most:g}" if column.at_most is not None else "")
    parts.append(f"a row of {column.references}" if column.references else "")
    parts.append(f"in {column.unit}" if column.unit else "")
    if name in contract.derived and (derived := contract.derived[name]).fills_in:
        routes = [f"{route.column} -> {route.table}.{route.attribute}" for route in derived.routes]
        parts.append(f"if missing by {', '.join(routes) or derived.topmost}")
    return "; ".join(part for part in parts if part)


def _as_data(contract: Contract) -> dict[str, Any]:
    columns = {
        name: {"type": column.type, "required": column.required, "allowed": list(column.allowed),
               "references": column.references}
        for name, column in contract.columns.items()
    }  # fmt: skip
    return {
        "about": contract.about,
        "key": contract.key,
        "time": contract.time,
        "columns": columns,
        "slices": list(contract.slices),
    }
