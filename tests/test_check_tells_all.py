"""`scorecard check` tells all that is wrong in one run: one broken file hides nothing that is wrong with another."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

from click.testing import CliRunner

from dashboard.cli import main
from tests.loading import write

TICKETS = "  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: opened}}\n"
ORDERS = "  orders: {files: o.csv, columns: {order_id: id, ordered_at: dya}}\n"


def told(folder: Path, *words: str) -> str:
    return CliRunner().invoke(main, ["check", "-w", str(folder), *words]).stdout


def test_a_missing_file_hides_no_column_that_another_has_not(tmp_path: Path) -> None:
    write(tmp_path, f"sources:\n{TICKETS}{ORDERS}", o="id,day\n1,2026-01-01\n")
    lines = told(tmp_path).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["workspace.yaml:2:20", "workspace.yaml:3:62", "2 problems."]
    assert lines[1].endswith("o.csv has no column 'dya'. Did you mean 'day'?")


def test_the_files_of_one_source_are_each_looked_at(tmp_path: Path) -> None:
    files = "[empty.csv, cut.csv.gz, o.csv]"
    write(tmp_path, f"sources:\n{ORDERS.replace('o.csv', files)}", o="id,day\n1,2026-01-01\n", empty="")
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(b"id,day\n" + b"1,2026-01-01\n")[:-12])
    assert told(tmp_path).splitlines() == [
        "workspace.yaml:2:87: orders.ordered_at `dya`: o.csv has no column 'dya'. Did you mean 'day'?",
        "cut.csv.gz: this gzip file ends early (it was cut off); copy or export it again.",
        "empty.csv: this file is empty; export it again.",
        "3 problems.",
    ]


def test_a_wrong_workspace_hides_neither_its_files_nor_the_strategy(tmp_path: Path) -> None:
    write(tmp_path, f"titel: Desk\nsources:\n{ORDERS}", o="id,day\n1,2026-01-01\n")
    (tmp_path / "strategy.yaml").write_text("visoin: x\n", encoding="utf-8")
    assert [line.split(" ")[0] for line in told(tmp_path).splitlines()] == [
        "workspace.yaml:1:1:", "workspace.yaml:3:62:", "strategy.yaml:1:1:", "3",
    ]  # fmt: skip


def test_json_names_the_file_that_is_wrong(tmp_path: Path) -> None:
    write(tmp_path, f"sources:\n{TICKETS}", t="")
    assert json.loads(told(tmp_path, "--json"))["problems"] == [
        {"file": "t.csv", "line": None, "column": None, "message": "this file is empty; export it again."}
    ]


def test_a_query_has_its_place_once(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "desk.db") as connection:
        connection.execute("create table tickets (id text, opened text)")
    connection.close()
    source = TICKETS.replace("files: t.csv", "sql: {url: 'sqlite:///desk.db', query: select id from tikets}")
    write(tmp_path, f"sources:\n{source}")
    (line, _) = told(tmp_path).splitlines()
    assert line.startswith("workspace.yaml:2:18: sqlite:///desk.db (query ")
    assert line.endswith("failed: no such table: tikets; correct the query, or the address and who may read it.")
