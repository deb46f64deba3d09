"""Numbers and sentences: input and exact text, side by side."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from pathlib import Path
from typing import get_args

import pytest

from dashboard import score_axis, sentences, wording
from dashboard.wording import WORDS
from data_checks.calendar import EVERYBODYS, Calendar
from metrics.definition import PERSPECTIVES, Unit
from metrics.period import period_at
from metrics.result import Kind, State
from metrics.scorecard import Status
from tests import dashboard_fixture as fixture

S = wording.SPACE


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (0.812, "percent", f"81.2{S}%"),
        (0.8, "percent", f"80.0{S}%"),
        (1.0, "percent", f"100{S}%"),
        (0.0, "percent", f"0{S}%"),
        (0.0043, "percent", f"0.43{S}%"),
        (-0.05, "percent", f"−5.0{S}%"),
        (34.4, "points", "34"),
        (-3.0, "points", "−3"),
        (-0.2, "points", "0"),
        (4_820_000, "currency", f"€4.82{S}M"),
        (145_000, "currency", f"€145{S}k"),
        (1460, "currency", "€1,460"),
        (7.9, "currency", "€7.90"),
        (-7.9, "currency", "−€7.90"),
        (42, "minutes", f"42{S}min"),
        (42.34, "minutes", f"42.3{S}min"),
        (70, "minutes", f"1{S}h{S}10"),
        (61, "hours", f"61.0{S}h"),
        (3.2, "hours", f"3.20{S}h"),
        (1460, "number", "1,460"),
        (12, "number", "12"),
        (2_140_000, "number", f"2.14{S}M"),
        (84.1, "score", "84.1"),
        (4.213, "score", "4.21"),
        (0.0123, "number", "0.0123"),
        (1.5, "days", f"1.50{S}days"),
    ],
)
def test_a_value_has_three_figures_and_its_unit(number: float, unit: Unit, text: str) -> None:
    assert wording.value(number, unit, "EUR") == text


@pytest.mark.parametrize(
    ("goal", "unit", "text"),
    [
        (0.85, "percent", f"85{S}%"),
        (0.015, "percent", f"1.5{S}%"),
        (30.0, "minutes", f"30{S}min"),
        (48.0, "hours", f"48{S}h"),
        (7.5, "currency", "€7.50"),
        (75.0, "currency", "€75"),
        (90_000.0, "currency", f"€90{S}k"),
        (4_600_000.0, "currency", f"€4.6{S}M"),
        (0.6, "number", "0.6"),
        (1000.0, "number", "1,000"),
    ],
)
def test_a_goal_is_shown_as_it_was_written(goal: float, unit: Unit, text: str) -> None:
    assert wording.value(goal, unit, "EUR", exact=True) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.801, 0.823, "percent", f"80.1–82.3{S}%"),
        (0.00092, 0.203, "percent", f"0.1–20.3{S}%"),
        (-0.02, 0.03, "percent", f"−2.0 to 3.0{S}%"),
        (30, 38, "points", "30 to 38"),
        (-3, 4, "points", "−3 to 4"),
        (40.8, 43.1, "minutes", f"40.8–43.1{S}min"),
        (44, 64, "minutes", f"44{S}min–1{S}h{S}04"),
        (70, 130, "minutes", f"1{S}h{S}10–2{S}h{S}10"),
        (79.04, 85.97, "currency", "€79.04–€85.97"),
        (0.679, 0.773, "number", "0.679–0.773"),
    ],
)
def test_an_interval_names_its_unit_once(low: float, high: float, unit: Unit, text: str) -> None:
    assert wording.interval(low, high, unit, "EUR") == text


@pytest.mark.parametrize(
    ("difference", "unit", "kind", "now", "text"),
    [
        (-0.029, "percent", "proportion", 0.812, f"−2.9{S}pt"),
        (0.0, "percent", "proportion", 0.8, f"±0.0{S}pt"),
        (0.0004, "percent", "proportion", 0.8, f"±0.0{S}pt"),
        (145_000, "currency", "total", 4_820_000, f"+3.1{S}%"),
        (0.35, "currency", "ratio", 7.9, "+€0.35"),
        (5.0, "currency", "total", 5.0, "+€5.00"),
        (11, "minutes", "quantile", 42, f"+11{S}min"),
        (8.5, "hours", "quantile", 61.0, f"+8.5{S}h"),
        (380, "number", "total", 1460, "+380"),
        (-0.023, "number", "ratio", 0.726, "−0.023"),
        (-1, "points", "nps", 34, "−1"),
        (0, "points", "nps", 34, "±0"),
        (1.4, "score", "mean", 84.1, "+1.4"),
    ],
)
def test_a_change_carries_its_sign_and_its_own_unit(
    difference: float, unit: Unit, kind: Kind, now: float, text: str
) -> None:
    assert wording.change(difference, unit, kind, now, "EUR") == text


def test_dates_and_periods_are_written_out() -> None:
    october = fixture.OCTOBER
    assert wording.date(dt.date(2026, 11, 20)) == "20 Nov 2026"
    assert wording.period(october) == "October 2026"
    assert wording.period(october, fixture.SEPTEMBER) == "October"
    assert wording.period(wording.year_before(october), october) == "October 2025"
    assert wording.period(period_at(dt.date(2016, 5, 1), "quarter", EVERYBODYS)) == "Q2 2016"
    assert wording.period_id(october) == "2026-10"


@pytest.mark.parametrize(
    ("day", "grain", "calendar", "said"),
    [
        (dt.date(2016, 4, 1), "year", Calendar(year_starts=4), "FY 2016/17"),
        (dt.date(2017, 3, 31), "year", Calendar(year_starts=4), "FY 2016/17"),
        (dt.date(2016, 9, 30), "quarter", Calendar(year_starts=4), "FY 2016/17 Q2"),
        (dt.date(2017, 1, 1), "quarter", Calendar(year_starts=4), "FY 2016/17 Q4"),
        (dt.date(1999, 12, 1), "quarter", Calendar(year_starts=12), "FY 1999/00 Q1"),
        (dt.date(2016, 5, 1), "year", EVERYBODYS, "2016"),
        (dt.date(2016, 5, 1), "month", Calendar(year_starts=4), "May 2016"),
        (dt.date(2016, 2, 15), "week", EVERYBODYS, "week 7 of 2016"),
        (dt.date(2016, 2, 15), "week", Calendar(week_starts=7), "week of 14 Feb 2016"),
    ],
)
def test_a_year_that_starts_in_another_month_is_said_with_both_of_its_years(day, grain, calendar, said):
    assert wording.period(period_at(day, grain, calendar)) == said


def test_a_year_before_a_fiscal_quarter_is_a_fiscal_quarter():
    quarter = period_at(dt.date(2016, 8, 1), "quarter", Calendar(year_starts=4))
    assert wording.period(wording.year_before(quarter)) == "FY 2015/16 Q2"


def test_data_through_is_local_time_and_a_whole_day_is_a_date() -> None:
    assert wording.moment(dt.datetime(2026, 10, 20, 15, 59), "Europe/Berlin") == "20 Oct 2026, 17:59"
    assert wording.moment(dt.datetime(2026, 10, 20, 21, 59, 59, 999999), "Europe/Berlin") == "20 Oct 2026"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        (math.nan, ""),
        (True, "yes"),
        (5.0, "5"),
        (2.505, "2.50"),
        ("x", "x"),
        (dt.date(2026, 1, 2), "2 Jan 2026"),
        (dt.datetime(2026, 1, 2, 9, 5), "2 Jan 2026, 09:05"),
    ],
)
def test_a_raw_cell_never_says_nan_or_none(content: object, text: str) -> None:
    assert wording.cell(content) == text


def test_a_share_is_whole_only_when_it_is() -> None:
    assert [wording.share(part) for part in (0.0, 0.001, 0.83, 0.999, 1.0)] == [
        f"0{S}%",
        f"1{S}%",
        f"83{S}%",
        f"99{S}%",
        f"100{S}%",
    ]


def test_the_answer_counts_then_names_the_worst_in_full() -> None:
    board = fixture.scorecard()
    assert sentences.answer(board, "EUR") == (
        f"8 of 18 goals are met. First reply is the weak point: 42{S}min against a goal of 30{S}min."
    )


def test_nothing_missed_names_what_is_on_watch_and_lowest() -> None:
    lines = tuple(line for line in fixture.LINES if line.metric in ("margin", "csat", "nps"))
    assert sentences.answer(fixture.scorecard(lines), "EUR") == (
        f"None of 3 goals is met. Customer satisfaction is short of its goal: 81.2{S}% against 85{S}%."
    )


def test_all_met_says_so() -> None:
    lines = tuple(line for line in fixture.LINES if line.status == "met")
    assert sentences.answer(fixture.scorecard(lines), "EUR") == "All 8 goals are met."


def test_nothing_judged_says_why() -> None:
    lines = tuple(line for line in fixture.LINES if line.metric == "reviews")
    assert sentences.answer(fixture.scorecard(lines), "EUR") == (
        "Nothing can be judged in October 2026: there are no data."
    )


def test_the_answer_never_exceeds_110_characters() -> None:
    lines = tuple(dataclasses.replace(line, name=line.name + " of a rather long name" * 3) for line in fixture.LINES)
    assert len(sentences.answer(fixture.scorecard(lines), "EUR")) <= 110


def test_the_summary_says_score_branch_and_one_bad_and_one_good_fact_without_causes() -> None:
    text = sentences.summary(fixture.scorecard(), "EUR")
    assert text.startswith(
        "The score is **64 of 100**, 3 lower than in September. **Internal process** fell most, by 17."
    )
    facts = f"First reply rose by 11{S}min, to 42{S}min, while quality score rose by 1.4, to 84.1."
    over = f"1 metric is withheld for its checks; the score stands on **78{S}%** of the weight."
    assert text.endswith(f"{facts} {over}")
    assert not {"because", "due to"} & set(text.lower().split())


def test_a_score_is_held_against_a_day_with_on() -> None:
    day, before = (period_at(dt.date(2026, 10, n), "day", EVERYBODYS) for n in (9, 8))
    text = sentences.summary(fixture.scorecard(period=day, against=before), "EUR")
    assert text.startswith("The score is **64 of 100**, 3 lower than on 8 Oct 2026.")


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        ("response", "Check “answers have an invitation” failed on 412 rows."),
        ("lifetime", "Too young to judge: complete on 1 Dec 2026."),
        ("course", "Only 18 counted; judged from 30 on."),
        ("enps", "Fewer than 5 answers: hidden to protect people."),
        ("reviews", "Nothing to count in October 2026."),
        ("referrals", "The sources do not provide what it needs."),
        ("voices", "No goal is set."),
        ("csat", ""),
    ],
)
def test_a_row_without_a_verdict_says_why(metric: str, text: str) -> None:
    line = next(line for line in fixture.LINES if line.metric == metric)
    assert sentences.reason(fixture.card(line)) == text


def test_a_suppressed_value_and_its_count_are_never_shown() -> None:
    line = next(line for line in fixture.LINES if line.metric == "enps")
    card = fixture.card(dataclasses.replace(line, value=12.0))
    assert sentences.figure(card, "EUR") == "no value"
    assert sentences.basis(card, "EUR") == "n < 5"


def test_a_verdict_too_close_names_the_boundary_it_is_close_to() -> None:
    line = fixture.Line("m", "M", "customer", "minutes", 60, 30, 51, None, "too_close", 100, 12)
    assert sentences.metric_answer(fixture.card(line), "EUR") == (
        f"51{S}min in October 2026: too close to the limit of 1{S}h{S}00 to call; the goal is 30{S}min."
    )


def test_changes_are_the_largest_clear_ones_and_the_rest_is_counted() -> None:
    found, more = sentences.changes(fixture.scorecard(), "EUR", most=2)
    assert [change.metric for change in found] == ["first_reply", "resolution"]
    assert more == 3


def test_an_unfinished_month_says_how_much_of_it_is_there() -> None:
    board = fixture.scorecard(period=fixture.NOVEMBER, against=fixture.OCTOBER)
    assert sentences.summary(board, "EUR", dt.date(2026, 11, 20)).startswith(
        "November 2026 so far: 20 of 30 days. Changes are shown when it is over."
    )
    assert sentences.summary(board, "EUR").startswith("November 2026 is not over; changes are shown when it is.")


def test_a_change_of_an_older_month_is_no_news() -> None:
    board = fixture.scorecard()
    branches = tuple(
        dataclasses.replace(
            branch,
            cards=tuple(
                dataclasses.replace(card, asked=fixture.NOVEMBER) if card.definition.metric == "first_reply" else card
                for card in branch.cards
            ),
        )
        for branch in board.branches
    )
    older = dataclasses.replace(board, branches=branches)
    assert "first_reply" not in [change.metric for change in sentences.changes(older, "EUR")[0]]
    assert "First reply" not in sentences.summary(older, "EUR")


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Repeat purchase rate", "repeat purchase rate"),
        ("NPS of employees", "NPS of employees"),
        ("First reply, median", "first reply"),
        ("eNPS", "eNPS"),
    ],
)
def test_a_name_inside_a_sentence_is_small_unless_it_is_an_acronym(name: str, inside: str) -> None:
    line = dataclasses.replace(fixture.LINES[0], name=name)
    assert sentences.inner(fixture.definition(line)) == inside


def test_the_shortest_name_is_the_acronym() -> None:
    names = {line.metric: sentences.brief(fixture.definition(line)) for line in fixture.LINES}
    assert (names["csat"], names["first_reply"]) == ("CSAT", "First reply")


@pytest.mark.parametrize(
    ("clause", "text"),
    [
        (
            "orders cannot be cut by 'team': no source provides orders.team_id",
            "Orders name no team, so this is not known per team.",
        ),
        (
            "survey_responses cannot be cut by 'agent'",
            "Survey responses name no agent, so this is not known per agent.",
        ),
        ("orders cannot be cut by 'topic'", "Orders cannot be split by topic."),
        ("no source fills it", "No source fills it."),
    ],
)
def test_what_cannot_be_cut_is_said_in_words(clause: str, text: str) -> None:
    assert sentences.uncut(clause) == text


def test_a_perspective_is_as_cautious_as_its_metrics() -> None:
    cards = [fixture.card(line) for line in fixture.LINES]
    close = [card for card in cards if card.status == "too_close"]
    met = [card for card in cards if card.status == "met"]
    assert score_axis.standing_of(100.0, close) == "too_close"
    assert score_axis.standing_of(100.0, [*close, *met]) == "met"
    assert score_axis.standing_of(50.0, close) == "watch"


def test_a_value_off_the_axis_is_told_from_one_at_its_end() -> None:
    line = fixture.Line("m", "M", "customer", "number", 20, 10, 0, None, "met")
    definition = fixture.definition(line)
    found = [score_axis.beyond(definition, value, score) for value, score in ((-1, 100.0), (12, 60.2), (31, 0.0))]
    assert found == [1, 0, -1]
    assert score_axis.beyond(definition, 30, 0.0) == 0


def _code() -> str:
    root = Path(wording.__file__).parents[1]
    files = [*(root / "dashboard").rglob("*.py"), *(root / "pages").glob("*.py")]
    return "".join(file.read_text(encoding="utf-8") for file in files if file.parent.name != "words")


def test_every_word_asked_for_is_in_the_table() -> None:
    asked = set(re.findall(r'\bsay\(\s*"(\w+)"', _code()))
    assert asked
    assert asked <= set(WORDS)


def test_no_word_in_the_table_is_left_over() -> None:
    code = _code()
    built = set(re.findall(r'f"(\w+_)\{', code))
    states = {*get_args(Status), *get_args(State), *PERSPECTIVES, "passed", "warning", "failed"}
    code = code.replace("'", '"')
    left = [key for key in WORDS if f'"{key}"' not in code and key not in states and not key.startswith(tuple(built))]
    asked = re.compile(r"_(to|one|none)$")  # one and none are chosen by a number beside the word for many
    left = [key for key in left if not asked.sub("", key).startswith(tuple(built))]
    assert [key for key in left if f'"{asked.sub("", key)}"' not in code and not key.endswith("_to")] == []
