"""Satisfaction: answers, channels and silence as counted by hand, words escaped, and nobody else's team."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import access, settings
from dashboard.satisfaction import parts as satisfaction_parts
from data_checks.calendar import EVERYBODYS
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.answers import spread, voices
from metrics.period import parse_period
from metrics.result import MetricResult
from metrics.scope import Scope
from tests.conftest import catalog_of
from tests.customers_company import load_customers_company
from tests.loading import ask
from tests.test_cohorts import scorecard
from tests.test_dashboard_parts import read
from tests.test_retention_page import of, page_of, plain, rows

PAGE = settings.PAGES / "satisfaction.py"
MAY = parse_period("2024-05", EVERYBODYS)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_customers_company(tmp_path_factory.mktemp("said") / "company")


@pytest.fixture
def shown(company: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    yield from of(company, monkeypatch)


def keys(page: str) -> list[list[str]]:
    """Under every bar its steps: word, share, count."""
    return [
        [" ".join(plain(step).split()) for step in re.findall(r"<span><i.*?</span>", key)]
        for key in re.findall(r'<p class="key">(.*?)</p>', page)
    ]


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("shown")
def test_the_answers_by_score_are_those_counted_by_hand() -> None:
    page = page_of(PAGE, period="2024-05")
    assert "<h1>50.0\u00a0% of the customers who rated us in May 2024 were satisfied.</h1>" in page
    assert keys(page) == [["1 19 % 15", "2 25 % 20", "3 6 % 5", "4 25 % 20", "5 25 % 20"]]
    assert 'class="track" role="img" aria-label="Customer satisfaction (CSAT): 1: 15 (19\u00a0%)' in page
    assert '<s style="left:50.00%"></s>' in page  # 40 of 80 count: the line stands in the middle


@pytest.mark.usefixtures("shown")
def test_channels_say_where_they_clearly_differ() -> None:
    """30 of 40 beside 10 of 40: +50 points, far beyond chance."""
    page = page_of(PAGE, period="2024-05")
    found = {row[0]: " ".join(row[1].split()) for row in rows(page, "stays")}
    assert found["mail"].startswith("75.0 % 59.8–85.8 % · n 40 +50.0 pt to the others")
    assert found["phone"].startswith("25.0 % 14.2–40.2 % · n 40 −50.0 pt to the others")


@pytest.mark.usefixtures("shown")
def test_the_silent_ones_could_make_it_anything_from_a_quarter_to_three_quarters() -> None:
    """160 asked, 80 answered, 40 of them satisfied: 40/160 if every silent one were not, 120/160 if every one were."""
    page = page_of(PAGE, period="2024-05")
    assert "Of 160 invitations to rate us 80 were answered." in page
    assert "between <b>25.0\u00a0%</b> and <b>75.0\u00a0%</b>" in page
    found = {row[0]: [" ".join(cell.split()) for cell in row[1:]] for row in rows(page, "stays rates")}
    assert found["Small"] == ["60", "66.7 % 54.1–77.3 % +26.7 pt to the others", "37.5 %", "50.0 %"]
    assert found["Large"] == ["100", "40.0 % 30.9–49.8 % −26.7 pt to the others", "62.5 %", "50.0 %"]


def result(value: float, numerator: float, n: int, kind: str, **parts: float) -> MetricResult:
    return MetricResult("m", MAY, value, "ok", kind, numerator, n, n, parts=parts)  # type: ignore[arg-type]


def test_a_difference_that_chance_explains_is_not_told() -> None:
    few, more = result(0.6, 6, 10, "proportion"), result(0.5, 10, 20, "proportion")
    assert satisfaction_parts.clear_gap(few, [more]) is None
    assert satisfaction_parts.clear_gap(few, []) is None


def test_a_difference_of_net_promoters_is_in_points() -> None:
    """80 promoters and 10 detractors of 100 are 70; 20 and 60 of 100 are −40."""
    one = result(70, 70, 100, "nps", promoters=80, detractors=10)
    other = result(-40, -40, 100, "nps", promoters=20, detractors=60)
    assert satisfaction_parts.clear_gap(one, [other]) == pytest.approx(110)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("shown")
def test_what_people_wrote_is_text_and_leads_to_the_rows() -> None:
    page = page_of(PAGE, period="2024-05")
    assert "Slow &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Southern words" in page
    assert "CSAT 4 · South · phone · 3 May 2024" in page
    assert 'href="/metric?metric=csat&amp;rows=all"' in page or "metric=csat&amp;rows=all" in page
    reader = read(re.sub(r"<style>.*?</style>", "", page, flags=re.S))
    assert "script" not in reader.tags
    assert reader.tags.count("h1") == 1


@pytest.mark.usefixtures("shown")
def test_only_the_unhappy_when_asked_for() -> None:
    page = page_of(PAGE, period="2024-05", voices="unhappy")
    assert "Southern words" not in page  # with a 4


@pytest.mark.usefixtures("shown")
def test_a_lead_sees_no_other_teams_answers_words_or_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "guard", lambda: Scope.of_teams("N"))
    page = page_of(PAGE, period="2024-05")
    assert "<h1>75.0\u00a0% of the customers who rated us" in page
    assert keys(page) == [["1 12 % 5", "2 0 % 0", "3 12 % 5", "4 25 % 10", "5 50 % 20"]]
    assert "Of 60 invitations to rate us 40 were answered." in page
    assert not [word for word in ("Southern", "South", ">phone<", "Large", "160", "n 80") if word in page]


@pytest.mark.usefixtures("shown")
def test_a_team_in_the_address_narrows_everything() -> None:
    page = page_of(PAGE, period="2024-05", team="South")
    assert "<h1>25.0\u00a0% of the customers who rated us" in page
    assert "Slow &lt;script" not in page
    assert "Southern words" in page


# ── what is missing ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("shown")
def test_a_month_without_answers_says_so() -> None:
    page = page_of(PAGE, period="2024-04")
    assert "<h1>Satisfaction has no value for April 2024.</h1>" in page
    assert "fewer than five answers are not told apart" in page
    assert "Nobody wrote anything, or fewer than five answered." in page


def test_without_surveys_every_section_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = load_customers_company(tmp_path / "shop", contracts=False, surveys=False)
    for _ in of(folder, monkeypatch):
        page = page_of(PAGE, period="2024-05")
    assert "<h1>Satisfaction has no value for May 2024.</h1>" in page
    assert page.count("no source provides survey_responses") >= 3
    assert read(re.sub(r"<style>.*?</style>", "", page, flags=re.S)).tags.count("h1") == 1


# ── the demo, by other means ─────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def demo(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(loaded_demo, tmp_path_factory.mktemp("said") / "demo")


def test_scores_and_voices_of_the_demo_are_those_of_plain_sql(demo: Path) -> None:
    workspace = read_workspace(demo)
    warehouse, catalog, month = open_warehouse(workspace), catalog_of(workspace), parse_period("2026-09", EVERYBODYS)
    team = ask(demo, "select team_id from survey_responses where survey = 'csat' and score > 0 "
                     "group by 1 order by count(*) desc limit 1")[0][0]  # fmt: skip
    scopes = {"": Scope.everything(), f"and team_id = '{team}'": Scope.of_teams(team)}
    when = "responded_on >= '2026-09-01' and responded_on < '2026-10-01'"
    for narrowed, scope in scopes.items():
        for survey in ("csat", "nps", "ces"):
            counted = ask(demo, f"select score, count(*) from survey_responses where survey = '{survey}' "
                                f"and score is not null and {when} {narrowed} group by 1")  # fmt: skip
            found = spread(warehouse, catalog, scope, survey, month, {})
            ours = {score: n for one in found for score, n in one.counts.items()} if isinstance(found, tuple) else {}
            expected = {int(score): n for score, n in counted}
            assert ours == (expected if sum(expected.values()) >= 5 else {})
        said = ask(
            demo,
            "select responded_on, comment from survey_responses where survey in ('csat', 'nps', 'ces') "
            f"and comment is not null and {when} {narrowed} order by responded_at desc, response_id limit 12",
        )
        told = voices(warehouse, scope, month, {})
        assert isinstance(told, tuple)
        assert [(one.responded_on, one.said) for one in told] == said
    warehouse.close()


def test_the_drivers_on_screen_are_those_of_the_command_line(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    span = ("--from", "2025-10-01", "--to", "2026-10-01")
    answer = json.loads(scorecard("drivers", "csat", "-w", demo, "--as", "json", *span))
    for _ in of(demo, monkeypatch):
        page = page_of(PAGE, period="2026-09")
    part = page[page.index("What goes with satisfaction") :]
    shown = {row[0]: row[2] for row in rows(part, "groups mx-drivers")}
    found = answer["service"]["drivers"]
    assert len(found) >= 3
    told = [float(cell.split()[0]) for cell in shown.values()]
    assert told == pytest.approx([100 * one["share"] for one in found], abs=0.05)
