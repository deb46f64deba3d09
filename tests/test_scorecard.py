"""Status, score and coverage, worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_checks.errors import Place
from data_checks.warehouse.contract import CheckOutcome
from metrics.definition import MetricDefinition
from metrics.period import Period
from metrics.result import MetricResult
from metrics.scorecard import change_of, make_branch, make_card, make_scorecard, score_of, status_of
from metrics.standing import Standing

MAY = Period(dt.date(2026, 5, 1), dt.date(2026, 6, 1), "month")


def metric(red=0.75, goal=0.85, unit="percent", **more):
    return MetricDefinition("m", Place("m.yaml", 1, 1), red=red, goal=goal, unit=unit, **more)


def result(value, low=None, high=None, state="ok", kind="proportion", **more):
    return MetricResult("m", MAY, value, state, kind, low=low, high=high, **more)


@pytest.mark.parametrize(
    ("value", "status"),
    [(0.90, "met"), (0.85, "met"), (0.80, "watch"), (0.75, "watch"), (0.7499, "missed")],
)
def test_without_an_interval_the_value_alone_decides(value, status):
    assert status_of(metric(), result(value)) == status


@pytest.mark.parametrize(
    ("value", "status"), [(20, "met"), (24, "met"), (30, "watch"), (48, "watch"), (48.1, "missed")]
)
def test_lower_is_better_when_the_goal_lies_below_red(value, status):
    assert status_of(metric(red=48, goal=24, unit="hours"), result(value, kind="quantile")) == status


@pytest.mark.parametrize(
    ("value", "low", "high", "status"),
    [
        (0.86, 0.84, 0.88, "too_close"),  # holds the goal, which is nearest
        (0.86, 0.855, 0.865, "met"),
        (0.76, 0.73, 0.79, "too_close"),  # holds red, which is nearest
        (0.78, 0.765, 0.86, "watch"),  # holds the goal, but red is nearer and outside
        (0.70, 0.68, 0.72, "missed"),
    ],
)
def test_too_close_when_the_interval_holds_the_nearest_boundary(value, low, high, status):
    assert status_of(metric(), result(value, low, high)) == status


@pytest.mark.parametrize(
    ("red", "goal", "value", "low", "high", "status"),
    [
        (0.95, 1.0, 1.0, 0.992, 1.0, "met"),  # 480 of 480: nothing better can be seen
        (0.95, 1.0, 0.998, 0.986, 0.9996, "watch"),
        (0.05, 0.0, 0.0, 0.0, 0.008, "met"),  # no mistake among 480
        (0.95, 0.99, 1.0, 0.97, 1.0, "too_close"),  # 125 of 125 may still be less than 99 %
    ],
)
def test_a_goal_of_everything_can_be_met(red, goal, value, low, high, status):
    """Found wrong: with a goal of 100 % even 480 of 480 was too close to call, for ever."""
    assert status_of(metric(red=red, goal=goal), result(value, low, high)) == status


def test_what_is_not_ok_is_not_judged_and_what_has_no_goal_says_so():
    assert status_of(metric(), result(0.9, state="too_few")) == "not_judged"
    assert status_of(metric(red=None, goal=None), result(0.9)) == "no_goal"


def test_half_a_month_of_a_total_is_not_judged():
    assert status_of(metric(red=10, goal=20, unit="number"), result(5, kind="total", complete=False)) == "not_judged"
    assert status_of(metric(), result(0.9, complete=False)) == "met"


@pytest.mark.parametrize(
    ("value", "score"),
    # step 0.10: 0 at .65, 33 at .75, 67 at .85, best .95 → 100
    [(0.60, 0), (0.65, 0), (0.70, 16.5), (0.75, 33), (0.80, 50), (0.85, 67), (0.90, 83.5), (0.95, 100), (1.0, 100)],
)
def test_the_score_is_straight_between_its_points(value, score):
    assert score_of(metric(), value) == pytest.approx(score)


def test_the_best_is_held_inside_the_units_bounds():
    # goal 98 %, red 90 %: best would be 106 %, so 100 % scores 100 and 99 % lies half way
    assert score_of(metric(red=0.90, goal=0.98), 1.0) == pytest.approx(100)
    assert score_of(metric(red=0.90, goal=0.98), 0.99) == pytest.approx(83.5)
    # goal 10 minutes, red 60: best would be −40 minutes, so 0 scores 100
    assert score_of(metric(red=60, goal=10, unit="minutes"), 0) == pytest.approx(100)


def test_a_goal_at_the_bound_itself_scores_100():
    assert score_of(metric(red=0.9, goal=1.0), 1.0) == 100
    assert score_of(metric(red=0.9, goal=1.0), 0.95) == pytest.approx(66.5)  # half way from 33 to 100


def test_stretch_replaces_the_best():
    assert score_of(metric(stretch=0.87), 0.86) == pytest.approx(83.5)


def test_the_axis_runs_the_other_way_when_lower_is_better():
    hours = metric(red=48, goal=24, unit="hours")  # step 24: 0 at 72, 33 at 48, 67 at 24, 100 at 0
    assert [score_of(hours, value) for value in (72, 48, 36, 24, 12, 0)] == pytest.approx([0, 33, 50, 67, 83.5, 100])


def test_the_ends_of_the_interval_pass_through_the_score_in_order():
    card = make_card(metric(red=48, goal=24, unit="hours"), result(36, 30, 42, kind="quantile"), None, ())
    assert card.score_low < card.score < card.score_high


def cards(*pairs):
    """Cards by (weight, value); None: not judged."""
    made = []
    for weight, value in pairs:
        state = "ok" if value is not None else "no_data"
        made.append(make_card(metric(weight=weight), result(value, state=state), None, ()))
    return made


def test_a_perspective_is_the_weighted_mean_of_what_has_a_score():
    # scores 67 (weight 2) and 33 (weight 1): (134 + 33) / 3 = 55.67; the third is not judged: coverage 3 of 4
    branch = make_branch("customer", cards((2, 0.85), (1, 0.75), (1, None)))
    assert branch.score == pytest.approx(167 / 3)
    assert branch.coverage == pytest.approx(0.75)


def test_under_half_the_weight_there_is_no_score():
    branch = make_branch("customer", cards((1, 0.85), (2, None)))
    assert branch.score is None
    assert branch.coverage == pytest.approx(1 / 3)


def test_what_is_not_provided_or_has_no_goal_is_outside_coverage():
    absent = make_card(metric(), result(None, state="not_provided"), None, ())
    goalless = make_card(metric(red=None, goal=None), result(0.5), None, ())
    branch = make_branch("customer", [*cards((1, 0.85)), absent, goalless])
    assert branch.coverage == 1.0
    assert make_branch("financial", [absent]).coverage is None


def test_the_whole_counts_perspectives_equally_and_covers_by_weight():
    strong = make_branch("customer", cards((5, 0.95)))  # 100
    weak = make_branch("financial", cards((1, 0.65), (2, 0.65)))  # 0
    empty = make_branch("learning_growth", [])
    board = make_scorecard(MAY, MAY, True, [strong, weak, empty])
    assert board.score == pytest.approx(50)
    assert board.coverage == 1.0


@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(0, 1)), min_size=1, max_size=8))
def test_a_mean_of_scores_never_leaves_its_parts(pairs):
    branch = make_branch("customer", cards(*pairs))
    scores = [card.score for card in branch.cards]
    assert min(scores) - 1e-9 <= branch.score <= max(scores) + 1e-9


def test_a_change_is_clear_only_when_its_interval_excludes_zero():
    # 56 of 70 after 48 of 80: Newcombe's .0524 … .3339
    before = result(0.6, 0.4904, 0.7004, n=80)
    after = result(0.8, 0.6918, 0.8769, n=70)
    assert change_of(after, before) == (pytest.approx(0.2), True)
    assert change_of(result(0.62, 0.51, 0.72), before) == (pytest.approx(0.02), False)


def test_a_total_changes_without_a_verdict_on_chance_and_nothing_changes_from_nothing():
    assert change_of(result(120, kind="total"), result(100, kind="total")) == (20, None)
    assert change_of(result(0.8), None) == (None, None)
    assert change_of(result(0.8), result(None, state="no_data")) == (None, None)


@pytest.mark.parametrize(("rule", "stale"), [("tickets_fresh", True), ("tickets_volume", False)])
def test_a_card_is_stale_when_a_table_it_stands_on_has_had_nothing_new_for_too_long(rule, stale):
    check = CheckOutcome(rule, "tickets", "warning", "failed", 1, 1, (), "why", "owner")
    old = result(0.9, checks=(Standing(check, "marked"),))
    assert make_card(metric(), old, None, ()).is_stale is stale
    assert make_card(metric(), result(0.9), None, ()).is_stale is False
