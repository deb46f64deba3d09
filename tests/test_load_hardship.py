"""Hard times: a full disk, folders that may not be written, two loads at once, a copied state, damaged books."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.errors import FileProblems, LoadRefused, ScorecardError
from data_checks.history import history, refused_after
from data_checks.ledger import past_loads
from data_checks.load import load
from data_checks.load_lock import is_held, only_load
from data_checks.system_errors import system_refusal
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from tests.killing import Seen, leftovers, load_until, look, processes, start_load, write_generation
from tests.loading import NOW, TICKETS, ask, load_folder, write

HEAD = "id,opened,resolved,moves\n"


def rows(count: int) -> str:
    return HEAD + "".join(f"{n},2026-01-01 09:00,,0\n" for n in range(count))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Generation 1 is published; the files of generation 2 are there."""
    folder = tmp_path_factory.mktemp("hard") / "company"
    write_generation(folder, 1)
    load_folder(folder)
    write_generation(folder, 2)
    return folder


@pytest.fixture
def folder(company: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(company, tmp_path / "company")
    return tmp_path / "company"


def told_in(line: Connection, hardship: Any, folder: Path) -> None:
    """Load under a hardship and hand over the sentence, "" when it published."""
    hardship()
    try:
        load(read_workspace(folder), NOW)
    except ScorecardError as error:
        line.send(str(error))
    else:
        line.send("")


def load_under(hardship: Any, folder: Path) -> str:
    """What a load in a process of its own says under a hardship."""
    ours, theirs = processes.Pipe()
    process = processes.Process(target=told_in, args=(theirs, hardship, folder), daemon=True)
    process.start()
    theirs.close()  # the load holds the only other end: if it dies without a word, nobody waits for one
    try:
        sentence: str = ours.recv()
    except EOFError:
        process.join()
        pytest.fail(f"The load said nothing and ended with {process.exitcode}.")
    process.join()
    return sentence


# ── a full disk ──────────────────────────────────────────────────────────────────────────────────────


class Room:
    """No file may grow beyond so many bytes: the system stops whoever writes on, engine or program."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __call__(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.size))


@pytest.mark.parametrize("size", [0, 1_000, 20_000, 300_000, 800_000, 1_500_000])
def test_wherever_the_room_ends_the_old_version_stays_and_the_next_load_publishes(folder: Path, size: int) -> None:
    sentence = load_under(Room(size), folder)
    assert sentence
    assert sentence == "var/ cannot be used: File too large."
    assert look(folder / "var", Seen()) == 1
    assert load_folder(folder).status == "published"
    assert look(folder / "var", Seen()) == 2
    assert leftovers(folder / "var") == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (28, "the disk that holds var/ is full; free some space."),
        (122, "the disk that holds var/ is full; free some space."),
        (30, "var/ cannot be used: Read-only file system; check its permissions."),
        (13, "var/ cannot be used: Permission denied; check its permissions."),
        (5, "var/ cannot be used: Input/output error."),
    ],
)
def test_what_the_system_says_is_one_sentence(number: int, sentence: str) -> None:
    assert str(system_refusal(OSError(number, os.strerror(number)), Path("w/var"))) == sentence


def test_a_disk_that_is_full_after_the_pointer_moved_takes_nothing_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data_checks.ledger import write_report

    def full(var: Path, report: Any) -> None:
        if report.status == "published":
            raise OSError(28, "No space left on device")
        write_report(var, report)

    with monkeypatch.context() as patch:
        patch.setattr("data_checks.load.write_report", full)
        assert load_folder(folder).status == "published"
    assert look(folder / "var", Seen()) == 2
    assert past_loads(folder / "var")[-1]["status"] == "published"
    assert load_folder(folder).status == "unchanged"


def test_progress_that_nobody_can_read_stops_no_load(folder: Path) -> None:
    """`scorecard load 2>&1 | head -1` used to end as refused, and as the fault of var/."""
    with Path("/dev/full").open("w", encoding="utf-8") as nowhere:
        command = [sys.executable, "-m", "dashboard.cli", "load", "-w", str(folder)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=nowhere, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "Load 000002 is published.")
    assert look(folder / "var", Seen()) == 2


# ── folders that may not be written ──────────────────────────────────────────────────────────────────


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def as_nobody_special() -> None:
    """Give up every right above that of a file's owner, which a test run by root has."""
    header, none = _Header(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capset(ctypes.byref(header), none) == 0


@pytest.mark.parametrize("name", ["var", "var/warehouse", "var/loads"])
def test_a_folder_that_may_not_be_written_changes_nothing_and_can_be_read(folder: Path, name: str) -> None:
    place = folder / name
    place.chmod(0o555)
    if name == "var":
        (place / "load.lock").unlink(missing_ok=True)
    try:
        said = load_under(as_nobody_special, folder)
        assert said == "var/ cannot be used: Permission denied; check its permissions."
        assert look(folder / "var", Seen()) == 1
    finally:
        place.chmod(0o755)
    assert load_folder(folder).status == "published"
    assert leftovers(folder / "var") == []


@pytest.mark.parametrize(
    ("make", "name", "sentence"),
    [
        ("file", "var", "var is a file and has to be a folder;"),
        ("file", "var/loads", "var/loads is a file and has to be a folder;"),
        ("file", "var/warehouse", "var/warehouse is a file and has to be a folder;"),
        ("folder", "var/load.lock", "var/load.lock is a folder and has to be a file;"),
    ],
)
def test_a_state_of_the_wrong_kind_is_named(tmp_path: Path, make: str, name: str, sentence: str) -> None:
    write(tmp_path, TICKETS, tickets=rows(2))
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.mkdir() if make == "folder" else place.write_text("mine")
    with pytest.raises(LoadRefused) as caught:
        load_folder(tmp_path)
    assert str(caught.value) == f"{sentence} move it away, and the next load makes it anew."
    assert place.is_dir() if make == "folder" else place.read_text() == "mine"


@pytest.mark.parametrize("name", ["var", "var/loads", "var/warehouse"])
def test_a_state_that_is_a_link_to_nothing_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, TICKETS, tickets=rows(2))
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).symlink_to("/no/such/disk")
    with pytest.raises(LoadRefused) as caught:
        load_folder(tmp_path)
    assert str(caught.value) == (
        f"{name} is a link to /no/such/disk, which is not there; make that folder or remove the link."
    )


# ── two loads at once ────────────────────────────────────────────────────────────────────────────────


def hold(var: Path, line: Connection) -> None:
    """Be a load that runs until it is told to end."""
    with only_load(var):
        line.send("held")
        line.recv()


@contextlib.contextmanager
def running(var: Path) -> Any:
    """Another load runs, in a process of its own."""
    ours, theirs = processes.Pipe()
    process = processes.Process(target=hold, args=(var, theirs), daemon=True)
    process.start()
    theirs.close()
    assert ours.recv() == "held"
    yield ours, process
    process.kill()
    process.join()


def test_a_second_load_says_so_and_changes_nothing(folder: Path) -> None:
    with running(folder / "var"):
        done = CliRunner().invoke(main, ["load", "-w", str(folder)])
    assert done.exit_code == 3
    assert done.stderr == "another load of this workspace is running; wait until it ends.\nNothing has changed.\n"
    assert look(folder / "var", Seen()) == 1


def test_a_second_load_may_wait_for_the_first(folder: Path) -> None:
    with running(folder / "var") as (line, _):
        said: list[str] = []

        def progress(sentence: str) -> None:
            said.append(sentence)
            if sentence == "another load of this workspace is running; waiting":
                line.send("end")

        report = load(read_workspace(folder), NOW, progress, wait_seconds=600)
    assert said[0] == "another load of this workspace is running; waiting"
    assert report.status == "published"


def test_two_loads_at_the_same_moment_publish_once(folder: Path) -> None:
    first, second = start_load(folder), start_load(folder)
    first.join()
    second.join()
    assert sorted(code == 0 for code in (first.exitcode, second.exitcode)) in ([False, True], [True, True])
    assert look(folder / "var", Seen()) == 2
    assert [entry["status"] for entry in past_loads(folder / "var")] == ["published", "published"]


def test_the_lock_of_a_dead_process_is_free(folder: Path) -> None:
    with running(folder / "var") as (_, process):
        assert is_held(folder / "var")
        process.kill()
        process.join()
        assert not is_held(folder / "var")
        assert load_folder(folder).status == "published"


def test_a_load_that_runs_is_said_to_run_and_a_dead_one_to_be_interrupted(folder: Path) -> None:
    from tests.killing import KILL_POINTS

    point = next(point for point in KILL_POINTS if point.name == "before the rows are checked")
    dying = processes.Process(target=load_until, args=(folder, point), daemon=True)
    dying.start()
    dying.join()
    with running(folder / "var"):
        assert past_loads(folder / "var")[-1]["status"] == "running"
    assert past_loads(folder / "var")[-1]["status"] == "interrupted"


# ── a copied or damaged state ────────────────────────────────────────────────────────────────────────


def test_a_state_copied_to_another_place_is_read_and_loaded_on(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another machine" / "company"
    shutil.copytree(folder, elsewhere)
    (elsewhere / "var/load.lock").write_text("held by process 7 of another machine")
    shutil.rmtree(folder)
    assert look(elsewhere / "var", Seen()) == 1
    assert load_folder(elsewhere).load == "000002"
    done = CliRunner().invoke(main, ["rollback", "-w", str(elsewhere)])
    assert done.exit_code == 0, done.output
    assert look(elsewhere / "var", Seen()) == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"load": 7}', "\x00", '{"status": "loading", "tables": 5}'])
def test_damaged_books_are_shown_and_do_not_stop_anything(tmp_path: Path, text: str) -> None:
    for count in (1, 2, 3):
        load_folder(write(tmp_path, TICKETS, tickets=rows(count)))
    (tmp_path / "var/loads/000002/load.json").write_text(text)
    for words in (["status"], ["status", "--json"], ["quarantine"], ["rollback"], ["status"]):
        done = CliRunner().invoke(main, [*words, "-w", str(tmp_path)])
        assert done.exit_code == 0, done.output
    assert ask(tmp_path, "select count(*) from tickets") == [(2,)]
    assert load_folder(tmp_path).status == "published"
    assert [point.load for point in history(tmp_path / "var")] == ["000001", "000003", "000005"]


def test_status_tells_the_fault_the_books_and_the_way_out(tmp_path: Path) -> None:
    for count in (1, 2):
        load_folder(write(tmp_path, TICKETS, tickets=rows(count)))
    (tmp_path / "var/warehouse/w-000002.duckdb").unlink()
    done = CliRunner().invoke(main, ["status", "-w", str(tmp_path)])
    assert done.exit_code == 2
    assert done.stdout.splitlines()[:2] == [
        "The published version w-000002 is missing from var/warehouse; run `scorecard load` to build it again, "
        "or `scorecard rollback` to go back to an earlier one.",
        "Versions kept: 000001.",
    ]
    assert "000002  published" in done.stdout
    out = json.loads(CliRunner().invoke(main, ["status", "-w", str(tmp_path), "--json"]).stdout)
    assert out["fault"].startswith("the published version w-000002 is missing")
    assert out["versions"] == [
        {"load": "000001", "bytes": (tmp_path / "var/warehouse/w-000001.duckdb").stat().st_size, "published": False}
    ]


def test_a_pointer_that_is_gone_or_a_folder_leads_to_the_loads_that_are_kept(tmp_path: Path) -> None:
    for count in (1, 2):
        load_folder(write(tmp_path, TICKETS, tickets=rows(count)))
    pointer = tmp_path / "var/warehouse/CURRENT"
    pointer.unlink()
    done = CliRunner().invoke(main, ["status", "-w", str(tmp_path)])
    gone = (
        "o load is shown, for var/warehouse/CURRENT is gone; `scorecard rollback --to LOAD` shows one that is kept, "
        "`scorecard load` makes a new one."
    )
    assert (done.exit_code, done.stdout.splitlines()[:2]) == (2, [f"N{gone}", "Versions kept: 000001, 000002."])
    assert CliRunner().invoke(main, ["show", "-w", str(tmp_path)]).stderr == f"n{gone}\n"
    pointer.mkdir()
    done = CliRunner().invoke(main, ["status", "-w", str(tmp_path)])
    assert (done.exit_code, done.stderr) == (2, (
        "var/warehouse/CURRENT is a folder and has to be a file; move it away; "
        "then `scorecard rollback --to LOAD` shows one that is kept.\n"
    ))  # fmt: skip
    pointer.rmdir()
    assert CliRunner().invoke(main, ["rollback", "--to", "000001", "-w", str(tmp_path)]).exit_code == 0
    assert ask(tmp_path, "select count(*) from tickets") == [(1,)]
    pointer.write_text("mine")
    done = CliRunner().invoke(main, ["status", "-w", str(tmp_path)])
    assert done.stdout.startswith("var/warehouse/CURRENT is damaged and names no version;")


def test_a_version_taken_away_under_a_reader_leads_it_to_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader has read CURRENT, and then so many loads go by that its version is gone."""
    for count in (1, 2, 3, 4):
        load_folder(write(tmp_path, TICKETS, tickets=rows(count)))
    from data_checks.warehouse.versions import current_version

    names = iter(["w-000001"])
    monkeypatch.setattr("data_checks.warehouse.current_version", lambda var: next(names, None) or current_version(var))
    with contextlib.closing(open_warehouse(tmp_path / "var")) as warehouse:
        table = warehouse.table("tickets")
        assert warehouse.read(sa.select(sa.func.count()).select_from(table))[0][0] == 4


# ── what status and the history tell ─────────────────────────────────────────────────────────────────


def test_status_tells_freshness_versions_quarantine_and_a_rollback(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=rows(30)))
    load_folder(write(tmp_path, TICKETS, tickets=rows(40) + "x,soon,,0\n"))

    def status() -> tuple[str, dict[str, Any]]:
        words = ["status", "-w", str(tmp_path)]
        return CliRunner().invoke(main, words).stdout, json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)

    text, plain = status()
    assert "Versions kept: 000001, 000002 (published)." in text
    assert "1 row is in quarantine (tickets 1); `scorecard quarantine` lists them." in text
    assert (plain["quarantine"], plain["rollback"], plain["fault"]) == ({"tickets": 1}, None, None)
    assert plain["tables"]["tickets"]["last_day"] == "2026-01-01"
    CliRunner().invoke(main, ["rollback", "-w", str(tmp_path)])
    text, plain = status()
    assert "Load 000001 is shown again instead of load 000002." in text
    assert "No row is in quarantine." in text
    assert (plain["version"], plain["rollback"]["back_to"]) == ("w-000001", "000001")
    assert [version["published"] for version in plain["versions"]] == [True, False]
    assert [entry["status"] for entry in plain["loads"]] == ["published", "published", "rolled back"]


def test_the_history_gives_every_load_table_and_rule(tmp_path: Path) -> None:
    """40 good rows with none, one and two bad ones, then nothing but bad ones: refused."""
    for bad in range(3):
        soon = "".join(f"x{n},soon,,0\n" for n in range(bad))
        load_folder(write(tmp_path, TICKETS, tickets=rows(40) + soon))
    with pytest.raises(LoadRefused):
        load_folder(write(tmp_path, TICKETS, tickets=HEAD + "x,soon,,0\n"))
    CliRunner().invoke(main, ["rollback", "-w", str(tmp_path)])
    points = history(tmp_path / "var")
    assert [(point.load, point.is_published) for point in points] == [
        ("000001", True), ("000002", True), ("000003", True), ("000004", False),
    ]  # fmt: skip
    rule = [point.tables["tickets"].rules["opened_at_readable"] for point in points]
    assert [(one.bad_rows, one.rows, one.outcome) for one in rule] == [
        (0, 40, "passed"), (1, 41, "failed"), (2, 42, "failed"), (1, 1, "failed"),
    ]  # fmt: skip
    assert [point.tables["tickets"].accounts["quarantined"] for point in points] == [0, 1, 2, 1]
    assert [point.load for point in history(tmp_path / "var", last=2)] == ["000003", "000004"]


def test_a_load_refused_before_it_read_a_row_stays_in_the_history(tmp_path: Path) -> None:
    load_folder(write(tmp_path, TICKETS, tickets=rows(40)))
    with pytest.raises(FileProblems):
        load_folder(write(tmp_path, TICKETS, tickets=rows(40).replace("opened", "begun", 1)))
    refused = refused_after(tmp_path / "var", "000001")
    assert refused is not None
    assert (refused.load, "no column 'opened'" in refused.why) == ("000002", True)
    load_folder(write(tmp_path, TICKETS, tickets=rows(41)))
    assert refused_after(tmp_path / "var", "000003") is None
    points = history(tmp_path / "var")
    assert [(point.load, point.is_published, bool(point.tables)) for point in points] == [
        ("000001", True, True), ("000002", False, False), ("000003", True, True),
    ]  # fmt: skip
