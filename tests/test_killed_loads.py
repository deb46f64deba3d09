"""A load is killed with SIGKILL at named points while a reader looks on: nothing lost, doubled, mixed, no error."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from data_checks.ledger import past_loads
from data_checks.warehouse.versions import kept_versions
from tests.killing import KILL_POINTS, KillPoint, Seen, leftovers, look, reader, start_load, write_generation
from tests.loading import load_folder


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three generations loaded, one after the other; the files of the fourth are there."""
    folder = tmp_path_factory.mktemp("killed") / "company"
    for generation in (1, 2, 3):
        write_generation(folder, generation)
        load_folder(folder)
    write_generation(folder, 4)
    return folder


@pytest.mark.parametrize("point", KILL_POINTS, ids=lambda point: point.name.replace(" ", "-"))
def test_a_load_killed_at_this_point_harms_nobody(company: Path, tmp_path: Path, point: KillPoint) -> None:
    folder, seen = tmp_path / "company", Seen()
    shutil.copytree(company, folder)
    var = folder / "var"
    with reader(var, seen):
        dying = start_load(folder, point)
        dying.join()
        assert dying.exitcode == -signal.SIGKILL, f"the load never came to the point '{point.name}'"
        assert look(var, Seen()) == (4 if point.published else 3)
        status = past_loads(var)[-1]
        after = start_load(folder)
        after.join()
        assert after.exitcode == 0
        assert look(var, Seen()) == 4
    if status["load"] == "000004":  # else it died before it was in the books
        assert status["status"] == ("published" if point.published else "interrupted")
    assert seen.faults == {"lost": 0, "doubled": 0, "mixed": 0, "backwards": 0, "errors": 0}, seen.errors[:3]
    assert seen.generations == {3, 4}
    assert leftovers(var) == []
    assert len(kept_versions(var)) == 3
    assert {entry["status"] for entry in past_loads(var)} <= {"published", "interrupted"}


def test_a_reader_would_see_every_kind_of_fault(company: Path, tmp_path: Path) -> None:
    """The reader above finds nothing because there is nothing, not because it is blind."""
    import duckdb

    folder = tmp_path / "company"
    shutil.copytree(company, folder)
    version = folder / "var/warehouse/w-000003.duckdb"
    with duckdb.connect(str(version)) as connection:
        connection.execute("delete from tickets where ticket_id = '7'")
        connection.execute("insert into orders (order_id) select order_id from orders where order_id = '1'")
        connection.execute("update survey_responses set weight = 2 where response_id = '9'")
    seen = Seen(generations={4})
    assert look(folder / "var", seen) == 3
    assert (seen.lost, seen.doubled, seen.backwards) == (1, 1, 1)
    assert seen.mixed >= 1
    version.write_bytes(b"")
    assert look(folder / "var", seen) is None
    assert len(seen.errors) == 1
