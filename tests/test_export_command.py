"""`scorecard export` and `digest`: what they write, what they refuse, and what they leave as it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.commands.written_file import write_bytes
from data_checks.errors import RequestError
from data_checks.workspace import read_workspace
from tests.small_company import load_small_company


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six metrics with data and goals of the library; forty answers and seven orders."""
    return load_small_company(tmp_path_factory.mktemp("export") / "company")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_every_form_is_written_at_once(small: Path, tmp_path: Path) -> None:
    forms = {"pdf": b"%PDF-", "xlsx": b"PK", "csv": "\ufeffperspective,".encode(), "html": b"<!doctype html>"}
    words = [word for form in forms for word in (f"--{form}", tmp_path / f"board.{form}")]
    done = run("export", "-w", small, "--period", "2024-01", *words)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [f"Wrote {tmp_path / f'board.{form}'}." for form in forms]
    for form, start in forms.items():
        assert (tmp_path / f"board.{form}").read_bytes().startswith(start)


def test_a_chart_is_written_as_both_pictures(small: Path, tmp_path: Path) -> None:
    svg, png = tmp_path / "csat.svg", tmp_path / "csat.png"
    done = run("export", "-w", small, "--chart", "csat", "--period", "2024-01", "--svg", svg, "--png", png)
    assert done.exit_code == 0, done.output
    assert "Small company · January 2024 · data through 30 Apr 2024" in svg.read_text(encoding="utf-8")
    assert png.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "export writes a file; name it with --pdf, --xlsx, --csv or --html, or name a --chart."),
        (("--chart", "csat"), "--chart METRIC is drawn into a file; name it with --svg FILE or --png FILE."),
        (("--svg", "x.svg"), "--svg and --png draw one metric; name it with --chart METRIC."),
        (("--csv", "x", "--html", "x"), "two forms cannot be written into one file; name another file"),
        (("--csv", "x", "--period", "2031-01"), "January 2031 has no data: they run from January 2024 to April 2024."),
        (("--csv", "x", "--period", "2023-12"), "December 2023 has no data: they run from January 2024 to April 2024."),
        (("--csv", "x", "--where", "team=Nort"), "there is no team 'Nort'. Did you mean 'North'?"),
        (("--csv", "x", "--against", "goal"), "an export is compared with another period; name one with --against"),
        (("--csv", "nowhere/x"), "nowhere/x cannot be written: No such file or directory."),
        (("--csv", "."), ". is a folder; name a file in it."),
        (("--pdf", "-"), "- is no file; name a file."),
        (("--chart", "csat", "--svg", "-"), "- is no file; name a file."),
        (("--chart", "csta", "--svg", "x"), "there is no metric 'csta'. Did you mean 'csat'?"),
        (("--chart", "csat", "--svg", "x", "--period", "2024-Q1"), "a chart shows months; '2024-Q1' is a quarter."),
        (("--chart", "handling", "--svg", "x"), "Handling has no month with a value that may be shown"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused_in_a_sentence(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("export", "-w", small, *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(told)
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept_unless_told(small: Path, tmp_path: Path) -> None:
    target = tmp_path / "board.csv"
    target.write_text("mine", encoding="utf-8")
    refused = run("export", "-w", small, "--csv", target)
    assert refused.exit_code == 2
    assert refused.stderr == f"{target} exists; name a new file, or add --force to write over it.\n"
    assert target.read_text(encoding="utf-8") == "mine"
    assert run("export", "-w", small, "--csv", target, "--force").exit_code == 0
    assert target.read_text(encoding="utf-8-sig").startswith("perspective,")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2)])
def test_who_sits_at_a_terminal_is_asked(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    target = tmp_path / "board.csv"
    target.write_text("mine", encoding="utf-8")
    monkeypatch.setattr("dashboard.commands.export._is_asked", lambda: True)
    done = CliRunner().invoke(main, ["export", "-w", str(small), "--csv", str(target)], input=answer)
    assert done.exit_code == code
    assert f"{target} exists. Write over it?" in done.stderr
    assert (target.read_text(encoding="utf-8") == "mine") == (code == 2)


def test_nothing_is_written_into_what_belongs_to_the_program(small: Path) -> None:
    done = run("export", "-w", small, "--csv", small / "var" / "board.csv")
    assert done.exit_code == 2
    assert "lies in var/, which belongs to Scorecard" in done.stderr


def test_a_folder_that_cannot_be_written_is_told(small: Path, tmp_path: Path) -> None:
    """A file where a folder should be refuses everybody, root too."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RequestError, match=r"file/board.csv cannot be written: Not a directory\."):
        write_bytes(tmp_path / "file" / "board.csv", read_workspace(small), False, b"x")


@pytest.mark.parametrize("words", [("export", "--csv"), ("digest", "--dry-run")])
def test_what_cannot_be_written_is_told_before_the_work(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr("dashboard.commands.export.read_pack", lambda *_, **__: pytest.fail("the board was made first"))
    done = run(*words, tmp_path / "file" / "board.csv", "-w", small)
    assert (done.exit_code, done.stderr) == (2, f"{tmp_path}/file/board.csv cannot be written: Not a directory.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_pipe_is_never_replaced_by_a_file(small: Path, tmp_path: Path) -> None:
    """With --force a device or a pipe used to become a regular file."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for target in (pipe, tmp_path / "link"):
        done = run("export", "-w", small, "--csv", target, "--force")
        assert (done.exit_code, done.stderr) == (2, f"{target} is no file; name a file.\n")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = read_workspace(small)
    target = tmp_path / "board.csv"
    target.write_bytes(b"old")

    def full(self: Path, other: Path) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RequestError, match=r"cannot be written: No space left on device\."):
        write_bytes(target, workspace, True, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["board.csv"]


def test_a_file_is_its_owners(small: Path, tmp_path: Path) -> None:
    assert run("export", "-w", small, "--csv", tmp_path / "board.csv").exit_code == 0
    assert stat.S_IMODE((tmp_path / "board.csv").stat().st_mode) == 0o600


def test_the_digest_is_written_and_not_sent(small: Path, tmp_path: Path) -> None:
    target = tmp_path / "week.eml"
    words = ("--to", "ann@example.com", "--from", "s@example.com", "--period", "2024-01")
    done = run("digest", "-w", small, "--dry-run", target, *words)
    assert (done.exit_code, done.stdout) == (0, f"Wrote {target}.\n"), done.output
    assert b"To: ann@example.com\r\n" in target.read_bytes()


def test_the_digest_says_what_is_no_address(small: Path, tmp_path: Path) -> None:
    done = run("digest", "-w", small, "--dry-run", tmp_path / "week.eml", "--to", "ann")
    assert done.exit_code == 2
    assert done.stderr == "'ann' is no e-mail address; write ann@example.com.\n"
    assert list(tmp_path.iterdir()) == []
