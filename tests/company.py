"""The demo company open, and its board gathered for an export: what the tests of every form begin with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dashboard.data_quality.report import read_quality
from dashboard.export.pack import Asked, Pack, gather
from data_checks.journal_entries import Entries
from data_checks.state import read_state
from data_checks.warehouse import open_warehouse
from data_checks.warehouse.contract import Warehouse
from data_checks.workspace import Workspace, read_workspace
from metrics.catalog import Catalog
from metrics.journal_scope import teams_of
from metrics.period import parse_period
from metrics.scope import Scope
from metrics.screen import before, default_period
from tests.conftest import catalog_of


class Company:
    """The demo company, open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace: Workspace = read_workspace(folder)
        self.warehouse: Warehouse = open_warehouse(self.workspace)
        self.catalog: Catalog = catalog_of(self.workspace)

    def asked(
        self, scope: Scope | None = None, month: str = "", until: dt.date | None = None, **where: list[str | None]
    ) -> Asked:
        """A period, the last complete month unless named, beside the one before."""
        calendar = self.warehouse.facts.calendar
        period = parse_period(month, calendar) if month else default_period(self.warehouse, until=until)
        return Asked(scope or Scope.everything(), period, before(period), where, until)

    def pack(
        self,
        scope: Scope | None = None,
        entries: Entries | None = None,
        month: str = "",
        until: dt.date | None = None,
        **where: list[str | None],
    ) -> Pack:
        """The board with all that explains it."""
        asked, var = self.asked(scope, month, until, **where), self.workspace.var
        facts, bound = self.warehouse.facts, self.catalog.bound
        quality = read_quality(facts, self.catalog.metrics, bound, var, read_state(var), asked.scope)
        return gather(self.warehouse, self.catalog, asked, quality, entries or Entries())

    def teams(self) -> dict[str, str | None]:
        """Every team's name by its id."""
        return dict(teams_of(self.warehouse))
