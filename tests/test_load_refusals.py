"""Bad input: one sentence that says what, where and what to do; the right exit code; and nothing changed."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from data_checks import load as load_module
from data_checks.contract import contracts, read_contract
from data_checks.errors import FileProblems, LoadRefused, RequestError
from data_checks.load import load
from data_checks.load_lock import only_load
from data_checks.sources.problems import source_problems
from data_checks.suites import Verdict, run_suite
from data_checks.warehouse import current_version, open_warehouse
from data_checks.workspace import read_workspace
from tests.loading import NOW, TICKETS, accounts, ask, load_folder, quarantined, write

GOOD = "id,opened,resolved,moves\n1,2026-01-01 09:00,,0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with one good load behind it."""
    load_folder(write(tmp_path, TICKETS, tickets=GOOD))
    return tmp_path


def refused(folder: Path, error: type[BaseException] = LoadRefused) -> str:
    """Load, expect a refusal, and hold that readers still see the first version; returns the sentence."""
    with pytest.raises(error) as caught:
        load_folder(folder)
    assert current_version(folder / "var") == "w-000001"
    assert ask(folder, "select ticket_id from tickets") == [("1",)]
    left = {path.name for path in (folder / "var").iterdir()} | {p.name for p in (folder / "var/warehouse").iterdir()}
    assert left == {"load.lock", "loads", "warehouse", "w-000001.duckdb", "CURRENT"}
    return str(caught.value)


def test_a_file_that_vanished_between_reading_and_loading(folder: Path) -> None:
    (folder / "tickets.csv").unlink()
    message = refused(folder, FileProblems)
    assert message == "workspace.yaml:4:12: the file 'tickets.csv' does not exist; put it there, or correct `files`."
    assert json.loads((folder / "var/loads/000002/load.json").read_text(encoding="utf-8"))["message"] == message


def test_a_workspace_reads_and_answers_without_its_files(folder: Path) -> None:
    (folder / "tickets.csv").unlink()
    workspace = read_workspace(folder)
    with contextlib.closing(open_warehouse(workspace)) as warehouse:
        assert warehouse.facts.tables["tickets"].rows == 1
    (problem,) = source_problems(workspace.sources)
    assert (
        str(problem) == "workspace.yaml:4:12: the file 'tickets.csv' does not exist; put it there, or correct `files`."
    )


def test_a_fault_of_the_program_is_one_sentence_in_the_books(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyError(str(folder / "secret"))

    monkeypatch.setattr(load_module, "open_file", fails)
    write(folder, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n")
    sentence = refused(folder)
    assert sentence.startswith("the load stopped by a fault of the program (KeyError: './secret'); please report it.")
    assert json.loads((folder / "var/loads/000002/load.json").read_text(encoding="utf-8"))["message"] == sentence


def test_a_wrong_date_format_says_value_format_and_key(folder: Path) -> None:
    write(folder, TICKETS.replace("    columns", '    datetimes: "%m/%d/%Y"\n    columns'))
    (folder / "tickets.csv").write_text("id,opened,resolved,moves\n1,29/02/2026,,0\n", encoding="utf-8")
    assert refused(folder) == (
        "tickets: 1 of 1 rows (100.0%) are bad, more than the 5% that tickets_bad_rows allows; most break "
        "opened_at_readable (1), first at tickets.csv:2: opened_at '29/02/2026' does not read as a time with the "
        'declared format "%m/%d/%Y"; correct `datetimes` (or `types`) of this source in workspace.yaml. '
        "Every row: var/loads/000002/quarantine.csv"
    )


def test_a_refused_load_keeps_its_books(folder: Path) -> None:
    write(folder, TICKETS, tickets="id,opened,resolved,moves\n1,soon,,0\n")
    sentence = refused(folder)
    books = json.loads((folder / "var/loads/000002/load.json").read_text(encoding="utf-8"))
    assert (books["status"], books["message"]) == ("refused", sentence)
    assert books["tables"]["tickets"]["quarantined"] == 1
    assert books["tables"]["tickets"]["rules"]["tickets_bad_rows"]["outcome"] == "failed"
    assert (folder / "var/loads/000002/quarantine.csv").exists()


def test_exit_codes() -> None:
    assert (FileProblems([]).exit_code, LoadRefused("x").exit_code, RequestError("x").exit_code) == (2, 3, 2)


def test_a_second_load_at_once_says_so(folder: Path) -> None:
    with only_load(folder / "var"), pytest.raises(LoadRefused, match="another load of this workspace is running"):
        load_folder(folder)


def test_a_full_disk_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(load_module, "open_file", full)
    write(folder, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n")
    assert refused(folder) == "the disk that holds var/ is full; free some space."


def test_a_load_that_dies_while_publishing_leaves_the_version_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(load_module, "publish", dies)
    write(folder, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n")
    refused(folder, KeyboardInterrupt)


def test_nothing_published_yet_says_what_to_run(tmp_path: Path) -> None:
    assert current_version(tmp_path / "var") is None
    with pytest.raises(RequestError, match="run `scorecard load` first"):
        open_warehouse(tmp_path / "var")


def _with_rule(tmp_path: Path, severity: str, sql: str) -> dict:
    text = Path(str(contracts.__wrapped__.__globals__["CONTRACTS"] / "tickets.yaml")).read_text(encoding="utf-8")
    rule = f'  - {{id: extra, sql: "{sql}", severity: {severity}, columns: [transfers], owner: X, why: A test.}}\n'
    path = tmp_path / "contract.yaml"
    path.write_text(text.replace("rules:\n", f"rules:\n{rule}", 1), encoding="utf-8")
    return {**contracts(), "tickets": read_contract(path)}


CRASH = "cast(ticket_id || 'x' as integer) > 0"


def test_a_critical_check_that_crashes_refuses_the_load(tmp_path: Path) -> None:
    folder = write(tmp_path / "w", TICKETS, tickets=GOOD)
    with pytest.raises(
        LoadRefused, match=r"tickets: the check extra crashed \(Conversion Error.*its rows are unproved"
    ):
        load(read_workspace(folder), NOW, tables=_with_rule(tmp_path, "critical", CRASH))


def test_a_warning_that_crashes_is_published_and_marked_as_no_pass(tmp_path: Path) -> None:
    folder = write(tmp_path / "w", TICKETS, tickets=GOOD)
    report = load(read_workspace(folder), NOW, tables=_with_rule(tmp_path, "warning", CRASH))
    assert report.tables["tickets"].rules["extra"].outcome == "broken"
    warehouse = open_warehouse(folder / "var")
    assert [check.rule for check in warehouse.facts.failed_checks] == ["extra"]
    warehouse.close()


def test_two_counts_that_differ_refuse_the_load(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = run_suite

    def lying(*args: object) -> dict:
        return {**honest(*args), "opened_at_required": Verdict(3)}  # type: ignore[arg-type]

    monkeypatch.setattr("data_checks.staging.run_suite", lying)
    write(folder, TICKETS, tickets=GOOD + "2,2026-01-01 09:00,,0\n")
    assert "Great Expectations counts 3 bad rows and the load 0" in refused(folder)


OPEN = """
sources:
  tickets:
    files: tickets.csv
    columns: {ticket_id: id, opened_at: try_cast(opened as timestamp), closed_at: closed}
"""


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (
            "closed", "9999-12-31",
            "closed_at '9999-12-31 00:00:00' lies outside 1900 to 2199; such a date usually means 'still open': "
            "map it to nothing, nullif(closed, '9999-12-31')",
        ),
        ("closed", "0001-01-01", "closed_at '0001-01-01 00:00:00' lies outside 1900 to 2199; map what stands for no"),
        ("opened", "infinity", "opened_at 'infinity' lies outside 1900 to 2199; map what stands for no date to"),
        ("opened", "-infinity", "opened_at '-infinity' lies outside 1900 to 2199"),
        ("opened", "290000-01-01", "opened_at '290000-01-01 00:00:00' lies outside 1900 to 2199"),
        ("opened", "0001-01-01 (BC)", "opened_at '0001-01-01 (BC) 00:00:00' lies outside 1900 to 2199"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_a_time_that_stands_for_no_time_goes_to_quarantine(
    tmp_path: Path, zone: str, column: str, value: str, reason: str
) -> None:
    good = "".join(f"{n},2026-01-01 09:00,\n" for n in range(30))
    odd = f"x,{value},\n" if column == "opened" else f"x,2026-01-01 09:00,{value}\n"
    report = load_folder(write(tmp_path, f"timezone: {zone}\n{OPEN}", tickets=f"id,opened,closed\n{good}{odd}"))
    assert accounts(report, "tickets")[1:3] == (30, 1)
    assert report.as_of is not None
    assert report.as_of.year < 2027
    assert any(reason.removesuffix(" 00:00:00'") in row["reason"] or zone != "UTC" for row in quarantined(tmp_path))


def test_a_load_as_of_a_day_outside_every_calendar_is_refused(folder: Path) -> None:
    workspace = dataclasses.replace(read_workspace(folder), as_of=dt.date(9999, 12, 31))
    with pytest.raises(RequestError, match="as of 9999-12-31: the day must lie in 1900 to 2199"):
        load(workspace, NOW)
    write(folder, "as_of: 9999-12-31\n" + TICKETS)
    with pytest.raises(FileProblems, match=r"workspace.yaml:1:8: as_of: 9999-12-31 lies outside 1900 to 2199"):
        read_workspace(folder)


def test_rules_of_one_name_in_two_tables_are_told_apart(tmp_path: Path) -> None:
    workspace = (
        "sources:\n"
        "  outreach: {files: o.csv, columns: {outreach_id: id, kind: kind, sent_at: sent}}\n"
        "  loyalty_entries: {files: l.csv, columns: {entry_id: id, customer_id: id, occurred_at: sent, kind: kind}}\n"
    )
    one_of_thirty = "".join(f"{n},2026-01-01,sms\n" for n in range(29)) + "x,2026-01-01,fax\n"
    write(tmp_path, workspace, o="id,sent,kind\n" + one_of_thirty, l="id,sent,kind\n1,2026-01-01,gained\n")
    with pytest.raises(LoadRefused) as caught:
        load_folder(tmp_path)
    assert "loyalty_entries: 1 of 1 rows" in str(caught.value)
    assert "most break kind_allowed (1), first at l.csv:2:" in str(caught.value)
    assert "map it to one of enrolled" in str(caught.value)
