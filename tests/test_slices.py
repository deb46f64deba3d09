"""The values of slices: asked once of a version, and only those a reader may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_checks.warehouse.contract import Warehouse
from metrics.scope import Scope
from metrics.slices import slice_values
from tests.company import Company


@pytest.fixture
def warehouse(loaded_demo: Path) -> Iterator[Warehouse]:
    company = Company(loaded_demo)
    yield company.warehouse
    company.warehouse.close()


def test_every_value_is_asked_once_of_a_version(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: Counter[str] = Counter()
    read = type(warehouse).read

    def counted(self: Warehouse, statement: sa.Select[tuple[object]]) -> object:
        asked[str(statement)] += 1
        return read(self, statement)

    monkeypatch.setattr(type(warehouse), "read", counted)
    (team, *_) = teams = sorted(row[0] for row in warehouse.read(sa.select(warehouse.table("teams").c.team_id)))
    asked.clear()
    everything, some = Scope.everything(), Scope.of_teams(team)
    for _ in range(2):
        whole = slice_values(warehouse, "tickets", "team", everything)
        part = slice_values(warehouse, "tickets", "team", some)
        assert 1 == len([name for name in part if name]) < len([name for name in whole if name]) <= len(teams)
        assert slice_values(warehouse, "tickets", "team") == whole
    assert sum(asked.values()) == 3
    one = slice_values(warehouse, "tickets", "channel", everything, {"team": part})
    assert set(one) <= set(slice_values(warehouse, "tickets", "channel", everything))
