"""Source: how one mapping of workspace.yaml turns files into rows of one canonical table. Read, checked, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import StrictInt

from data_checks.aggregates import steady, text_compared
from data_checks.casts import EXCEL, fits, format_problem, known_zone, zone_problem
from data_checks.contract import ColumnType, Contract
from data_checks.errors import FileProblems, Place, Problem, did_you_mean, with_article
from data_checks.expression import Expression, ExpressionError, NotGrouped, parse_expression, quoted, result_type
from data_checks.workspace_files import DataFile, find_files, is_text_encoding
from data_checks.workspace_sql import Query, query_problem, url_problem
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
class _Sql:
    __pydantic_config__ = STRICT
    url: str
    query: str
    timeout: int = 600


@dataclass(frozen=True)
class _SourceFile:
    """A mapping as written."""

    __pydantic_config__ = STRICT
    columns: dict[str, str | int | float | bool]
    files: str | tuple[str, ...] = ()
    sql: _Sql | None = None
    sheet: str | None = None
    header: StrictInt | None = None
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
    """One checked mapping. Expressions see the source's columns under the types in `types`, else as text.

    `header`: the line the column names stand in, or the next below it that holds anything.
    `names`: its files as written, below `folder`; `files`: those found on disk by `with_files`, empty before; or
    `sql`: a query, whose result `fetch_queries` puts into one file; or `given`: header and rows that stand elsewhere
    in the workspace (initiatives.py).
    `ungrouped`: columns outside an aggregate that `group_by` does not name. Whether it is `group_by` that is wrong only
    the files tell.
    """

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
    names: tuple[str, ...] = ()
    folder: Path = Path()
    sheet: str | None = None
    header: int = 1
    sql: Query | None = None
    given: tuple[tuple[str, ...], ...] = ()
    ungrouped: tuple[Problem, ...] = ()

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
        try:
            unknown, written = error.problems, build(_SourceFile, document, known, at)
        except FileProblems:
            raise error from None  # it has these, too
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
        self.ungrouped: list[Problem] = []

    def read(self) -> Source:
        written = self.written
        self._files()
        self._options()
        group_by = tuple(e for key in _many(written.group_by) if (e := self._expression(key, "group_by")))
        where = self._expression(written.where, "where") if written.where else None
        if where and self._type(where, (), "where") not in ("BOOLEAN", None):
            self._add(f"where `{where.text}` is neither true nor false; write one such as a = 'b'.", "where")
        latest = written.latest_by
        if latest and group_by:
            self._add("use either `latest_by` or `group_by`, not both.", "group_by")
        key = self._expression(latest.key, "latest_by", "key") if latest else None
        order = self._expression(latest.order, "latest_by", "order") if latest else None
        if key:
            self._type(key, (), "latest_by", "key")
        for each in group_by:
            self._type(each, (), "group_by")
        if order and self._type(order, (), "latest_by", "order") == "VARCHAR":
            wish = f"'{order.columns[0]}: integer'" if order.columns else "its column"
            message = f"latest_by orders text, where '10' comes before '9'; declare {wish} in `types`."
            self._add(message, "latest_by", "order")
        columns = self._columns(group_by)
        if self.problems:
            # Who corrects the file wants to hear of everything; alone, a file that is not there stops only a load.
            self._missing_files()
            raise FileProblems([*self.problems, *self.ungrouped])
        return Source(
            table=self.contract.table,
            place=self.document.place(*self.at),
            files=(),
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
                for name in (
                    "files",
                    "types",
                    "where",
                    "latest_by.key",
                    "latest_by.order",
                    "group_by",
                    "delimiter",
                    "sheet",
                    "header",
                    "sql",
                )
            }
            | {f"group_by.{i}": self.document.place(*self.at, "group_by", i) for i in range(len(group_by))},
            names=_many(written.files),
            folder=self.folder,
            sheet=written.sheet,
            header=written.header or 1,
            sql=Query(written.sql.url, written.sql.query, written.sql.timeout) if written.sql else None,
            ungrouped=tuple(self.ungrouped),
        )

    def _add(self, message: str, *under: str | int) -> None:
        self.problems.append(Problem(self.document.place(*self.at, *under), message))

    def _files(self) -> None:
        sql = self.written.sql
        if sql is None:
            if not self.written.files:
                self._add("the key 'files' is missing: a path, a glob or a list (or `sql` with a url and a query).")
            return
        if self.written.files:
            self._add("use either `files` or `sql`, not both.", "sql")
        if problem := url_problem(sql.url):
            self._add(problem, "sql", "url")
        if problem := query_problem(sql.query):
            self._add(problem, "sql", "query")
        if sql.timeout < 1:
            self._add("timeout: give a number of seconds, at least 1.", "sql", "timeout")

    def _missing_files(self) -> None:
        if self.written.sql is None:
            for problem in find_files(_many(self.written.files), self.folder)[1]:
                self._add(problem, "files")

    def _options(self) -> None:
        written = self.written
        if written.timezone and not known_zone(written.timezone):
            self._add(zone_problem(written.timezone), "timezone")
        if not is_text_encoding(written.encoding):
            known = ["utf-8", "cp1252", "latin-1", "utf-16", "iso-8859-15"]
            near = did_you_mean(written.encoding, known)
            self._add(f"there is no encoding '{written.encoding}'; write one like utf-8 or cp1252.{near}", "encoding")
        for key, text in (("delimiter", written.delimiter), ("decimal", written.decimal)):
            if text is not None and len(text) != 1:
                self._add(f"{key}: give one character.", key)
        if written.thousands is not None and (len(written.thousands) != 1 or written.thousands == written.decimal):
            self._add("thousands: give one character, another one than `decimal`.", "thousands")
        if written.header is not None and written.header < 1:
            self._add("header: give the number of the line the column names stand in, from 1.", "header")
        for key in ("sheet", "header"):
            if written.sql and getattr(written, key) is not None:
                self._add(f"a query's result has no `{key}`; leave it out.", key)
        for key in ("datetimes", "dates"):
            for text in _many(getattr(written, key)):
                if text != EXCEL and (problem := format_problem(text)):
                    self._add(f'{key}: {problem}; write it like "%d/%m/%Y %H:%M".', key)

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
        except NotGrouped as error:
            place = self.document.place(*self.at, *under)
            told = f"{self.contract.table}.{under[-1]} `{expression.text}`: {error}."
            self.ungrouped.append(Problem(place, told))
            return self._type(expression, (*group_by, Expression(quoted(error.column), (error.column,))), *under)
        except ExpressionError as error:
            self._add(f"{'.'.join(map(str, under))} `{expression.text}`: {error}.", *under)
            return None

    def _steady(self, expression: Expression, kind: ColumnType, *under: str | int) -> Expression:
        """The aggregates of a group as they always give the same value; a problem where they compare text."""
        declared = {name.lower(): SQL_TYPES[type_] for name, type_ in self.written.types.items()}
        columns = {column: declared.get(column.lower(), "varchar") for column in expression.columns}
        try:
            for function, column in text_compared(expression, columns):
                is_order = function not in ("min", "max", "median", "quantile_disc")
                if is_order or kind not in ("key", "text", "boolean"):
                    wish = "integer" if is_order else kind
                    message = f"{function}() compares text, where '10' comes before '9'"
                    self._add(f"`{expression.text}`: {message}; declare `{column}: {wish}` in `types`.", *under)
            return steady(expression)
        except ExpressionError as error:
            self._add(f"{'.'.join(map(str, under))} `{expression.text}`: {error}.", *under)
            return expression

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
            if grouped:
                expression = self._steady(expression, known[name].type, *under)
            if not fits(sql_type, known[name].type):
                message = f"{name} is {with_article(known[name].type)}, but `{text}` gives {sql_type.lower()}."
                self._add(message, *under)
            mapped[name] = Mapped(name, expression, sql_type, self.document.place(*self.at, *under))
        for name, column in known.items():
            if column.required and name not in self.written.columns:
                self._add(f"{self.contract.table} needs the column '{name}'; give an expression for it.", "columns")
        return mapped


def _many(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value
