"""docs/sources.md: every key is explained and nothing else, and every example really loads."""

from __future__ import annotations

import dataclasses
import gzip
import json
import re
import sqlite3
from pathlib import Path

import duckdb
import openpyxl
import pytest

from data_checks.workspace_files import _KINDS, PACKED
from data_checks.workspace_source import _SourceFile, _Sql
from tests.loading import load_folder


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "sources.md").read_text(encoding="utf-8")


def write_desk(folder: Path) -> None:
    """What the examples read, one good row or two of each."""
    desk = folder / "desk"
    desk.mkdir()
    head = "number,opened,resolved,moves,state\n"
    rows = ["1,05/01/2026 09:00,05/01/2026 10:00,0,open", "2,06/01/2026 09:00,?,-,open", "3,06/01/2026 09:00,?,1,spam"]
    (desk / "a.csv.gz").write_bytes(gzip.compress((head + "\n".join(rows)).encode()))
    book = openpyxl.Workbook()
    book.create_sheet("Orders", 0)
    for row in (("number", "day", "amount"), ("007", "2026-01-05", 12.5), ("008", "2026-01-06", "#N/A")):
        book["Orders"].append(row)
    book.save(desk / "orders.xlsx")
    customer = {"id": "c", "details": {"segment": "SMB"}}
    (desk / "customers.jsonl").write_text(json.dumps(customer) + "\n", encoding="utf-8")
    with duckdb.connect() as connection:
        select = "select 't' as id, 'a' as agent, date '2026-01-05' as done, 2.5 as hours"
        connection.execute(f"copy ({select}) to '{desk / 'training.parquet'}' (format parquet)")
    with sqlite3.connect(folder / "desk.db") as database:
        database.execute("create table answers (id text, kind text, answered text, score integer)")
        database.execute("insert into answers values ('r', 'csat', '2026-01-05 09:00', 5)")
    database.close()
    (desk / "events.csv").write_text("id,day,title\ne,05.01.2026,New prices\nf,46027,More\n", encoding="utf-8")


def test_every_example_loads_every_row_it_should(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_URL", "sqlite:///desk.db")
    published: dict[str, tuple[int, int]] = {}
    for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_desk(folder)
        (folder / "workspace.yaml").write_text(text, encoding="utf-8")
        for table, report in load_folder(folder).tables.items():
            published[table] = (report.read, report.published)
    assert published == {
        "tickets": (3, 2),
        "orders": (2, 2),
        "customers": (1, 1),
        "training": (1, 1),
        "survey_responses": (1, 1),
        "events": (2, 2),
    }


def test_every_key_is_explained_and_nothing_else(page: str) -> None:
    part = page.partition("## Every key")[2].partition("\n## ")[0]
    explained = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", part, re.MULTILINE))
    assert set(explained) == {field.name for field in dataclasses.fields(_SourceFile)}
    assert all(f"`{field.name}`" in explained["sql"] for field in dataclasses.fields(_Sql))


def test_every_ending_is_named(page: str) -> None:
    part = page.partition("## Kinds of files")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\.\w+)`", part.partition("Nothing is guessed")[0]))
    assert named == {*_KINDS, *PACKED, ".csv", ".tsv", ".txt"}
