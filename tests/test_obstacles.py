"""What stands where a workspace or a file is wanted is called what it is, and never 'does not exist'."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from data_checks.errors import FileProblems
from data_checks.obstacles import obstacle
from data_checks.workspace import read_workspace
from data_checks.workspace_files import find_files
from tests.loading import write

GOOD = "sources:\n  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: opened}}\n"


def told(folder: Path) -> str:
    """What is said of a folder that is no workspace."""
    with pytest.raises(FileProblems) as caught:
        read_workspace(folder)
    return str(caught.value).removeprefix(f"{folder}: ")


def said(folder: Path, name: str) -> tuple[str, ...]:
    return find_files([name], folder)[1]


def test_a_file_named_as_the_workspace(tmp_path: Path) -> None:
    home = write(tmp_path / "my desk", GOOD)
    assert told(home / "workspace.yaml") == f"this is a file; name the folder it stands in: -w '{home}'"


def test_a_loop_of_links_named_as_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert told(tmp_path / "loop") == "this is a link that leads back to itself; correct the link."


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: path.mkdir(), "this is a folder; a file of this name is needed."),
        (lambda path: path.symlink_to("gone"), "this is a link to what is not there; correct the link."),
        (os.mkfifo, "this is a pipe; write what comes out of it to a file and name that."),
    ],
    ids=["folder", "link", "pipe"],
)
def test_a_workspace_file_that_is_none(tmp_path: Path, make, sentence: str) -> None:
    make(tmp_path / "workspace.yaml")
    assert told(tmp_path) == f"workspace.yaml: {sentence}"


def test_a_second_document_is_told_at_its_line(tmp_path: Path) -> None:
    write(tmp_path, f"{GOOD}---\ntitle: b\n")
    assert told(tmp_path) == (
        "workspace.yaml:4:1: one workspace is enough, and nobody reads this second document; take it out."
    )
    write(tmp_path, f"{GOOD}---\n")
    assert read_workspace(tmp_path).title == "Scorecard"


def test_what_is_no_file_is_called_what_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "lost.csv").symlink_to("nowhere.csv")
    assert said(tmp_path, "pipe") == ("'pipe' is a pipe; write what comes out of it to a file and name that.",)
    assert said(tmp_path, "loop.csv") == ("'loop.csv' is a link that leads back to itself; correct the link.",)
    assert said(tmp_path, "lost.csv") == ("'lost.csv' is a link to what is not there; correct the link.",)
    assert said(tmp_path, "/dev/null") == ("'/dev/null' is a device; name a file.",)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(os.path.relpath(tmp_path / "door"))
        assert said(tmp_path, "door") == ("'door' is a socket; name a file.",)


def test_an_address_is_no_file(tmp_path: Path) -> None:
    assert said(tmp_path, "https://example.org/a.csv") == (
        "'https://example.org/a.csv' is an address, and files are read from disk; download it and name the file.",
    )


def test_a_folder_nobody_may_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", closed)
    assert obstacle(tmp_path / "t.csv") == "cannot be reached; give yourself the right to enter its folder"


def test_a_pattern_in_a_folder_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    assert said(tmp_path, "in/*.csv") == ("no file matches 'in/*.csv'; put one there, or correct the pattern.",)
    monkeypatch.setattr(os, "access", lambda path, _: path != tmp_path / "in")
    told = "the folder of 'in/*.csv' cannot be read; give yourself the right to read it."
    assert said(tmp_path, "in/*.csv") == (told,)


def test_a_missing_file_names_the_one_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv.gz").write_bytes(b"")
    assert said(tmp_path, "tikets.csv") == ("the file 'tikets.csv' does not exist. Did you mean 'tickets.csv.gz'?",)
    assert said(tmp_path, "orders.csv") == ("the file 'orders.csv' does not exist; put it there, or correct `files`.",)
