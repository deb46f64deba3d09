"""What speed is made of, counted and never timed: bytes over the wire, questions asked, answers kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from dashboard import cache, screens, settings
from dashboard.floors import RealFloors
from dashboard.remembered import Remembered
from data_checks.errors import RequestError
from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses import cohorts, explain
from metrics.models.answers import MOST_ROWS, prepare_models
from metrics.scope import Scope
from tests import dashboard_fixture as fixture
from tests.benchmarks.bench_screen import serving
from tests.benchmarks.sessions import Run, Session
from tests.loading import NOW
from tests.small_company import load_small_company
from tests.test_dashboard_pages import run

FIRST_RENDER, FILTER = 150_000, 40_000
"""Bytes that travel, packed as they are."""
UNPACKED = 200_000
"""Bytes of a first render before they are packed: style, search index and the page."""
ASKED_EACH_RUN = {"current", "entries", "updates", "may_write", "verdict"}
"""What is published, what people wrote a moment ago, and what is no question to a warehouse."""


class Counting(fixture.FixtureFloors):
    """The fixture, counting what it is asked. `broken`: questions it fails to answer."""

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.broken = broken

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(found):
            return found
        self.asked[name] += 1
        if name in self.broken:
            raise RuntimeError(name)
        return found


@pytest.fixture
def floors() -> Iterator[Counting]:
    used = Counting()
    cache.use(used)
    yield used
    cache.use(None)


@pytest.mark.parametrize("name", ["overview", "teams", "customer", "benchmarks", "metric_library", "data_quality"])
def test_a_second_run_asks_the_floors_below_nothing(floors: Counting, name: str) -> None:
    page = None if name == "overview" else settings.PAGES / f"{name}.py"
    run(page)
    floors.asked.clear()
    run(page)
    assert set(floors.asked) <= ASKED_EACH_RUN


@pytest.mark.parametrize("name", ["overview", "teams", "customer", "benchmarks", "metric_library", "data_quality"])
def test_once_a_load_is_prepared_the_first_reader_of_a_page_waits_for_nothing(floors: Counting, name: str) -> None:
    screens.prepare(cache.current())
    floors.asked.clear()
    run(None if name == "overview" else settings.PAGES / f"{name}.py")
    assert set(floors.asked) <= ASKED_EACH_RUN


@pytest.mark.parametrize("name", ["changes", "retention"])
def test_nor_does_the_first_reader_of_what_takes_long(
    loaded_demo: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(settings.WORKSPACE, str(loaded_demo))
    cache.use(RealFloors())
    screens.prepare(cache.current())

    asked: list[object] = []

    def computed(*_: object, **__: object) -> None:
        asked.append(_)
        raise RequestError("a reader waits for it")

    monkeypatch.setattr(explain, "explain", computed)
    monkeypatch.setattr(cohorts, "retention_triangle", computed)
    page = run(settings.PAGES / f"{name}.py")
    cache.use(None)
    assert (list(page.exception), asked) == ([], [])
    words = {"changes": "What changed", "retention": "Retention"}[name]
    assert words in " ".join(str(one.proto.body) for one in page.get("html"))


def test_a_screen_that_cannot_be_prepared_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    used = Counting("quality")
    cache.use(used)
    screens.prepare(cache.current())
    cache.use(None)
    assert used.asked["cascade"] == 1
    assert "A screen could not be prepared." in caplog.text


def test_a_load_is_prepared_once_and_the_next_one_when_it_is_there() -> None:
    used, loads = Counting(), list[cache.Load]()
    cache.use(used)
    newest = screens.Newest(loads.append)
    newest.look()
    newest.look()
    assert [load.version for load in loads] == ["v1"]
    used.error = RequestError("The workspace is being moved.")
    newest.look()
    used.error = None
    newest.look()
    assert len(loads) == 1
    cache.use(None)


def test_answers_are_forgotten_by_their_size_the_oldest_first() -> None:
    kept: Remembered = Remembered(100_000)
    for name in "abc":
        kept.get((name,), lambda name=name: name * 40_000)  # type: ignore[misc]
    assert kept.get(("b",), lambda: "new")[0] == "b"
    assert kept.get(("a",), lambda: "new") == "new"


def test_what_is_held_elsewhere_weighs_nothing() -> None:
    kept: Remembered = Remembered(10_000, shared=(bytes,))
    large = bytes(50_000)
    kept.get(("a",), lambda: (large, 1))
    kept.get(("b",), lambda: (large, 2))
    assert [kept.get((name,), lambda: None) for name in "ab"] == [(large, 1), (large, 2)]


def test_a_load_reads_no_purchases_that_it_may_not_fit() -> None:
    tables = {"orders": SimpleNamespace(rows=MOST_ROWS + 1)}
    warehouse: Any = SimpleNamespace(facts=SimpleNamespace(tables=tables))  # it can say how much it holds and no more
    model: Any = SimpleNamespace(name="lifecycle")
    assert prepare_models([model], warehouse) == ([], set())


def test_columns_hold_what_rows_hold(loaded_demo: Path) -> None:
    warehouse = open_warehouse(read_workspace(loaded_demo))
    teams = warehouse.table("teams").c
    statement = sa.select(teams.team_id, teams.name, sa.null().label("none")).order_by(teams.team_id)
    rows = [tuple(row) for row in warehouse.read(statement)]
    assert list(zip(*warehouse.columns(statement).to_pydict().values(), strict=True)) == rows
    assert len(rows) > 1
    warehouse.close()


async def _visit(address: str) -> tuple[Run, Run, Run]:
    """The overview opened, another month chosen, and the page run again as it stands."""
    async with Session(address) as reader:
        first = await reader.run()
        months = await reader.choose("period", "2026-08")
        return first, months, await reader.run(period="2026-08")


def test_the_overview_travels_small(loaded_demo: Path) -> None:
    with serving(loaded_demo) as server:
        first, other_month, again = asyncio.run(_visit(server.address))
    assert 5_000 < first.received <= FIRST_RENDER
    assert first.unpacked <= UNPACKED
    assert 5_000 < other_month.received <= FILTER
    assert again.received < other_month.received
    assert again.references == 3  # the style, what can be searched for and the board: the reader has them


def test_a_page_is_drawn_once_for_each_choice_and_for_each_word_beside_it(floors: Counting) -> None:
    load, calls = cache.current(), list[str]()

    def draw() -> str:
        calls.append("x")
        return f"drawn {len(calls)}"

    everything, one = Scope.everything(), Scope.of_teams("Quay")
    assert cache.drawn(load, ("overview", everything, "light", ""), draw) == "drawn 1"
    assert cache.drawn(load, ("overview", everything, "light", ""), draw) == "drawn 1"
    assert cache.drawn(load, ("overview", one, "light", ""), draw) == "drawn 2"
    assert cache.drawn(load, ("overview", everything, "light", "written since"), draw) == "drawn 3"


def test_a_version_that_nobody_reads_any_more_gives_back_what_it_read(loaded_demo: Path) -> None:
    warehouse: Any = open_warehouse(read_workspace(loaded_demo))
    held = sa.text("select sum(memory_usage_bytes) from duckdb_memory() where tag = 'BASE_TABLE'")
    tickets = sa.select(*(sa.func.count(sa.distinct(column)) for column in warehouse.table("tickets").c))
    counted = warehouse.read(tickets)
    ((full,),) = warehouse.read(held)
    warehouse.rest()  # it was read since the last call
    assert warehouse.read(held)[0][0] == full
    warehouse.rest()
    other: Any = open_warehouse(read_workspace(loaded_demo))
    with other._connected():
        warehouse.rest()  # somebody reads, by another door
        warehouse.rest()
    assert warehouse.read(held)[0][0] == full
    warehouse.rest()
    warehouse.rest()
    assert warehouse.read(held)[0][0] < full / 4
    assert warehouse.read(tickets) == counted  # with as much memory as before
    warehouse.close()
    other.close()


def test_a_version_that_is_held_keeps_its_memory_and_every_door_the_first_ones_limit(loaded_demo: Path) -> None:
    warehouse: Any = open_warehouse(read_workspace(loaded_demo))
    limit = sa.text("select current_setting('memory_limit')")
    ((whole,),) = warehouse.read(limit)
    tickets = sa.select(*(sa.func.count(sa.distinct(column)) for column in warehouse.table("tickets").c))
    warehouse.read(tickets)
    held = warehouse._engine.raw_connection()
    cursor = held.cursor()
    cursor.execute("select * from tickets, range(100)")
    cursor.fetchone()  # nothing is taken from under a reader, whom nobody knows of here
    for _ in range(2):
        warehouse.rest()
    other: Any = open_warehouse(read_workspace(loaded_demo))
    assert gigabytes(warehouse.read(limit)[0][0]) == pytest.approx(gigabytes(whole), rel=0.02)
    # The engine's own limit is a part of the machine's memory, which a virtual one may be given more of meanwhile.
    assert gigabytes(other._reading.limit) == pytest.approx(gigabytes(whole), rel=0.02)
    held.close()
    warehouse.close()
    other.close()


def gigabytes(text: str) -> float:
    number, unit = text.split()
    assert unit == "GiB"
    return float(number)


def test_versions_that_were_followed_by_another_rest_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = load_small_company(tmp_path / "company")
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    floors = RealFloors()
    before: Any = floors.opened(floors.current()).warehouse
    (folder / "workspace.yaml").write_text((folder / "workspace.yaml").read_text() + "# again\n")
    load(read_workspace(folder), NOW)
    assert floors.opened(floors.current()).warehouse is not before
    held = sa.text("select sum(memory_usage_bytes) from duckdb_memory() where tag = 'BASE_TABLE'")
    before.read(sa.select(*(sa.func.count(sa.distinct(column)) for column in before.table("tickets").c)))
    ((full,),) = before.read(held)
    for _ in range(2):
        floors.rest()
    assert before.read(held)[0][0] < full
