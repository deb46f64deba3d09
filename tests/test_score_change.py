"""The change of a score taken apart: by hand, and exactly on a whole demo."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

from dashboard.changes.score_lines import headline, made_of, score_lines
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.score_change import ScoreChange, score_change
from metrics.cascade import Node, build_cascade
from metrics.definition import PerspectiveId
from metrics.scope import Scope
from metrics.scorecard import Card, Scorecard, make_branch, make_scorecard
from metrics.screen import before as period_before
from metrics.screen import default_period
from metrics.strategy import Objective
from tests import dashboard_fixture as fixture
from tests.conftest import catalog_of

LINES = {line.metric: line for line in fixture.LINES}


def card(metric: str, before: float | None, after: float | None, weight: float = 1.0) -> Card:
    made = fixture.card(LINES[metric])
    definition = dataclasses.replace(made.definition, weight=weight)
    return dataclasses.replace(made, definition=definition, score=after, previous_score=before)


def board(**branches: tuple[list[Card], list[Objective]] | list[Card]) -> Scorecard:
    made = []
    for name, found in branches.items():
        cards, objectives = found if isinstance(found, tuple) else (found, [])
        perspective: PerspectiveId = name  # type: ignore[assignment]
        made.append(make_branch(perspective, cards, objectives))
    return make_scorecard(fixture.OCTOBER, fixture.SEPTEMBER, True, made)


def totals(change: ScoreChange | None) -> dict[str, float]:
    assert change is not None
    return {part.card.definition.metric: part.total for part in change.parts}


def test_each_metric_makes_its_weight_times_the_change_of_its_score() -> None:
    # financial: (40 + 3·60)/4 = 55 → (60 + 3·56)/4 = 57; customer: 70 → 80; score: 62.5 → 68.5, +6
    # revenue ½·¼·20 = 2.5, margin ½·¾·(−4) = −1.5, csat ½·10 = 5
    found = board(
        financial=[card("revenue", 40, 60), card("margin", 60, 56, weight=3)], customer=[card("csat", 70, 80)]
    )
    assert (found.previous_score, found.score) == (62.5, 68.5)
    assert totals(score_change(found)) == pytest.approx({"csat": 5.0, "revenue": 2.5, "margin": -1.5})


def test_a_metric_judged_in_one_period_only_counts_with_its_distance_from_the_score() -> None:
    # customer: csat 70 → (80 + 50)/2 = 65; financial 55 → 57: score 62.5 → 61, −1.5; middle 61.75
    # csat weighs ½ before and ¼ now: own ⅜·10 = 3.75, share −¼·(75 − 61.75) = −3.3125
    # effort is new: ¼·(50 − 61.75) = −2.9375
    found = board(
        financial=[card("revenue", 40, 60), card("margin", 60, 56, weight=3)],
        customer=[card("csat", 70, 80), card("effort", None, 50)],
    )
    change = score_change(found)
    assert change is not None
    assert change.change == pytest.approx(-1.5)
    assert totals(change) == pytest.approx({"effort": -2.9375, "revenue": 2.5, "margin": -1.5, "csat": 0.4375})
    csat, effort = change.of("csat"), change.of("effort")
    assert csat is not None
    assert effort is not None
    assert (csat.own, csat.share) == pytest.approx((3.75, -3.3125))
    assert (csat.weights, effort.weights, effort.kind) == ((0.5, 0.25), (0.0, 0.25), "new")


def test_a_metric_no_longer_judged_takes_its_distance_with_it() -> None:
    # financial alone: (40 + 80)/2 = 60 → 40 (half the weight is judged): −20; middle 50
    # revenue ¾·0 + ½·(40 − 50) = −5; margin is gone: −½·(80 − 50) = −15
    found = board(financial=[card("revenue", 40, 40), card("margin", 80, None)])
    assert totals(score_change(found)) == pytest.approx({"margin": -15.0, "revenue": -5.0})


def test_a_metric_counts_with_the_weight_of_its_objective() -> None:
    # objectives: growth (weight 3: revenue), thrift (weight 1: margin, unit_cost): 10·¾ + 8·¼·½ = 7.5 + 1
    growth = Objective("growth", "Growth", "financial", 3.0, None, ("revenue",))
    thrift = Objective("thrift", "Thrift", "financial", 1.0, None, ("margin", "unit_cost"))
    cards = [card("revenue", 50, 60), card("margin", 50, 58), card("unit_cost", 50, 50)]
    found = board(financial=(cards, [growth, thrift]))
    assert totals(score_change(found)) == pytest.approx({"revenue": 7.5, "margin": 1.0, "unit_cost": 0.0})


def test_without_a_score_in_both_periods_there_is_nothing_to_take_apart() -> None:
    assert score_change(board(financial=[card("revenue", None, 60)])) is None
    assert score_change(board(financial=[card("revenue", 60, None)])) is None


def test_the_lines_shown_sum_to_the_difference_of_the_scores_shown() -> None:
    # thirds: 50 → 51 each of three metrics makes ⅓; shown 50.0 → 51.0, so one line takes the tenth that is left
    cards = [card(metric, 50, 51) for metric in ("revenue", "margin", "unit_cost")]
    change = score_change(board(financial=cards))
    assert change is not None
    lines = score_lines(change)
    assert sorted(one.number for one in lines.lines) == [Decimal("0.3"), Decimal("0.3"), Decimal("0.4")]
    assert lines.change == sum(one.number for one in lines.lines) == Decimal("1.0")
    assert lines.by_perspective() == {"financial": Decimal("1.0")}


def test_the_sentence_names_the_largest_of_each_sign_that_is_more_than_chance() -> None:
    margin = dataclasses.replace(card("margin", 60, 56, weight=3), change_is_clear=True)
    found = board(financial=[card("revenue", 40, 60), margin], customer=[card("csat", 70, 80)])
    change = score_change(found)
    assert change is not None
    lines = score_lines(change)
    # revenue made +2.5, which may be chance
    assert made_of(lines) == "Customer satisfaction made +5.0 points of it; gross margin made −1.5."
    counted = "1 metric is clearly better, 1 clearly worse"
    assert headline(lines, found) == f"The score rose by 6.0 to 68.5: {counted}."


def test_where_other_metrics_are_judged_than_before_no_metric_is_named() -> None:
    # 50 → (50 + 90)/2 = 70: csat is as it was, and nps is judged for the first time
    change = score_change(board(customer=[card("csat", 50, 50), card("nps", None, 90)]))
    assert change is not None
    assert made_of(score_lines(change)) == "Most of it comes of other metrics being judged than before."


def nodes(node: Node) -> list[Node]:
    return [node, *(one for part in node.parts for one in nodes(part))]


def test_the_parts_sum_to_the_change_of_every_board_of_the_demo(loaded_demo: Path) -> None:
    workspace = read_workspace(loaded_demo)
    warehouse = open_warehouse(workspace)
    period = default_period(warehouse)
    whole = build_cascade(warehouse, catalog_of(workspace), Scope.everything(), period, period_before(period))
    found = [(node.board, change) for node in nodes(whole) if (change := score_change(node.board))]
    assert len(found) > 5
    for one, change in found:
        parts = sum(part.total for part in change.parts)
        assert parts == pytest.approx(one.score - one.previous_score, abs=1e-9)  # type: ignore[operator]
        assert [sum(part.weights[place] for part in change.parts) for place in (0, 1)] == pytest.approx([1.0, 1.0])
    assert any(part.kind == "new" for _, change in found for part in change.parts)
    warehouse.close()
