"""Funnel limits (Spiegelhalter 2005), over-dispersion and verdicts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import funnel


@pytest.mark.parametrize(
    ("n", "limits"),
    [
        (30, (0.5348, 0.6321, 0.9190, 0.9731)),
        (300, (0.7242, 0.7521, 0.8427, 0.8666)),
        (10, (0.3025, 0.4705, 0.9767, 0.9991)),
    ],
)
def test_limits_are_the_interpolated_binomials(n, limits):
    assert tuple(funnel.funnel_limits([n], 0.8)[0]) == pytest.approx(limits, abs=1e-4)


def test_a_limit_needs_a_trial():
    with pytest.raises(ValueError, match="at least one trial"):
        funnel.binomial_limit(0.025, [0], 0.5)


def test_verdicts_are_words():
    # 4 teams of 300, three at 80 %, one far below: the pooled rate is .74
    found = funnel.funnel(["a", "b", "c", "low", "idle"], [240, 243, 237, 168, 0], [300, 300, 300, 300, 0], target=0.8)
    assert [team.verdict for team in found.teams[:3]] == ["no_evidence"] * 3
    assert found.teams[0].words == "no evidence of difference from the company"
    assert found.teams[4] == funnel.FunnelTeam("idle", 0, None, None, "no_answers", None)
    assert found.teams[3].side == "below"


def test_between_the_limits_is_watch_and_beyond_both_is_unusual():
    names, n = [str(i) for i in range(20)], [300] * 20
    watch = funnel.funnel(names, [240] * 19 + [256], n, target=0.8)  # .8533: above .8427, below .8666
    unusual = funnel.funnel(names, [240] * 19 + [262], n, target=0.8)  # .8733: above .8666
    assert (watch.teams[19].verdict, watch.teams[19].side) == ("watch", "above")
    assert (unusual.teams[19].verdict, unusual.teams[0].verdict) == ("unusual", "no_evidence")


def test_more_scatter_than_chance_widens_the_limits_and_is_said():
    # z = ±4 each (400 answers at .5: one standard error is .025), so φ = 16 and the limits are 4 times as wide
    found = funnel.funnel([str(i) for i in range(10)], [240, 160] * 5, [400] * 10)
    assert found.dispersion == pytest.approx(16)
    assert {team.verdict for team in found.teams} == {"no_evidence"}
    assert found.reason == "The teams scatter more than chance explains, so the limits are 4.00 times as wide."
    high = found.teams[0].limits[2]
    exact = funnel.binomial_limit(0.975, [400], 0.5)[0]
    assert high - 0.5 == pytest.approx(4 * (exact - 0.5))


def test_one_team_far_off_does_not_widen_the_limits_for_all():
    # 20 teams at z = 0 and one at z = 20: drawn in to the 90 % quantile it is 0 too
    assert funnel.over_dispersion([200] * 20 + [400], [400] * 21, 0.5) == 0


@pytest.mark.parametrize(
    ("x", "n", "state", "reason"),
    [
        ([], [], "no_data", "No team has answers."),
        ([0], [0], "no_data", "No team has answers."),
        ([3], [4], "one_team", "Only one team has answers, so there is nothing to compare."),
        ([4, 9], [4, 9], "no_spread", "All answers of all teams are alike."),
        ([0, 0], [4, 9], "no_spread", "All answers of all teams are alike."),
    ],
)
def test_what_cannot_be_compared_says_so_and_accuses_nobody(x, n, state, reason):
    found = funnel.funnel([str(i) for i in range(len(x))], x, n)
    assert (found.state, found.reason) == (state, reason)
    assert {team.verdict for team in found.teams} <= {"no_evidence", "no_answers"}


def test_counts_and_targets_that_are_none_are_refused():
    for x, n in (([5], [4]), ([1], [1.5]), ([math.nan], [3])):
        with pytest.raises(ValueError, match="0 ≤ successes ≤ trials"):
            funnel.funnel(["a"], x, n)
    with pytest.raises(ValueError, match="a target of 1"):
        funnel.funnel(["a"], [3], [4], target=1)


@given(st.integers(1, 3000), st.floats(0.001, 0.999))
def test_limits_stand_in_order_around_the_target(n, rate):
    low3, low2, high2, high3 = funnel.funnel_limits([n], rate)[0]
    assert 0 <= low3 <= low2 <= high2 <= high3 <= 1
    assert low2 <= rate <= high2 or n * min(rate, 1 - rate) < 1


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), min_size=1, max_size=20), st.randoms())
def test_the_order_of_teams_and_an_idle_one_change_nothing(pairs, random):
    names = [str(i) for i in range(len(pairs))]
    order = random.sample(range(len(pairs)), len(pairs))
    found = funnel.funnel(names, *zip(*pairs, strict=True))
    shuffled = [pairs[i] for i in order] + [[0, 0]]
    again = funnel.funnel([names[i] for i in order] + ["idle"], *zip(*shuffled, strict=True))
    assert (again.state, again.dispersion) == (found.state, pytest.approx(found.dispersion))
    verdicts = {team.name: team.verdict for team in again.teams}
    assert {team.name: team.verdict for team in found.teams}.items() <= verdicts.items()
