"""What stands under var/ now: the published version, the ones kept, the rollback in force, every load."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_checks.errors import RequestError
from data_checks.ledger import past_loads
from data_checks.rollback import rollback_in_force
from data_checks.warehouse import current_version, open_warehouse
from data_checks.warehouse.contract import LoadFacts
from data_checks.warehouse.versions import kept_versions, nothing_shown, version_path


@dataclass(frozen=True)
class Kept:
    """A version on disk, by its load."""

    load: str
    bytes: int
    is_published: bool


@dataclass(frozen=True)
class State:
    """`version` None: nothing is shown. `facts` None: nothing to read, and `fault` says why if it should be.

    `loads`: the ledger's entries, oldest first; `rollback`: the one readers see the effect of.
    """

    version: str | None
    facts: LoadFacts | None
    fault: str
    loads: Sequence[Mapping[str, Any]]
    kept: Sequence[Kept]
    rollback: Mapping[str, Any] | None


def read_state(var: Path) -> State:
    """Everything `scorecard status` tells; a damaged version is a `fault`, not an error."""
    version, facts, fault = current_version(var), None, ""
    if version is not None:
        try:
            with contextlib.closing(open_warehouse(var)) as warehouse:
                facts = warehouse.facts
                version = f"w-{facts.load_id}"  # what was opened, should the pointer have moved meanwhile
        except RequestError as error:
            fault = str(error)
    elif kept_versions(var):
        fault = nothing_shown(var)
    kept = []
    for name in kept_versions(var):
        with contextlib.suppress(FileNotFoundError):  # a load takes the oldest away
            size = version_path(var, name).stat().st_size
            kept.append(Kept(name.removeprefix("w-"), size, name == version))
    loads = past_loads(var)
    return State(version, facts, fault, loads, kept, rollback_in_force(loads, version))
