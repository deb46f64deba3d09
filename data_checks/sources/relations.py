"""Declared files → relations of text inside the locked staging engine, every row with the place it came from.

A row's `__row` is file number × 2^40 + its order among the file's accepted rows (from 1). Records that DuckDB
rejects (too few fields, a stray quote …) are kept apart and never lost.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_checks.errors import FileProblems, LoadRefused, Place, Problem, did_you_mean
from data_checks.expression import literal, quoted
from data_checks.sources.files import Header, has_changed, sha256_of
from data_checks.sources.json_lines import json_records
from data_checks.sources.kinds import convert, copy_text, delimiter_of, header_of
from data_checks.sources.records import Run, run_of, runs_of
from data_checks.sources.text import Converted
from data_checks.workspace_files import DataFile, find_files, without_repeats
from data_checks.workspace_source import Source
from data_checks.workspace_sql import unset

FILE_STEP = 1 << 40
_TOGETHER = 10_000
"""So many JSON lines make a run."""
_SHOWN = 12
"""So many columns of a file are listed in a sentence."""
REJECTED_STEP = 1 << 39
"""Rejected records stand at file number × 2^40 + 2^39 + DuckDB's record count."""


@dataclass(frozen=True)
class OpenFile:
    """One file as one mapping reads it. `number` is unique in the load; `copy` is its plain UTF-8 copy."""

    number: int
    file: DataFile
    header: Header
    delimiter: str
    copy: Path
    sha256: str
    lines_above: int = 0
    notes: tuple[str, ...] = ()
    converted: Converted | None = None
    rows: int = 0
    """About how many, as the lines of a text tell; 0: not known before they are read."""

    @property
    def rejects(self) -> str:
        return f"rejects_{self.number}"

    def runs(self) -> Iterator[Run]:
        """Its records, with the line in the file; the row of a sheet or of a query's result is its line."""
        if self.converted and self.converted.plain:
            records = json_records(self.converted.plain)
            while many := list(itertools.islice(records, _TOGETHER)):
                yield run_of(many)
            return
        for run in runs_of(self.copy, self.delimiter, len(self.header.names)):
            yield Run(run.counts, functools.partial(self._place, run))

    def _place(self, run: Run, number: int) -> tuple[int, str]:
        line, text = run.place(number)
        return (self.converted.first_line + run.counts[number] - 1 if self.converted else line + self.lines_above), text


def headers(sources: Sequence[Source]) -> Mapping[DataFile, Header]:
    """The header of every declared file. Raises LoadRefused for a file that cannot be read."""
    found: dict[DataFile, Header] = {}
    for source in sources:
        for file in source.files:
            found[file] = header_of(source, file)
    return found


def drift(sources: Sequence[Source], found: Mapping[DataFile, Header]) -> list[str]:
    """A note for every file of a mapping whose columns are not those of its first file."""
    notes = []
    for source in sources:
        for file in source.files[1:]:
            first, mine = found[source.files[0]].names, found[file].names
            more = [name for name in mine if name.lower() not in {n.lower() for n in first}]
            less = [name for name in first if name.lower() not in {n.lower() for n in mine}]
            parts = [f"has {what} {_listed(names)}" for what, names in (("also", more), ("not", less)) if names]
            if not parts and [n.lower() for n in mine] != [n.lower() for n in first]:
                parts = ["has the same columns in another order"]
            if parts:
                notes.append(f"{source.table}: {file.shown} {' and '.join(parts)}, unlike {source.files[0].shown}.")
    return notes


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:60]}…"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(_short(name) for name in names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _missing(name: str, file: DataFile, known: Sequence[str]) -> str:
    """What is wrong when a file lacks a column, and what it has."""
    return f"{file.shown} has no column '{name}'.{did_you_mean(name, known) or f' It has {_listed(known)}.'}"


def _no_header(wanted: Sequence[str], file: DataFile, known: Sequence[str], source: Source) -> str:
    """What is wrong when a file has not one of the columns that are asked for."""
    delimiter = delimiter_of(source, file)
    if file.kind == "text" and len(known) == 1:
        other = max((sign for sign in ",;\t|" if sign != delimiter), key=known[0].count)
        if other in known[0]:
            sign = "a tab" if other == "\t" else f"'{other}'"
            said = f"{file.shown} has one column '{_short(known[0])}'"
            return f"{said}: its delimiter seems to be {sign}; declare `delimiter`."
    said = f"{file.shown} has none of the columns {_listed(wanted)}. It has {_listed(known)};"
    if file.kind not in ("text", "workbook"):
        return f"{said} correct `columns`."
    line = "line" if file.kind == "text" else "row"
    if source.header > 1:
        return f"{said} correct `header` or `columns`; a file with its names in another {line} needs its own mapping."
    return f"{said} put the names into its first {line}, say with `header` where they stand, or correct `columns`."


def check_headers(sources: Sequence[Source], found: Mapping[DataFile, Header]) -> None:
    """Raises FileProblems naming every expression that asks for a column its file does not have, and every column
    that is one of many in a group."""
    problems: list[Problem] = []
    for source in sources:
        before = len(problems)
        for file in source.files:
            known = found[file].names
            lower = {name.lower() for name in known}
            wanted = needed_names(source)
            if len(wanted) > 1 and not any(name.lower() in lower for name in wanted):
                place = source.places["sql" if source.sql else "files"]
                said = _no_header(wanted, file, known, source)
                problems.append(Problem(place, f"{source.table}: {said}"))
                continue
            for name, expression in source.expressions.items():
                mapped = source.columns.get(name)
                place = mapped.place if mapped else source.places[name]
                for column in expression.columns:
                    said = ""
                    if column.lower() not in lower:
                        said = _missing(column, file, known)
                    elif called := found[file].twins.get(column):
                        first = next(one for one in known if one.lower() == column.lower())
                        said = f"{file.shown} has '{first}', too; write '{called}' for its column '{column}'."
                    if said:
                        what = re.sub(r"\.\d+$", "", name)
                        problems.append(Problem(place, f"{source.table}.{what} `{expression.text}`: {said}"))
            for column in source.types:
                if column.lower() not in lower:
                    said = _missing(column, file, known)
                    problems.append(Problem(source.places["types"], f"types: {said}"))
        problems += _ungrouped(source, {problem.place for problem in problems[before:]})
    if problems:
        raise FileProblems(sorted(set(problems)))


def _ungrouped(source: Source, told: set[Place]) -> list[Problem]:
    """Columns outside an aggregate; a wrong key of `group_by`, told already, is the cause of all of them."""
    keys = {place for name, place in source.places.items() if name.startswith("group_by")}
    return [] if keys & told else [problem for problem in source.ungrouped if problem.place not in told]


def open_file(source: Source, file: DataFile, header: Header, sha256: str, number: int, folder: Path) -> OpenFile:
    """Read the file to its end into a plain copy in `folder`. Raises LoadRefused when it is unsound or changing, or
    a stray quote swallows its records."""
    copy, delimiter = folder / f"{number}.csv", delimiter_of(source, file)
    if file.kind == "copied":
        return OpenFile(number, file, header, delimiter, file.path, sha256, converted=Converted(0))
    above, rows, converted = 0, 0, None
    if file.kind == "text":
        copied, notes = copy_text(source, file, len(header.names), copy)
        above, rows = copied.lines_above, copied.lines - 1
    else:
        converted = convert(source, file, header, needed_columns(source, header), copy)
        notes = list(converted.notes)
    if sha256_of(file.path, file.shown) != sha256:
        raise LoadRefused(has_changed(file.shown))
    is_one_of_many = file.kind == "text" and len(source.files) > 1
    if is_one_of_many and not any(run.counts for run in runs_of(copy, delimiter, len(header.names))):
        notes.append(f"{file.shown} has column names and no rows; is the export whole?")
    return OpenFile(number, file, header, delimiter, copy, sha256, above, tuple(notes), converted, rows)


def needed_names(source: Source) -> tuple[str, ...]:
    """The columns that the mapping names, as it spells them, each once."""
    named = [column for expression in source.expressions.values() for column in expression.columns]
    return tuple({name.lower(): name for name in reversed([*named, *source.types])}.values())[::-1]


def needed_columns(source: Source, header: Header) -> tuple[str, ...]:
    """The file's columns that any expression or type of the mapping names, as the header spells them.

    By name, not in file order: files of one source are put together by position.
    """
    named = {name.lower() for name in needed_names(source)}
    return tuple(sorted((name for name in header.names if name.lower() in named), key=str.lower))


def raw_relation(source: Source, files: Sequence[OpenFile], keep_rejects: bool = True) -> str:
    """SQL of the files' rows: `__row`, `__torn` (false here) and the needed columns as text, in file order."""
    return "\nunion all\n".join(_one_file(source, file, keep_rejects) for file in files)


def in_order(source: Source, file: OpenFile) -> str:
    """SQL of one file's rows like raw_relation, but `__row` is that of the first: they are told apart by their order
    where they go, and many threads may read them."""
    return _one_file(source, file, True, "1")


def _one_file(source: Source, file: OpenFile, keep_rejects: bool, order: str = "row_number() over ()") -> str:
    columns = "".join(f", {quoted(name)}" for name in needed_columns(source, file.header))
    declared = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in file.header.names)
    nulls = ", ".join(literal(text) for text in dict.fromkeys(("", *source.nulls)))
    kept = (
        f"store_rejects = true, rejects_limit = 0, rejects_table = {literal(file.rejects)}, "
        f"rejects_scan = {literal(f'scans_{file.number}')}"
    )
    return (
        f"select {file.number * FILE_STEP} + {order} as __row, false as __torn{columns} "
        f"from read_csv({literal(str(file.copy))}, header = true, auto_detect = false, "
        f"delim = {literal(file.delimiter)}, quote = '\"', escape = '\"', columns = {{{declared}}}, "
        f"nullstr = [{nulls}], max_line_size = 16777216, {kept if keep_rejects else 'ignore_errors = true'})"
    )


def copies(sources: Sequence[Source], hashes: Mapping[DataFile, str]) -> list[str]:
    """A note for every file of a mapping whose bytes are those of another one of it."""
    notes = []
    for source in sources:
        first: dict[str, DataFile] = {}
        for file in source.files:
            known = first.setdefault(hashes[file], file)
            if known is not file:
                notes.append(
                    f"{source.table}: {file.shown} holds the same bytes as {known.shown}, so its rows stand twice; "
                    "remove one if it is a copy."
                )
    return notes


def with_files(sources: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """The sources with the files that are there now, and notes on those that are there twice.

    Raises FileProblems for every name that finds no file.
    """
    found, problems, notes = [], [], []
    for source in sources:
        one, missing, twice = found_files(source)
        found.append(one)
        problems += missing
        notes += twice
    if problems:
        raise FileProblems(problems)
    return found, notes


def found_files(source: Source) -> tuple[Source, list[Problem], list[str]]:
    """The source with the files that are there, a problem for every one that is not, notes on those named twice."""
    if source.sql is not None:
        return source, [Problem(source.places["sql"], said) for said in [unset(source.sql)] if said], []
    if source.given:
        return source, [], []
    files, missing = find_files(source.names, source.folder)
    problems = [Problem(source.places["files"], message) for message in missing] + _unfit(source, files)
    once, twice = without_repeats(files)
    found = tuple(_on_sheet(file, source.sheet) for file in once)
    return dataclasses.replace(source, files=found), problems, [f"{source.table}: {sentence}" for sentence in twice]


def _unfit(source: Source, files: Sequence[DataFile]) -> list[Problem]:
    """Keys that say something of a file that it cannot have; they must not be passed over."""
    found = []
    for file in files:
        if source.sheet is not None and file.kind != "workbook":
            found.append(Problem(source.places["sheet"], f"sheet: {file.shown} is no workbook; leave `sheet` out."))
        if source.header > 1 and file.kind not in ("text", "workbook"):
            said = f"header: {file.shown} names its columns itself; leave `header` out."
            found.append(Problem(source.places["header"], said))
    return found


def _on_sheet(file: DataFile, sheet: str | None) -> DataFile:
    if file.kind != "workbook" or sheet is None:
        return file
    return dataclasses.replace(file, sheet=sheet, shown=f"{file.shown}[{sheet}]")
