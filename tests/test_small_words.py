"""What the command says beside its answers: the next step, how far it is, that it was stopped."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard import cli
from dashboard.printing.load import checks
from data_checks.errors import FileProblems
from data_checks.load import load
from data_checks.warehouse import current_version
from data_checks.warehouse.contract import CheckOutcome
from data_checks.workspace import read_workspace
from tests.loading import NOW, write

TICKETS = "  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: opened}}\n"
GOOD = "id,opened\n1,2026-01-01\n"


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


@pytest.mark.parametrize(("publishes", "told"), [
    (False, "Stopped; nothing has changed.\n"),
    (True, "Stopped; the new load is published already.\n"),
])  # fmt: skip
def test_a_load_that_is_stopped_says_what_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, publishes: bool, told: str
) -> None:
    def stopped(workspace, now, *_args, **_more):
        if publishes:
            load(workspace, now)
        raise KeyboardInterrupt

    write(tmp_path, f"sources:\n{TICKETS}", t=GOOD)
    monkeypatch.setattr("data_checks.load.load", stopped)
    done = run("load", "-w", tmp_path)
    assert (done.exit_code, done.stderr) == (130, told)
    assert (current_version(tmp_path / "var") is not None) == publishes


def test_a_question_that_is_stopped_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("data_checks.state.read_state", stopped)
    done = run("status", "-w", write(tmp_path, f"sources:\n{TICKETS}", t=GOOD))
    assert (done.exit_code, done.stderr) == (130, "Stopped.\n")


def test_a_dashboard_that_is_stopped_has_done_its_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dashboard.server.serve", stopped)
    done = run("serve", "-w", write(tmp_path, f"sources:\n{TICKETS}", t=GOOD))
    assert (done.exit_code, done.output) == (0, "")


def test_the_mappings_of_a_union_are_told_apart(tmp_path: Path) -> None:
    mapping = TICKETS.replace("  tickets: ", "    - ")
    other = mapping.replace("ticket_id: id", "ticket_id: \"'b' || id\"")
    heard: list[str] = []
    load(read_workspace(write(tmp_path, f"sources:\n  tickets:\n{mapping}{other}", t=GOOD)), NOW, heard.append)
    assert [one for one in heard if one.startswith("mapping")] == ["mapping tickets, 1 of 2", "mapping tickets, 2 of 2"]


def test_a_path_that_the_engine_cannot_open_is_told_before_a_load(tmp_path: Path) -> None:
    folder = write(tmp_path / "why?", f"sources:\n{TICKETS}", t=GOOD)
    told = "the path of the workspace holds '?', which the engine cannot open; rename the folder."
    done = run("check", "-w", folder)
    assert (done.exit_code, done.stdout) == (2, f"{folder}: {told}\n1 problem.\n")
    assert run("load", "-w", folder).stderr == f"{told}\n"


@pytest.mark.parametrize("written", ["Euros", "eur", "€", "EURO"])
def test_a_currency_is_three_capital_letters(tmp_path: Path, written: str) -> None:
    with pytest.raises(FileProblems) as caught:
        read_workspace(write(tmp_path, f"titel: x\ncurrency: {written}\nsources:\n{TICKETS}", t=GOOD))
    assert [str(problem) for problem in caught.value.problems][1:] == [
        f"workspace.yaml:2:11: '{written}' is no currency; write its three capital letters, like EUR or USD."
    ]


def test_two_slices_may_be_asked_for_one_by_one(tmp_path: Path) -> None:
    source = TICKETS.replace("opened_at: opened", "opened_at: opened, team_id: team, channel: channel")
    folder = write(tmp_path, f"sources:\n{source}", t="id,opened,team,channel\n1,2026-01-01,A,chat\n")
    load(read_workspace(folder), NOW)
    done = run("query", "tickets_opened", "-w", folder, "--by", "team", "--by", "channel", "--as", "csv")
    assert next(csv.reader(io.StringIO(done.stdout)))[:4] == ["metric", "period", "team", "channel"]


def test_the_next_command_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    done = run("demo", tmp_path / "my desk", "--scale", "0.01")
    assert done.stdout.endswith(f"Next: scorecard load -w '{tmp_path}/my desk'\n")


def test_a_check_that_broke_says_what_broke_it() -> None:
    outcome = CheckOutcome(
        "own", "orders", "warning", "broken", 0, 0, (), "Because it matters.", "Ann", "no such column: x."
    )
    assert checks([outcome])[1] == (
        "  orders.own is broken (published and marked): no such column: x. Because it matters. Owner: Ann."
    )
