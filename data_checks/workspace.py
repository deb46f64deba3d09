"""workspace.yaml → a frozen Workspace, or every problem in it at once with file, line and column."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from data_checks.business_hours import Holidays, Shift, read_holidays, read_shifts
from data_checks.calendar import Calendar, read_calendar
from data_checks.casts import END_DAY, ERA, FIRST_DAY, known_zone, zone_problem
from data_checks.contract import contracts
from data_checks.errors import FileProblems, Place, Problem, did_you_mean
from data_checks.initiatives import TABLE as INITIATIVES
from data_checks.initiatives import initiatives_source
from data_checks.obstacles import obstacle
from data_checks.strategy_file import StrategyFile, read_strategy_file
from data_checks.workspace_files import find_files
from data_checks.workspace_journal import JournalPlace, journal_problem
from data_checks.workspace_source import Source, read_source
from data_checks.yaml_file import STRICT, Document, build, read_documents

FILE = "workspace.yaml"


@dataclass(frozen=True)
class _CalendarFile:
    """The organisation's year, week and working hours, as written."""

    __pydantic_config__ = STRICT
    fiscal_year_starts: Any = None
    week_starts: Any = None
    business_hours: dict[str, str] = field(default_factory=dict)
    holidays: str | None = None


@dataclass(frozen=True)
class _WorkspaceFile:
    """The file as written; sources are checked one by one, so one bad mapping does not hide another."""

    __pydantic_config__ = STRICT
    sources: dict[str, Any]
    title: str = "Scorecard"
    timezone: str = "UTC"
    currency: str = "EUR"
    as_of: dt.date | Literal["latest"] = "latest"
    synthetic: bool = False
    calendar: _CalendarFile = field(default_factory=_CalendarFile)
    warehouse: str = "duckdb"
    journal: str = ""
    access: Any = None


@dataclass(frozen=True)
class Workspace:
    """A checked workspace. `as_of` None: the newest instant loaded; `sources`: every mapping by canonical table.

    `calendar`: when its year and week begin; `shifts`: the business hours of the week, empty when none are given;
    `holidays`: the days without any. `strategy`: strategy.yaml as written; its initiatives are one of the sources,
    unless another source gives them. `journal`: where what people write is kept.
    """

    folder: Path
    title: str
    timezone: str
    currency: str
    as_of: dt.date | None
    synthetic: bool
    calendar: Calendar
    sources: Mapping[str, tuple[Source, ...]]
    shifts: tuple[Shift, ...] = ()
    holidays: Holidays | None = None
    journal: JournalPlace = field(default_factory=lambda: JournalPlace(Path()))
    strategy: StrategyFile = field(default_factory=StrategyFile)

    @property
    def file(self) -> Path:
        return self.folder / FILE

    @property
    def var(self) -> Path:
        """Where the load keeps its state: warehouse versions, ledger, quarantine."""
        return self.folder / "var"

    @property
    def metrics_folder(self) -> Path:
        return self.folder / "metrics"

    def reads(self, file: Path) -> bool:
        """Whether it is one of the workspace's own: what a source names, what is declared, a definition."""
        place, home = file.resolve(), self.folder.resolve()
        declared = place.parent == home and (place.suffix in (".yaml", ".yml") or place.name == "goals.csv")
        if declared or place.is_relative_to(self.metrics_folder.resolve()):
            return True
        named = [one.path for many in self.sources.values() for source in many
                 for one in find_files(source.names, source.folder)[0]]  # fmt: skip
        named += [self.folder / self.holidays.shown] if self.holidays else []
        return place in {one.resolve() for one in named}


class WorkspaceProblems(FileProblems):
    """A workspace.yaml that is wrong; `sources`: those mappings that are right, for who looks for more."""

    def __init__(self, problems: Iterable[Problem], sources: Mapping[str, tuple[Source, ...]]) -> None:
        super().__init__(problems)
        self.sources = sources


def read_workspace(folder: Path) -> Workspace:
    """The workspace in `folder`. Raises FileProblems with every problem of workspace.yaml."""
    document = _document(folder)
    problems: list[Problem] = []
    try:
        written = build(_WorkspaceFile, document)
    except FileProblems as error:
        problems += error.problems
        written = _readable_rest(document)
    problems += _top_problems(document, written)
    calendar = read_calendar(document, problems)
    shifts, holidays = read_shifts(document, problems), read_holidays(document, folder, problems)
    zone = written.timezone if known_zone(written.timezone) else "UTC"
    sources = _sources(document, folder, zone, problems)
    if problems:
        raise WorkspaceProblems(sorted(dict.fromkeys(problems), key=_file_order), sources)
    strategy = read_strategy_file(folder)
    if INITIATIVES not in sources and (source := initiatives_source(strategy, folder, zone)):
        sources = {**sources, INITIATIVES: (source,)}
    return Workspace(
        folder=folder,
        title=written.title,
        timezone=written.timezone,
        currency=written.currency,
        as_of=None if written.as_of == "latest" else written.as_of,
        synthetic=written.synthetic,
        calendar=calendar,
        sources=sources,
        shifts=shifts,
        holidays=holidays,
        journal=JournalPlace(folder, written.journal) if written.journal else JournalPlace(folder),
        strategy=strategy,
    )


def path_problem(folder: Path) -> str:
    """Why the warehouse cannot stand in this folder; '' when it can."""
    if "?" in str(folder.resolve()):
        return "the path of the workspace holds '?', which the engine cannot open; rename the folder."
    return ""


def _file_order(problem: Problem) -> tuple[bool, str, int, int]:
    """workspace.yaml first, then the files it names, each from top to bottom."""
    place = problem.place
    return place.file != FILE, place.file, place.line or 0, place.column or 0


def _document(folder: Path) -> Document:
    if told := _no_workspace(folder):
        raise FileProblems([Problem(Place(str(folder)), told)])
    documents = read_documents(folder / FILE, FILE)
    if not documents or not isinstance(documents[0].data, dict):
        is_empty = not documents or documents[0].data is None
        said = "this file is empty; it needs" if is_empty else "this file has no keys such as `title:`; it needs"
        raise FileProblems([Problem(Place(FILE, 1, 1), f"{said} at least `sources`.")])
    if second := next((one for one in documents[1:] if one.data is not None), None):
        told = "one workspace is enough, and nobody reads this second document; take it out."
        raise FileProblems([Problem(second.place(), told)])
    return documents[0]


def _no_workspace(folder: Path) -> str:
    """Why this is no folder with a workspace.yaml, and the next step; '' when it is one."""
    if told := obstacle(folder):
        return f"this {told}."
    if folder.is_file():
        return f"this is a file; name the folder it stands in: -w {shlex.quote(str(folder.parent))}"
    if (folder / FILE).is_symlink() or obstacle(folder / FILE) or (folder / FILE).exists():
        return ""
    where = f"there is no {FILE} in it" if folder.is_dir() else "this folder does not exist"
    return f"{where}; `scorecard demo DIR` writes an example to copy."


def _if_mapping(document: Document, key: str) -> dict[str, Any]:
    found = document.data.get(key)
    return found if isinstance(found, dict) else {}


def _readable_rest(document: Document) -> _WorkspaceFile:
    """What can still be checked of a file with a wrong key."""
    zone, warehouse, journal = (document.data.get(key, "") for key in ("timezone", "warehouse", "journal"))
    currency = document.data.get("currency")
    return _WorkspaceFile(
        sources=_if_mapping(document, "sources"),
        currency=currency if isinstance(currency, str) else "EUR",
        timezone=zone if zone and isinstance(zone, str) else "UTC",
        warehouse=warehouse if warehouse and isinstance(warehouse, str) else "duckdb",
        journal=journal if isinstance(journal, str) else "",
        access=document.data.get("access"),
    )


def _top_problems(document: Document, written: _WorkspaceFile) -> list[Problem]:
    """What is wrong beside the sources."""
    problems = []
    if not known_zone(written.timezone):
        problems.append(Problem(document.place("timezone"), zone_problem(written.timezone)))
    if not re.fullmatch("[A-Z]{3}", written.currency):
        message = f"'{written.currency}' is no currency; write its three capital letters, like EUR or USD."
        problems.append(Problem(document.place("currency"), message))
    if isinstance(written.as_of, dt.date) and not FIRST_DAY <= written.as_of < END_DAY:
        problems.append(Problem(document.place("as_of"), f"as_of: {written.as_of} lies outside {ERA}."))
    if written.warehouse != "duckdb":
        kind = written.warehouse.partition("://")[0]  # what follows may hold a password
        message = f"the warehouse '{kind}' is not supported yet; only duckdb is."
        problems.append(Problem(document.place("warehouse"), message))
    if written.journal and (wrong := journal_problem(written.journal)):
        problems.append(Problem(document.place("journal"), wrong))
    access = written.access
    if access is not None and access != {"mode": "open"}:
        # Fail closed: a rule that would not be kept must not be accepted.
        message = "who may see what does not stand here: set SCORECARD_ACCESS=oidc and name people in access.yaml."
        problems.append(Problem(document.place("access"), message))
    return problems


def _sources(
    document: Document, folder: Path, timezone: str, problems: list[Problem]
) -> Mapping[str, tuple[Source, ...]]:
    known = contracts()
    result: dict[str, tuple[Source, ...]] = {}
    tables = _if_mapping(document, "sources")
    if not tables:
        problems.append(Problem(document.place("sources"), "no source is given; map at least one table."))
    for table, written in tables.items():
        if table not in known:
            place = document.key_place("sources", table)
            problems.append(Problem(place, f"there is no table '{table}'.{did_you_mean(table, known)}"))
            continue
        many = isinstance(written, list)
        found = []
        for index in range(len(written) if many else 1):
            at = ("sources", table, index) if many else ("sources", table)
            if not isinstance(written[index] if many else written, dict):
                problems.append(Problem(document.place(*at), f"{table}: write `files` and `columns` under it."))
                continue
            try:
                found.append(read_source(document, at, known[table], folder, timezone))
            except FileProblems as error:
                problems += error.problems
        result[table] = tuple(found)
    return result
