"""Figures from pooled parts, by hand: weights, codes that pose as answers, and what cannot be a number."""

from __future__ import annotations

import math

import pytest

from data_checks.contract import contracts
from metrics.figures import figure, finite
from metrics.language.bind import Binder
from metrics.language.bound import leaves
from metrics.language.formula import parse
from metrics.result import MetricResult
from metrics.scorecard import change_of
from tests.test_scorecard import MAY


def bound(text):
    return Binder(contracts(), lambda name: None, frozenset()).formula(parse(text))


def of(text, **parts):
    value = bound(text)
    (leaf,) = leaves(value)
    return figure(value, {leaf: parts})


def test_a_weighted_share_counts_weights_and_widens_its_interval():
    # weights 1, 1, 2, 4; satisfied: 2 and 4 → 6 of 8; n_eff = 64 / 22 = 2.909
    found = of("share(survey_responses.score >= 4, survey_responses.weight)", n=4, y=6, w=8, w2=22)
    assert (found.value, found.n, found.numerator, found.denominator) == (0.75, 4, 6, 8)
    plain = of("share(survey_responses.score >= 4)", n=4, y=3)
    assert found.high - found.low > plain.high - plain.low


def test_a_weighted_nps_and_its_change_stay_on_the_scale():
    text = "nps(survey_responses.score, survey_responses.weight)"
    before, now = of(text, n=3, p=20, d=10, w=30, w2=300), of(text, n=3, p=25, d=0, w=30, w2=310)
    assert before.value == pytest.approx(100 / 3)
    assert -100 <= before.low <= before.high <= 100
    results = [
        MetricResult("m", MAY, f.value, "ok", "nps", f.numerator, f.denominator, f.n, f.low, f.high, parts=f.parts)
        for f in (before, now)
    ]
    change, clear = change_of(results[1], results[0])
    assert change == pytest.approx(50)
    assert clear is False


def test_no_rows_is_no_number():
    for text in ("share(tickets.sla_met)", "mean(tickets.transfers)", "median(tickets.transfers)"):
        assert of(text, n=0).value is None


def test_an_overflow_is_no_value_and_no_interval():
    found = finite(of("mean(orders.revenue)", n=3, s=1e300, q=math.inf))
    assert (found.low, found.high) == (None, None)
    assert finite(of("sum(orders.revenue)", n=3, s=math.inf)).value is None
