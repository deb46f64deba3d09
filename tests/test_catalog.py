"""Metric files: units, goals and YAML spellings that once gave a wrong number or a wrong place."""

from __future__ import annotations

import pytest

from metrics.catalog import read_catalog
from metrics.scorecard import score_of


@pytest.fixture
def read(tmp_path):
    def catalog_of(text):
        folder = tmp_path / "metrics"
        folder.mkdir(exist_ok=True)
        (folder / "m.yaml").write_text(text, encoding="utf-8")
        return read_catalog(folder)

    return catalog_of


def problems(catalog):
    return [str(problem) for problem in catalog.problems]


def test_two_keys_are_enough_and_the_unit_follows_from_the_formula(read):
    metric = read("metric: first\nformula: share(tickets.reopens > 0)\n").metrics["first"]
    assert (metric.unit, metric.name, metric.min_n) == ("percent", "First", 30)
    assert read("metric: first\nformula: nps(survey_responses.score)\n").metrics["first"].unit == "points"


def test_a_goal_of_75_for_a_share_is_no_goal_of_7500_percent(read):
    catalog = read("metric: m\nformula: share(tickets.reopens > 0)\nred: 75\ngoal: 85%\n")
    assert problems(catalog) == [
        "metrics/m.yaml:3:6: the limit below which it is red cannot be read: 75 is no fraction; write '75%'."
    ]
    assert "m" in catalog.left_out
    right = read("metric: m\nformula: share(tickets.reopens > 0)\nred: 0.75\ngoal: 85%\n").metrics["m"]
    assert (right.red, right.goal) == (0.75, 0.85)


def test_a_percentage_needs_a_unit_that_is_one(read):
    assert problems(read("metric: m\nformula: mean(tickets.transfers)\nred: 30%\ngoal: 1\n")) == [
        "metrics/m.yaml:3:6: the limit below which it is red cannot be read: '30%' is a percentage, "
        "but the unit is number."
    ]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("red: 1:30\ngoal: 20",
         "3:6: the limit below which it is red cannot be read: '1:30' is no number; write one such as 4.5."),
        ("red: 1_0\ngoal: 20",
         "3:6: the limit below which it is red cannot be read: '1_0' is no number; write one such as 4.5."),
        ("red: .inf\ngoal: 20",
         "3:6: the limit below which it is red cannot be read: '.inf' is no number; write one such as 4.5."),
        ("red: {a: 1}\ngoal: 20", "3:6: the limit below which it is red cannot be read: one value is needed."),
        ("red: 10", "1:9: red and goal come together; give both or neither."),
        ("red: 5\ngoal: 5", "4:7: goal and red are equal, so nothing lies between good and bad; set them apart."),
        ("red: 5\ngoal: 9\nstretch: 8",
         "5:10: the stretch goal must lie beyond the goal, away from red: here above the goal."),
        ("red: 9\ngoal: 5\nstretch: 8",
         "5:10: the stretch goal must lie beyond the goal, away from red: here below the goal."),
        ("unit: hours\nred: 5\ngoal: -1", "5:7: the goal lies outside what hours can be: 0 or more."),
        ("weight: .nan", "3:9: a weight is a number above zero; without red and goal a metric does not count."),
        ("weight: 0", "3:9: a weight is a number above zero; without red and goal a metric does not count."),
        *(
            (f"fill: {written}", "3:7: fill takes 0 and nothing else: a period in which nothing was counted is then 0 "
             "instead of no data.")
            for written in ("1", "0.0", "'0'", "0%", "false", "[0]")
        ),
        ("ripe_after: 99999999999 days",
         "3:13: '99999999999 days' is longer than anybody waits; 20 years are the most."),
        ("ripe_after: soon", "3:13: 'soon' is no duration; write it like '90 days'."),
        ("unit: scores", "3:7: unit: 'scores' is not one of number, percent, currency, minutes, hours, days, score, "
         "points. Did you mean 'score'?"),
        ("perspective: custmer", "3:14: perspective: 'custmer' is not one of financial, customer, internal_process, "
         "learning_growth. Did you mean 'customer'?"),
        ("status: certified",
         "3:9: a certified metric has owner, question, red and goal; missing here: owner, question, red, goal."),
        ("rolling: {of: x, last: 3 months}",
         "1:9: a metric has one formula or one shape; this one has formula and rolling; keep one."),
    ],
)  # fmt: skip
def test_a_wrong_key_is_said_at_its_place(read, lines, problem):
    found = problems(read(f"metric: m\nformula: count(tickets)\n{lines}\n"))
    assert found[0] == f"metrics/m.yaml:{problem}"


def test_a_retention_further_than_anybody_lives_is_refused(read):
    found = problems(read("metric: m\nretention: {of: orders.customer_id, after: 1000000}\n"))
    assert found == ["metrics/m.yaml:2:44: 'after' counts periods from 1 to 1200."]


@pytest.mark.parametrize(
    "spelling",
    [
        "count(tickets where team = 'North')",
        "'count(tickets where team = ''North'')'",
        "\"count(tickets where team = 'N\\u006frth')\"",
        "\"count(tickets where \\\n  team = 'North')\"",
        "|\n  count(tickets\n  where team = 'North')",
        ">-\n  count(tickets\n  where team = 'North')",
        "count(tickets\n  where team =\n  'North')",
        "&mine count(tickets where team = 'North')",
        "!!str count(tickets where team = 'North')",
    ],
)
def test_however_yaml_spells_a_formula_it_means_the_same(read, spelling):
    plain = read("metric: m\nformula: count(tickets where team = 'North')\n")
    catalog = read(f"metric: m\nformula: {spelling}\n")
    assert problems(catalog) == []
    assert catalog.bound["m"] == plain.bound["m"]


@pytest.mark.parametrize(
    ("spelling", "place"),
    [
        ("count(tickets where teem = 'N')", "2:30"),
        ("'count(tickets where topic = ''x'' and teem = ''N'')'", "2:49"),
        ("\"count(tickets where topic = '\\u0078' and teem = 'N')\"", "2:52"),
        ("|\n  count(tickets\n    where teem = 'N')", "4:11"),
        (">-\n  count(tickets\n  where teem = 'N')", "4:9"),
        ("count(tickets\n  where teem = 'N')", "3:9"),
        ("&mine count(tickets where teem = 'N')", "2:36"),
    ],
)
def test_a_mistake_has_its_place_in_the_file_however_it_is_spelled(read, spelling, place):
    (problem,) = problems(read(f"metric: m\nformula: {spelling}\n"))
    assert problem.startswith(f"metrics/m.yaml:{place}: tickets has no column 'teem'")


def test_a_circle_of_metrics_is_named(read):
    found = problems(read("metric: a\nformula: b + 1\n---\nmetric: b\nformula: a * 2\n"))
    assert any("metrics go in a circle: a → b → a; write one without the others." in problem for problem in found)


def test_a_metric_on_a_wrong_one_says_which(read):
    found = problems(read("metric: a\nformula: count(tickts)\n---\nmetric: b\nformula: a + 1\n"))
    assert found[1] == "metrics/m.yaml:5:10: this stands on 'a', which cannot be computed; correct that first."


def test_metrics_that_double_each_other_do_not_explode(read):
    lines = ["metric: m0\nformula: count(tickets)"]
    lines += [f"metric: m{n}\nformula: m{n - 1} + m{n - 1}" for n in range(1, 40)]
    found = problems(read("\n---\n".join(lines)))
    assert "written out, this has more than 400 parts" in found[0]


def test_a_new_name_is_a_new_catalogue_but_not_a_new_meaning(read):
    before = read("metric: m\nformula: count(tickets)\nname: Old\n")
    after = read("metric: m\nformula: count(tickets)\nname: New\n")
    assert before.hash != after.hash
    assert before.metrics["m"].hash == after.metrics["m"].hash


def test_a_library_metric_is_replaced_and_it_is_said(read):
    catalog = read("metric: csat\nformula: share(survey_responses.score = 5 where survey = 'csat')\n")
    assert catalog.replaced == ("csat",)
    assert catalog.metrics["csat"].goal is None


def test_a_goal_beyond_the_bound_scores_100_at_the_goal(read):
    metric = read("metric: m\nformula: share(tickets.reopens > 0)\nred: 90%\ngoal: 100%\n").metrics["m"]
    assert [score_of(metric, value) for value in (0.9, 1.0)] == [33, 100]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "metric: [1\n", "5\n", "metric: m\nformula: 5\n", "metric: m\n"])
def test_a_file_of_the_wrong_shape_is_a_sentence(read, text):
    assert all(problem.startswith("metrics/m.yaml") for problem in problems(read(text)))
    assert problems(read(text)) or text == ""
