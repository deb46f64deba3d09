"""Mix and rate against Das Gupta 1993 (ex. 5.1, US household headship 1970 and 1985), and their intervals."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.stats import change

S0 = (12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9)
S1 = (10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5)
R0 = (1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8)
R1 = (2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2)
MIX = (1.2365, -0.0635, -0.0097, 0.1403, 0.1190, -0.0517, -0.1769, -0.1789, -0.0822, 0, 0.0686, 0.0856, 0.1397)
RATE = (0.0345, -0.1657, 0.0105, 0.2740, 0.4214, 0.3220, 0.3129, 0.1725, -0.0998, 0.0472, 0.0539, 0.0760, 0.2808)

CELL = st.tuples(st.integers(0, 400), st.integers(0, 400)).map(sorted)
PERIODS = st.integers(1, 8).flatmap(lambda k: st.tuples(*[st.lists(CELL, min_size=k, max_size=k)] * 2))


def shares(pairs):
    return change.proportions([x for x, _ in pairs], [n for _, n in pairs])


def explained(before, after, kind=shares):
    return change.decompose([f"g{i}" for i in range(len(before))], kind(before), kind(after))


def values(found, kind):
    return [part.value for part in found.parts if part.kind == kind]


def test_the_published_change_of_household_headship():
    def sums(shares, rates):
        s, r = np.array(shares), np.array(rates)
        return change.means(s * r, s * r**2, s)

    found = change.decompose([str(i) for i in range(13)], sums(S0, R0), sums(S1, R1))
    assert (found.before, found.after, found.change) == pytest.approx((44.7268, 47.6940, 2.9672), abs=5e-5)
    assert (found.mix.value, found.rate.value) == pytest.approx((1.2269, 1.7403), abs=5e-5)
    assert values(found, "mix") == pytest.approx(MIX, abs=5.1e-5)  # −.16575 is printed as −.1657
    assert values(found, "rate") == pytest.approx(RATE, abs=5.1e-5)


def test_a_group_that_grew_while_better_than_average_helped():
    # a 80 of 100 → 160 of 200, b 40 of 100 → 40 of 100: R .6 → 2/3; shares of a ½ → ⅔
    # mix a = (⅔ − ½)(.8 − ½(.6 + ⅔)) = .1667·.16667, b = −.1667·(.4 − .63333) = .03889
    found = explained([(80, 100), (40, 100)], [(160, 200), (40, 100)])
    assert values(found, "rate") == [0, 0]
    assert values(found, "mix") == pytest.approx([1 / 36, 7 / 180])


def test_a_new_and_a_vanished_group_are_mix():
    # old 50 of 100 gone, new 90 of 100: R ½·(.5 + .8) = .65 → .85
    found = explained([(50, 100), (80, 100), (0, 0)], [(0, 0), (80, 100), (90, 100)])
    assert values(found, "rate") == [0, 0, 0]
    assert values(found, "mix") == pytest.approx([-0.5 * (0.5 - 0.75), 0, 0.5 * (0.9 - 0.75)])
    assert [part.low for part in found.parts if part.kind == "rate"][::2] == [None, None]
    assert all(part.low < part.value < part.high for part in found.parts if part.kind == "mix" and part.value)


def test_a_ratio_with_a_numerator_and_no_volume_still_adds_up():
    # cost 30 without a single order in team b, then 10 for 5
    sums = [change.ratios(x, y, [9, 9], [9, 9], [9, 9], [4, 4]) for x, y in (([20, 30], [10, 0]), ([20, 10], [10, 5]))]
    found = change.decompose(["a", "b"], *sums)
    assert found.change == pytest.approx(2 - 5)
    assert math.fsum(values(found, "rate") + values(found, "mix")) == pytest.approx(-3)


def exactly(before, after):
    """Kitagawa's parts in fractions, straight from the definition."""
    n0, n1 = sum(n for _, n in before), sum(n for _, n in after)
    whole0, whole1 = Fraction(sum(x for x, _ in before), n0), Fraction(sum(x for x, _ in after), n1)
    found = []
    for (x0, b0), (x1, b1) in zip(before, after, strict=True):
        r0 = Fraction(x0, b0) if b0 else None
        r1 = Fraction(x1, b1) if b1 else r0
        r0 = r1 if r0 is None else r0
        s0, s1 = Fraction(b0, n0), Fraction(b1, n1)
        mid = ((r0 + r1) - (whole0 + whole1)) / 2 if r0 is not None else 0
        found.append((Fraction(1, 2) * (s0 + s1) * (r1 - r0) if r0 is not None else 0, (s1 - s0) * mid))
    return whole1 - whole0, found


@given(PERIODS)
def test_the_parts_are_those_of_exact_fractions_and_sum_to_the_change(periods):
    before, after = periods
    found = explained(before, after)
    if not sum(n for _, n in before) or not sum(n for _, n in after):
        assert (found.state, found.parts) == ("no_data", ())
        return
    whole, parts = exactly(before, after)
    assert values(found, "rate") == pytest.approx([float(rate) for rate, _ in parts], abs=1e-14)
    assert values(found, "mix") == pytest.approx([float(mix) for _, mix in parts], abs=1e-14)
    assert abs(math.fsum(part.value for part in found.parts) - float(whole)) <= 1e-12 * max(found.before, found.after)


@given(PERIODS)
def test_no_part_is_nan_and_a_group_without_rows_changes_nothing(periods):
    before, after = periods
    found, more = explained(before, after), explained([*before, (0, 0)], [*after, (0, 0)])
    numbers = [number for part in more.parts for number in (part.value, part.low, part.high, part.p)]
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert more.change == found.change
    assert [p.value for p in more.parts[: len(found.parts)]] == [p.value for p in found.parts]
    assert [p.value for p in more.parts[len(found.parts) :]] in ([], [0.0, 0.0])


@given(PERIODS)
def test_going_back_undoes_every_part(periods):
    there, back = explained(*periods), explained(*reversed(periods))
    assert [part.value for part in back.parts] == pytest.approx([-part.value for part in there.parts], abs=1e-14)


# ── kinds and intervals ──────────────────────────────────────────────────────────────────────────────


def sampled(rng, size, mix, draw):
    group = rng.choice(len(mix), size, p=mix)
    return group, draw(rng, group)


def share_rows(group, x):
    return change.proportions(np.bincount(group, x, 4), np.bincount(group, minlength=4))


def nps_rows(group, x):
    up, down = (np.bincount(group, x == sign, 4) for sign in (1, -1))
    return change.nps(up, down, np.bincount(group, minlength=4))


def mean_rows(group, x):
    return change.means(np.bincount(group, x, 4), np.bincount(group, x * x, 4), np.bincount(group, minlength=4))


def ratio_rows(group, pair):
    x, y = pair
    sums = [np.bincount(group, one, 4) for one in (x, y, x * x, x * y, y * y)]
    return change.ratios(*sums, np.bincount(group, minlength=4))


def ratio_draw(rng, group):
    y = rng.exponential(1 + group)
    return y * rng.normal(2 + group, 0.5), y


KINDS = {
    "share": (share_rows, lambda rng, g: (rng.random(len(g)) < 0.2 + 0.2 * g).astype(float)),
    "nps": (nps_rows, lambda rng, g: rng.choice([-1.0, 0.0, 1.0], len(g)) * (rng.random(len(g)) < 0.3 + 0.2 * g)),
    "mean": (mean_rows, lambda rng, g: rng.normal(g, 1.0)),
    "ratio": (ratio_rows, ratio_draw),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_analytic_intervals_are_as_wide_as_the_bootstraps(kind):
    rows, draw = KINDS[kind]
    rng = np.random.default_rng(11)
    periods = [sampled(rng, 1500, mix, draw) for mix in ((0.4, 0.3, 0.2, 0.1), (0.2, 0.3, 0.3, 0.2))]
    found = change.decompose("abcd", *(rows(*one) for one in periods))
    drawn = []
    for _ in range(600):
        again = []
        for group, x in periods:
            i = rng.integers(0, 1500, 1500)
            again.append(rows(group[i], tuple(part[i] for part in x) if isinstance(x, tuple) else x[i]))
        once = change.decompose("abcd", *again)
        drawn.append([part.value for part in (*once.parts, once.rate, once.mix)] + [once.change])
    errors = np.std(drawn, axis=0)
    parts = [*found.parts, found.rate, found.mix]
    widths = [(part.high - part.low) / 2 / 1.959964 for part in parts] + [(found.high - found.low) / 2 / 1.959964]
    assert widths == pytest.approx(errors, rel=0.15, abs=2e-4)


def test_the_whole_change_has_the_interval_of_two_proportions():
    # one group, 400 of 1000 → 450 of 1000, each with one more success and failure: √(401·601/1002²/1000 + …)
    found = explained([(400, 1000)], [(450, 1000)])
    p, q = 401 / 1002, 451 / 1002
    error = math.sqrt((p * (1 - p) + q * (1 - q)) / 1000)
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * error, rel=1e-6)
    assert found.rate.value == pytest.approx(0.05)
    assert found.mix.value == 0


def test_three_of_three_and_then_none_are_no_cause():
    found = explained([(3, 3), (500, 1000)], [(0, 3), (500, 1000)])
    assert found.parts[0].low is not None
    assert change.causes(found) == ()


def test_a_clear_part_of_a_small_group_is_named_only_when_asked():
    found = explained([(20, 20), (500, 1000)], [(0, 20), (500, 1000)])
    assert found.parts[0].is_clear
    assert change.causes(found) == ()
    assert [part.group for part in change.causes(found, least=20)] == ["g0"]


def test_a_rate_is_as_uncertain_as_the_shares_that_weigh_it():
    # a: 100 rows at 0, then 100 at 10, hardly any spread; b: 100 rows near 0 in both. Each share is ½ ± √(¼/200)
    # rate of a = ½(s₀ + s₁)·10, so its error is 5·√(2·¼/200) = .25
    spread = 0.01
    sums = [change.means([100 * a, 0], [100 * (a * a + spread**2), 100 * spread**2], [100, 100]) for a in (0.0, 10.0)]
    part = change.decompose(["a", "b"], *sums).parts[0]
    assert part.value == pytest.approx(5)
    assert (part.high - part.low) / 2 == pytest.approx(1.959964 * 0.25, rel=1e-3)


def test_noise_has_no_cause():
    rng = np.random.default_rng(5)
    before, after = ([(int(x), 200) for x in rng.binomial(200, 0.8, 20)] for _ in range(2))
    assert change.causes(explained(before, after)) == ()


def test_the_cause_is_the_group_whose_interval_excludes_zero():
    found = explained([(160, 200), (800, 1000), (80, 100)], [(100, 200), (802, 1000), (79, 100)])
    named = change.causes(found)
    assert [(part.group, part.kind) for part in named] == [("g0", "rate")]
    assert named[0].high < 0


def test_means_of_equal_values_have_no_interval_to_judge_by():
    sums = [change.means([3.0 * n, 5.0 * n], [9.0 * n, 25.0 * n], [n, n]) for n in (40, 50)]
    found = change.decompose(["a", "b"], *sums)
    assert {part.low for part in found.parts} == {None}
    assert change.causes(found) == ()


def test_the_rate_of_one_row_has_no_interval():
    sums = [change.ratios([5, x], [2, 1], [15, x * x], [6, x], [3, 1], [3, 1]) for x in (1, 9)]
    found = change.decompose(["many", "one"], *sums)
    assert [part.low is None for part in found.parts] == [False, False, True, False]


# ── what cannot be split ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("before", "after", "state", "reason"),
    [
        ([(0, 0)], [(1, 2)], "no_data", "There is nothing to divide by in the earlier period."),
        ([(1, 2)], [(0, 0)], "no_data", "There is nothing to divide by in the later period."),
        ([], [], "no_data", "There is nothing to divide by in the earlier period."),
    ],
)
def test_a_period_without_volume_is_no_data(before, after, state, reason):
    found = explained(before, after)
    assert (found.state, found.reason, found.change) == (state, reason, None)


def test_a_negative_volume_is_said():
    sums = change.ratios([1, 1], [5, -2], [1, 1], [1, 1], [25, 4], [3, 3])
    assert change.decompose(["a", "refunds"], sums, sums).reason == (
        "The volume of 'refunds' is below zero in the earlier period."
    )


def test_sums_that_are_no_numbers_and_other_groups_are_refused():
    good = shares([(1, 2), (1, 2)])
    with pytest.raises(ValueError, match="the same groups"):
        change.decompose(["a"], good, good)
    with pytest.raises(ValueError, match="a sum is not finite"):
        shares([(math.nan, 2), (1, 2)])
    with pytest.raises(ValueError, match="one number per group"):
        change.proportions([1, 2], [3])


# ── shown parts ──────────────────────────────────────────────────────────────────────────────────────


def test_rounded_parts_sum_to_the_rounded_change():
    # .34 + .34 + .34 = 1.02: one of them has to give
    assert change.rounded([0.34, 0.33, 0.35], 1) == (Decimal("0.3"), Decimal("0.3"), Decimal("0.4"))


def test_the_largest_sums_round_too():
    assert change.rounded([1e300, -1e300, 0.25], 2) == (int(1e300), -int(1e300), Decimal("0.25"))


def test_nothing_to_round_is_nothing_and_no_number_is_refused():
    assert change.rounded([], 1) == ()
    with pytest.raises(ValueError, match="not finite"):
        change.rounded([math.nan], 1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12), st.integers(0, 4))
def test_rounded_parts_are_within_a_unit_and_sum_to_the_last_digit(parts, digits):
    found = change.rounded(parts, digits)
    assert sum(found) == Decimal(math.fsum(parts)).quantize(Decimal(1).scaleb(-digits))
    for shown, true in zip(found, parts, strict=True):
        assert abs(shown - Decimal(true)) < Decimal(1).scaleb(-digits)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=8), st.integers(-3, 3))
def test_a_shown_change_given_is_met(parts, off):
    wanted = Decimal(sum(parts) + off)
    assert sum(change.rounded(parts, 0, wanted)) == wanted
