"""The importance–performance map: quadrants, hollow attributes, and too little to compare."""

from __future__ import annotations

import math

import pytest

from metrics.stats.importance_map import Attribute, importance_map


def attribute(name, performance, importance, half=0.01):
    ends = [(x - half, x + half) for x in (performance, importance)]
    return Attribute(name, performance, ends[0], importance, ends[1])


CLEAR = [
    attribute("speed", 0.5, 0.3),
    attribute("manners", 0.9, 0.3),
    attribute("music", 0.5, 0.1),
    attribute("gifts", 0.9, 0.1),
]


def test_every_attribute_stands_in_its_quadrant():
    found = importance_map(CLEAR)
    assert (found.performance, found.importance) == (pytest.approx(0.7), pytest.approx(0.2))
    assert [one.quadrant for one in found.placed] == [
        "concentrate_here",
        "keep_up",
        "low_priority",
        "possible_overkill",
    ]
    assert found.in_quadrant("concentrate_here") == ("speed",)


@pytest.mark.parametrize(("performance", "importance"), [(0.7, 0.3), (0.9, 0.2), (0.705, 0.3)])
def test_an_interval_across_a_line_is_hollow_and_in_no_list(performance, importance):
    mirror = attribute("mirror", 1.4 - performance, 0.4 - importance)
    found = importance_map([*CLEAR, attribute("open", performance, importance), mirror])
    assert found.placed[4].quadrant is None


def test_an_attribute_without_answers_or_interval_is_hollow_and_moves_no_line():
    unknown = Attribute("new", None, None, 0.9, (0.8, 1.0))
    bare = Attribute("nan", math.nan, (0, 1), 0.9, (0.8, 1.0))
    found = importance_map([*CLEAR, unknown, bare])
    assert found.performance == pytest.approx(0.7)
    assert [one.quadrant for one in found.placed[4:]] == [None, None]


def test_all_alike_are_all_hollow():
    assert {one.quadrant for one in importance_map([attribute("a", 0.5, 0.2)] * 3).placed} == {None}


@pytest.mark.parametrize("attributes", [[], CLEAR[:1]])
def test_one_attribute_has_nothing_to_compare_with(attributes):
    found = importance_map(attributes)
    assert (found.state, found.performance) == ("too_few", None)
    assert (
        found.reason
        == f"{len(attributes)} of {len(attributes)} attributes can be placed; two are the least to compare."
    )
