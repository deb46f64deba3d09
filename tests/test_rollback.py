"""Rollback: an earlier version is shown again, everybody is told, and the next load goes on from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_checks.errors import LoadRefused, RequestError
from data_checks.ledger import past_loads
from data_checks.load_lock import only_load
from data_checks.rollback import roll_back, rollback_in_force
from data_checks.warehouse import current_version, open_warehouse
from data_checks.warehouse.duckdb import is_sound
from data_checks.warehouse.versions import kept_versions, point_at, version_path
from tests.loading import NOW, TICKETS, ask, load_folder, write

HEAD = "id,opened,resolved,moves\n"


def loaded(folder: Path, tickets: int) -> None:
    """One load with so many tickets."""
    load_folder(write(folder, TICKETS, tickets=HEAD + "".join(f"{n},2026-01-01 09:00,,0\n" for n in range(tickets))))


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """Loads 1, 2 and 3, of one, two and three tickets."""
    for tickets in (1, 2, 3):
        loaded(tmp_path, tickets)
    return tmp_path


def shown(folder: Path) -> int:
    """How many tickets readers see."""
    return int(ask(folder, "select count(*) from tickets")[0][0])


def statuses(folder: Path) -> list[str]:
    return [entry["status"] for entry in past_loads(folder / "var")]


def test_the_version_before_is_shown_again_and_the_books_say_so(three: Path) -> None:
    report = roll_back(three / "var", NOW)
    assert (report.load, report.status, report.back_to) == ("000004", "rolled back", "000002")
    assert report.message == "load 000002 is shown again instead of load 000003"
    assert shown(three) == 2
    assert statuses(three) == ["published", "published", "published", "rolled back"]


def test_each_rollback_goes_one_further_until_none_is_left(three: Path) -> None:
    assert [roll_back(three / "var", NOW).back_to for _ in range(2)] == ["000002", "000001"]
    with pytest.raises(RequestError, match=r"^no earlier version is kept, so there is nothing to go back to\.$"):
        roll_back(three / "var", NOW)
    assert shown(three) == 1


@pytest.mark.parametrize("to", ["000001", "1", "w-000001"])
def test_a_load_may_be_named(three: Path, to: str) -> None:
    assert roll_back(three / "var", NOW, to).back_to == "000001"
    assert shown(three) == 1


def test_going_forward_again_is_a_rollback_too(three: Path) -> None:
    roll_back(three / "var", NOW)
    assert roll_back(three / "var", NOW, "3").message == "load 000003 is shown again instead of load 000002"
    assert shown(three) == 3


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("7", "there is no version of load 7; kept: 000001, 000002, 000003."),
        ("../../etc", "there is no version of load ../../etc; kept: 000001, 000002, 000003."),
        ("3", "load 000003 is the one that is shown; kept: 000001, 000002, 000003."),
    ],
)
def test_a_load_that_cannot_be_shown_is_one_sentence(three: Path, to: str, sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        roll_back(three / "var", NOW, to)
    assert str(caught.value) == sentence
    assert statuses(three) == ["published"] * 3


def test_before_the_first_load_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="yet; run `scorecard load` first"):
        roll_back(tmp_path / "var", NOW)
    assert not (tmp_path / "var").exists()


def test_the_rollback_is_in_force_until_the_next_load(three: Path) -> None:
    var = three / "var"
    assert rollback_in_force(past_loads(var), current_version(var)) is None
    roll_back(var, NOW)
    entry = rollback_in_force(past_loads(var), current_version(var))
    assert entry is not None
    assert entry["back_to"] == "000002"
    loaded(three, 5)
    assert rollback_in_force(past_loads(var), current_version(var)) is None


def test_the_next_load_builds_on_and_keeps_the_version_gone_back_to(three: Path) -> None:
    roll_back(three / "var", NOW, "1")
    loaded(three, 5)
    assert shown(three) == 5
    assert kept_versions(three / "var") == ("w-000001", "w-000003", "w-000005")
    assert roll_back(three / "var", NOW, "1").back_to == "000001"


def test_files_of_the_version_gone_back_to_are_unchanged(three: Path) -> None:
    roll_back(three / "var", NOW)
    write(three, TICKETS, tickets=HEAD + "0,2026-01-01 09:00,,0\n1,2026-01-01 09:00,,0\n")
    report = load_folder(three)
    assert (report.status, report.load) == ("unchanged", "000002")


def test_a_damaged_version_is_passed_over(three: Path) -> None:
    version_path(three / "var", "w-000002").write_bytes(b"torn")
    with pytest.raises(RequestError, match="the version of load 000002 is damaged"):
        roll_back(three / "var", NOW, "2")
    assert roll_back(three / "var", NOW).back_to == "000001"


def test_a_version_whose_own_facts_cannot_be_read_is_not_sound_and_is_loaded_over(three: Path) -> None:
    """Found wrong: rows were counted, which reads no value, so load found nothing to do and query nothing to read."""
    version = version_path(three / "var", "w-000003")
    whole = version.read_bytes()
    at = whole.index(b'"synthetic"')
    assert is_sound(version)
    version.write_bytes(whole[:at] + b"ZZZZ" + whole[at + 4 :])
    assert not is_sound(version)
    with pytest.raises(RequestError, match="w-000003 is damaged; run `scorecard load` to build it again"):
        open_warehouse(three / "var")
    assert load_folder(three).status == "published"


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        ("torn", "the published version w-000003 is damaged;"),
        ("gone", "the published version w-000003 is missing from var/warehouse;"),
        ("pointer", "var/warehouse/CURRENT is damaged and names no version;"),
        ("elsewhere", "var/warehouse/CURRENT is damaged and names no version;"),
    ],
)
def test_a_damaged_state_is_said_and_a_rollback_helps(three: Path, harm: str, sentence: str) -> None:
    version, pointer = version_path(three / "var", "w-000003"), three / "var/warehouse/CURRENT"
    if harm == "torn":
        version.write_bytes(version.read_bytes()[:5000])
    elif harm == "gone":
        version.unlink()
    else:
        pointer.write_bytes(b"\xff\x00" if harm == "pointer" else b"../../../tickets.duckdb")
    with pytest.raises(RequestError) as caught:
        open_warehouse(three / "var")
    way_out = "run `scorecard load` to build it again, or `scorecard rollback` to go back to an earlier one."
    assert str(caught.value) == f"{sentence} {way_out}"
    roll_back(three / "var", NOW)
    expected = 3 if harm in ("pointer", "elsewhere") else 2  # a lost pointer is set to the newest version
    assert shown(three) == expected


@pytest.mark.parametrize("harm", ["torn", "gone", "pointer"])
def test_a_damaged_state_is_loaded_over(three: Path, harm: str) -> None:
    version, pointer = version_path(three / "var", "w-000003"), three / "var/warehouse/CURRENT"
    if harm == "torn":
        version.write_bytes(b"")
    elif harm == "gone":
        version.unlink()
    else:
        pointer.write_bytes(b"")
    assert load_folder(three).status == "published"
    assert shown(three) == 3


def test_nobody_goes_back_while_a_load_runs(three: Path) -> None:
    with only_load(three / "var"), pytest.raises(LoadRefused, match="another load of this workspace is running"):
        roll_back(three / "var", NOW)
    assert shown(three) == 3


@pytest.mark.parametrize(("moved", "status", "tickets"), [(False, "interrupted", 3), (True, "rolled back", 2)])
def test_a_rollback_that_dies_is_done_or_not(
    three: Path, monkeypatch: pytest.MonkeyPatch, moved: bool, status: str, tickets: int
) -> None:
    def dies(var: Path, version: str) -> None:
        if moved:
            point_at(var, version)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("data_checks.rollback.point_at", dies)
        with pytest.raises(KeyboardInterrupt):
            roll_back(three / "var", NOW)
    assert (shown(three), statuses(three)[-1]) == (tickets, status)
    loaded(three, 9)
    assert statuses(three)[-2:] == [status, "published"]


def test_the_way_out_of_a_damaged_version_is_one_that_works(three: Path) -> None:
    roll_back(three / "var", NOW, "1")
    version_path(three / "var", "w-000001").write_bytes(b"torn")
    with pytest.raises(RequestError, match=r"or `scorecard rollback --to 000003` to show another one\.$"):
        open_warehouse(three / "var")
    assert roll_back(three / "var", NOW, "000003").back_to == "000003"
