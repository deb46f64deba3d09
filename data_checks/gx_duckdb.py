"""The adapter Great Expectations needs on DuckDB, and one run of a suite of queries on a staging file.

Great Expectations gives its connection back before it fetches, and DuckDB then drops the pending result (their issue
10738); the engine here takes the rows first. It relies on one private method: the version is pinned, and a contract
test asserts counts. Importing this module takes seconds: only a load does, and never a dashboard.
"""

from __future__ import annotations

import builtins
import logging
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

warnings.filterwarnings("ignore", message="module 'sre_(constants|parse)' is deprecated", category=DeprecationWarning)

import great_expectations as gx  # noqa: E402
from great_expectations.compatibility.sqlalchemy import sqlalchemy as sa  # type: ignore[attr-defined]  # noqa: E402
from great_expectations.core.expectation_validation_result import ExpectationValidationResult  # noqa: E402
from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: E402
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource  # noqa: E402
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine  # noqa: E402
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation  # noqa: E402
from great_expectations.expectations.metadata_types import FailureSeverity  # noqa: E402

_KEPT_ROWS = 1000
"""Rows taken of one result. The number of offending rows is a query of its own, and we fetch the rows themselves."""
_COUNT = re.compile(
    r"SELECT COUNT\(\*\) as unexpected_row_count FROM \((.*)\) AS substituted_batch_subquery", re.DOTALL
)
"""How Great Expectations asks for the number of rows of a query whose rows it asks for too."""


class BufferedSqlEngine(SqlAlchemyExecutionEngine):
    """Takes a query's rows before its connection goes back to the pool, and runs a query once for its rows and their
    number. Only when there are more than are kept are they counted by a query of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._answers: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = {}

    def execute_query(self, query: Any) -> Any:
        names, rows = self._answer_of_count(str(query)) or self._answer(query)
        return sa.engine.result.IteratorResult(sa.engine.result.SimpleResultMetaData(names), iter(rows[:_KEPT_ROWS]))

    def _answer_of_count(self, query: str) -> tuple[list[str], list[tuple[Any, ...]]] | None:
        counted = _COUNT.fullmatch(query)
        found = len(self._answer(sa.text(counted[1]))[1]) if counted else _KEPT_ROWS + 1
        return (["unexpected_row_count"], [(found,)]) if found <= _KEPT_ROWS else None

    def _answer(self, query: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The names and the rows of a query; one row more than are kept says that there are more."""
        text = str(query)
        if text not in self._answers:
            with self.get_connection() as connection:
                result = self._execute_query_with_recovery(connection, query)
                self._answers[text] = list(result.keys()), [tuple(row) for row in result.fetchmany(_KEPT_ROWS + 1)]
        return self._answers[text]


class DuckDBDatasource(SQLDatasource):
    """Registers `add_duckdb` on a context's data sources."""

    type: Literal["duckdb"] = "duckdb"  # type: ignore[assignment]

    @property
    def execution_engine_type(self) -> builtins.type[BufferedSqlEngine]:
        return BufferedSqlEngine


def run_queries(
    database: Path, table: str, queries: Mapping[str, str], severities: Mapping[str, str]
) -> Mapping[str, tuple[int, str]]:
    """Run queries of offending rows, `{batch}` being `table`: name → (rows found, why it crashed or '').

    Opens the file read-only and closes it again.
    """
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_duckdb(
        "staging",
        connection_string="duckdb:///",  # its text would be decoded, and $NAME in it replaced
        kwargs={"connect_args": {"database": str(database), "read_only": True}},
        create_temp_table=False,
    )
    try:
        asset = source.add_table_asset(table, table_name=table)
        suite = context.suites.add(gx.ExpectationSuite(name=table))
        for rule, query in queries.items():
            suite.add_expectation(
                UnexpectedRowsExpectation(
                    unexpected_rows_query=query, severity=FailureSeverity(severities[rule]), meta={"rule": rule}
                )
            )
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=table, data=asset.add_batch_definition_whole_table("all"), suite=suite)
        )
        outcome = definition.run(result_format={"result_format": "BASIC"})
        return {_rule(result): _reading(result) for result in outcome.results}
    finally:
        source.get_execution_engine().close()
        source.get_execution_engine().engine.dispose()
        source.get_engine().dispose()  # the data source keeps one of its own for testing its assets


def _rule(result: ExpectationValidationResult) -> str:
    config = result.expectation_config
    return str(((config.meta if config else None) or {})["rule"])


def _reading(result: ExpectationValidationResult) -> tuple[int, str]:
    """A crash also says success=False; only its exception tells, in one of two shapes."""
    info = result.exception_info or {}
    parts = [info] if "raised_exception" in info else [part for part in info.values() if isinstance(part, dict)]
    for part in parts:
        if part.get("raised_exception"):
            return 0, str(part.get("exception_message") or "the check crashed").splitlines()[0]
    observed = (result.result or {}).get("observed_value")
    return (int(observed), "") if observed is not None else (0, "the check gave no count")
