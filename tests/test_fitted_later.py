"""Models of a load too large to wait for them are fitted after it and kept beside its version."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from data_checks.errors import TookTooLong
from data_checks.warehouse import duckdb as duckdb_warehouse
from data_checks.warehouse import later, open_warehouse
from data_checks.warehouse.versions import later_path, version_path
from data_checks.workspace import read_workspace
from metrics.models import answers
from metrics.models.fitted import Fitter
from tests.loading import load_folder, write

WORKSPACE = """title: Buyers
as_of: 2026-06-30
sources:
  orders:
    files: orders.csv
    columns: {order_id: id, customer_id: customer, ordered_at: day, revenue: paid, cost: cost}
"""
METRIC = "predicted_lifetime_value"
DAYS = 910


def orders() -> str:
    """Three hundred customers, each buying at a pace of their own until they stop."""
    chance = np.random.default_rng(7)
    first, rows = dt.date(2024, 1, 1), ["id,customer,day,paid,cost"]
    for who in range(300):
        day, pace, stays = float(chance.integers(0, 400)), chance.gamma(2, 30), chance.exponential(400)
        level = chance.gamma(5, 2)
        last = day + stays
        while day < min(last, DAYS):
            paid = level * chance.gamma(6, 1)
            rows.append(f"{len(rows)},c{who},{first + dt.timedelta(days=int(day))},{paid:.2f},{paid / 2:.2f}")
            day += 1 + chance.exponential(pace)
    return "\n".join(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "buyers", WORKSPACE, orders=orders())


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load may wait for the fits of ten orders."""
    monkeypatch.setattr(answers, "MOST_ROWS", 10)


def scorecard(*words: object) -> Result:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done


def worth(folder: Path) -> list[dict[str, object]]:
    asked = scorecard("query", METRIC, "-w", folder, "--as", "json", "--from", "2026-05", "--to", "2026-07")
    found: list[dict[str, object]] = json.loads(asked.stdout)["metrics"][METRIC]["rows"]
    assert [row["state"] for row in found] == ["ok", "ok"]
    return [{name: value for name, value in row.items() if name != "load"} for row in found]


def later_of(folder: Path, load_id: str = "000001") -> Path:
    return later_path(version_path(folder / "var", f"w-{load_id}"))


def no_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    def fitted(*_: object, **__: object) -> None:
        raise AssertionError("it was fitted again")

    monkeypatch.setattr(Fitter, "parts", fitted)


def test_what_is_fitted_after_a_load_is_what_would_have_been_fitted_with_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_it = write(tmp_path / "with_it", WORKSPACE, orders=orders())
    assert "fitting" not in scorecard("load", "-w", with_it).stderr
    monkeypatch.setattr(answers, "MOST_ROWS", 10)
    said = scorecard("load", "-w", folder)
    assert "fitting models of purchases; load 000001 can be read meanwhile" in said.stderr
    assert "Load 000001 is published." in said.stdout
    no_fits(monkeypatch)
    assert worth(folder) == worth(with_it)


def test_an_unchanged_load_fits_nothing_twice_and_makes_up_for_what_is_missing(small: None, folder: Path) -> None:
    scorecard("load", "-w", folder)
    assert "fitting" not in scorecard("load", "-w", folder).stderr
    later_of(folder).unlink()
    assert "fitting" in scorecard("load", "-w", folder).stderr
    assert later_of(folder).exists()


def one_digit_more(kept: str) -> str:
    return re.sub(r'"value": (\d)', r'"value": 9\1', kept, count=1)


@pytest.mark.parametrize(
    "damage",
    [lambda _: "", lambda _: "{", lambda _: "\x00", lambda kept: kept[:-200], one_digit_more, lambda _: "[" * 200_000],
    ids=["empty", "cut_off", "nonsense", "shorter", "one_digit_more", "deep"],
)
def test_what_was_changed_since_it_was_kept_is_fitted_again(
    small: None, folder: Path, damage: Callable[[str], str]
) -> None:
    scorecard("load", "-w", folder)
    kept, text = worth(folder), later_of(folder).read_text(encoding="utf-8")
    damaged = damage(text)
    assert damaged != text
    later_of(folder).write_text(damaged, encoding="utf-8")
    assert worth(folder) == kept
    assert "fitting" in scorecard("load", "-w", folder).stderr
    assert later_of(folder).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("named", ["load", "loaded_at"])
def test_what_was_fitted_to_another_load_says_nothing_of_this_one(small: None, folder: Path, named: str) -> None:
    scorecard("load", "-w", folder)
    kept, version = worth(folder), version_path(folder / "var", "w-000001")
    told = json.loads(later.added(version, 60))
    told[named] = "2001-01-01 00:00:00"
    for row in told["rows"]:
        row["value"] = None if row["value"] is None else row["value"] + 1
    with later.adding(version) as keep:
        keep(json.dumps(told))
    assert worth(folder) == kept


def test_a_fit_that_fails_leaves_the_load_published_and_says_so(
    small: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_fits(monkeypatch)
    said = scorecard("load", "-w", folder)
    assert "could not be fitted (it was fitted again); whoever asks for them first waits for them." in said.stderr
    assert "Load 000001 is published." in said.stdout


def test_who_asks_while_it_is_being_made_waits_for_it(tmp_path: Path) -> None:
    version = tmp_path / "w-000001.duckdb"
    version.touch()
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(later.added(version, 60)))
    with later.adding(version) as keep:
        reader.start()
        reader.join(0.2)
        assert reader.is_alive()
        keep("made")
    reader.join()
    assert (found, later.added(version, 60)) == (["made"], "made")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w-000001.duckdb", "w-000001.later"]


def test_who_waits_no_longer_is_told_so_and_nobody_waits_for_ever(
    small: None, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorecard("load", "-w", folder)
    warehouse = open_warehouse(read_workspace(folder))
    monkeypatch.setattr(duckdb_warehouse, "_WAIT", 0)
    with later.adding(version_path(folder / "var", "w-000001")):
        with pytest.raises(TookTooLong, match=r"^it takes longer than 0\.1 seconds$"):
            warehouse.within(0.1).later()
        assert warehouse.later() == ""
        said = scorecard("load", "-w", folder)
        assert "models could not be fitted (another process makes it now)" in said.stderr
    assert warehouse.later() != ""
    warehouse.close()


def test_nothing_is_kept_beside_a_version_that_is_gone(tmp_path: Path) -> None:
    with later.adding(tmp_path / "w-000001.duckdb") as keep:
        keep("made")
    assert list(tmp_path.iterdir()) == []


def test_it_goes_with_its_version_and_what_a_killed_one_left_goes_too(folder: Path) -> None:
    load_folder(folder)
    later_of(folder).write_text("{}")
    left = [
        later_of(folder, "000009"),
        later_of(folder).with_name("w-000001.later.123.build"),
        later_of(folder).with_name("w-000001.later.lock"),
    ]
    for path in left:
        path.touch()
    for place in range(3):
        (folder / "workspace.yaml").write_text(f"{WORKSPACE}# {place}\n")
        load_folder(folder)
        assert later_of(folder).exists() == version_path(folder / "var", "w-000001").exists() == (place < 2)
    load_folder(folder)
    assert [path.name for path in (folder / "var" / "warehouse").glob("*later*")] == []
