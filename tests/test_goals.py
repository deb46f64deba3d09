"""Goals that change by date and by team: the most specific one that has begun holds."""

from __future__ import annotations

import datetime as dt

import pytest

from metrics.catalog import read_catalog
from metrics.goals import written as goals

CHANGING = """metric: m
formula: share(tickets.sla_met)
red:
  - {value: 70%}
  - {from: 2026-01, value: 75%}
goal:
  - {value: 80%}
  - {from: 2026-01, value: 85%}
  - {from: 2026-01, where: {team: North}, value: 82%}
  - {from: 2026-07, where: {team: North, channel: chat}, value: 90%}
"""


@pytest.fixture
def read(tmp_path):
    def catalog_of(text):
        folder = tmp_path / "metrics"
        folder.mkdir(exist_ok=True)
        (folder / "m.yaml").write_text(text, encoding="utf-8")
        return read_catalog(folder)

    return catalog_of


@pytest.mark.parametrize(
    ("day", "slices", "red", "goal"),
    [
        ("2025-12-31", {}, 0.70, 0.80),
        ("2026-01-01", {}, 0.75, 0.85),
        ("2026-03-01", {"team": "South"}, 0.75, 0.85),
        ("2026-03-01", {"team": "North"}, 0.75, 0.82),
        ("2025-03-01", {"team": "North"}, 0.70, 0.80),  # its own goal has not begun
        ("2026-08-01", {"team": "North", "channel": "chat"}, 0.75, 0.90),
        ("2026-08-01", {"team": "North", "channel": "mail"}, 0.75, 0.82),
    ],
)
def test_the_most_specific_goal_that_has_begun_holds(read, day, slices, red, goal):
    metric = read(CHANGING).metrics["m"]
    found = goals.at(metric, dt.date.fromisoformat(day), slices)
    assert (found.red, found.goal) == (red, goal)


def test_without_a_day_the_newest_of_the_whole_organisation_is_shown(read):
    metric = read(CHANGING).metrics["m"]
    assert (metric.red, metric.goal) == (0.75, 0.85)


def test_a_team_with_a_goal_of_its_own_is_told_apart(read):
    metric = read(CHANGING).metrics["m"]
    day = dt.date(2026, 3, 1)
    assert goals.is_own(metric, day, {"team": "North"})
    assert not goals.is_own(metric, day, {"team": "South"})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("goal: [{from: 2026-01, valu: 1}]",
         "4:8: the goal cannot be read: write {from: 2026-01, value: …}, with where: if it is for some only."),
        ("goal: [{frm: 2026-01, value: 9}]", "4:9: unknown key 'frm'. Did you mean 'from'?"),
        ("goal: [{from: soon, value: 9}]",
         "4:15: 'soon' is no period; write 2016, 2016-Q2, 2016-05, 2016-W07 or 2016-05-13."),
        ("goal: [{where: {tem: North}, value: 9}]", "4:17: no table can be cut by 'tem'. Did you mean 'team'?"),
        ("goal: [{value: nine}]", "4:16: the goal cannot be read: 'nine' is no number; write one such as 4.5."),
        ("goal: [{value: 9}, {value: 8}]",
         "4:20: this holds from the same day for the same rows as one above; leave one out."),
        ("goal: [{value: 9}, {from: 2027, value: 5}]",
         "4:7: goal and red are equal, so nothing lies between good and bad; set them apart."),
    ],
)  # fmt: skip
def test_a_wrong_goal_is_said_at_its_place(read, line, problem):
    found = [str(p) for p in read(f"metric: m\nformula: count(tickets)\nred: 5\n{line}\n").problems]
    assert found == [f"metrics/m.yaml:{problem}"]


def test_a_goal_only_the_organisation_can_know_is_none_and_says_so(read):
    catalog = read("metric: m\nformula: count(tickets)\nred: own\ngoal: own\n")
    assert catalog.problems == ()
    assert (catalog.metrics["m"].red, catalog.metrics["m"].goal) == (None, None)
    assert catalog.metrics["m"].goal_is_own


def test_a_goal_is_wholly_the_organisations_own_or_not_at_all(read):
    catalog = read("metric: m\nformula: count(tickets)\nred: own\ngoal: 30\n")
    assert [str(problem) for problem in catalog.problems] == [
        "metrics/m.yaml:1:9: red and goal come together; where one is 'own', both are."
    ]


def test_own_counts_as_given_for_a_certified_metric(read):
    text = (
        "metric: m\nformula: count(tickets)\nred: own\ngoal: own\nowner: Desk\nquestion: How many?\nstatus: certified\n"
    )
    assert read(text).problems == ()
