"""Run rules, each at its edges, and how long they take to alarm (Champ & Woodall 1987, Table 1)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metrics.stats import run_rules

NONE = math.nan
CASES = [
    ("WE1", [0, 3, 3.01, -3.01], [2, 3]),
    ("WE2", [2.1, 0, 2.1, 0, 0, 2.1], [2]),
    ("WE2", [2.1, 2.1, 0], [1]),
    ("WE2", [2.1, -2.1, 0], []),
    ("WE2", [2.1, NONE, 2.1], []),
    ("WE2", [NONE, 2.1, 2.1], [2]),
    ("WE3", [1.1, 1.1, 0, 1.1, 1.1], [4]),
    ("WE3", [1.1, 1.1, 1.1, 0, 0, 1.1], []),
    ("WE3", [1.1, 1.1, 1.1, 1.1, 0], [3]),
    ("WE3", [1.1, 1.1, NONE, 1.1, 1.1], []),
    ("WE4", [0.1] * 9, [7, 8]),
    ("WE4", [0.1] * 4 + [0] + [0.1] * 4, []),
    ("WE4", [-0.1] * 4 + [NONE] + [-0.1] * 4, []),
    ("WE4", [0.1] * 7 + [-0.1], []),
    ("N1", [3.5], [0]),
    ("N2", [0.1] * 9, [8]),
    ("N3", [1, 2, 3, 4, 5, 6, 7], [5, 6]),
    ("N3", [6, 5, 4, 3, 2, 1], [5]),
    ("N3", [1, 2, 3, 3, 4, 5, 6, 7], []),
    ("N3", [1, 2, 3, NONE, 4, 5, 6], []),
    ("N4", [1, 2] * 7, [13]),
    ("N4", [2, 1] * 6 + [2], []),
    ("N4", [1, 2] * 3 + [NONE] + [1, 2] * 5, []),
    ("N5", [-2.1, 0, -2.1], [2]),
    ("N6", [-1.1] * 4, [3]),
    ("N7", [0.9, -0.9] * 7 + [0.9], [14]),
    ("N7", [0.9] * 7 + [1.0] + [0.9] * 7, []),
    ("N8", [1.1, -1.1] * 4, [7]),
    ("N8", [1.1, -1.1] * 3 + [0.5, 1.1], []),
]


@pytest.mark.parametrize(("rule", "z", "ends"), CASES)
def test_a_rule_is_met_at_the_last_point_of_its_pattern(rule, z, ends):
    assert np.flatnonzero(run_rules.met(z, rule)).tolist() == ends


@pytest.mark.parametrize(("rule", "z", "ends"), CASES)
def test_a_rule_looks_the_same_upside_down(rule, z, ends):
    assert np.flatnonzero(run_rules.met(-np.array(z), rule)).tolist() == ends


def test_every_rule_has_its_words_and_no_points_meet_none():
    for rule in run_rules.WORDS:
        assert run_rules.met([], rule).tolist() == []
        assert run_rules.met([NONE] * 20, rule).sum() == 0


def test_signals_come_in_time_with_their_words():
    found = run_rules.signals([0, 3.5, 0, 3.5])
    assert [(one.rule, one.at) for one in found] == [("WE1", 1), ("WE1", 3), ("WE2", 3)]
    assert found[2].words == "two of three points beyond 2σ on one side"


def test_limits_of_their_own_decide_what_lies_beyond():
    found = run_rules.signals([3.5, 0.5], ["WE1"], beyond=np.array([False, True]))
    assert found == (run_rules.Signal("WE1", 1),)


SETS = [("WE1",), ("WE1", "WE2"), ("WE1", "WE3"), ("WE1", "WE4"), ("WE1", "WE2", "WE3", "WE4")]
PUBLISHED = {0.0: (370.4, 225.4, 166.1, 152.7, 91.75), 1.0: (43.89, 20.01, 12.66, 14.58, 9.22)}


def mean_runs(shift, runs=24_000, block=200):
    """Mean points until the first signal of each set of rules, from fresh starts, for independent normal points."""
    rng = np.random.default_rng(1987)
    found = np.zeros((len(SETS), runs))
    alive, tail, seen = np.arange(runs), np.empty((runs, 0)), 0
    while len(alive):
        z = np.concatenate([tail, rng.normal(shift, 1, (len(alive), block))], axis=1)
        by_rule = {rule: run_rules.met(z, rule)[:, tail.shape[1] :] for rule in ("WE1", "WE2", "WE3", "WE4")}
        for row, rules in zip(found, SETS, strict=True):
            met = np.logical_or.reduce([by_rule[rule] for rule in rules])
            first = met.argmax(axis=1)
            new = met.any(axis=1) & (row[alive] == 0)
            row[alive[new]] = seen + first[new] + 1
        keep = (found[:, alive] == 0).any(axis=0)
        alive, tail, seen = alive[keep], z[keep, -7:], seen + block
    return found.mean(axis=1)


@pytest.mark.parametrize("shift", PUBLISHED)
def test_rules_alarm_as_often_as_champ_and_woodall_say(shift):
    assert mean_runs(shift) == pytest.approx(PUBLISHED[shift], rel=0.03)
