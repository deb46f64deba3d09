"""Queries as sources: read-only, types kept, secrets never in a workspace, a message or a book."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
from pathlib import Path

import duckdb
import psycopg
import pytest

from data_checks.errors import FileProblems, LoadRefused
from data_checks.sources.problems import source_problems
from data_checks.workspace import read_workspace
from data_checks.workspace_sql import query_problem, url_problem
from tests.loading import accounts, ask, load_folder, quarantined, write
from tests.postgres import find_server, server

QUERY = "select id, seen, amount, line from orders order by id"


def workspace(folder: Path, url: str = "sqlite:///desk.db", query: str = QUERY, more: str = "") -> Path:
    """Orders from a query."""
    sql = json.dumps({"url": url, "query": query})
    columns = "{order_id: id, ordered_at: seen, revenue: amount, product_line: line}"
    return write(folder, f"sources:\n  orders:\n    sql: {sql[:-1]}{more}}}\n    columns: {columns}\n")


def desk(folder: Path, rows: int = 0, bad: str = "") -> Path:
    """An SQLite database of two orders, and more."""
    path = folder / "desk.db"
    folder.mkdir(exist_ok=True)
    with sqlite3.connect(path) as connection:
        connection.execute("create table orders (id text, seen text, amount numeric, line text)")
        connection.execute(
            "insert into orders values ('007', '2026-01-05', 12.5, '12:30 :x 5% ''a'''), ('1e5', '2026-01-06', 7, null)"
        )
        connection.executemany("insert into orders values (?, '2026-01-07', 1, 'g')", [(f"g{n}",) for n in range(rows)])
        if bad:
            connection.execute("insert into orders values ('h', ?, 1, 'g')", [bad])
    connection.close()
    return path


ASKED = "select order_id, ordered_on, revenue, product_line from orders where order_id not like 'g%' order by 1"
EXPECTED = [("007", dt.date(2026, 1, 5), 12.5, "12:30 :x 5% 'a'"), ("1e5", dt.date(2026, 1, 6), 7.0, None)]


def refused(folder: Path) -> str:
    with pytest.raises((LoadRefused, FileProblems)) as caught:
        load_folder(folder)
    written = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("load.json"))
    assert "sesame" not in written + str(caught.value)
    return str(caught.value)


def test_a_query_on_sqlite_keeps_text_and_its_rows_are_counted(tmp_path: Path) -> None:
    desk(tmp_path)
    report = load_folder(workspace(tmp_path))
    assert ask(tmp_path, ASKED) == EXPECTED
    assert accounts(report, "orders") == (2, 2, 0, 0, 0, 0)
    assert report.sources[0].files == (f"sqlite:///desk.db (query {_digest(QUERY)})",)


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:8]


def test_the_same_rows_again_change_nothing_and_another_row_does(tmp_path: Path) -> None:
    path = desk(tmp_path)
    load_folder(workspace(tmp_path))
    assert load_folder(tmp_path).status == "unchanged"
    with sqlite3.connect(path) as connection:
        connection.execute("insert into orders values ('2', '2026-01-07', 1, 'g')")
    connection.close()
    assert load_folder(tmp_path).status == "published"
    assert not list((tmp_path / "var").glob(".load-*"))


def test_a_bad_row_bears_its_number_in_the_result_and_the_query(tmp_path: Path) -> None:
    desk(tmp_path, 60, "soon")
    load_folder(workspace(tmp_path))
    (row,) = quarantined(tmp_path)
    assert (row["file"], row["line"]) == (f"sqlite:///desk.db (query {_digest(QUERY)})", "63")
    assert row["row"] == '"h","soon","1","g"'


def test_a_query_on_duckdb_keeps_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with duckdb.connect(str(tmp_path / "desk.duckdb")) as connection:
        connection.execute(
            "create table orders as select '007' as id, timestamptz '2026-01-05 10:00:00+01' as seen, "
            "12.50::decimal(9, 2) as amount, [1, 2] as line"
        )
    monkeypatch.setenv("DESK_URL", "duckdb:///desk.duckdb")
    load_folder(workspace(tmp_path, "env:DESK_URL"))
    assert ask(tmp_path, "select order_id, ordered_at, revenue, product_line from orders") == [
        ("007", dt.datetime(2026, 1, 5, 9), 12.5, "[1, 2]")
    ]


@pytest.fixture(scope="module")
def port():
    binaries = find_server()
    assert binaries, "PostgreSQL's server is not installed; `make test` leaves these tests out then and says so."
    with server(binaries) as port:
        with psycopg.connect(f"postgresql://owner:owner@127.0.0.1:{port}/postgres", autocommit=True) as connection:
            connection.execute("create database desk")
            connection.execute("create role reader login password 'open sesame'")
        with psycopg.connect(f"postgresql://owner:owner@127.0.0.1:{port}/desk") as connection:
            connection.execute("create table orders (id text, seen timestamptz, amount numeric(9, 2), line jsonb)")
            connection.execute(
                "insert into orders values ('007', '2026-01-05 10:00+01', 12.50, '{\"a\": \"5%\"}'), "
                "('1e5', '2026-01-06 10:00+01', 7, null)"
            )
            connection.execute("create sequence tick")
            connection.execute("grant all on orders, tick to reader")
        yield port


@pytest.mark.postgres
def test_a_query_on_postgresql_reads_only_and_keeps_types(tmp_path: Path, port, monkeypatch) -> None:
    monkeypatch.setenv("DESK_URL", f"postgresql://reader:open%20sesame@127.0.0.1:{port}/desk")
    query = "select id, seen, amount, line->>'a' as line from orders where 1 % 2 = 1 order by id"
    load_folder(workspace(tmp_path, "env:DESK_URL", query))
    assert ask(tmp_path, "select order_id, ordered_at, revenue, product_line from orders") == [
        ("007", dt.datetime(2026, 1, 5, 9), 12.5, "5%"),
        ("1e5", dt.datetime(2026, 1, 6, 9), 7.0, None),
    ]
    writing = "with gone as (delete from orders returning *) select id, seen, amount, line from gone"
    assert "must not contain data-modifying statements" in refused(workspace(tmp_path, "env:DESK_URL", writing))
    writing = "select nextval('tick') as id, seen, amount, line from orders"
    said = refused(workspace(tmp_path, "env:DESK_URL", writing))
    assert "failed: cannot execute nextval() in a read-only transaction" in said


@pytest.mark.postgres
def test_postgresql_refuses_a_wrong_password_without_repeating_it(tmp_path: Path, port, monkeypatch) -> None:
    monkeypatch.setenv("DESK_URL", f"postgresql://reader:wrong%20sesame@127.0.0.1:{port}/desk")
    said = refused(workspace(tmp_path, "env:DESK_URL"))
    assert 'password authentication failed for user "reader"' in said


@pytest.mark.postgres
def test_a_query_that_takes_too_long_is_stopped(tmp_path: Path, port, monkeypatch) -> None:
    monkeypatch.setenv("DESK_URL", f"postgresql://reader:open%20sesame@127.0.0.1:{port}/desk")
    said = refused(workspace(tmp_path, "env:DESK_URL", "select pg_sleep(600)", ", timeout: 1"))
    assert "took longer than 1 second; ask for less, or raise `timeout`." in said


def test_an_endless_query_on_sqlite_is_stopped(tmp_path: Path) -> None:
    desk(tmp_path)
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) as id from n"
    assert refused(workspace(tmp_path, query=endless, more=", timeout: 1")) == (
        f"workspace.yaml:3:10: sqlite:///desk.db (query {_digest(endless)}) took longer than 1 second; ask for less, "
        "or raise `timeout`."
    )


@pytest.mark.parametrize("url", ["sqlite:///desk.db", "duckdb:///desk.duckdb"])
def test_no_query_writes(tmp_path: Path, url: str) -> None:
    desk(tmp_path)
    duckdb.connect(str(tmp_path / "desk.duckdb")).close()
    before = {path.name: path.read_bytes() for path in tmp_path.glob("desk.*")}
    copy = "with x as (select 1 as id) insert into orders select id, id, id, id from x"
    assert "failed" in refused(workspace(tmp_path, url, copy))
    assert {path.name: path.read_bytes() for path in tmp_path.glob("desk.*")} == before


def test_a_duckdb_query_reads_no_other_file(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "desk.duckdb")).close()
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    said = refused(workspace(tmp_path, "duckdb:///desk.duckdb", f"select * from '{tmp_path}/secret.csv'"))
    assert "failed: Permission Error" in said


def test_a_database_that_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_URL", "postgresql://reader:open%20sesame@127.0.0.1:1/desk?options=-csesame")
    said = refused(workspace(tmp_path, "env:DESK_URL"))
    assert said.startswith(f"workspace.yaml:3:10: DESK_URL (query {_digest(QUERY)}) failed: connection failed")
    assert "Connection refused" in said
    said = refused(workspace(tmp_path, "sqlite:///none.db"))
    assert "failed: unable to open database file; correct the query, or the address and who may read it." in said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://reader:sesame@host/desk", "a database of the kind 'mysql' is not read;"),
        ("postgresql+none://reader:sesame@host/desk", "names a driver that does not exist; correct its URL."),
        ("sesame", "DESK_URL holds no database URL; correct it."),
        ("sqlite://", "names no file; write one such as sqlite:///data/helpdesk.db."),
    ],
)
def test_an_address_that_leads_nowhere(tmp_path: Path, monkeypatch, url: str, said: str) -> None:
    monkeypatch.setenv("DESK_URL", url)
    assert said in refused(workspace(tmp_path, "env:DESK_URL"))


def test_a_driver_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.setenv("DESK_URL", "postgresql://reader:sesame@127.0.0.1:1/desk")
    said = refused(workspace(tmp_path, "env:DESK_URL"))
    assert "needs the driver psycopg, which is not installed; install it (pip install 'scorecard[postgres]'" in said


def test_an_environment_variable_that_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESK_URL", raising=False)
    assert refused(workspace(tmp_path, "env:DESK_URL")) == (
        "workspace.yaml:3:10: the environment variable DESK_URL is not set; it holds the database's URL."
    )


def test_a_password_in_the_workspace_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(FileProblems) as caught:
        read_workspace(workspace(tmp_path, "postgresql://reader:open sesame@host/desk"))
    assert str(caught.value) == (
        "workspace.yaml:3:18: a URL with a password does not belong in a file; put it in an environment variable, "
        "write url: env:NAME."
    )


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("env:DESK", None),
        ("sqlite:///data/desk.db", None),
        ("postgresql://reader@host/desk?sslmode=require", None),
        ("postgresql+psycopg://reader:x@host/desk", "a URL with a password"),
        ("postgresql://host/desk?password=x", "a URL with a password"),
        ("postgresql://host/desk?sslpassword=x", "a URL with a password"),
        ("oracle://host/desk", "a database of the kind 'oracle' is not read"),
        ("env:DESK URL", "this is no database URL"),
        ("data/desk.db", "this is no database URL"),
    ],
)
def test_addresses(url: str, problem: str | None) -> None:
    said = url_problem(url)
    assert said is None if problem is None else str(said).startswith(problem)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("select 1;", None),
        ("-- why;\n(select ';' as a) /* ; */", None),
        ("WITH a AS (SELECT 1) SELECT * FROM a", None),
        ("select 1; drop table orders", "the query holds more than one statement; write one select."),
        ("delete from orders", "the query is no select; a source only reads."),
        ("-- nothing", "the query is no select; a source only reads."),
    ],
)
def test_a_query_is_one_select(query: str, problem: str | None) -> None:
    assert query_problem(query) == problem


def test_a_check_asks_the_database_for_its_columns_alone(tmp_path: Path) -> None:
    desk(tmp_path)
    folder = workspace(tmp_path, query="select id, seen, amount as amonut, line from orders")
    (problem,) = source_problems(read_workspace(folder).sources)
    assert "has no column 'amount'. Did you mean 'amonut'?" in problem.message
    assert source_problems(read_workspace(workspace(tmp_path)).sources) == []


def test_files_and_a_query_exclude_each_other(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    text = (folder / "workspace.yaml").read_text(encoding="utf-8").replace("    sql:", "    files: a.csv\n    sql:")
    (folder / "workspace.yaml").write_text(
        text.replace("}\n    columns", ", timeout: 0}\n    columns"), encoding="utf-8"
    )
    with pytest.raises(FileProblems) as caught:
        read_workspace(folder)
    assert "use either `files` or `sql`, not both." in str(caught.value)
    assert "timeout: give a number of seconds, at least 1." in str(caught.value)
