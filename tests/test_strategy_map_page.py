"""The strategy map: where things stand, what an arrow says, before and after the test, and nobody else's team."""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from dashboard import access, cache, settings
from dashboard.floors import RealFloors
from dashboard.strategy_map import answers as strategy_answers
from dashboard.strategy_map import drawing as map_drawing
from dashboard.strategy_map import parts as strategy_map_parts
from dashboard.strategy_map.layout import BAND, NODE, TOP, layout
from dashboard.strategy_map.parts import View
from dashboard.theme import DARK, LIGHT
from metrics.analyses import links
from metrics.analyses.links import Look, Pair, Verdict
from metrics.scope import Scope
from metrics.scorecard import make_branch, make_scorecard
from metrics.stats.association import Association
from metrics.strategy import Link, Objective, Strategy
from tests import dashboard_fixture as fixture
from tests.test_dashboard_pages import run, text
from tests.test_dashboard_parts import read

MAP = settings.PAGES / "strategy_map.py"
LINES = {line.metric: line for line in fixture.LINES}
GROW = Objective("grow", "Revenue <i>grows</i>", "financial", 1.0, "Finance & co", ("revenue",))
HAPPY = Objective("happy", "Customers are happy", "customer", 1.0, None, ("csat",))
QUICK = Objective("quick", "Answers come quickly", "internal_process", 1.0, "Service", ("first_reply",))
LATER = Objective("later", "Nothing measures this yet", "internal_process", 1.0, None, ("nobody",))
LINKS = (
    Link("quick", "happy", "+", "1 month"),
    Link("happy", "grow", "+"),
    Link("first_reply", "csat", "-", "2 months"),
)


def strategy(*links: Link) -> Strategy:
    return Strategy("The shop people trust", (GROW, HAPPY, QUICK, LATER), links or LINKS)


def board() -> Any:
    cards = {name: fixture.card(LINES[name]) for name in ("revenue", "csat", "first_reply")}
    branches = [
        make_branch("financial", [cards["revenue"]], [GROW]),
        make_branch("customer", [cards["csat"]], [HAPPY]),
        make_branch("internal_process", [cards["first_reply"]], [QUICK, LATER]),
    ]
    return make_scorecard(fixture.OCTOBER, fixture.SEPTEMBER, True, branches)


def held(link: Link, verdict: Verdict) -> links.TestedLink:
    """r −0.21 of 12 teams, n 1,420, without Harbour it would be supported."""
    found = Association(-0.21, -0.3, -0.1, 1420, 12)
    against = ("<u>Harbour</u>", found) if verdict == "not_supported" else None
    pair = Pair("first_reply", "csat", "team", (Look("height", found, verdict, against),), shared=("tickets",))
    return links.TestedLink(link, 1, verdict, (pair,))


def view(**given: Any) -> View:
    definitions = {name: fixture.definition(line) for name, line in LINES.items()}
    plain = View(strategy(), board(), None, definitions, {"team": "Harbour"}, LIGHT)
    return dataclasses.replace(plain, **given)


# ── geometry ─────────────────────────────────────────────────────────────────────────────────────────


def test_objectives_stand_in_their_bands_from_left_to_right() -> None:
    found = layout([["a", "b"], ["c"]], {})
    assert {key: (node.x, node.y) for key, node in found.nodes.items()} == {
        "a": (0.25, TOP),
        "b": (0.75, TOP),
        "c": (0.5, TOP + BAND),
    }
    assert found.height == TOP + BAND + NODE + 8


def test_an_arrow_leaves_the_upper_edge_of_its_start_and_meets_the_lower_edge_of_its_end() -> None:
    (arrow,) = layout([["goal"], ["start"]], {7: ("start", "goal")}).arrows
    assert (arrow.place, arrow.arc) == (7, 0)
    assert arrow.points == ((0.5, TOP + BAND), (0.5, TOP + NODE))


def test_places_are_swapped_so_that_arrows_do_not_cross() -> None:
    # as written, c → b and d → a cross
    found = layout([["a", "b"], ["c", "d"]], {0: ("c", "b"), 1: ("d", "a")})
    x = {key: node.x for key, node in found.nodes.items()}
    assert (x["c"] - x["d"]) * (x["b"] - x["a"]) > 0


def test_an_arrow_that_passes_a_band_runs_beside_its_objectives() -> None:
    (arrow,) = layout([["goal"], ["between"], ["start"]], {0: ("start", "goal")}).arrows
    found = layout([["goal"], ["between"], ["start"]], {0: ("start", "goal")}).nodes["between"]
    passing = {x for x, y in arrow.points if TOP + BAND <= y <= TOP + BAND + NODE}
    assert len(passing) == 1
    assert abs(passing.pop() - found.x) > found.width / 2


def test_arrows_at_one_edge_do_not_meet_it_in_one_point() -> None:
    found = layout([["goal"], ["a", "b", "c"]], {0: ("a", "goal"), 1: ("b", "goal"), 2: ("c", "goal")})
    arrivals = [arrow.points[-1][0] for arrow in found.arrows]
    assert arrivals == sorted(set(arrivals))
    words = sorted(arrow.words[0] for arrow in found.arrows)
    assert all(right - left > 0.11 for left, right in itertools.pairwise(words))


def test_many_arrows_keep_their_words_on_the_map() -> None:
    bands = [["goal"], [f"o{number}" for number in range(14)]]
    found = layout(bands, {number: (f"o{number}", "goal") for number in range(14)})
    words = sorted(arrow.words for arrow in found.arrows)
    assert 0 < words[0][0] < words[-1][0] < 1
    assert len({y for _, y in words}) == 2


def test_an_arrow_within_the_last_band_runs_below_it() -> None:
    found = layout([["goal"], ["a", "b"]], {0: ("a", "b")})
    (arrow,) = found.arrows
    assert (arrow.arc, arrow.points[0][1], arrow.points[1][1]) == (1, TOP + BAND + NODE, TOP + BAND + NODE)
    assert found.height > TOP + BAND + NODE + 30


def test_the_picture_follows_the_theme_and_says_verdicts_by_line_not_by_status_colour() -> None:
    placed = layout([["goal"], ["start"]], {0: ("start", "goal")})
    pictures = {
        (verdict, theme.name): map_drawing.arrows(placed.arrows, (verdict,), placed.height, theme, "The <map>")
        for verdict in map_drawing.VERDICTS
        for theme in (LIGHT, DARK)
    }
    assert len(set(pictures.values())) == 8
    for picture in pictures.values():
        assert 'alt="The &lt;map&gt;"' in picture
        assert not [colour for colour in (LIGHT.met, LIGHT.missed, LIGHT.watch_mark) if colour[1:] in picture]


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_objective_shows_status_score_and_owner_and_leads_to_its_place() -> None:
    page = strategy_map_parts.body(view())
    assert "<a class='quiet' href=\"/financial?team=Harbour#aim-grow\">Revenue &lt;i&gt;grows&lt;/i&gt;</a>" in page
    assert "Finance &amp; co" in page
    # 4.82 M against 4.2 and 4.6: beyond the goal by 0.22 of 0.4: 67 + 33·0.55 = 85.15
    assert '<span class="score">85</span>' in page
    nothing = page.partition("Nothing measures this yet")[2]
    assert "No data" in nothing.partition("</li>")[0]
    assert "no score" in nothing.partition("</li>")[0]


def test_the_answer_counts_the_objectives_that_have_a_score() -> None:
    # revenue is met; csat and first reply are not; nothing measures the fourth
    page = strategy_map_parts.body(view())
    assert "<h1>1 of 3 objectives reaches its goal.</h1>" in page
    assert "1 other has no score here." in page


def test_an_objective_whose_metrics_cannot_be_judged_says_so_and_not_that_it_has_no_data() -> None:
    card = dataclasses.replace(fixture.card(LINES["revenue"]), score=None, previous_score=None, status="not_judged")
    unjudged = dataclasses.replace(board(), branches=(make_branch("financial", [card], [GROW]),))
    node = strategy_map_parts.body(view(board=unjudged)).partition("Revenue &lt;i&gt;grows")[2].partition("</li>")[0]
    assert "Not judged" in node
    assert "no score" in node


def test_before_the_test_the_page_says_that_it_runs() -> None:
    page = strategy_map_parts.body(view())
    assert "Each link is being held against the data" in page
    assert '+ after 1 month <span class="line">not tested yet' in page


def test_after_the_test_arrow_list_and_table_say_the_same() -> None:
    found = [held(LINKS[0], "supported"), held(LINKS[1], "contradicts"), held(LINKS[2], "not_supported")]
    page = strategy_map_parts.body(view(tested=found))
    assert "The data support 1 of the 2 links between objectives. They contradict 1." in page
    assert '+ after 1 month <span class="line">supported' in page
    assert '+ same month <span class="line">contradicts' in page
    assert ">+ after 1 month: supported</a>" in page
    row = page.partition('<tr id="link-2">')[2].partition("</tr>")[0]
    cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
    ends = ["First reply, median", "Customer satisfaction (CSAT)", "2 months", "−", "not supported"]
    assert cells[:8] == [*ends, "−0.21", "−0.30 to −0.10", "1,420"]
    assert "without &lt;u&gt;Harbour&lt;/u&gt; it would be supported" in page
    assert read(page).tags.count("h1") == 1


def test_the_picture_is_for_the_eye_and_the_words_beside_an_arrow_are_links_with_their_ends() -> None:
    page = strategy_map_parts.body(view())
    ends = "Answers come quickly → Customers are happy: "
    assert re.search(rf'<a class="words[^>]*#link-0"[^>]*><span class="ear">{ends}</span>', page)


def test_links_of_metrics_stand_in_the_table_only() -> None:
    page = strategy_map_parts.body(view())
    assert page.count('class="words') == 2
    assert "Links between metrics" in page


def test_a_strategy_without_links_or_without_objectives_says_so() -> None:
    assert "No link between objectives" in strategy_map_parts.body(
        view(strategy=Strategy(objectives=(GROW,)), tested=())
    )
    empty = strategy_map_parts.body(view(strategy=Strategy(), tested=()))
    assert "<h1>There is no strategy yet.</h1>" in empty
    assert "Write both into that file, then reload this page; docs/strategy.md shows how." in empty
    assert not [mark for mark in ("problems", "<code>", "`") if mark in empty]  # it is no error, and no command


def test_nothing_on_the_page_claims_a_cause() -> None:
    found = [held(one, "supported") for one in LINKS]
    page = strategy_map_parts.body(view(tested=found)).lower()
    assert not re.findall(r"\bcaus\w+|\bbecause\b|\bdue to\b", page)


def test_the_map_is_shown_before_its_links_are_tested(monkeypatch: pytest.MonkeyPatch, loaded_demo: Path) -> None:
    monkeypatch.setenv(settings.WORKSPACE, str(loaded_demo))
    cache.use(RealFloors())
    monkeypatch.setattr("dashboard.strategy_map.body._AT_ONCE_S", 0)
    shown: list[bool] = []
    real = strategy_map_parts.body

    class _Late(Future[Any]):
        """Has no answer yet to who does not wait; then an empty one."""

        def exception(self, timeout: float | None = None) -> Any:
            raise TimeoutError

        def result(self, timeout: float | None = None) -> Any:
            written = cache.current().strategy.links
            return tuple(links.TestedLink(one, 0, "too_little_data", ()) for one in written)

    def body(view: View) -> str:
        shown.append(view.tested is not None)
        return real(view)

    monkeypatch.setattr("dashboard.strategy_map.body.tested_links", lambda *_: _Late())
    monkeypatch.setattr(strategy_map_parts, "body", body)
    assert "too little data" in text(run(MAP))
    assert shown == [False, True]
    cache.use(None)


# ── on the demo ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def demo(loaded_demo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(settings.WORKSPACE, str(loaded_demo))
    cache.use(RealFloors())
    yield
    cache.use(None)


@pytest.mark.usefixtures("demo")
def test_the_demo_has_an_arrow_and_a_row_for_every_link_of_objectives() -> None:
    strategy = cache.current().strategy
    known = {one.objective for one in strategy.objectives}
    between = [one for one in strategy.links if one.cause in known and one.effect in known]
    page = text(run(MAP))
    assert page.count('class="words') == len(between) == 8
    assert page.count('<tr id="link-') == len(strategy.links)
    assert page.count('<li class="node"') == len(known)


@pytest.mark.usefixtures("demo")
def test_links_are_tested_once_for_all_who_may_see_the_same() -> None:
    load = cache.current()
    first = strategy_answers.tested_links(load, Scope.everything())
    assert strategy_answers.tested_links(load, Scope.everything()) is first
    assert strategy_answers.tested_links(load, Scope.of_teams("G1")) is not first
    assert len(first.result()) == len(load.strategy.links)


@pytest.mark.usefixtures("demo")
def test_a_reader_of_one_team_sees_no_other_team_and_no_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    load = cache.current()
    teams = cache.teams(load, Scope.everything())
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("G1"))
    app = run(MAP)
    shown = text(app) + " ".join(option for box in app.selectbox for option in box.options)
    assert not [team for team in teams if team != "North" and team in shown]
    assert not [one.name for one in load.strategy.initiatives if one.name in shown]
    assert "of 12 teams" not in shown


def test_a_test_of_links_that_failed_is_begun_anew_for_the_next_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(load: cache.Load, scope: Scope) -> None:
        raise MemoryError

    everybody = Scope.everything()
    cache.use(fixture.FixtureFloors())
    load = cache.current()
    monkeypatch.setattr(strategy_answers, "_test", fails)
    assert isinstance(strategy_answers.tested_links(load, everybody).exception(), MemoryError)
    monkeypatch.setattr(strategy_answers, "_test", lambda load, scope: ())
    assert strategy_answers.tested_links(load, everybody).result() == ()
    cache.use(None)
