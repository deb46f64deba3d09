"""A perspective's page: its own metrics by objective, what is done about them, one department, one reader's teams."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from dashboard import access, cache, marks, settings
from dashboard.perspective import parts as perspective_parts
from dashboard.theme import LIGHT
from metrics.definition import PERSPECTIVES
from metrics.events import Happening
from metrics.scope import Scope
from metrics.scorecard import Scorecard, make_aim
from metrics.strategy import Initiative, Objective, Strategy
from tests import dashboard_fixture as fixture
from tests.test_dashboard_pages import run, text
from tests.test_dashboard_parts import HOSTILE, read

QUICK = Objective(
    "quick", f"Quick {HOSTILE}", "internal_process", 2.0, "Service & operations", ("first_reply", "backlog")
)
PLANS = Strategy(
    objectives=(QUICK,),
    initiatives=(
        Initiative("night", dt.date(2026, 10, 31), "Night shift", metric="backlog", owner="M. <i>Okafor</i>"),
        Initiative("triage", dt.date(2026, 12, 15), "Triage by topic", objective="quick", status="running"),
        Initiative("bots", dt.date(2026, 3, 1), "Bots", objective="quick", status="done", done=dt.date(2026, 2, 3)),
        Initiative("elsewhere", dt.date(2026, 12, 1), "Elsewhere", metric="csat"),
    ),
    by_metric={"first_reply": QUICK, "backlog": QUICK},
)


@pytest.fixture(autouse=True)
def floors() -> Iterator[fixture.FixtureFloors]:
    used = fixture.FixtureFloors()
    cache.use(used)
    yield used
    cache.use(None)


def board() -> Scorecard:
    """Internal process alone, its cards under one objective and under none."""
    whole = fixture.scorecard()
    branch = next(one for one in whole.branches if one.perspective == "internal_process")
    under = [card for card in branch.cards if card.definition.metric in QUICK.metrics]
    loose = [card for card in branch.cards if card.definition.metric not in QUICK.metrics]
    branch = dataclasses.replace(branch, aims=(make_aim(QUICK, under), make_aim(None, loose)))
    return dataclasses.replace(whole, branches=(branch,), score=branch.score)


def body(plans: Strategy = PLANS, problem: str = "") -> str:
    view = perspective_parts.View(board(), fixture.FACTS, {"team": None}, LIGHT, plans, problem)
    return perspective_parts.body(view)


@pytest.mark.parametrize("perspective", PERSPECTIVES)
def test_a_perspective_shows_its_own_metrics_and_no_other(perspective: str) -> None:
    shown = text(run(settings.PAGES / f"{perspective}.py", period="2026-09"))
    own = [line for line in fixture.LINES if line.perspective == perspective and line.state != "not_provided"]
    for line in own:
        assert f'href="/metric?period=2026-09&amp;metric={line.metric}"' in shown
    others = [line for line in fixture.LINES if line.perspective != perspective]
    assert not [line.metric for line in others if f'metric={line.metric}"' in shown]
    assert "goals" in shown.partition("<h1>")[2].partition("</h1>")[0]


def test_the_page_is_well_formed_and_shows_markup_as_text() -> None:
    reader = read(body())
    assert reader.tags.count("h1") == 1
    assert "script" not in reader.tags
    assert "&lt;i&gt;Okafor" in body()
    assert "&lt;script&gt;" in body()


def test_an_objective_has_weight_owner_and_a_rung_of_its_own() -> None:
    page = body()
    assert "Weight 2. Owner: Service &amp; operations." in page
    assert page.count('class="rung-row') == 3  # the perspective, the objective, those without one


def test_initiatives_stand_under_their_objective_and_an_overdue_one_is_marked() -> None:
    page = body()
    late, going, done = page.split('class="plan"')[1:]
    assert "Overdue</span><b>Night shift</b>" in late
    assert "was due 31 Oct 2026, to move backlog" in late
    assert "Running</span><b>Triage by topic</b>" in going
    assert "due 15 Dec 2026" in going
    assert "Done</span><b>Bots</b>" in done
    assert "done 3 Feb 2026" in done
    assert "Elsewhere" not in page


def test_an_objective_without_data_still_says_what_is_done_about_it() -> None:
    whole = board()
    branch = whole.branches[0]
    quick, loose = branch.aims
    unknown = [
        dataclasses.replace(card, result=dataclasses.replace(card.result, state="not_provided")) for card in quick.cards
    ]
    bare = dataclasses.replace(branch, aims=(dataclasses.replace(quick, cards=tuple(unknown)), loose))
    view = perspective_parts.View(dataclasses.replace(whole, branches=(bare,)), fixture.FACTS, {}, LIGHT, PLANS)
    page = perspective_parts.body(view).partition('class="rail"')[0]
    assert "metric=first_reply" not in page
    assert "Overdue</span><b>Night shift</b>" in page


def test_every_metric_has_a_small_trend_with_limit_goal_and_what_happened() -> None:
    view = perspective_parts.View(board(), fixture.FACTS, {"team": None}, LIGHT, PLANS)
    calm = perspective_parts.body(view)
    assert calm.count("<figure>") == 6
    assert "Dotted" not in calm
    happened = (Happening(dt.date(2026, 3, 14), "Outage <b>A</b>"), Happening(dt.date(2020, 1, 1), "Long ago"))
    page = perspective_parts.body(dataclasses.replace(view, happened=happened))
    assert "Dotted: Outage &lt;b&gt;A&lt;/b&gt;, 14 Mar 2026." in page
    assert "Long ago" not in page
    assert page.partition("<figure>")[2].partition("</figure>")[0].count("stroke-dasharray") == 2  # limit and event


def test_a_small_trend_keeps_a_gap_a_gap_and_its_goal_zone_on_the_good_side() -> None:
    gap = unquote(marks.trend((1.0, None, 3.0), 4.0, 2.0, (), LIGHT, "a"))
    assert gap.count("<circle") == 2
    low_is_good = re.search(r"<rect x='4' y='([\d.]+)' width='272' height='([\d.]+)'", gap)
    assert low_is_good is not None
    assert float(low_is_good[1]) + float(low_is_good[2]) == 96
    high_is_good = unquote(marks.trend((1.0, 3.0), 2.0, 4.0, (), LIGHT, "a"))
    assert "<rect x='4' y='0.0'" in high_is_good


def test_a_journal_that_cannot_be_read_is_said() -> None:
    assert "The journal is &lt;gone&gt;." in body(problem="The journal is <gone>.")


def test_a_reader_of_some_teams_sees_no_plans_and_no_other_team(
    floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = dataclasses.replace(floors.current(), strategy=PLANS)
    monkeypatch.setattr(floors, "current", lambda: load)
    monkeypatch.setattr(floors, "scorecard", lambda *_: board())
    page = settings.PAGES / "internal_process.py"
    assert "Night shift" in text(run(page))
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("Harbour"))
    app = run(page)
    assert "Night shift" not in text(app)
    assert app.selectbox(key="choice_team").options == ["All teams", "Harbour"]


def test_a_perspective_without_metrics_says_what_to_write() -> None:
    cache.use(fixture.FixtureFloors(tuple(line for line in fixture.LINES if line.perspective == "customer")))
    shown = text(run(settings.PAGES / "financial.py"))
    assert "<h1>No metric stands in this perspective.</h1>" in shown
    assert "Give a metric `perspective: financial` in its definition." in shown


def test_a_department_in_the_address_is_a_condition_and_has_a_way_back(
    floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = floors.scorecard

    def scorecard(*all_: Any) -> Scorecard:
        asked.append(all_[4])
        return real(*all_)

    monkeypatch.setattr(floors, "scorecard", scorecard)
    shown = text(run(department="Service <i>desk</i>", period="2026-09"))
    assert asked == [(("department", ("Service <i>desk</i>",)),)]
    assert 'You see the department Service &lt;i&gt;desk&lt;/i&gt;. <a href="/?period=2026-09">' in shown


def test_a_team_wins_over_a_department_and_an_unknown_department_is_said(
    floors: fixture.FixtureFloors, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "You see the department" not in text(run(department="Field", team="Harbour"))
    assert "There is no department “Feild”. Did you mean Field? You see all of them." in text(run(department="Feild"))
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("Harbour"))
    assert "There is no department “Field”." in text(run(department="Field"))


def test_a_metric_keeps_the_department_on_the_way_down_and_leaves_it_above_a_team() -> None:
    shown = text(run(settings.PAGES / "metric.py", metric="csat", department="Field"))
    assert '<li aria-current="page">Field</li>' in shown
    assert "<dd>Field</dd>" in shown
    below = text(run(settings.PAGES / "metric.py", metric="csat", department="Field", team="Atrium"))
    assert '<li aria-current="page">Atrium</li>' in below
    assert ">Field<" not in below
