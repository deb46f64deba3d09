"""One load: read → map → check → quarantine → publish. All or nothing: a refused load changes no published number."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from data_checks.build import MEMORY, STAGING, Loaded, build_version
from data_checks.casts import END_DAY, ERA, FIRST_DAY
from data_checks.contract import Contract, contracts
from data_checks.errors import FileProblems, LoadRefused, RequestError, ScorecardError
from data_checks.initiatives import write_given
from data_checks.ledger import (
    LoadReport,
    SourceReport,
    Status,
    TableReport,
    fingerprint,
    finish_books,
    loads_folder,
    next_load_id,
    published_rows,
    read_report,
    write_report,
)
from data_checks.load_lock import only_load, private_folder, sweep_private
from data_checks.quarantine import FILE as QUARANTINE
from data_checks.reach import Clock
from data_checks.refusal import refusal
from data_checks.sources.database import fetch_queries
from data_checks.sources.files import Header, has_changed, sha256_of, stamp_of
from data_checks.sources.relations import OpenFile, check_headers, copies, drift, headers, open_file, with_files
from data_checks.staging import Staged, stage
from data_checks.suites import import_meanwhile
from data_checks.system_errors import system_error, system_refusal
from data_checks.usual import Usual
from data_checks.warehouse.contract import Prepare
from data_checks.warehouse.duckdb import UnpublishedDuckDB, is_sound
from data_checks.warehouse.versions import (
    build_path,
    current_version,
    publish,
    sweep,
    version_path,
    warehouse_folder,
)
from data_checks.workspace import Workspace, path_problem
from data_checks.workspace_files import DataFile
from data_checks.workspace_source import Source

__all__ = ["LoadReport", "load"]

Progress = Callable[[str], None]


def _silent(sentence: str) -> None:
    """Nobody watches."""
    del sentence


def load(
    workspace: Workspace,
    now: dt.datetime,
    progress: Progress = _silent,
    tables: Mapping[str, Contract] | None = None,
    prepare: Prepare | None = None,
    wait_seconds: float = 0,
) -> LoadReport:
    """Load the workspace and publish a new version, or find that nothing changed (status "unchanged").

    `now`: naive UTC, written down; a slip of the pen beyond it moves no board. `tables`: other contracts than the
    program's own, for tests. `prepare`: adds to the version before anybody sees it. `wait_seconds`: how long to wait
    for another load of this workspace to end.
    Raises FileProblems (a column is missing) and LoadRefused (after writing the ledger); both leave the version before.
    """
    var = workspace.var
    if workspace.as_of and not FIRST_DAY <= workspace.as_of < END_DAY:
        raise RequestError(f"as of {workspace.as_of}: the day must lie in {ERA}.")
    if told := path_problem(workspace.folder):
        raise RequestError(told)
    try:
        with only_load(var, wait_seconds, lambda: progress("another load of this workspace is running; waiting")):
            finish_books(var)
            sweep(var)
            sweep_private(var)
            return _Load(workspace, tables or contracts(), progress, _Books(next_load_id(var), now), prepare).run()
    except OSError as error:
        raise system_refusal(error, var) from None


def _all_sources(workspace: Workspace) -> list[Source]:
    return [source for many in workspace.sources.values() for source in many]


@dataclass
class _Books:
    """What is known so far; becomes the ledger also when the load is refused on the way."""

    load_id: str
    now: dt.datetime
    fingerprint: str = ""
    tables: Mapping[str, TableReport] = field(default_factory=dict)
    sources: Sequence[SourceReport] = ()
    notes: list[str] = field(default_factory=list)
    begun: dict[DataFile, tuple[int, int, int] | None] = field(default_factory=dict)
    """What every file was when it was begun with."""

    def report(self, status: Status, as_of: dt.datetime | None = None, message: str = "") -> LoadReport:
        return LoadReport(
            load=self.load_id,
            status=status,
            as_of=as_of,
            fingerprint=self.fingerprint,
            loaded_at=self.now,
            tables=dict(self.tables),
            sources=tuple(self.sources),
            notes=tuple(self.notes),
            message=message,
        )


@dataclass(frozen=True)
class _Load:
    workspace: Workspace
    tables: Mapping[str, Contract]
    progress: Progress
    books: _Books
    prepare: Prepare | None

    def run(self) -> LoadReport:
        var, books = self.workspace.var, self.books
        try:
            sources, repeats = with_files(_all_sources(self.workspace))
            books.notes += repeats
            if not self.workspace.strategy.initiatives_are_whole:  # a table of them would lose some in silence
                raise FileProblems(self.workspace.strategy.problems)
            with private_folder(var, books.load_id) as folder:
                sources = write_given(fetch_queries(sources, folder, self.progress), folder)
                hashes = self._hashes(sources)
                books.fingerprint = self._fingerprint(hashes)
                return self._unchanged() or self._fresh(sources, hashes, folder)
        except Exception as error:
            refused = error if isinstance(error, FileProblems) else self._as_refusal(error)
            with contextlib.suppress(OSError):  # a full disk must not hide its own sentence
                write_report(var, books.report("refused", message=str(refused)))
            if isinstance(error, (ScorecardError, duckdb.Error, OSError)):
                raise refused from None
            raise refused from error

    def _as_refusal(self, error: Exception) -> LoadRefused:
        """Any failure of the engine, the system or the program as one sentence, without a path of this machine."""
        var = self.workspace.var
        if isinstance(error, LoadRefused):
            return error
        if system := system_error(error):
            return system_refusal(system, var)
        text = (str(error).splitlines() or [""])[0].replace(str(self.workspace.folder), ".")
        if isinstance(error, duckdb.Error):
            return LoadRefused(f"the load stopped: {text.rstrip('.')}.")
        what = f"{type(error).__name__}: {text}".rstrip(": .")
        return LoadRefused(f"the load stopped by a fault of the program ({what}); please report it.")

    def _hashes(self, sources: Sequence[Source]) -> dict[DataFile, str]:
        files = dict.fromkeys(file for source in sources for file in source.files)
        self.books.begun.update({file: stamp_of(file.path) for file in files})
        return {file: sha256_of(file.path, file.shown) for file in files}

    def _fingerprint(self, hashes: Mapping[DataFile, str]) -> str:
        files = [(file.shown, sha256) for file, sha256 in hashes.items()]
        if holidays := self.workspace.holidays:
            files.append((holidays.shown, holidays.sha256))
        return fingerprint(self.workspace.file, files, self.workspace.as_of)

    def _unchanged(self) -> LoadReport | None:
        var = self.workspace.var
        version = current_version(var)
        if version is None or not version_path(var, version).exists():
            return None
        before = read_report(var, version.removeprefix("w-"))
        if before is None or before.fingerprint != self.books.fingerprint or not is_sound(version_path(var, version)):
            return None
        return dataclasses.replace(before, status="unchanged")

    def _fresh(self, sources: Sequence[Source], hashes: Mapping[DataFile, str], folder: Path) -> LoadReport:
        books, var = self.books, self.workspace.var
        found = headers(sources)
        check_headers(sources, found)
        books.notes += sorted({note for header in found.values() for note in header.notes})
        books.notes += [*drift(sources, found), *copies(sources, hashes)]
        write_report(var, books.report("loading"))
        warehouse_folder(var).mkdir(parents=True, exist_ok=True)
        opened = self._open_files(sources, found, hashes, folder)
        import_meanwhile()
        staging = folder / f"{STAGING}.duckdb"
        tables = {name: self.tables[name] for name in self.workspace.sources}
        quarantine = self._quarantine()
        usual = Usual(published_rows(var), self.workspace.as_of)
        clock = Clock(books.now, self.workspace.timezone, self.workspace.as_of)
        staged = stage(staging, opened, tables, clock, quarantine, self.progress, usual)
        books.tables, books.sources = staged.reports, staged.sources
        books.notes += staged.notes
        shown = quarantine.relative_to(self.workspace.folder).as_posix()
        filtered = {name: report.filtered for name, report in staged.reports.items()}
        if sentence := refusal(staged.by_rule, staged.outcomes, staged.first, shown, staged.unknown, filtered):
            raise LoadRefused(sentence)
        if staged.reach.problem or staged.reach.as_of is None:
            raise LoadRefused(staged.reach.problem)
        return self._publish(staging, staged, staged.reach.as_of, hashes)

    def _open_files(
        self,
        sources: Sequence[Source],
        found: Mapping[DataFile, Header],
        hashes: Mapping[DataFile, str],
        folder: Path,
    ) -> list[tuple[Source, list[OpenFile]]]:
        """Every mapping with its files, copied and sound. A file several mappings read is copied once per mapping."""
        opened: list[tuple[Source, list[OpenFile]]] = []
        number = 0
        for source in sources:
            files = []
            for file in source.files:
                self.progress(f"reading {file.shown} for {source.table}")
                files.append(open_file(source, file, found[file], hashes[file], number, folder))
                number += 1
            opened.append((source, files))
            self.books.notes += [note for file in files for note in file.notes if note not in self.books.notes]
        read = [(source.table, file.shown) for source in sources for file in source.files]
        for table, name in dict.fromkeys(read):
            if (times := read.count((table, name))) > 1:
                self.books.notes.append(f"{table}: {name} is read {times} times, once per mapping.")
        return opened

    def _quarantine(self) -> Path:
        path = loads_folder(self.workspace.var) / self.books.load_id / QUARANTINE
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _publish(self, staging: Path, staged: Staged, as_of: dt.datetime, hashes: Mapping[DataFile, str]) -> LoadReport:
        books, var = self.books, self.workspace.var
        self.progress("building the new version")
        loaded = Loaded(
            books.load_id, books.now, as_of, staged.provided, staged.accounts, staged.outcomes, tuple(books.notes)
        )
        try:
            facts = build_version(
                build_path(var, books.load_id), staging, self.workspace, self.tables, loaded, self.progress
            )
            books.notes = list(facts.notes)
            self._prepare(build_path(var, books.load_id), staging.parent)
            self._check_complete(hashes)
            # The ledger first: a version without its books must never be the current one.
            write_report(var, books.report("publishing", facts.as_of))
            publish(var, books.load_id)
        except BaseException:
            sweep(var)
            raise
        report = books.report("published", facts.as_of)
        with contextlib.suppress(OSError):  # published is published: the next load says so in the books
            write_report(var, report)
        self.progress(f"published {books.load_id}")
        return report

    def _check_complete(self, hashes: Mapping[DataFile, str]) -> None:
        """An export that has grown since was not whole when it was read. One that another one took the place of was."""
        for file, begun in self.books.begun.items():
            now = stamp_of(file.path)
            is_written_to = now and begun and now != begun and now[0] == begun[0]
            if is_written_to and sha256_of(file.path, file.shown) != hashes[file]:
                raise LoadRefused(has_changed(file.shown))

    def _prepare(self, version: Path, spill: Path) -> None:
        if self.prepare is None:
            return
        self.progress("preparing what screens ask for")
        with UnpublishedDuckDB(version, MEMORY, spill) as unpublished:
            self.prepare(unpublished)
