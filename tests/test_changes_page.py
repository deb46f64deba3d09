"""What changed: parts that sum, a cause only where one stands out, nobody else's team, every state."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard import access, cache, explained, settings
from dashboard.changes import answers as changes_answers
from dashboard.changes import parts as changes_parts
from dashboard.changes.answers import CheckMoved, GoalMoved
from dashboard.floors import RealFloors
from dashboard.theme import LIGHT
from data_checks.history import LoadPoint, RulePoint, TablePoint
from metrics.analyses.explain import Explanation, GroupChange
from metrics.events import Happening
from metrics.scope import Scope
from metrics.standing import Standing
from metrics.stats.change import causes, decompose, proportions
from tests import dashboard_fixture as fixture
from tests.test_dashboard_pages import run, text
from tests.test_dashboard_parts import read

CHANGES = settings.PAGES / "changes.py"
LINES = {line.metric: line for line in fixture.LINES}


@pytest.fixture
def floors() -> Iterator[fixture.FixtureFloors]:
    used = fixture.FixtureFloors()
    cache.use(used)
    yield used
    cache.use(None)


def csat(good: tuple[tuple[int, int], tuple[int, int]], asked: tuple[tuple[int, int], tuple[int, int]]) -> Explanation:
    """CSAT by two teams: `good` and `asked` answers as (before, after) of each."""
    line = LINES["csat"]
    before, after = (proportions([one[i] for one in good], [one[i] for one in asked]) for i in (0, 1))
    change = decompose(["0", "1"], before, after)
    all_ = [sum(one[i] for one in asked) for i in (0, 1)]
    groups = []
    for place, name in enumerate(("<b>North</b>", "South")):
        ok, n = good[place], asked[place]
        rate, mix = change.parts[2 * place : 2 * place + 2]
        share, value = (n[0] / all_[0], n[1] / all_[1]), (ok[0] / n[0], ok[1] / n[1])
        groups.append(GroupChange(name, 0, n, share, value, rate, mix, change.both[place]))
    whole = [sum(one[i] for one in good) / all_[i] for i in (0, 1)]
    then, now = fixture.result(line, fixture.SEPTEMBER, whole[0]), fixture.result(line, fixture.OCTOBER, whole[1])
    found = Explanation(fixture.definition(line), then, now, "team", True, "mix_and_rate", "")
    return dataclasses.replace(found, groups=tuple(groups), change=change, causes=causes(change))


FELL = csat(good=((900, 700), (450, 450)), asked=((1000, 1000), (500, 500)))
"""North 90 % → 70 % of 1,000 of 1,500; South 90 % as before: 90.0 % → 76.7 %, all North's own: ⅔·(−20) = −13.3."""
CHANCE = csat(good=((90, 88), (45, 44)), asked=((100, 100), (50, 50)))


def test_the_lines_of_a_metric_sum_to_its_change_as_shown() -> None:
    lines = explained.contributions(FELL, "EUR")
    shown = [(line.name, line.text, line.is_mix) for line in lines]
    assert shown == [
        ("<b>North</b>", "−13.3\u00a0pt", False),
        ("South", "±0.0\u00a0pt", False),
        ("mix by team", "±0.0\u00a0pt", True),
    ]
    assert sum(line.number for line in lines) == Decimal("-13.3")


def test_a_quotient_of_totals_has_the_lines_of_its_two_factors() -> None:
    from metrics.stats.change_factors import factor_effects

    # 200/10 = 20 → 300/20 = 15: over the mean of the other factor, (300 − 200)·½(1/10 + 1/20) = 7.5;
    # (1/20 − 1/10)·½(200 + 300) = −12.5; together −5
    factors = factor_effects({"numerator": 200, "denominator": 1 / 10}, {"numerator": 300, "denominator": 1 / 20})
    line = LINES["hours"]
    then, now = (fixture.result(line, fixture.OCTOBER, value) for value in (20.0, 15.0))
    found = Explanation(fixture.definition(line), then, now, None, True, "factors", "", factors=factors)
    shown = [(line.name, line.number) for line in explained.contributions(found, "EUR")]
    assert shown == [("what is divided", Decimal("7.5")), ("what it is divided by", Decimal("-12.5"))]


def test_a_cause_is_named_only_where_its_interval_excludes_zero() -> None:
    named = "<b>North</b> itself −13.3\u00a0pt"
    assert explained.stands_out(FELL, "EUR") == ("−13.3\u00a0pt", named)
    assert explained.stands_out(CHANCE, "EUR") == ("", "")
    assert "Nothing stands out" in " ".join(explained.told(CHANCE, "EUR"))


def test_a_metric_has_moved_when_its_change_is_clear_or_its_status_is_another() -> None:
    calm = dataclasses.replace(fixture.card(LINES["nps"]), change_is_clear=False, previous_status="too_close")
    assert not changes_answers.has_moved(calm)
    assert changes_answers.has_moved(dataclasses.replace(calm, previous_status="watch"))
    assert changes_answers.has_moved(dataclasses.replace(calm, change_is_clear=True))
    assert not changes_answers.has_moved(dataclasses.replace(calm, previous_status="not_judged"))
    assert not changes_answers.has_moved(dataclasses.replace(calm, previous_status="watch", change=None))


def view(**given: object) -> changes_parts.View:
    plain = changes_parts.View(fixture.scorecard(), None, (), (), (), (), {}, LIGHT, "EUR")
    return dataclasses.replace(plain, **given)  # type: ignore[arg-type]


def test_the_page_escapes_what_comes_from_data_and_says_that_the_parts_sum() -> None:
    page = changes_parts.body(view(moved=((fixture.card(LINES["csat"]), FELL),)))
    assert "&lt;b&gt;North&lt;/b&gt;" in page
    assert "<b>North" not in page
    assert ">−13.3\u00a0pt</td></tr></tfoot>" in page


def test_events_checks_and_goals_stand_beside_it() -> None:
    now = fixture.definition(LINES["csat"])
    check = fixture.FACTS.failed_checks[0]
    page = changes_parts.body(
        view(
            happened=(Happening(dt.date(2026, 10, 3), "A <i>flood</i>"),),
            checks=(CheckMoved(now, Standing(check, "withheld")),),
            goals=(GoalMoved(dataclasses.replace(now, goal=0.8, red=None), now),),
        )
    )
    assert "A &lt;i&gt;flood&lt;/i&gt;" in page
    assert "3 Oct 2026" in page
    assert "Answers have an invitation found 412 bad rows" in page
    assert "Goal 80\u00a0% → 85\u00a0%, limit no goal → 75\u00a0%." in page


def test_a_board_without_changes_says_so() -> None:
    page = changes_parts.body(view())
    for told in ("There is no change of a score", "No metric changed clearly", "No event is recorded",
                 "No metric is newly withheld", "the same limit and goal"):  # fmt: skip
        assert told in page


def test_a_period_that_is_not_over_is_not_compared(floors: fixture.FixtureFloors) -> None:
    shown = text(run(CHANGES, period="2026-11"))
    assert "<h1>November 2026 is not over, so nothing is compared yet.</h1>" in shown


# ── on the demo ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def demo(loaded_demo: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(settings.WORKSPACE, str(loaded_demo))
    cache.use(RealFloors())
    yield
    cache.use(None)


def sums(page: str) -> list[tuple[Decimal, Decimal]]:
    """(sum of the lines, the sum as shown) of every contribution list."""
    found = []
    for table in re.findall(r'<table class="contributions">.*?</table>', page, flags=re.S):
        *lines, whole = (_number(cell) for cell in re.findall(r'<td class="num">([^<]*)</td>', table))
        found.append((sum(lines, Decimal(0)), whole))
    return found


def _number(cell: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.\-]", "", cell.replace("−", "-")))


@pytest.mark.usefixtures("demo")
def test_every_list_of_the_demo_sums_to_the_change_shown_under_it() -> None:
    found = sums(text(run(CHANGES)))
    assert len(found) > 5
    assert [one for one in found if one[0] != one[1]] == []


@pytest.mark.usefixtures("demo")
def test_the_page_never_says_why_in_words_of_cause() -> None:
    shown = re.sub(r"<style>.*?</style>", "", text(run(CHANGES)), flags=re.S).lower()
    assert not [word for word in ("because", "caused", "causes", "due to", "thanks to") if word in shown]
    assert read(shown).tags.count("h1") == 1


@pytest.mark.usefixtures("demo")
def test_a_reader_of_one_team_sees_its_own_changes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    teams = cache.teams(cache.current(), Scope.everything())
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("G1"))
    app = run(CHANGES)
    shown = text(app) + " ".join(option for box in app.selectbox for option in box.options)
    assert "North" in teams
    assert not [team for team in teams if team != "North" and team in shown]
    assert "No event is recorded" in shown


@pytest.mark.usefixtures("demo")
def test_a_goal_that_holds_since_the_new_year_is_told_once_it_does() -> None:
    # goals.csv: gross_margin 34 % and 36 % until 2026, 35 % and 37 % from then on
    shown = text(run(CHANGES, period="2026-01"))
    goals = shown.partition("Goals that changed")[2]
    told = "Goal 36\u00a0% → 37\u00a0%, limit 34\u00a0% → 35\u00a0%."
    assert told in goals.partition("Gross margin")[2].partition("</div>")[0]
    assert "the same limit and goal in both periods" in text(run(CHANGES, period="2026-02"))


@pytest.mark.usefixtures("demo")
def test_what_the_load_before_found_too_is_not_newly_withheld_or_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    load, everybody = cache.current(), Scope.everything()
    quality = cache.quality(load, everybody)
    shown = {metric for metric, found in quality.touched.items() if found[0].effect in ("withheld", "marked")}

    def moved(is_calm: bool) -> set[str]:
        tables: dict[str, dict[str, RulePoint]] = {}
        for check in load.facts.checks:
            outcome = "passed" if is_calm else check.outcome
            tables.setdefault(check.table, {})[check.rule] = RulePoint(check.severity, outcome, check.bad_rows, 1)
        rules = {name: TablePoint({}, found) for name, found in tables.items()}
        before = LoadPoint("000000", load.facts.loaded_at, True, rules)
        monkeypatch.setattr(cache, "quality", lambda *_: dataclasses.replace(quality, points=(before,)))
        return {one.definition.metric for one in changes_answers._checks_moved(load, everybody)}

    assert shown
    assert moved(is_calm=True) == shown
    assert moved(is_calm=False) == set()


def test_the_overview_says_of_what_the_change_is_made_and_leads_to_all_of_it(floors: fixture.FixtureFloors) -> None:
    shown = text(run(period="2026-10", against="year"))
    sentence = re.search(r'<p class="sub why">(.*?)</p>', shown)
    assert sentence is not None
    assert sentence[1].startswith("First reply made −1.5 points of it and resolution −1.0; quality score made +0.6.")
    assert "/changes?against=year" in sentence[1]


def test_an_unfinished_period_has_no_sentence_of_parts(floors: fixture.FixtureFloors) -> None:
    assert "sub why" not in re.sub(r"<style>.*?</style>", "", text(run(period="2026-11")), flags=re.S)


def test_what_changed_is_told_since_a_period_and_offers_nothing_else(floors: fixture.FixtureFloors) -> None:
    """Found wrong: with the goal or another team chosen the page told what changed since the month before."""
    overview, changes = run(against="goal"), run(CHANGES, against="goal")
    offered = [app.selectbox(key="choice_against").options for app in (overview, changes)]
    assert "Against the goal" in offered[0]
    assert offered[1] == offered[0][: len(offered[1])]
    assert not [one for one in offered[1] if "goal" in one or one.removeprefix("Against ") in fixture.TEAMS]
    assert changes.selectbox(key="choice_against").value == ""
