"""One SQL expression a person wrote over a source's columns: parsed, held to what is safe, and typed.

DuckDB parses it (json_serialize_sql); only node classes and functions on an allow-list pass, so an expression
can read neither files, tables, the network, the environment nor the clock.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from data_checks.errors import did_you_mean

LOCK = "set TimeZone = 'UTC'; set enable_external_access = false; set lock_configuration = true"
"""The last words to an engine that runs what a workspace's author wrote. The process's own zone decides nothing."""
_CLASSES = {"COLUMN_REF", "CONSTANT", "FUNCTION", "CASE", "CAST", "OPERATOR", "COMPARISON", "CONJUNCTION", "BETWEEN"}
_NOT_ALLOWED = {
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
    "STAR": "'*'",
    "LAMBDA": "a lambda",
    "PARAMETER": "a parameter",
    "POSITIONAL_REFERENCE": "a column number",
    "DEFAULT": "'default'",
}
_DENIED = re.compile(
    r"^(read_|write_|glob$|getenv|getvariable|current_|pg_|duckdb_|has_|inet_|query|sql_|json_.*sql|in_search_path"
    r"|nextval|currval|version$|user$|session_user|error$|unnest$|stats$)"
)
"""Names denied whatever DuckDB says of them: they reach outside the row, or change from one run to the next."""
_BARE = re.compile(r'column "((?:[^"]|"")+)" must appear in the GROUP BY clause')
_MACROS = {"nullif", "split_part", "fmod", "fdiv", "round_even", "date_add", "days_in_month", "array_to_string"}


@dataclass(frozen=True)
class Expression:
    """`text` is checked and stands in one pair of brackets; `columns` are the source columns it names, as written.

    `ordered`: what runs over the lines of a group, where they have their place `__row`; '' for the text itself.
    """

    text: str
    columns: tuple[str, ...]
    has_aggregate: bool = False
    ordered: str = ""

    @property
    def grouped_sql(self) -> str:
        return f"({self.ordered})" if self.ordered else self.sql

    @property
    def sql(self) -> str:
        # The line break ends a trailing `--` comment before our own text goes on.
        return f"({self.text}\n)"


class ExpressionError(Exception):
    """str() says what is wrong with one expression."""


class NotGrouped(ExpressionError):
    """A `column` that may differ between the lines of a group stands outside an aggregate."""

    def __init__(self, column: str) -> None:
        super().__init__(
            f"'{column}' may differ between the lines of a group; put it into `group_by`, or write an aggregate "
            f"such as any_value({column})"
        )
        self.column = column


def parse_expression(text: str, aggregates: bool = False) -> Expression:
    """A checked expression. Raises ExpressionError when it does not parse or reaches outside its row."""
    select = select_of(text)
    item = select["select_list"][0]
    if item.get("alias"):
        raise ExpressionError(f"write one expression, without the name '{item['alias']}' after it")
    columns: dict[str, None] = {}
    has_aggregate = False
    for node in _nodes(item):
        _check_class(node)
        if node["class"] == "COLUMN_REF":
            if len(node["column_names"]) != 1:
                raise ExpressionError(f"'{'.'.join(node['column_names'])}' is no column name; put it in double quotes")
            columns[node["column_names"][0]] = None
        if node["class"] == "FUNCTION":
            has_aggregate |= _check_function(node["function_name"].lower(), aggregates)
    return Expression(text, tuple(columns), has_aggregate)


def select_of(text: str) -> Mapping[str, Any]:
    """The parsed select of one expression. Raises ExpressionError when the text is anything else."""
    row = engine().cursor().execute("select json_serialize_sql(?)", ["select " + text]).fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        if "Only SELECT statements" in str(tree.get("error_message")):
            raise ExpressionError("it holds more than one statement; write one expression")
        hint = "a column whose name holds blanks or is an SQL word stands in double quotes"
        raise ExpressionError(f"it does not parse ({tree.get('error_message', 'not SQL')}); {hint}")
    statements = tree["statements"]
    if len(statements) != 1:
        raise ExpressionError("it holds more than one statement; write one expression")
    select: Mapping[str, Any] = statements[0]["node"]
    if select["type"] != "SELECT_NODE" or len(select["select_list"]) != 1:
        raise ExpressionError("it holds more than one item; write one expression")
    extra = ("modifiers", "where_clause", "group_expressions", "having", "qualify", "sample")
    if select["from_table"]["type"] != "EMPTY" or any(select.get(part) for part in extra):
        raise ExpressionError("only an expression over the row is allowed: no from, where, group, order or limit")
    if select["cte_map"]["map"] or select.get("aggregate_handling") != "STANDARD_HANDLING":
        raise ExpressionError("only an expression over the row is allowed")
    return select


def _nodes(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every expression node below `node`, itself included."""
    if isinstance(node, Mapping):
        if "class" in node:
            yield node
        for key, value in node.items():
            # A constant's value is data: it may hold anything, also a key named "class".
            if not (node.get("class") == "CONSTANT" and key == "value"):
                yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)


def _check_class(node: Mapping[str, Any]) -> None:
    if node["class"] not in _CLASSES:
        what = _NOT_ALLOWED.get(node["class"], node["class"].lower())
        raise ExpressionError(f"{what} is not allowed in an expression over the row")


def _check_function(name: str, aggregates: bool) -> bool:
    """Whether `name` is an aggregate. Raises ExpressionError for a function that is unknown or not allowed."""
    scalars, sums = _functions()
    if name in sums:
        if not aggregates:
            raise ExpressionError(f"the aggregate {name}() needs `group_by`")
        return True
    if name in scalars:
        return False
    if name.endswith("__postfix"):
        raise ExpressionError(f"it does not parse (nothing stands after {name.removesuffix('__postfix')})")
    if name in _every_function() or _DENIED.match(name):
        raise ExpressionError(f"the function {name}() is not allowed: it reaches outside the row")
    near = re.findall(r"'(\w+)'", did_you_mean(name, scalars | sums))
    raise ExpressionError(f"there is no function {name}()" + (f"; the nearest is {near[0]}()" if near else ""))


@functools.cache
def _functions() -> tuple[frozenset[str], frozenset[str]]:
    """The scalar functions that depend on nothing but their arguments, and the aggregates."""
    rows = (
        engine().cursor().execute("select function_name, function_type, stability from duckdb_functions()").fetchall()
    )
    outside = {name for name, kind, _ in rows if kind in ("table", "table_macro", "pragma")}
    scalars = {name for name, kind, stability in rows if kind == "scalar" and stability == "CONSISTENT"}
    unsteady = {name for name, kind, stability in rows if kind == "scalar" and stability != "CONSISTENT"}
    aggregates = {name for name, kind, _ in rows if kind == "aggregate"} | {"count_star"}
    allowed = {n for n in (scalars | _MACROS) - outside - unsteady - aggregates if not _DENIED.match(n)}
    return frozenset(allowed), frozenset(aggregates)


@functools.cache
def _every_function() -> frozenset[str]:
    rows = engine().cursor().execute("select distinct function_name from duckdb_functions()").fetchall()
    return frozenset(name for (name,) in rows)


@functools.cache
def engine() -> duckdb.DuckDBPyConnection:
    """A closed-off in-memory engine that parses, binds and tries formats; it never sees a row."""
    connection = duckdb.connect()
    # An expression may ask for gigabytes (rpad): nothing is folded to a constant, and what is computed stays small.
    connection.execute("set memory_limit = '200MB'; set disabled_optimizers = 'expression_rewriter'")
    connection.execute(LOCK)
    return connection


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def result_type(expression: Expression, columns: Mapping[str, str], group_by: Sequence[Expression] = ()) -> str:
    """DuckDB's type of the expression over columns of the given SQL types. Raises ExpressionError when it has none."""
    nulls = ", ".join(f"cast(null as {kind}) as {quoted(name)}" for name, kind in columns.items()) or "1 as __one"
    group = f" group by {', '.join(key.sql for key in group_by)}" if group_by else ""
    try:
        row = engine().cursor().execute(f"describe select {expression.sql} as x from (select {nulls}){group}")
        found: str = row.fetchall()[0][1]
    except duckdb.Error as error:
        first = str(error).splitlines()[0]
        if found_bare := _BARE.search(first):
            raise NotGrouped(found_bare[1].replace('""', '"')) from None
        raise ExpressionError(re.sub(r"^\w+ Error: ", "", first).rstrip(".!")) from None
    return found
