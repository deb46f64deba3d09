"""A row of a page's table is judged as that part's own board judges it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import cache, settings
from metrics.period import parse_period
from metrics.scope import Scope


@pytest.fixture
def load(loaded_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[cache.Load]:
    folder = tmp_path / "demo"
    shutil.copytree(loaded_demo, folder)
    monkeypatch.setenv(settings.WORKSPACE, str(folder))
    cache.use(None)
    yield cache.current()
    cache.use(None)


@pytest.mark.parametrize("metric", ["transfers_per_ticket", "tickets_opened", "csat"])
@pytest.mark.parametrize("span", ["2026-Q3", "2026-09"])
def test_an_agent_of_a_team_is_held_against_the_goal_of_the_team(load: cache.Load, metric: str, span: str) -> None:
    """Found wrong: the goal of the whole organisation held for the agents of a team that has its own."""
    period, team = parse_period(span, load.facts.calendar), ("team", ("Returns",))
    before, everybody = parse_period("2025", load.facts.calendar), Scope.everything()
    judged = 0
    for one in cache.groups(load, everybody, metric, "agent", period, (team,)):
        where = (team, ("agent", (one.slices["agent"],)))
        card = cache.card(load, everybody, metric, period, before, where)
        word = cache.verdict(load, everybody, load.definitions[metric], one, (team,)).word
        if card.status != "not_judged":
            judged += 1
            assert word == card.status
        elif one.state == "ok":
            assert word in ("no_goal", "unripe")
    assert judged or (metric, span) != ("transfers_per_ticket", "2026-Q3")
