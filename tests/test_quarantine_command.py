"""`scorecard quarantine`: what was set aside, as a stranger reads it, takes it away, and gets it back."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.errors import LoadRefused
from data_checks.ledger import past_loads
from tests.loading import TICKETS, accounts, ask, load_folder, quarantined, write

HEAD = "id,opened,resolved,moves\n"
GOOD = "".join(f"{n},2026-01-01 09:00,,{n % 3}\n" for n in range(1, 61))
BAD = "61,2026-01-02 09:00,2026-01-01 09:00,4\n=1+1,soon,,5\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("quarantine") / "desk", TICKETS, tickets=HEAD + GOOD + BAD)
    load_folder(folder)
    return folder


def answer(folder: Path, *words: object) -> str:
    done = CliRunner().invoke(main, ["quarantine", "-w", str(folder), *map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(folder: Path, *words: object) -> str:
    done = CliRunner().invoke(main, ["quarantine", "-w", str(folder), *map(str, words)])
    assert (done.exit_code, done.stdout) == (2, "")
    return done.stderr.strip()


def test_every_row_is_shown_with_rule_place_reason_and_text(desk: Path) -> None:
    lines = [line.split() for line in answer(desk).splitlines()]
    assert " ".join(lines[0]) == "Load 000001 (published) has 2 rows in quarantine."
    assert ["tickets", "resolved_after_opening", "1"] in lines
    assert ["tickets", "opened_at_readable", "1"] in lines
    shown = [" ".join(line) for line in lines]
    assert any(line.startswith("tickets tickets.csv:62 ") and line.endswith("61,2026-01-02 09:00,2026-01-01 09:00,4")
               for line in shown)  # fmt: skip
    assert any(line.startswith("tickets tickets.csv:63 opened_at 'soon' does not read as") for line in shown)


def test_json_has_every_part_of_a_row(desk: Path) -> None:
    found = json.loads(answer(desk, "--rule", "opened_at_readable", "--as", "json"))
    assert (found["load"], found["total"]) == ("000001", 1)
    row = found["rows"][0]
    assert list(row) == ["table", "rules", "reason", "file", "record", "line", "byte", "row"]
    assert (row["record"], row["line"], row["row"]) == (62, 63, "=1+1,soon,,5")
    assert (desk / "tickets.csv").read_bytes()[row["byte"] :] == b"=1+1,soon,,5\n"


def test_csv_holds_no_formula(desk: Path) -> None:
    rows = list(csv.DictReader(answer(desk, "--as", "csv").splitlines()))
    assert [row["row"] for row in rows] == ["61,2026-01-02 09:00,2026-01-01 09:00,4", "'=1+1,soon,,5"]


def test_a_limit_says_what_it_leaves_out(desk: Path) -> None:
    assert "The first 1 of 2 rows; --limit shows more." in answer(desk, "--limit", 1)
    assert len(json.loads(answer(desk, "--limit", 1, "--as", "json"))["rows"]) == 1


def test_a_table_or_rule_without_bad_rows_says_none(desk: Path) -> None:
    assert answer(desk, "--table", "orders") == "Load 000001 (published) has no row of orders in quarantine.\n"
    none = "Load 000001 (published) has no row in quarantine that breaks tickets_record_readable.\n"
    assert answer(desk, "--rule", "tickets_record_readable") == none


def test_a_record_cannot_steer_the_terminal(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=f"{HEAD}{GOOD}\x1b[2J,soon,,1\n"))
    shown = answer(tmp_path)
    assert "\x1b" not in shown
    assert "\\x1b[2J,soon,,1" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--table", "tickts"), "there is no table 'tickts'. Did you mean 'tickets'?"),
        (("--rule", "opened_at_readabel"),
         "load 000001 has no rule 'opened_at_readabel'. Did you mean 'opened_at_readable'?"),
        (("--load", "7"), "there is no load 000007; the last one is 000001."),
        (("--load", "../x"), "there is no load ../x; the last one is 000001."),
        (("--force",), "--outside and --force belong to --export FILE."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_one_sentence(desk: Path, words: tuple[str, ...], sentence: str) -> None:
    assert refused(desk, *words) == sentence


def test_before_the_first_load_there_is_no_quarantine(tmp_path: Path) -> None:
    write(tmp_path, TICKETS, tickets=HEAD)
    assert refused(tmp_path) == "no load has read a row yet; run `scorecard load` first."


def test_a_damaged_quarantine_is_one_sentence(desk: Path, tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=HEAD + GOOD + BAD))
    (tmp_path / "var/loads/000001/quarantine.csv").write_text("rules,what\na,b\n")
    assert refused(tmp_path).startswith("var/loads/000001/quarantine.csv is damaged")


# ── taking it away ───────────────────────────────────────────────────────────────────────────────────


def test_an_export_is_written_in_the_workspace_whole_and_harmless(desk: Path) -> None:
    assert answer(desk, "--export", desk / "out.csv").startswith("Wrote 2 quarantined rows of load 000001 to ")
    text = (desk / "out.csv").read_text(encoding="utf-8")
    assert text.startswith("\ufefftable,rules,reason,file,record,line,byte,row\n")
    assert '"\'=1+1,soon,,5"' in text
    answer(desk, "--export", desk / "out.json", "--limit", 1)
    assert [row["line"] for row in json.loads((desk / "out.json").read_text(encoding="utf-8"))] == [62]
    assert not list(desk.glob(".out*"))


def test_an_export_never_leaves_the_workspace_unless_told(desk: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    (desk / "door").symlink_to(tmp_path)
    for name in (target, desk / "door/out.csv", desk / ".." / "out.csv"):
        assert refused(desk, "--export", name).endswith(
            f"lies outside the workspace; write {desk / 'out.csv'}, or add --outside if you mean it."
        )
    assert not target.exists()
    answer(desk, "--export", target, "--outside")
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3


def test_an_export_writes_over_nothing_unless_told(desk: Path) -> None:
    target = desk / "mine.csv"
    target.write_text("mine")
    assert refused(desk, "--export", target) == f"{target} exists; name a new file, or add --force to write over it."
    assert target.read_text() == "mine"
    answer(desk, "--export", target, "--force")
    assert "opened_at_readable" in target.read_text(encoding="utf-8")


def test_an_export_never_takes_the_place_of_what_the_workspace_reads(desk: Path, tmp_path: Path) -> None:
    """Rows to be mended once took the place of the file they were to be mended in."""
    folder = shutil.copytree(desk, tmp_path / "desk")
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics" / "own.yaml").write_text("")
    (folder / "strategy.yaml").write_text("vision: Answers the same day.\n")
    (folder / "link.csv").symlink_to(folder / "tickets.csv")
    names = ("workspace.yaml", "strategy.yaml", "metrics/own.yaml", "tickets.csv", "link.csv")
    before = [(folder / name).read_bytes() for name in names]
    for name in names:
        said = refused(folder, "--export", folder / name, "--force")
        assert said == f"{folder / name} is read by the workspace; name another file."
    assert [(folder / name).read_bytes() for name in names] == before


def test_an_export_leaves_the_state_alone_and_needs_a_folder(desk: Path) -> None:
    pointer = desk / "var/warehouse/CURRENT"
    assert "lies in var/, which belongs to Scorecard" in refused(desk, "--export", pointer, "--force")
    assert pointer.read_text() == "w-000001.duckdb\n"
    assert "No such file or directory" in refused(desk, "--export", desk / "no" / "out.csv")
    assert refused(desk, "--export", desk / "var" / "..", "--force").endswith("is a folder; name a file in it.")


# ── getting it back ──────────────────────────────────────────────────────────────────────────────────


def test_a_repaired_file_brings_its_rows_back(tmp_path: Path) -> None:
    """60 good tickets with transfers 1, 2, 0, 1, …: together 60; the bad ones add 4 and 5."""
    before = load_folder(write(tmp_path, TICKETS, tickets=HEAD + GOOD + BAD))
    assert accounts(before, "tickets") == (62, 60, 2, 0, 0, 0)
    assert ask(tmp_path, "select count(*), sum(transfers) from tickets") == [(60, 60)]
    repaired = BAD.replace("2026-01-02 09:00,2026-01-01 09:00", "2026-01-01 09:00,2026-01-02 09:00")
    repaired = repaired.replace("=1+1,soon", "62,2026-01-03 10:00")
    after = load_folder(write(tmp_path, TICKETS, tickets=HEAD + GOOD + repaired))
    assert accounts(after, "tickets") == (62, 62, 0, 0, 0, 0)
    assert ask(tmp_path, "select count(*), sum(transfers) from tickets") == [(62, 69)]
    assert answer(tmp_path) == "Load 000002 (published) has no row in quarantine.\n"
    assert "has 2 rows in quarantine" in answer(tmp_path, "--load", "1")


def test_the_rows_of_a_refused_load_are_the_ones_shown(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=HEAD + GOOD))
    with pytest.raises(LoadRefused):
        load_folder(write(tmp_path, TICKETS, tickets=HEAD + BAD))
    assert answer(tmp_path).startswith("Load 000002 (refused) has 2 rows in quarantine.")


def test_late_corrections_supersede_by_key_and_time_whatever_file_they_come_in(tmp_path: Path) -> None:
    workspace = """
sources:
  tickets:
    files: t*.csv
    types: {seen: time}
    latest_by: {key: id, order: seen}
    columns: {ticket_id: id, opened_at: opened, transfers: moves}
"""
    first = "id,opened,moves,seen\na,2026-01-01,1,2026-01-05\nb,2026-01-01,1,2026-01-05\n"
    late = "id,opened,moves,seen\na,2026-01-01,7,2026-01-09\nb,2026-01-01,9,2026-01-02\n"  # b's is older: ignored
    load_folder(write(tmp_path, workspace, t1=first))
    report = load_folder(write(tmp_path, workspace, t2=late))
    assert accounts(report, "tickets") == (4, 2, 0, 2, 0, 0)
    assert ask(tmp_path, "select ticket_id, transfers from tickets order by 1") == [("a", 7), ("b", 1)]
    assert load_folder(tmp_path).status == "unchanged"


def test_each_source_says_by_which_rule_its_rows_went(tmp_path: Path) -> None:
    """A row that breaks two rules counts once, under the first; the parts add up to what is in quarantine."""
    both = "x,soon,later,1\n"
    report = load_folder(write(tmp_path, TICKETS, tickets=HEAD + GOOD + BAD + both))
    (source,) = report.sources
    assert sum(source.rules.values()) == source.quarantined == len(quarantined(tmp_path)) == 3
    assert dict(source.rules) == {"resolved_after_opening": 1, "opened_at_readable": 2}
    assert past_loads(tmp_path / "var")[0]["sources"][0]["rules"] == dict(source.rules)


def test_a_row_that_is_not_found_again_refuses_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_checks.quarantine._bad_rows", lambda *_: iter(()))
    with pytest.raises(LoadRefused, match=r"2 rows of tickets\.csv belong in quarantine and 0 were found again"):
        load_folder(write(tmp_path, TICKETS, tickets=HEAD + GOOD + BAD))
