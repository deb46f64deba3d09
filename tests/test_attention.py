"""What needs attention first, and whose entries a reader may see: by hand, without a warehouse."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dashboard.board.attention import lines, rail_section
from data_checks.journal_entries import About, Comment, Entries, Event, InitiativeUpdate, Review, Step
from metrics.attention import attention, strategy_now
from metrics.journal_scope import may_see, own_teams, visible
from metrics.scope import Scope
from metrics.strategy import Initiative, Objective, Strategy
from tests.dashboard_fixture import LINES, scorecard

NOW = dt.datetime(2026, 11, 2, 9)
DUE = dt.date(2026, 12, 31)
RED = ("first_reply", "resolution", "backlog")
BOARD = scorecard(tuple(line for line in LINES if line.metric in (*RED, "csat", "nps", "response", "fcr")))


def initiative(name: str, metric: str | None = None, objective: str | None = None, **more) -> Initiative:
    return Initiative(initiative=name, metric=metric, objective=objective, **({"due": DUE} | more))


def needs(strategy: Strategy) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (one.card.definition.metric, one.why, tuple(work.initiative for work in one.initiatives))
        for one in attention(BOARD, strategy)
    ]


def test_red_without_an_initiative_comes_first_then_red_in_hand_then_the_rest() -> None:
    strategy = Strategy(initiatives=(initiative("more_people", "first_reply", status="running"),))
    assert needs(strategy) == [
        ("backlog", "red_alone", ()),
        ("resolution", "red_alone", ()),
        ("first_reply", "red_in_hand", ("more_people",)),
        ("csat", "watch", ()),
        ("nps", "too_close", ()),
        ("response", "withheld", ()),
    ]


def test_the_lowest_score_comes_first_and_weight_decides_between_equal_ones() -> None:
    # backlog 1460 with limit 1400 and goal 1000: 33 · (1 − 60/400) = 28.05; resolution 61 of 60 → 48: 30.25;
    # first reply 42 of 40 → 30: 26.4
    assert [name for name, why, _ in needs(Strategy()) if why == "red_alone"] == [
        "first_reply",
        "backlog",
        "resolution",
    ]
    twins = [line for line in LINES if line.metric == "backlog"]
    twin = replace(twins[0], metric="backlog_two")
    board = scorecard((*twins, twin))
    branch = next(one for one in board.branches if one.cards)
    heavy = replace(branch.cards[1], definition=replace(branch.cards[1].definition, weight=2.0))
    board = replace(board, branches=(replace(branch, cards=(branch.cards[0], heavy)),))
    assert [one.card.definition.metric for one in attention(board, Strategy())] == ["backlog_two", "backlog"]


@pytest.mark.parametrize("status", ["done", "dropped"])
def test_an_initiative_that_is_over_leaves_a_red_metric_alone(status: str) -> None:
    strategy = Strategy(initiatives=(initiative("more_people", "first_reply", status=status),))
    assert needs(strategy)[0] == ("first_reply", "red_alone", ())


def test_the_initiative_of_an_objective_counts_for_its_metrics_and_the_next_due_comes_first() -> None:
    objective = Objective("quick_answers", "Quick answers", "internal_process", 1.0, None, ("first_reply",))
    works = (
        initiative("later", objective="quick_answers"),
        initiative("sooner", "first_reply", due=dt.date(2026, 10, 31)),
        initiative("other", "backlog"),
    )
    strategy = Strategy(objectives=(objective,), initiatives=works, by_metric={"first_reply": objective})
    found = next(one for one in attention(BOARD, strategy) if one.card.definition.metric == "first_reply")
    assert [one.initiative for one in found.initiatives] == ["sooner", "later"]
    assert [one.initiative for one in found.overdue(dt.date(2026, 11, 1))] == ["sooner"]


def step(number: int, status: Step, replaces: int | None = None) -> InitiativeUpdate:
    done_on = dt.date(2026, 11, 1) if status == "done" else None
    return InitiativeUpdate(number, NOW, "A. Brandt", "more_people", status, done_on, replaces=replaces)


@pytest.mark.parametrize(
    ("steps", "status", "done"),
    [
        ([], "planned", None),
        ([step(1, "running")], "running", None),
        ([step(1, "running"), step(2, "done")], "done", dt.date(2026, 11, 1)),
        ([step(1, "running"), step(2, "done"), step(3, "dropped", replaces=2)], "dropped", None),
        ([step(1, "done"), step(2, "running")], "running", None),
    ],
    ids=["nothing written", "begun", "done", "corrected", "taken up again"],
)
def test_an_initiative_stands_as_the_newest_word_says(steps, status, done) -> None:
    (now,) = strategy_now(Strategy(initiatives=(initiative("more_people"),)), steps).initiatives
    assert (now.status, now.done) == (status, done)


# ── who may see what ─────────────────────────────────────────────────────────────────────────────────

TEAMS = (("N", "North"), ("S", "South"), ("N2", "Harbour"), ("N3", "Harbour"), ("U", None))


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (Scope.of_teams("N"), {"North"}),
        (Scope.of_teams("N2"), set()),
        (Scope.of_teams("N2", "N3"), {"Harbour"}),
        (Scope.of_teams("U"), set()),
        (Scope.of_teams(), set()),
        (Scope.of_teams("unknown"), set()),
    ],
    ids=["own", "a name shared with another team", "both teams of a name", "no name", "nothing", "unknown"],
)
def test_a_name_is_ones_own_only_if_every_team_of_that_name_is(scope: Scope, names: set[str]) -> None:
    assert own_teams(TEAMS, scope) == names


@pytest.mark.parametrize(
    ("slices", "may"),
    [
        ((("team", "North"),), True),
        ((("agent", "Ann"), ("team", "North")), True),
        ((("team", "South"),), False),
        ((("team", None),), False),
        ((("agent", "Ann"),), False),
        ((), False),
    ],
    ids=["own team", "agent of it", "another", "none", "agent alone", "everybody"],
)
def test_only_what_names_ones_own_team_may_be_seen_and_written(slices, may: bool) -> None:
    assert may_see(slices, Scope.of_teams("N"), own_teams(TEAMS, Scope.of_teams("N"))) is may
    assert may_see(slices, Scope.everything(), frozenset()) is True


def test_of_the_journal_a_team_sees_its_own_and_nothing_of_the_organisation() -> None:
    north, whole = (About("csat", slices, dt.date(2026, 10, 1), "month") for slices in ((("team", "North"),), ()))
    found = Entries(
        comments=(Comment(1, NOW, "A", north, "ours"), Comment(2, NOW, "A", whole, "everybody's")),
        reviews=(Review(1, NOW, "A", north, "missed", 1), Review(2, NOW, "A", whole, "missed", 2)),
        initiatives=(step(1, "running"),),
        events=(Event(1, NOW, "A", dt.date(2026, 10, 1), "Price rise"),),
    )
    seen = visible(found, Scope.of_teams("N"), frozenset({"North"}))
    assert seen == Entries(comments=found.comments[:1], reviews=found.reviews[:1])
    assert visible(found, Scope.everything(), frozenset()) == found


# ── as it is said ────────────────────────────────────────────────────────────────────────────────────


def test_what_nobody_works_on_is_said_first_and_what_is_overdue_says_so() -> None:
    works = (replace(initiative("more_people", "first_reply", status="running", owner="Ann"), name="Hire"),)
    found = attention(BOARD, Strategy(initiatives=works))
    told = lines(found, DUE)
    assert [line.partition(" is missed")[2] for line in told] == [
        ", and nobody works on it.",
        ", and nobody works on it.",
        "; Hire (Ann) is due 31 Dec 2026.",
    ]
    assert lines(found, DUE + dt.timedelta(days=1))[2].endswith("was due 31 Dec 2026.")


def test_on_the_overview_what_people_named_is_text() -> None:
    works = (replace(initiative("x", "backlog", status="running"), name="<b>x</b>"),)
    shown = rail_section(attention(BOARD, Strategy(initiatives=works)), "EUR", DUE, {})
    assert "<b>x" not in shown
    assert "&lt;b&gt;x" in shown


def test_a_board_without_anything_missed_has_no_such_section() -> None:
    fine = scorecard(tuple(line for line in LINES if line.metric in ("csat", "nps")))
    assert rail_section(attention(fine, Strategy()), "EUR", DUE, {}) == ""
