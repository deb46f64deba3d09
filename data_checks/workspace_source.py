"""Source: how one mapping of workspace.yaml turns files into rows of one canonical table. Read, checked, frozen."""

from __future__ import annotations

import codecs
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from data_checks.contract import ColumnType, Contract
from data_checks.errors import FileProblems, Place, Problem, did_you_mean
from data_checks.expression import Expression, ExpressionError, parse_expression, result_type
from data_checks.workspace_files import DataFile, find_files
from data_checks.yaml_file import STRICT, Document, Path_, build

SourceType = Literal["integer", "number", "boolean", "time", "day", "text"]
SQL_TYPES: Mapping[str, str] = {
    "integer": "bigint",
    "number": "double",
    "boolean": "boolean",
    "time": "timestamp",
    "day": "date",
    "text": "varchar",
}


@dataclass(frozen=True)
class _LatestBy:
    __pydantic_config__ = STRICT
    key: str
    order: str


@dataclass(frozen=True)
class _SourceFile:
    """A mapping as written. `sql` is named here only to be refused with its own sentence."""

    __pydantic_config__ = STRICT
    columns: dict[str, str | int | float | bool]
    files: str | tuple[str, ...] = ()
    sql: object = None
    delimiter: str | None = None
    encoding: str = "utf-8"
    nulls: str | tuple[str, ...] = ()
    datetimes: str | tuple[str, ...] = ()
    dates: str | tuple[str, ...] = ()
    types: dict[str, SourceType] = field(default_factory=dict)
    timezone: str | None = None
    decimal: str = "."
    thousands: str | None = None
    latest_by: _LatestBy | None = None
    where: str | None = None
    group_by: str | tuple[str, ...] = ()


@dataclass(frozen=True)
class Mapped:
    """One canonical column: its expression, where it is written, and DuckDB's type of its result."""

    column: str
    expression: Expression
    sql_type: str
    place: Place


@dataclass(frozen=True)
class Source:
    """One checked mapping. Expressions see the source's columns under the types in `types`, else as text."""

    table: str
    place: Place
    files: tuple[DataFile, ...]
    columns: Mapping[str, Mapped]
    types: Mapping[str, SourceType]
    timezone: str
    delimiter: str | None
    encoding: str
    nulls: tuple[str, ...]
    datetimes: tuple[str, ...]
    dates: tuple[str, ...]
    decimal: str
    thousands: str | None
    where: Expression | None
    latest_key: Expression | None
    latest_order: Expression | None
    group_by: tuple[Expression, ...]
    places: Mapping[str, Place]

    @property
    def expressions(self) -> Mapping[str, Expression]:
        """Every expression of the mapping by what it is for: a canonical column, or where, latest_by …, group_by."""
        named = {name: mapped.expression for name, mapped in self.columns.items()}
        named |= {f"group_by.{i}": key for i, key in enumerate(self.group_by)}
        extra = {"where": self.where, "latest_by.key": self.latest_key, "latest_by.order": self.latest_order}
        return named | {name: expression for name, expression in extra.items() if expression}


def read_source(document: Document, at: Path_, contract: Contract, folder: Path, timezone: str) -> Source:
    """The mapping at `at`. Raises FileProblems with everything wrong in it."""
    data = document.data
    for part in at:
        data = data[part]
    unknown: tuple[Problem, ...] = ()
    try:
        written = build(_SourceFile, document, data, at)
    except FileProblems as error:
        # A key that does not exist must not hide what is wrong with the others.
        known = {key: value for key, value in data.items() if key in _SourceFile.__dataclass_fields__}
        if len(known) == len(data):
            raise
        unknown, written = error.problems, build(_SourceFile, document, known, at)
    return _Reader(document, at, contract, folder, timezone, written, unknown).read()


class _Reader:
    """Collects the problems of one mapping while its parts are checked."""

    def __init__(
        self,
        document: Document,
        at: Path_,
        contract: Contract,
        folder: Path,
        timezone: str,
        written: _SourceFile,
        unknown: tuple[Problem, ...],
    ) -> None:
        self.document, self.at, self.contract = document, at, contract
        self.folder, self.timezone, self.written = folder, timezone, written
        self.problems: list[Problem] = list(unknown)

    def read(self) -> Source:
        written = self.written
        files = self._files()
        self._options()
        group_by = tuple(e for key in _many(written.group_by) if (e := self._expression(key, "group_by")))
        where = self._expression(written.where, "where") if written.where else None
        latest = written.latest_by
        if latest and group_by:
            self._add("use either `latest_by` or `group_by`, not both.", "group_by")
        key = self._expression(latest.key, "latest_by", "key") if latest else None
        order = self._expression(latest.order, "latest_by", "order") if latest else None
        if order and self._type(order, (), "latest_by", "order") == "VARCHAR":
            wish = f"'{order.columns[0]}: integer'" if order.columns else "its column"
            self._add(f"latest_by orders text, where '10' comes before '9'; declare {wish} in `types`.", *_ORDER)
        columns = self._columns(group_by)
        if self.problems:
            raise FileProblems(self.problems)
        return Source(
            table=self.contract.table,
            place=self.document.place(*self.at),
            files=files,
            columns=columns,
            types=written.types,
            timezone=written.timezone or self.timezone,
            delimiter=written.delimiter,
            encoding=written.encoding,
            nulls=_many(written.nulls),
            datetimes=_many(written.datetimes),
            dates=_many(written.dates),
            decimal=written.decimal,
            thousands=written.thousands,
            where=where,
            latest_key=key,
            latest_order=order,
            group_by=group_by,
            places={
                name: self.document.place(*self.at, *name.split("."))
                for name in ("files", "types", "where", "latest_by.key", "latest_by.order", "group_by")
            },
        )

    def _add(self, message: str, *under: str | int) -> None:
        self.problems.append(Problem(self.document.place(*self.at, *under), message))

    def _files(self) -> tuple[DataFile, ...]:
        if self.written.sql is not None:
            self._add(
                "sources from a database (`sql:`) are not supported yet; export to a file and use `files`.", "sql"
            )
            return ()
        names = _many(self.written.files)
        if not names:
            self._add("the key 'files' is missing: a path, a glob or a list.")
        found, problems = find_files(names, self.folder)
        for problem in problems:
            self._add(problem, "files")
        return found

    def _options(self) -> None:
        written = self.written
        if written.timezone and not known_zone(written.timezone):
            self._add(zone_problem(written.timezone), "timezone")
        try:
            codecs.lookup(written.encoding)
        except LookupError:
            known = ["utf-8", "cp1252", "latin-1", "utf-16", "iso-8859-15"]
            self._add(f"there is no encoding '{written.encoding}'.{did_you_mean(written.encoding, known)}", "encoding")
        for key, text in (("delimiter", written.delimiter), ("decimal", written.decimal)):
            if text is not None and len(text) != 1:
                self._add(f"{key}: give one character.", key)
        if written.thousands is not None and (len(written.thousands) != 1 or written.thousands == written.decimal):
            self._add("thousands: give one character, another one than `decimal`.", "thousands")
        for key in ("datetimes", "dates"):
            for text in _many(getattr(written, key)):
                if "%" not in text:
                    self._add(f"{key}: '{text}' is no format; write it like \"%d/%m/%Y %H:%M\".", key)

    def _expression(self, text: str, *under: str | int, aggregates: bool = False) -> Expression | None:
        try:
            return parse_expression(text, aggregates)
        except ExpressionError as error:
            self._add(f"{'.'.join(map(str, under))} `{text}`: {error}.", *under)
            return None

    def _type(self, expression: Expression, group_by: tuple[Expression, ...], *under: str | int) -> str | None:
        named = {column.lower(): column for column in expression.columns}
        named |= {column.lower(): column for key in group_by for column in key.columns}
        declared = {name.lower(): SQL_TYPES[kind] for name, kind in self.written.types.items()}
        try:
            types = {column: declared.get(lower, "varchar") for lower, column in named.items()}
            return result_type(expression, types, group_by)
        except ExpressionError as error:
            self._add(f"{'.'.join(map(str, under))} `{expression.text}`: {error}.", *under)
            return None

    def _columns(self, group_by: tuple[Expression, ...]) -> Mapping[str, Mapped]:
        known = self.contract.columns
        mapped: dict[str, Mapped] = {}
        grouped = bool(self.written.group_by)
        for name, value in self.written.columns.items():
            under = ("columns", name)
            if name not in known:
                place = self.document.key_place(*self.at, *under)
                message = f"{self.contract.table} has no column '{name}'.{did_you_mean(name, known)}"
                self.problems.append(Problem(place, message))
                continue
            text = str(value).lower() if isinstance(value, bool) else str(value)
            expression = self._expression(text, *under, aggregates=grouped)
            sql_type = self._type(expression, group_by, *under) if expression else None
            if expression is None or sql_type is None:
                continue
            if not _fits(sql_type, known[name].type):
                message = f"{name} is a {known[name].type}, but `{text}` gives {sql_type.lower()}."
                self._add(message, *under)
            mapped[name] = Mapped(name, expression, sql_type, self.document.place(*self.at, *under))
        for name, column in known.items():
            if column.required and name not in self.written.columns:
                self._add(f"{self.contract.table} needs the column '{name}'; no expression is given for it.", "columns")
        return mapped


_ORDER = ("latest_by", "order")
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_TIMES = ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S", "DATE")


def _fits(sql_type: str, kind: ColumnType) -> bool:
    """Whether a result of this DuckDB type can become the contract's type without guessing."""
    if sql_type in ("VARCHAR", '"NULL"', "NULL") or kind in ("key", "text"):
        return not sql_type.endswith(("]", ")")) or sql_type.startswith("DECIMAL")
    if kind in ("number", "integer"):
        return sql_type in (*_NUMBERS, "UHUGEINT", "FLOAT", "DOUBLE") or sql_type.startswith("DECIMAL")
    return sql_type == "BOOLEAN" if kind == "boolean" else sql_type in _TIMES


def _many(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def known_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone."""
    return name in zoneinfo.available_timezones()


def zone_problem(name: str) -> str:
    """The sentence for an unknown time zone."""
    near = did_you_mean(name, zoneinfo.available_timezones())
    return f"there is no time zone '{name}'; write one like Europe/Berlin or UTC.{near}"
