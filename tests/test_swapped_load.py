"""A run that began on one version goes on with it, or says that it cannot: never with another one's numbers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dashboard import settings
from dashboard.floors import RealFloors
from dashboard.remembered import Remembered
from data_checks.errors import RequestError
from metrics.period import shifted
from metrics.scope import Scope
from tests import small_company


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = small_company.load_small_company(tmp_path / "company")
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    return folder


def _edited(folder: Path, times: int) -> None:
    """The definitions, changed so often."""
    file = folder / "metrics" / "own.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"# {'x' * times}\n", encoding="utf-8")
    os.utime(file, ns=(times, times))


def test_a_version_that_is_no_longer_open_is_not_answered_from_another_one(company: Path) -> None:
    floors = RealFloors()
    begun = floors.current()
    period = begun.default_period
    asked = (Scope.everything(), period, shifted(period, -1), ())
    for times in range(1, 3):
        _edited(company, times)
        floors.current()
    assert floors.scorecard(begun, *asked).period == period  # still open
    _edited(company, 9)
    floors.current()
    with pytest.raises(RequestError, match="newer numbers"):
        floors.scorecard(begun, *asked)


def test_a_result_is_judged_by_the_goals_its_page_began_with(company: Path) -> None:
    """A metric that another reader has just taken out of the files used to end the page."""
    floors = RealFloors()
    begun = floors.current()
    everybody, period = Scope.everything(), begun.default_period
    (result,) = floors.results(begun, everybody, "handling", period.grain, (), period, ())
    before = floors.verdict(begun, everybody, begun.definitions["handling"], result, ())
    (company / "metrics" / "own.yaml").unlink()
    assert "handling" not in floors.current().definitions
    assert floors.verdict(begun, everybody, begun.definitions["handling"], result, ()) == before


def test_what_is_answered_twice_at_once_is_weighed_once() -> None:
    """One who waited for an answer that failed computes it while a newcomer does too."""
    kept = Remembered(10_000)
    kept._keep(("asked",), "x" * 100)
    weight = kept._held
    kept._keep(("asked",), "x" * 100)
    assert kept._held == weight
