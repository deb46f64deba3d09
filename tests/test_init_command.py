"""`scorecard init`: what it writes and says, and one sentence for everything it cannot do."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main

TICKETS = "ticket_id,opened_at,solved\n1,2026-01-01 09:00,2026-01-01 10:00\n2,2026-01-02 09:00,\n"


def scorecard(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def refused(*words: object) -> str:
    """The one sentence of a command that must not succeed."""
    done = scorecard(*words)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    return sentence


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text(TICKETS)
    return path


def test_a_proposal_is_checked_and_loaded_as_it_is(tickets: Path, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    done = scorecard("init", desk, tickets)
    assert done.stdout == (
        f"{tickets} → tickets: 3 of its 20 columns.\n\n"
        f"Proposed {desk}/workspace.yaml; read the evidence behind each line. "
        f"Next: scorecard check -w {desk}, then scorecard load -w {desk}\n"
    )
    assert [path.name for path in desk.iterdir()] == ["workspace.yaml"]
    assert tickets.read_text() == TICKETS
    assert scorecard("check", "-w", desk).exit_code == 0
    assert scorecard("load", "-w", desk).exit_code == 0


def test_a_load_never_looks_at_more_than_the_workspace_says(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("ticket_id,opened_at\n1,03/04/2026\n")
    assert "say whether day or month comes first" in scorecard("init", tmp_path, tmp_path / "tickets.csv").stdout
    done = scorecard("load", "-w", tmp_path)
    assert done.exit_code == 3  # nobody has said it, so the date is not read
    proposal = (tmp_path / "workspace.yaml").read_text()
    (tmp_path / "workspace.yaml").write_text(proposal.replace('# datetimes: "%d/', 'datetimes: "%d/'))
    assert scorecard("load", "-w", tmp_path).exit_code == 0


def test_a_workspace_is_kept_unless_told(tickets: Path, tmp_path: Path) -> None:
    target = tmp_path / "workspace.yaml"
    target.write_text("mine")
    assert refused("init", tmp_path, tickets) == (
        f"{target} exists; name another folder, or add --force to write over it."
    )
    assert target.read_text() == "mine"
    assert scorecard("init", tmp_path, tickets, "--force").exit_code == 0
    assert "tickets:" in target.read_text()


def test_a_folder_that_cannot_be_written_or_is_none(tickets: Path, tmp_path: Path) -> None:
    assert refused("init", tickets, tickets) == f"{tickets} is a file; name a folder for the workspace."
    deep = tmp_path / "no" / "such"
    assert refused("init", deep, tickets) == f"{deep}/workspace.yaml cannot be written: No such file or directory."
    blocked = tmp_path / "blocked"
    (blocked / ".workspace.yaml.new").mkdir(parents=True)
    assert refused("init", blocked, tickets) == f"{blocked}/workspace.yaml cannot be written: Is a directory."
    assert not (blocked / "workspace.yaml").exists()


BAD: dict[str, tuple[bytes, str]] = {
    "empty.csv": (b"", "this file is empty; export it again."),
    "blank.csv": (b"\n\n  \n", "this file is empty; export it again."),
    "binary.csv": (bytes(range(256)) * 8, "this is no text and of no kind that is read; "
                   "export CSV, XLSX, Parquet or JSON."),
    "book.csv": (b"PK\x03\x04rest", "this is no text but an Excel workbook or a zip archive; "
                 "give a workbook the ending .xlsx and unpack an archive."),
    "no.xlsx": (b"id,name\n", "this is no Excel workbook; if it is text, give it the ending .csv or .tsv."),
    "headless.csv": (b"1,2026-01-01,new\n2,2026-01-02,new\n", "its first line reads 1, 2026-01-01, new and names no "
                     "columns; add a line with their names above it."),
    "title.csv": (b"Report of June\nid,,state\n1,2026-06-01,new\n2,2026-06-01,new\n",
                  "its first line has 1 field and most others have 3; the line of the column names is not clear, "
                  "so remove what stands above it."),
    "rows.csv": (b"id,name\n", "this file has column names and no rows; export it with rows."),
    "cut.csv.gz": (gzip.compress(b"id,name\n" + bytes(range(97, 122)) * 99)[:40],
                   "this gzip file ends early (it was cut off); copy or export it again."),
    "list.json": (b'[{"id": 1}]', "{0}:1: this is one JSON list and not one object a line; "
                  "write each object on a line of its own (jq -c '.[]')."),
    "old.xls": (b"\xd0\xcf\x11\xe0", "'{0}' is of a kind that is not read; save it as .xlsx."),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_table_is_said_in_one_sentence(name: str, tmp_path: Path) -> None:
    content, sentence = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    said = refused("init", tmp_path / "desk", path)
    assert said.removeprefix(f"{path}: ") == sentence.format(path)
    assert not (tmp_path / "desk").exists()


def test_no_file_a_folder_and_no_name_at_all(tmp_path: Path) -> None:
    missing = tmp_path / "none.csv"
    assert refused("init", tmp_path, missing) == f"{missing} does not exist; name a file to look at."
    assert refused("init", tmp_path, tmp_path) == f"{tmp_path} is a folder; name the files in it."
    assert scorecard("init", tmp_path).exit_code == 2


def test_duplicate_headers_are_read_and_said(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("ticket_id,opened_at,state,state\n1,2026-01-01,a,b\n")
    assert scorecard("init", tmp_path, tmp_path / "tickets.csv").exit_code == 0
    said = "the column name 'state' stands twice; the later one is called 'state_2'."
    assert said in (tmp_path / "workspace.yaml").read_text()
    assert scorecard("load", "-w", tmp_path).exit_code == 0


def test_files_no_table_fits_are_listed_with_their_columns(tmp_path: Path) -> None:
    (tmp_path / "weather.csv").write_text("rain,wind\n1,2\n")
    done = scorecard("init", tmp_path, tmp_path / "weather.csv")
    assert "weather.csv: no table fits it; see `scorecard tables`." in done.stdout
    assert "  map at least one table; none was recognised.\n" in done.stdout
    assert "# weather.csv: no table fits it. Its columns: rain, wind" in (tmp_path / "workspace.yaml").read_text()
