"""strategy.yaml: what it may say, every mistake with its place, and how its objectives are scored by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.board.rows import branch_rows
from dashboard.theme import LIGHT
from data_checks.calendar import EVERYBODYS
from data_checks.errors import FileProblems, Place
from data_checks.strategy_file import read_strategy_file
from data_checks.warehouse import current_version
from metrics.catalog import read_catalog
from metrics.definition import MetricDefinition
from metrics.period import Period
from metrics.plans import with_plans
from metrics.result import MetricResult
from metrics.scorecard import make_branch, make_card, make_scorecard
from metrics.strategy import Objective, read_strategy
from tests.loading import load_folder, write

MAY = Period(dt.date(2026, 5, 1), dt.date(2026, 6, 1), "month")
LIBRARY = read_catalog()


@pytest.fixture
def read(tmp_path):
    def strategy_of(text):
        (tmp_path / "strategy.yaml").write_text(text, encoding="utf-8")
        return read_strategy(read_strategy_file(tmp_path), LIBRARY.metrics)

    return strategy_of


def told(strategy):
    return [str(problem) for problem in strategy.problems]


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────


def test_without_a_file_there_is_no_strategy_and_nothing_wrong(tmp_path):
    strategy = read_strategy(read_strategy_file(tmp_path), LIBRARY.metrics)
    assert (strategy.vision, strategy.objectives, strategy.problems) == (None, (), ())


def test_an_objective_has_the_metrics_it_lists_or_those_that_name_it(read):
    strategy = read("""vision: First choice
objectives:
  - {objective: loved, perspective: customer, metrics: [nps, csat], weight: 2, owner: Ann}
  - {objective: customers_who_stay, perspective: customer}
""")
    assert told(strategy) == []
    assert strategy.vision == "First choice"
    assert [(one.name, one.weight, one.owner) for one in strategy.objectives] == [
        ("Loved", 2.0, "Ann"),
        ("Customers who stay", 1.0, None),
    ]
    assert strategy.objectives[0].metrics == ("nps", "csat")
    naming = {name for name, metric in LIBRARY.metrics.items() if metric.objective == "customers_who_stay"}
    assert set(strategy.objectives[1].metrics) == naming > {"retention"}


def test_a_day_that_does_not_exist_is_told_once_at_its_place(read):
    """Found wrong: the program called it a fault of its own, and every command stopped."""
    text = "initiatives:\n  - {initiative: a, metric: csat, due: 2026-06-31}\n"
    (problem,) = told(read(text))
    assert problem.startswith("strategy.yaml:2:40: '2026-06-31' cannot be read;")


@pytest.mark.parametrize("text", ["objectives: [", "initiatives:\n  - {initiative: a, metric: csat, status: runing}\n"])
def test_a_load_is_refused_while_initiatives_cannot_be_read(tmp_path, text):
    """Found wrong: it published a version without any, and said so in a note."""
    tickets = "id,opened\nt1,2026-01-01\n"
    source = "sources:\n  tickets: {files: tickets.csv, columns: {ticket_id: id, opened_at: opened}}\n"
    folder = write(tmp_path, source, tickets=tickets)
    (folder / "strategy.yaml").write_text(text)
    with pytest.raises(FileProblems, match=r"strategy\.yaml:\d+:\d+: "):
        load_folder(folder)
    assert current_version(folder / "var") is None


def test_initiatives_of_a_metric_are_those_that_name_it_or_only_its_objective(read):
    strategy = read("""objectives:
  - {objective: loved, perspective: customer, metrics: [nps, csat]}
initiatives:
  - {initiative: a, due: 2026-01-31, metric: csat}
  - {initiative: b, due: 2026-01-31, objective: loved, status: running}
  - {initiative: c, due: 2026-01-31, objective: loved, metric: nps, status: done, done: 2026-01-30}
""")
    assert told(strategy) == []
    assert [one.initiative for one in strategy.initiatives_for("csat")] == ["a", "b"]
    assert [one.initiative for one in strategy.initiatives_for("nps")] == ["b", "c"]
    assert strategy.initiatives_for("retention") == ()


# ── what is wrong with it ────────────────────────────────────────────────────────────────────────────

BAD = """vision: Everything at once
objectives:
  - {objective: loved, perspective: customer, weight: 0, metrics: [csat]}
  - {objective: loud, perspective: custmer, metrics: [nps]}
  - {objective: empty, perspective: customer, metrics: []}
  - {objective: unnamed_by_all, perspective: customer}
  - {objective: loved, perspective: customer, metrics: [ces]}
  - {objective: twice, perspective: customer, metrics: [csat, retenton]}
  - {objective: csat, perspective: customer, metrics: [retention]}
links:
  - {from: loved, to: loud, lag: 2 monhts}
  - {from: loud, to: twice}
  - {from: twice, to: loud}
  - {from: twice, to: twice}
  - {from: loud, to: nowhere}
  - {from: loud, to: twice, sign: "-"}
  - {from: loud, sgin: +}
initiatives:
  - {initiative: a, due: 2026-01-31, status: done}
  - {initiative: b, due: soon}
  - {initiative: c, due: 2026-01-31, metric: cast}
  - {initiative: d, due: 2026-01-31, objective: lowd}
  - {initiative: c, due: 2026-02-28}
  - {initiative: e, due: 2026-01-31, done: 2026-01-30}
  - {due: 2026-01-31}
"""
SAID = """3:55 the weight of an objective is above 0; 0 would take it out, so leave it out instead.
4:36 'custmer' is not one of financial, customer, internal_process, learning_growth. Did you mean 'customer'?
5:56 empty lists no metric, so nothing would tell whether it is reached.
6:5 unnamed_by_all has no metric: list some under `metrics`, or name it in their definitions as `objective`.
7:17 the objective 'loved' is written twice; the first is in line 3.
8:57 csat stands for loved already; a metric counts once.
8:63 there is no metric 'retenton'. Did you mean 'retention'?
9:5 'csat' is a metric already; give the objective another id.
11:34 '2 monhts' is no duration; write it like '2 months'.
13:5 links go in a circle: twice → loud → twice; a cause is not its own effect.
14:5 links go in a circle: twice → twice; a cause is not its own effect.
15:22 there is no objective or metric 'nowhere'.
16:5 the link from loud to twice stands above already; leave one out.
17:5 the key 'to' is missing.
17:18 unknown key 'sgin'. Did you mean 'sign'?
19:5 a is done: done needs its day; write `done: 2026-11-30`.
20:26 initiatives.due: a day is needed here, like 2026-12-31.
21:46 there is no metric 'cast'. Did you mean 'csat'?
22:49 there is no objective 'lowd'. Did you mean 'loud'?
23:18 the initiative 'c' is written twice; the first is in line 21.
24:5 e is planned: only what is done has a day.
25:5 the key 'initiative' is missing."""


def test_every_mistake_is_told_with_its_place_in_one_run(read):
    assert told(read(BAD)) == [f"strategy.yaml:{line.replace(' ', ': ', 1)}" for line in SAID.splitlines()]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "strategy.yaml:1:1: a strategy has keys: vision, objectives, links, initiatives; write at least "
             "objectives, or delete it."),
        ("- a", "strategy.yaml:1:1: a strategy has keys: vision, objectives, links, initiatives; write at least "
                "objectives, or delete it."),
        ("objectives: {a: b}", "strategy.yaml:1:13: objectives: a list is needed here; begin each item with '- '."),
        ("vison: V", "strategy.yaml:1:1: unknown key 'vison'. Did you mean 'vision'?"),
        ("vision: V\n---\nvision: W", "strategy.yaml:3:1: one strategy is enough; take this second document out."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_strategy_is_one_sentence(read, text, said):
    assert told(read(text)) == [said]


# ── scores ───────────────────────────────────────────────────────────────────────────────────────────


def card(name, value, weight=1.0, state="ok", goal=0.85):
    """Scores: .85 → 67, .75 → 33, .80 → 50, .95 → 100."""
    red = None if goal is None else 0.75
    definition = MetricDefinition(
        name, Place("m.yaml", 1, 1), name=name.upper(), red=red, goal=goal, unit="percent", weight=weight
    )
    result = MetricResult(name, MAY, value, state, "proportion")
    return make_card(definition, result, None, ())


def objective(name, *metrics, weight=1.0):
    return Objective(name, name, "customer", weight, None, metrics)


def test_an_objective_is_the_weighted_mean_of_its_metrics_and_a_perspective_of_its_objectives():
    # a: (67·1 + 33·3) / 4 = 41.5 · b: 100 · perspective: (41.5·2 + 100·1) / 3 = 61
    cards = [card("x", 0.85), card("y", 0.75, weight=3), card("z", 0.95)]
    branch = make_branch("customer", cards, [objective("a", "x", "y", weight=2), objective("b", "z")])
    assert [aim.score for aim in branch.aims] == [pytest.approx(41.5), pytest.approx(100)]
    assert branch.score == pytest.approx(61)
    assert branch.coverage == 1.0


def test_coverage_is_the_share_of_weight_that_is_judged_through_the_objectives():
    # a (weight 2): x judged, y not: half · b (weight 1): judged → (2 · 0.5 + 1) / 3 = 2/3; a scores 67 from x alone
    cards = [card("x", 0.85), card("y", None, state="no_data"), card("z", 0.95)]
    branch = make_branch("customer", cards, [objective("a", "x", "y", weight=2), objective("b", "z")])
    assert branch.coverage == pytest.approx(2 / 3)
    assert branch.score == pytest.approx((67 * 2 + 100) / 3)


def test_an_objective_under_half_its_weight_has_no_score_and_the_perspective_goes_without_it():
    # a: 1 of 3 judged → no score · perspective coverage (1/3 + 1) / 2 = 2/3, score that of b alone
    cards = [card("x", 0.85), card("y", None, weight=2, state="too_few"), card("z", 0.95)]
    branch = make_branch("customer", cards, [objective("a", "x", "y"), objective("b", "z")])
    assert [aim.score for aim in branch.aims] == [None, pytest.approx(100)]
    assert branch.coverage == pytest.approx(2 / 3)
    assert branch.score == pytest.approx(100)


def test_what_is_not_provided_or_has_no_goal_is_outside_an_objective():
    cards = [card("x", 0.85), card("y", None, state="not_provided"), card("z", 0.5, goal=None)]
    branch = make_branch("customer", cards, [objective("a", "x", "y", "z")])
    assert (branch.aims[0].score, branch.aims[0].coverage) == (pytest.approx(67), 1.0)


def test_metrics_without_an_objective_count_together_as_one_more():
    # a: 100 · the two others: (67 + 33) / 2 = 50 → (100 + 50) / 2
    cards = [card("x", 0.95), card("y", 0.85), card("z", 0.75)]
    branch = make_branch("customer", cards, [objective("a", "x")])
    assert [aim.objective and aim.objective.objective for aim in branch.aims] == ["a", None]
    assert branch.score == pytest.approx(75)


def test_without_a_strategy_the_metrics_are_weighed_themselves():
    branch = make_branch("customer", [card("x", 0.95), card("y", 0.85, weight=2)])
    assert branch.aims == ()
    assert branch.score == pytest.approx((100 + 2 * 67) / 3)


VALUES = st.one_of(st.none(), st.floats(0.0, 1.0))
METRICS = st.lists(st.tuples(VALUES, st.floats(0.1, 10)), min_size=1, max_size=5)
OBJECTIVES = st.lists(st.tuples(st.floats(0.1, 10), METRICS), min_size=1, max_size=5)


def branch_of(objectives, factor=1.0):
    cards, aims = [], []
    for number, (weight, metrics) in enumerate(objectives):
        names = [f"m{number}_{index}" for index in range(len(metrics))]
        cards += [
            card(name, value, w * factor, "ok" if value is not None else "no_data")
            for name, (value, w) in zip(names, metrics, strict=True)
        ]
        aims.append(objective(f"o{number}", *names, weight=weight * factor))
    return make_branch("customer", cards, aims)


@given(OBJECTIVES)
def test_a_score_lies_between_the_scores_it_is_made_of(objectives):
    branch = branch_of(objectives)
    scores = [aim.score for aim in branch.aims if aim.score is not None]
    if branch.score is not None:
        assert min(scores) - 1e-9 <= branch.score <= max(scores) + 1e-9
        assert branch.coverage >= 0.5


@given(OBJECTIVES, st.floats(0.01, 100))
def test_only_the_proportions_of_weights_matter(objectives, factor):
    one, other = branch_of(objectives), branch_of(objectives, factor)
    assert other.coverage == pytest.approx(one.coverage)
    if one.coverage > 0.500001 and all(abs((aim.coverage or 0) - 0.5) > 1e-6 for aim in one.aims):
        assert other.score == (None if one.score is None else pytest.approx(one.score))


@given(OBJECTIVES)
def test_coverage_is_one_exactly_when_everything_is_judged_and_zero_when_nothing_is(objectives):
    branch = branch_of(objectives)
    values = [value for _, metrics in objectives for value, _ in metrics]
    assert (branch.coverage == pytest.approx(1)) == (None not in values)
    assert (branch.coverage == 0) == all(value is None for value in values)


@given(OBJECTIVES)
def test_what_is_not_provided_changes_nothing(objectives):
    branch = branch_of(objectives)
    absent = card("absent", None, state="not_provided")
    cards = [*branch.cards, absent]
    first = branch.aims[0].objective
    aims = [Objective(first.objective, first.name, "customer", first.weight, None, (*first.metrics, "absent"))]
    again = make_branch("customer", cards, [*aims, *(aim.objective for aim in branch.aims[1:])])
    assert (again.score, again.coverage) == (branch.score, branch.coverage)


def test_the_whole_counts_perspectives_equally_and_weighs_coverage_by_what_is_in_them():
    customer = make_branch("customer", [card("x", 0.95)], [objective("a", "x", weight=3)])
    process = make_branch("internal_process", [card("y", 0.75), card("z", None, state="no_data")])
    board = make_scorecard(MAY, MAY, True, [customer, process])
    assert board.score == pytest.approx((100 + 33) / 2)
    assert board.coverage == pytest.approx((3 * 1 + 2 * 0.5) / 5)


def test_a_perspectives_page_shows_objectives_above_their_metrics_and_what_they_are_called_is_text():
    cards = [card("x", 0.85), card("y", None, state="no_data"), card("z", 0.95)]
    named = Objective("a", "<b>Loved</b>", "customer", 1.0, None, ("x", "y"))
    board = make_scorecard(MAY, MAY, True, [make_branch("customer", cards, [named])])
    shown = branch_rows(board, board.branches[0], "EUR", LIGHT, {}, lambda aim: "")
    assert "<b>Loved" not in shown
    assert "&lt;b&gt;Loved" in shown
    assert "67 of 100 over 50 % of its weight" in shown.replace("\u202f", " ").replace("\xa0", " ")
    assert shown.index("Loved") < shown.index(">X<") < shown.index("Without an objective") < shown.index(">Z<")


def test_a_metric_of_the_workspace_that_names_a_lost_objective_is_told(tmp_path):
    """Found wrong: a misspelt objective was no problem, and its metric stood for none."""
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "mine.yaml").write_text("metric: mine\nformula: count(tickets)\nobjective: hapy\n")
    (tmp_path / "strategy.yaml").write_text(
        "objectives:\n  - {objective: happy, perspective: customer, metrics: [csat]}\n"
    )
    found = with_plans(read_catalog(tmp_path / "metrics"), tmp_path, EVERYBODYS)
    assert [str(problem) for problem in found.problems] == [
        "metrics/mine.yaml:1:1: mine: there is no objective 'hapy' in strategy.yaml. Did you mean 'happy'?"
    ]
