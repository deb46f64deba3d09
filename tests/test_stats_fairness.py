"""Shrinkage against the rat tumours (Tarone 1982; Gelman et al., BDA3 §5.1) and the BCG trials (Colditz 1994)."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.stats import fairness

RATS = """0/20×7 0/19×4 0/18×2 0/17 1/20×4 1/19×2 1/18×2 2/25 2/24 2/23 2/20×6 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47
3/20×2 2/13 9/48 10/50 4/20×7 10/48 4/19×3 5/22 11/46 12/49 5/20×2 6/23 5/19 6/22 6/20×3 16/52 15/47 15/46 9/24"""
BCG = """4 119 11 128; 6 300 29 274; 3 228 11 209; 62 13536 248 12619; 33 5036 47 5761; 180 1361 372 1079; 8 2537 10
619; 505 87886 499 87892; 29 7470 45 7232; 17 1699 65 1600; 186 50448 141 27197; 5 2493 3 2338; 27 16886 29 17825"""

COUNTS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 200)).map(lambda t: (min(t), t[1])), max_size=25)


def rats():
    found = []
    for cell in RATS.split():
        counts, _, times = cell.partition("×")
        found += [tuple(map(int, counts.split("/")))] * int(times or 1)
    return zip(*found, strict=True)


def shrunk(pairs):
    successes, trials = [x for x, _ in pairs], [n for _, n in pairs]
    return fairness.shrink_rates([f"t{i}" for i in range(len(pairs))], successes, trials)


def test_the_moments_of_the_rats_are_the_books():
    x, n = rats()
    assert (len(x), sum(x), sum(n)) == (70, 263, 1725)
    alpha, beta = fairness.beta_moments(x, n)
    assert (alpha, beta) == pytest.approx((1.3561, 8.6151), abs=1e-3)
    a, b = alpha + 4, beta + 10  # the new group of 4 among 14: Beta(5.4, 18.6), mean .223 and sd .083
    assert a / (a + b) == pytest.approx(0.2234, abs=5e-5)
    assert math.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))) == pytest.approx(0.0834, abs=5e-5)


def test_the_likelihood_of_the_rats_is_greatest_where_it_is_known_to_be():
    x, n = rats()
    prior = fairness.beta_prior(x, n)
    assert prior.method == "likelihood"
    assert (prior.alpha, prior.beta) == pytest.approx((2.3048, 14.0797), abs=5e-3)


def test_a_new_group_is_drawn_to_the_others():
    x, n = rats()
    found = fairness.shrink_rates([f"group {i}" for i in range(71)], (*x, 4), (*n, 14))
    assert (found.prior.alpha, found.prior.beta) == pytest.approx((2.3416, 14.1148), abs=5e-3)
    new, none = found.teams[-1], found.teams[0]
    assert (new.raw, new.value) == (pytest.approx(4 / 14), pytest.approx(0.2082, abs=5e-4))
    assert none.value == pytest.approx(0.0642, abs=5e-4)
    assert 0 < none.low < none.value < none.high


def test_a_fit_that_does_not_converge_leaves_the_moments(monkeypatch):
    lost = SimpleNamespace(x=np.array([9.0, 9.0]), fun=math.nan, success=False, jac=np.array([1.0, 1.0]))
    monkeypatch.setattr(fairness, "minimize", lambda *_, **__: lost)
    prior = fairness.beta_prior(*rats())
    assert prior.method == "moments"
    assert (prior.alpha, prior.beta) == pytest.approx((1.3561, 8.6151), abs=1e-3)


def test_the_gradient_is_the_slope_of_the_likelihood():
    x, n = (np.array(values, dtype=float) for values in rats())
    for theta in ([-1.5, 2.0], [0.5, 4.0]):
        _, gradient = fairness._minus_likelihood(np.array(theta), x, n)
        for i in range(2):
            step = np.eye(2)[i] * 1e-6
            up, down = (fairness._minus_likelihood(np.array(theta) + s, x, n)[0] for s in (step, -step))
            assert gradient[i] == pytest.approx((up - down) / 2e-6, rel=1e-6)


def test_the_bcg_trials_have_the_published_random_effects():
    a, b, c, d = zip(*(map(int, row.split()) for row in BCG.split(";")), strict=True)
    a, b, c, d = (np.array(column) for column in (a, b, c, d))
    ratio = np.log(a / (a + b)) - np.log(c / (c + d))
    found = fairness.dersimonian_laird(ratio, 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    assert found.q == pytest.approx(152.233, abs=5e-4)
    assert (found.tau2, found.mean, found.error) == pytest.approx((0.3088, -0.7141, 0.1787), abs=1e-4)


def test_means_are_drawn_to_the_companys_by_their_error():
    # five teams of 4 answers, s² = 4/3 each, so variance ⅓; means 1 2 3 4 5: Q = 30, w = 3, τ² = 26/12 = 2.1667
    # weight 2.1667/2.5 = .86667: 3 + .86667·(1 − 3) = 1.26667
    totals = [4 * m for m in (1, 2, 3, 4, 5)]
    squares = [4 * m * m + 4 for m in (1, 2, 3, 4, 5)]  # m − 1, m + 1 twice: Σ(x − m)² = 4
    found = fairness.shrink_means("abcde", totals, squares, [4] * 5)
    assert (found.state, found.company) == ("ok", pytest.approx(3))
    assert [team.value for team in found.teams] == pytest.approx([1.266667, 2.133333, 3, 3.866667, 4.733333], abs=1e-6)
    # error: √(.86667/3 + (.13333)²·.5) = .545690; the mean's squared error is 2.5/5
    assert found.teams[0].high - found.teams[0].value == pytest.approx(1.959964 * 0.545690, abs=1e-5)


def test_a_team_of_one_answer_takes_the_spread_of_all():
    totals, squares, n = [20, 32, 40, 48, 3], [108, 264, 408, 584, 9], [4, 4, 4, 4, 1]
    found = fairness.shrink_means("abcde", totals, squares, n)
    lone = found.teams[4]
    assert found.state == "ok"
    assert lone.raw == 3 < lone.value < found.company
    assert lone.high - lone.low > found.teams[0].high - found.teams[0].low


# ── when teams cannot be told apart ──────────────────────────────────────────────────────────────────


def test_one_team_is_the_company_and_has_no_rank():
    found = shrunk([(8, 10)])
    assert (found.state, found.company, found.teams[0].value) == ("one_team", 0.8, 0.8)
    assert fairness.rank_intervals(found, np.random.default_rng(1)) == ()


def test_four_teams_are_too_few_to_tell_apart():
    found = shrunk([(1, 10), (9, 10), (5, 10), (5, 10)])
    assert found.state == "not_distinguishable"
    assert found.reason == "Only 4 teams have answers; 5 are needed to tell them apart."
    assert {team.value for team in found.teams} == {0.5}


@pytest.mark.parametrize("pair", [(8, 10), (0, 10), (10, 10)])
def test_teams_that_are_all_alike_get_the_companys_rate_with_width(pair):
    found = shrunk([pair] * 8)
    assert found.state == "not_distinguishable"
    assert found.reason == "The teams differ no more than chance alone would make them."
    team = found.teams[0]
    assert team.value == pair[0] / 10
    assert team.low < team.high


def test_a_team_without_answers_has_no_value_and_changes_no_figure():
    x, n = rats()
    names = [f"g{i}" for i in range(70)]
    alone, joined = fairness.shrink_rates(names, x, n), fairness.shrink_rates([*names, "new"], (*x, 0), (*n, 0))
    assert joined.teams[:70] == alone.teams
    assert joined.teams[70] == fairness.Team("new", 0, None, None, None, None)
    ranked = fairness.rank_intervals(joined, np.random.default_rng(1))
    assert ranked[70] == fairness.Rank("new", None, None, None)
    assert ranked[:70] == fairness.rank_intervals(alone, np.random.default_rng(1))


def test_nobody_answering_anybody_is_no_data():
    assert shrunk([(0, 0), (0, 0)]).state == "no_data"
    assert shrunk([]).reason == "No team has answers."
    assert fairness.shrink_means(["a"], [0], [0], [0]).state == "no_data"


def test_means_without_any_spread_say_so():
    found = fairness.shrink_means("abcdef", [4, 8, 12, 16, 20, 4], [4, 16, 36, 64, 100, 4], [4] * 6)
    assert (found.state, found.teams[0].value) == ("no_spread", None)
    assert found.reason == "Within every team all answers are alike, so chance cannot be told from a difference."


def test_teams_of_all_or_nothing_are_told_apart_and_keep_an_interval():
    found = shrunk([(0, 10), (10, 10)] * 4)
    assert found.state == "ok"
    assert found.teams[0].value < 0.1 < 0.9 < found.teams[1].value
    assert all(0 <= team.low < team.high <= 1 for team in found.teams)


def test_three_teams_means_are_pooled_however_far_apart():
    found = fairness.shrink_means("abc", [40, 80, 120], [60, 180, 380], [40, 40, 40])
    assert (found.state, found.company) == ("not_distinguishable", pytest.approx(2))
    assert {team.value for team in found.teams} == {found.company}


def test_huge_teams_that_never_fail_do_not_make_a_tiny_one_sure():
    found = shrunk([(10**8, 10**8)] * 6 + [(5, 5), (2000, 10**4)])
    tiny = found.teams[6]
    assert found.state == "ok"
    assert tiny.low < tiny.value <= tiny.high == 1
    assert tiny.high - tiny.low > 1e-3


def test_counts_that_are_none_are_refused():
    for x, n in (([5], [4]), ([-1], [4]), ([math.nan], [4]), ([1], [math.inf])):
        with pytest.raises(ValueError, match="0 ≤ successes ≤ trials"):
            fairness.shrink_rates(["a"], x, n)
    with pytest.raises(ValueError, match="a variance above 0"):
        fairness.dersimonian_laird([1, 2], [0, 1])
    with pytest.raises(ValueError, match="finite sums"):
        fairness.shrink_means(["a"], [math.nan], [1], [1])


# ── properties ───────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=50)
@given(COUNTS)
def test_a_shrunk_rate_lies_between_the_teams_own_and_the_companys(pairs):
    found = shrunk(pairs)
    for team in found.teams:
        ends = sorted((team.raw, found.company))
        assert ends[0] - 1e-9 <= team.value <= ends[1] + 1e-9
        assert 0 <= team.low <= team.value + 1e-9
        assert team.value - 1e-9 <= team.high <= 1
        assert math.isfinite(team.low + team.high)


@settings(max_examples=50)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=25))
def test_teams_of_one_size_keep_their_order(successes):
    values = [team.value for team in shrunk([(x, 40) for x in successes]).teams]
    for i, j in zip(np.argsort(successes)[:-1], np.argsort(successes)[1:], strict=True):
        assert values[i] <= values[j] + 1e-12


def test_many_answers_leave_a_team_its_own_rate():
    pairs = [(3, 10), (5, 10), (9, 10), (1, 10), (7, 10)]
    found = shrunk([(x * 10**6, n * 10**6) for x, n in pairs])
    assert [team.value for team in found.teams] == pytest.approx([team.raw for team in found.teams], abs=1e-6)


@settings(max_examples=50)
@given(COUNTS, st.randoms())
def test_the_order_of_teams_changes_nothing(pairs, random):
    order = random.sample(range(len(pairs)), len(pairs))
    found, again = shrunk(pairs), shrunk([pairs[i] for i in order])
    assert again.state == found.state
    assert [team.value for team in again.teams] == pytest.approx([found.teams[i].value for i in order], abs=1e-9)


# ── ranks ────────────────────────────────────────────────────────────────────────────────────────────

CLEAR = [(x * 20, 2000) for x in (10, 30, 50, 70, 90)]


def test_clear_differences_have_sure_ranks():
    found = fairness.rank_intervals(shrunk(CLEAR), np.random.default_rng(7))
    assert [(one.rank, one.low, one.high) for one in found] == [(k, k, k) for k in (5, 4, 3, 2, 1)]


def test_where_low_is_better_the_lowest_is_first():
    found = fairness.rank_intervals(shrunk(CLEAR), np.random.default_rng(7), highest_first=False)
    assert [one.rank for one in found] == [1, 2, 3, 4, 5]


def test_a_rank_that_could_be_over_half_the_table_is_not_printed():
    # small teams whose rates differ by little: places stand open, the best and worst are surer
    found = fairness.rank_intervals(shrunk([(x, 10) for x in (1, 4, 5, 5, 6, 9)]), np.random.default_rng(7))
    assert found[2].rank is None
    assert found[2].high - found[2].low + 1 > 3


@settings(max_examples=5)
@given(st.randoms())
def test_the_same_seed_gives_the_same_places_in_any_order_of_teams(random):
    x, n = rats()
    names = [f"g{i}" for i in range(70)]
    order = random.sample(range(70), 70)
    one = fairness.rank_intervals(fairness.shrink_rates(names, x, n), np.random.default_rng(3), 200)
    again = fairness.shrink_rates([names[i] for i in order], [x[i] for i in order], [n[i] for i in order])
    two = fairness.rank_intervals(again, np.random.default_rng(3), 200)
    assert {rank.name: rank for rank in one} == {rank.name: rank for rank in two}


def test_means_are_ranked_by_their_normal_posteriors():
    totals, squares = [400, 800, 1200, 1600, 2000], [500, 1700, 3700, 6500, 10100]
    found = fairness.rank_intervals(
        fairness.shrink_means("abcde", totals, squares, [400] * 5), np.random.default_rng(7)
    )
    assert [one.rank for one in found] == [5, 4, 3, 2, 1]
