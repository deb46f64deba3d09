"""The floors below as the dashboard asks them: workspace, published version, catalogue, numbers, rows, SQL."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from dataclasses import dataclass
from pathlib import Path

from dashboard import check_sentences, raw_rows, settings
from dashboard.board.verdicts import verdict_of
from dashboard.cache import Load, NothingPublished, RowsBehind, Verdict, Where
from dashboard.data_quality.report import Quality, read_quality
from dashboard.metric_library.library import Entry, read_library
from dashboard.wording import say
from data_checks.calendar import Calendar
from data_checks.contract import contracts
from data_checks.errors import FileProblems, Problem, RequestError
from data_checks.history import newest_load, refused_after
from data_checks.journal import Journal
from data_checks.journal_entries import About, Entries, InitiativeUpdate
from data_checks.ledger import past_loads, read_report
from data_checks.rollback import rollback_in_force
from data_checks.state import read_state
from data_checks.strategy_file import FILE as STRATEGY
from data_checks.warehouse import current_version, open_warehouse
from data_checks.warehouse.contract import Warehouse
from data_checks.workspace import FILE, Workspace, read_workspace
from data_checks.workspace_journal import JournalPlace
from metrics.analyses.benchmarks import Benchmarks, compare
from metrics.asking import ask
from metrics.cascade import Node, build_cascade
from metrics.catalog import Catalog, read_catalog
from metrics.definition import MetricDefinition
from metrics.drafts.draft_files import metric_files
from metrics.drafts.last_good import keep_last_good
from metrics.evaluate import evaluate
from metrics.events import Happening, loaded_events
from metrics.goals.file import FILE as GOALS
from metrics.goals.holding import extent_of
from metrics.journal_scope import may_see, own_teams, teams_of, visible
from metrics.one_card import one_card
from metrics.organisation import Organisation, organisation
from metrics.period import Grain, Period
from metrics.plans import with_plans
from metrics.receipt import Receipt, make_receipt
from metrics.result import MetricResult
from metrics.rows.listing import rows_behind
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard
from metrics.screen import build_scorecard, default_period, offered_periods
from metrics.slices import slice_values
from metrics.sql.show_sql import sql_of
from metrics.strategy import Strategy

Signature = tuple[tuple[str, int, int, int], ...]
_VERSIONS_OPEN = 3  # the published one, and what runs have begun on: before a load, and while it ran


@dataclass(frozen=True)
class _Opened:
    """One published version with the catalogue read over it, and who belongs to whom."""

    load: Load
    warehouse: Warehouse
    catalog: Catalog
    organisation: Organisation


class RealFloors:
    """Opens each version once; notices a new load, an edited metric and an edited workspace by their files' stamps.

    A definition that becomes wrong while this runs is shown as it last was right.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workspace: tuple[Signature, Workspace, tuple[Problem, ...]] | None = None
        """As it last was right, and what is wrong with it now."""
        self._opened: dict[tuple[str, Signature], _Opened] = {}
        self._warehouses: dict[tuple[Path, str], Warehouse] = {}
        """Open versions: an edited metric is a new catalogue over the same warehouse."""
        self._read: tuple[Path, Catalog, Catalog] | None = None
        """The folder, its catalogue as read, and as shown: with the last good definitions kept."""
        self._journal: tuple[JournalPlace, Journal] | None = None
        self._strategy: Strategy | None = None
        """As it last was right."""

    def current(self) -> Load:
        """The published load. Raises FileProblems when the workspace is wrong, NothingPublished before a load."""
        with self._lock:
            workspace = self._read_workspace(settings.workspace_folder())
            version = current_version(workspace.var)
            newest = newest_load(workspace.var)
            if version is None:
                raise NothingPublished(_never_published(workspace.var))
            written = (workspace.metrics_folder, workspace.folder / STRATEGY, workspace.folder / GOALS)
            wrong = " ".join(map(str, self._wrong))
            stamp = (f"{version} {newest} {wrong}", tuple(one for place in written for one in _stamps(place)))
            if stamp not in self._opened:
                self._opened[stamp] = self._open(workspace, version)
                self._close_old()
            return self._opened[stamp].load

    def opened(self, load: Load) -> _Opened:
        """The version a run began on, also when a newer one has been published since.

        Raises RequestError when so many are newer that it is closed: another one's numbers would stand under its name.
        """
        for opened in reversed(list(self._opened.values())):
            if opened.load.definitions is load.definitions:  # read once for each version and edit
                return opened
        raise RequestError(say("load_closed"))

    def rest(self) -> bool:
        """Give back what the engine keeps of versions that nobody reads. True: of one there was something to give."""
        with self._lock:  # none is closed meanwhile
            given = [warehouse.rest() for warehouse in self._warehouses.values()]
        return any(given)

    def scorecard(self, load: Load, scope: Scope, period: Period, against: Period, where: Where) -> Scorecard:
        opened = self.opened(load)
        return build_scorecard(opened.warehouse, opened.catalog, scope, period, against, dict(where))

    def card(self, load: Load, scope: Scope, metric: str, period: Period, against: Period, where: Where) -> Card:
        opened = self.opened(load)
        card = one_card(opened.warehouse, opened.catalog, scope, metric, period, against, dict(where))
        return dataclasses.replace(card, definition=load.definitions[metric])

    def results(
        self, load: Load, scope: Scope, metric: str, grain: Grain, by: tuple[str, ...], span: Period, where: Where
    ) -> tuple[MetricResult, ...]:
        opened = self.opened(load)
        question = ask(opened.warehouse, opened.catalog, scope, [metric], grain, by, span.start, span.end, dict(where))
        return evaluate(opened.warehouse, opened.catalog, question, [metric])[metric]

    def rows(self, load: Load, scope: Scope, metric: str, span: Period, where: Where, limit: int) -> RowsBehind:
        opened = self.opened(load)
        question = ask(opened.warehouse, opened.catalog, scope, [metric], "all", (), span.start, span.end, dict(where))
        return raw_rows.told_apart(
            rows_behind(opened.warehouse, opened.catalog, question, metric, limit), load.facts.timezone
        )

    def sql(self, load: Load, scope: Scope, metric: str, span: Period, where: Where) -> str:
        """The statements behind one number, with their values filled in."""
        opened = self.opened(load)
        question = ask(
            opened.warehouse, opened.catalog, scope, [metric], span.grain, (), span.start, span.end, dict(where)
        )
        return sql_of(opened.warehouse, opened.catalog, metric, question)

    def receipt(self, load: Load, scope: Scope, metric: str, period: Period, where: Where) -> Receipt:
        opened = self.opened(load)
        with self._lock:
            workspace = self._read_workspace(settings.workspace_folder())
        report = read_report(workspace.var, load.facts.load_id)
        sources = report.sources if report else ()
        return make_receipt(
            opened.warehouse, opened.catalog, scope, metric, period, dict(where), sources=sources, rows=0
        )

    def teams(self, load: Load, scope: Scope) -> tuple[str, ...]:
        """Every team named in a published table."""
        return self.names(load, scope, "team", ())

    def names(self, load: Load, scope: Scope, slice_: str, where: Where) -> tuple[str, ...]:
        """Every value of a slice named in a published table, of the rows that have `where`."""
        warehouse, wanted = self.opened(load).warehouse, [slice_, *dict(where)]
        tables = [table for table in load.facts.tables if all(_has(table, name, load) for name in wanted)]
        found = {value for table in tables for value in slice_values(warehouse, table, slice_, scope, dict(where))}
        return tuple(sorted((name for name in found if name is not None), key=str.casefold))

    def benchmarks(self, load: Load, scope: Scope, period: Period, where: Where) -> Benchmarks:
        opened = self.opened(load)
        return compare(opened.warehouse, opened.catalog, scope, period, None, dict(where))

    def library(self, load: Load) -> tuple[Entry, ...]:
        return read_library(self.opened(load).catalog, load.facts)

    def cascade(self, load: Load, scope: Scope, period: Period, against: Period) -> Node:
        opened = self.opened(load)
        return build_cascade(opened.warehouse, opened.catalog, scope, period, against)

    def departments(self, load: Load, scope: Scope) -> tuple[str, ...]:
        found = organisation(self.opened(load).warehouse, scope).departments.values()
        return tuple(sorted({name for name in found if name is not None}, key=str.casefold))

    def quality(self, load: Load, scope: Scope) -> Quality:
        opened = self.opened(load)
        with self._lock:
            workspace = self._read_workspace(settings.workspace_folder())
        state = read_state(workspace.var)
        return read_quality(load.facts, load.definitions, opened.catalog.bound, workspace.var, state, scope)

    def events(self, load: Load, scope: Scope) -> tuple[Happening, ...]:
        return loaded_events(self.opened(load).warehouse, scope)

    def entries(self, load: Load, scope: Scope, metric: str | None) -> Entries:
        return visible(self._book().read(metric), scope, self._own_teams(load, scope))

    def updates(self) -> tuple[InitiativeUpdate, ...]:
        return self._book().read().initiatives

    def may_write(self, load: Load, scope: Scope, about: About) -> bool:
        return may_see(about.slices, scope, self._own_teams(load, scope))

    def write_comment(
        self, load: Load, scope: Scope, about: About, text: str, author: str, replaces: int | None
    ) -> None:
        self._check_may_write(load, scope, about)
        self._book().write_comment(about, text, author, _now(), replaces)

    def mark_reviewed(self, load: Load, scope: Scope, about: About, status: str, author: str) -> None:
        self._check_may_write(load, scope, about)
        self._book().write_review(about, status, author, _now())

    def _check_may_write(self, load: Load, scope: Scope, about: About) -> None:
        if not self.may_write(load, scope, about):
            raise RequestError(say("comments_own"))

    def _own_teams(self, load: Load, scope: Scope) -> frozenset[str]:
        """The names of the teams a reader may see, when not all of them."""
        return frozenset() if scope.teams is None else own_teams(teams_of(self.opened(load).warehouse), scope)

    def _book(self) -> Journal:
        """The workspace's journal, opened at first need and again when it lies elsewhere."""
        with self._lock:
            place = self._read_workspace(settings.workspace_folder()).journal
            if self._journal is None or self._journal[0] != place:
                if self._journal is not None:
                    self._journal[1].close()
                self._journal = (place, Journal(place))
            return self._journal[1]

    def verdict(
        self, load: Load, scope: Scope, definition: MetricDefinition, result: MetricResult, where: Where
    ) -> Verdict:
        name, opened = definition.metric, self.opened(load)
        part = {**dict(where), **{name: (value,) for name, value in result.slices.items()}}
        extent = extent_of(part, scope, opened.organisation)
        return verdict_of(opened.catalog.metrics[name], opened.catalog.bound[name], result, extent, opened.load.facts)

    @property
    def _wrong(self) -> tuple[Problem, ...]:
        return self._workspace[2] if self._workspace else ()

    def _read_workspace(self, folder: Path) -> Workspace:
        """The workspace, or while it is wrong the one that last was right: a slip of the pen closes no running board.
        Raises FileProblems when it never was."""
        stamp, known = _stamps(folder / FILE), self._workspace
        if known is None or known[1].folder != folder:
            self._workspace = known = (stamp, read_workspace(folder), ())
        elif known[0] != stamp or known[2]:  # what is wrong may be put right in another file
            try:
                self._workspace = (stamp, read_workspace(folder), ())
            except FileProblems as error:
                self._workspace = (stamp, known[1], error.problems)
        return (self._workspace or known)[1]

    def _read_catalog(self, folder: Path, calendar: Calendar) -> Catalog:
        if self._read is None or self._read[0] != folder:
            fresh = shown = read_catalog(folder, calendar)
        else:
            _, before, last_shown = self._read
            fresh = read_catalog(folder, calendar, before)
            shown = keep_last_good(fresh, last_shown)
        self._read = folder, fresh, shown
        return shown

    def _warehouse(self, workspace: Workspace, version: str) -> Warehouse:
        if (workspace.var, version) in self._warehouses:
            return self._warehouses[workspace.var, version]
        warehouse = open_warehouse(workspace)  # what it opens may be newer, should the pointer have moved meanwhile
        known = self._warehouses.setdefault((workspace.var, f"w-{warehouse.facts.load_id}"), warehouse)
        if known is not warehouse:
            warehouse.close()
        return known

    def _open(self, workspace: Workspace, version: str) -> _Opened:
        warehouse = self._warehouse(workspace, version)
        calendar = warehouse.facts.calendar
        catalog = self._read_catalog(workspace.metrics_folder, calendar)
        catalog = with_plans(catalog, workspace.folder, calendar, self._strategy)
        self._strategy = catalog.strategy
        load = Load(
            version=f"w-{warehouse.facts.load_id}",  # what was opened, should the pointer have moved meanwhile
            catalog=catalog.hash,
            facts=warehouse.facts,
            definitions=catalog.metrics,
            problems=catalog.problems,
            workspace_problems=self._wrong,
            kept=catalog.kept,
            left_out=tuple(sorted(catalog.left_out)),
            strategy=catalog.strategy,
            periods=offered_periods(warehouse)[::-1],
            default_period=default_period(warehouse),
            refused=refused_after(workspace.var, warehouse.facts.load_id),
            rolled_back=_rollback(workspace, warehouse),
        )
        return _Opened(load, warehouse, catalog, organisation(warehouse, Scope.everything()))

    def _close_old(self) -> None:
        while len(self._opened) > _VERSIONS_OPEN:
            self._opened.pop(next(iter(self._opened)))
        in_use = [opened.warehouse for opened in self._opened.values()]
        for place, warehouse in list(self._warehouses.items()):
            if not any(warehouse is used for used in in_use):
                self._warehouses.pop(place).close()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)


def _stamps(place: Path) -> Signature:
    """Name, times and size of a file, or of every file in a folder: cheap to ask, different after an edit.

    The time of the last change of the entry itself tells a file put in another's place with the same time and size.
    A file that goes while it is asked for is not there.
    """
    found = []
    for file in metric_files(str(place)) if place.is_dir() else [place]:
        path = str(place) if isinstance(file, Path) else file.path
        try:
            stat = file.stat()
        except OSError as error:
            found.append((path, error.errno or 0, 0, 0))
        else:
            found.append((path, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size))
    return tuple(sorted(found))


def _never_published(var: Path) -> str:
    """Why nobody sees anything yet: no load was tried, or the newest was refused."""
    refused = refused_after(var, "")
    return say("refused", load=refused.load, why=refused.why).strip() if refused else say("no_load")


def _rollback(workspace: Workspace, warehouse: Warehouse) -> str:
    """That an earlier load is shown again; '' when the last one is."""
    entry = rollback_in_force(past_loads(workspace.var), f"w-{warehouse.facts.load_id}")
    return check_sentences.rolled_back(entry, workspace.timezone) if entry else ""


def _has(table: str, name: str, load: Load) -> bool:
    contract = contracts().get(table)
    slice_ = contract.slices.get(name) if contract else None
    return slice_ is not None and slice_.column in load.facts.tables[table].provided
