"""Publishing: versions, the pointer, unchanged loads, and what readers see."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_checks.contract import contracts
from data_checks.errors import RequestError
from data_checks.ledger import past_loads
from data_checks.load import load
from data_checks.warehouse import current_version, open_warehouse
from data_checks.workspace import read_workspace
from tests.loading import NOW, TICKETS, ask, load_folder, write

GOOD = "id,opened,resolved,moves\n1,2026-01-01 09:00,,0\n"


def _everything(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted((folder / "var").rglob("*"))
        if path.is_file()
    }


def test_loading_again_changes_nothing(tmp_path: Path) -> None:
    first = load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    before = _everything(tmp_path)
    second = load_folder(tmp_path)
    assert (first.status, second.status, second.load) == ("published", "unchanged", first.load)
    assert second.tables == first.tables
    assert _everything(tmp_path) == before


def test_a_changed_file_or_workspace_makes_a_new_version(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    assert load_folder(write(tmp_path, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n")).load == "000002"
    assert load_folder(write(tmp_path, TICKETS + "title: New\n")).load == "000003"
    assert current_version(tmp_path / "var") == "w-000003"


def test_three_versions_are_kept_and_leftovers_swept(tmp_path: Path) -> None:
    folder = tmp_path / "var" / "warehouse"
    folder.mkdir(parents=True)
    (folder / ".build-000099.duckdb").write_text("a killed load", encoding="utf-8")
    (tmp_path / "var" / ".load-000099").mkdir()
    for n in range(5):
        load_folder(write(tmp_path, TICKETS, tickets=GOOD + f"x{n},2026-01-01 09:00,,0\n"))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["CURRENT", "w-000003.duckdb", "w-000004.duckdb", "w-000005.duckdb"]
    assert not list((tmp_path / "var").glob(".load-*"))


def test_every_contract_has_its_table_and_columns(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    for name, contract in contracts().items():
        columns = ask(tmp_path, f"select column_name from information_schema.columns where table_name = '{name}'")
        assert {column for (column,) in columns} == set(contract.types), name
    assert ask(tmp_path, "select count(*) from orders") == [(0,)]


def test_columns_have_their_types(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    types = dict(
        ask(tmp_path, "select column_name, data_type from information_schema.columns where table_name = 'tickets'")
    )
    assert [types[c] for c in ("ticket_id", "transfers", "handle_minutes", "sla_met", "opened_at", "opened_on")] == [
        "VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE",
    ]  # fmt: skip


def test_facts_travel_with_the_version(tmp_path: Path) -> None:
    load_folder(write(tmp_path, "title: Desk\ncurrency: CHF\nsynthetic: true\n" + TICKETS, tickets=GOOD))
    warehouse = open_warehouse(tmp_path / "var")
    facts = warehouse.facts
    assert (facts.load_id, facts.title, facts.currency, facts.synthetic) == ("000001", "Desk", "CHF", True)
    assert facts.as_of.isoformat() == "2026-01-01T09:00:00"
    tickets = facts.tables["tickets"]
    assert (tickets.rows, str(tickets.first_day), dict(tickets.accounts)["read"]) == (1, "2026-01-01", 1)
    # resolved_at is mapped, so it is provided, and done_at with it; due_at is not.
    assert {"resolved_at", "resolved_on", "done_at", "done_on"} <= tickets.provided
    assert not {"due_at", "due_on", "sla_met", "next_ticket_at"} & tickets.provided
    assert facts.tables["orders"].provided == frozenset()
    warehouse.close()


def test_a_warehouse_reads_core_statements_from_many_threads(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    warehouse = open_warehouse(tmp_path / "var")
    table = warehouse.table("tickets")
    statement = sa.select(sa.func.count()).select_from(table).where(table.c.opened_on >= sa.func.date("2026-01-01"))
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(warehouse.read(statement)[0][0])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 8
    assert "'2026-01-01'" in warehouse.sql(statement)
    with pytest.raises(KeyError):
        warehouse.table("tickts")
    warehouse.close()


def test_an_open_warehouse_survives_the_next_load_and_refuses_writing(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    old = open_warehouse(tmp_path / "var")
    load_folder(write(tmp_path, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n"))
    count = sa.select(sa.func.count()).select_from(old.table("tickets"))
    new = open_warehouse(tmp_path / "var")
    assert (old.read(count)[0][0], new.read(count)[0][0]) == (1, 2)
    with pytest.raises(sa.exc.SQLAlchemyError):
        new.read(sa.text("create table x (a int)"))  # type: ignore[arg-type]
    old.close()
    new.close()


def test_the_report_is_the_promised_json(tmp_path: Path) -> None:
    report = load_folder(write(tmp_path, TICKETS, tickets=GOOD)).to_json()
    assert json.loads(json.dumps(report)) == report
    assert set(report) >= {"load", "status", "as_of", "tables", "sources"}
    assert set(report["tables"]["tickets"]) == {
        "read", "published", "quarantined", "superseded", "merged", "filtered", "rules",
    }  # fmt: skip
    rule = report["tables"]["tickets"]["rules"]["resolved_after_opening"]
    assert (rule["outcome"], rule["bad_rows"], rule["rows"], rule["severity"]) == ("passed", 0, 1, "critical")


def test_no_folder_of_this_machine_stands_in_what_is_published(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    assert str(tmp_path) not in ask(tmp_path, "select facts from _load")[0][0]
    assert str(tmp_path) not in (tmp_path / "var/loads/000001/load.json").read_text(encoding="utf-8")


def test_another_as_of_is_another_version_and_never_unchanged(tmp_path: Path) -> None:
    write(tmp_path, TICKETS, tickets="id,opened,resolved,moves\n1,2026-01-01 09:00,,0\n")
    workspace = read_workspace(tmp_path)
    early = dataclasses.replace(workspace, as_of=dt.date(2026, 1, 2))
    assert [load(one, NOW).status for one in (early, early, workspace, workspace)] == [
        "published", "unchanged", "published", "unchanged",
    ]  # fmt: skip


def test_another_engine_loads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, TICKETS, tickets="id,opened,resolved,moves\n1,2026-01-01 09:00,,0\n")
    assert load_folder(tmp_path).status == "published"
    monkeypatch.setattr("duckdb.__version__", "99.0")
    assert load_folder(tmp_path).status == "published"


@pytest.mark.parametrize("name", ["a [1] b", "a$HOME b", "${x}", "100%41", "a;b", "a#b", "o'brien", 'a"b', "a{b}"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / name, TICKETS.replace("tickets.csv", "'*.csv'"), tickets=GOOD)
    assert load_folder(folder).status == "published"
    with contextlib.closing(open_warehouse(folder / "var")) as warehouse:
        assert warehouse.facts.tables["tickets"].rows == 1
    monkeypatch.setenv("ODD", str(folder))
    write(tmp_path / "other", TICKETS.replace("tickets.csv", "${ODD}/t*.csv"))
    assert load_folder(tmp_path / "other").status == "published"


@pytest.mark.parametrize("kept", [0, 5000, 300_000])
def test_a_damaged_version_is_said_and_built_again(tmp_path: Path, kept: int) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    version = tmp_path / "var/warehouse/w-000001.duckdb"
    version.write_bytes(version.read_bytes()[:kept])
    with pytest.raises(RequestError) as caught:
        open_warehouse(tmp_path / "var")
    assert str(caught.value) == "the published version w-000001 is damaged; run `scorecard load` to build it again."
    assert load_folder(tmp_path).status == "published"
    assert ask(tmp_path, "select count(*) from tickets") == [(1,)]


def test_a_folder_the_engine_cannot_open_says_so(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"the path of the workspace holds '\?', which the engine cannot open"):
        load_folder(write(tmp_path / "a?b", TICKETS, tickets=GOOD))


def test_a_load_killed_before_the_pointer_moved_is_no_publication(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    write(tmp_path, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n")

    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("data_checks.load.publish", killed)
        with pytest.raises(KeyboardInterrupt):
            load_folder(tmp_path)
    assert [load["status"] for load in past_loads(tmp_path / "var")] == ["published", "interrupted"]


def test_a_load_killed_after_the_pointer_moved_is_a_publication_for_ever(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    books = tmp_path / "var/loads/000001/load.json"
    books.write_text(books.read_text().replace('"published",', '"publishing",', 1))
    assert [load["status"] for load in past_loads(tmp_path / "var")] == ["published"]
    load_folder(write(tmp_path, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n"))
    assert [load["status"] for load in past_loads(tmp_path / "var")] == ["published", "published"]


@pytest.mark.parametrize("text", ["[]", "5", "null", '{"tables": []}', "{"])
def test_damaged_books_are_said_and_loaded_over(tmp_path: Path, text: str) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    (tmp_path / "var/loads/000001/load.json").write_text(text)
    assert all(isinstance(load, dict) for load in past_loads(tmp_path / "var"))
    assert load_folder(tmp_path).status == "published"


def test_a_version_that_is_being_read_is_no_damaged_one(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    with contextlib.closing(open_warehouse(tmp_path / "var")):
        assert load_folder(tmp_path).status == "unchanged"
