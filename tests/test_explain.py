"""Why a metric changed, told by groups whose parts sum to the change.

satisfied          January            February           share          own value      rate    mix
  North            40 of 50           18 of 20           .5 → .2        .8 → .9        +.035   −.078
  South            20 of 50           40 of 80           .5 → .8        .4 → .5        +.065   −.042
  all              60 of 100          58 of 100                         .60 → .58      +.100   −.120   = −.02
"""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.calendar import EVERYBODYS
from data_checks.errors import RequestError
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.analyses.explain import explain
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.period import parse_period
from metrics.scope import Scope
from tests.loading import load_folder, write
from tests.test_real_numbers import WORKSPACES

WORKSPACE = """
as_of: 2024-03-31
sources:
  teams: {files: teams.csv, columns: {team_id: id, name: name}}
  orders:
    files: orders.csv
    columns: {order_id: id, customer_id: customer, ordered_at: day, revenue: revenue, channel: channel}
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: "'csat'", team_id: team, responded_at: day, score: score, weight: weight}
"""
METRICS = """metric: satisfied
formula: share(survey_responses.score >= 4)
min_n: 1
---
metric: satisfied_weighted
formula: share(survey_responses.score >= 4, survey_responses.weight)
min_n: 1
---
metric: middle
formula: median(survey_responses.score)
---
metric: earned
formula: sum(orders.revenue)
---
metric: buyers
formula: distinct(orders.customer_id)
---
metric: per_answer
formula: sum(orders.revenue) / count(survey_responses)
"""
ORDERS = """id,customer,day,revenue,channel
o1,c1,2024-01-05,100,web
o2,c2,2024-01-06,50,shop
o3,c1,2024-02-05,70,web
o4,c1,2024-02-06,20,shop
o5,c3,2024-02-07,90,
"""


def rated(month, team, good, of):
    return [f"{team},2024-{month:02}-15,{5 if place < good else 1},1" for place in range(of)]


TWO_TEAMS = [*rated(1, "N", 40, 50), *rated(1, "S", 20, 50), *rated(2, "N", 18, 20), *rated(2, "S", 40, 80)]


def company(folder, answers=TWO_TEAMS):
    lines = [f"r{n},{row}" for n, row in enumerate(answers)]
    write(
        folder,
        WORKSPACE,
        teams="id,name\nN,North\nS,South\nE,East\nW,West\n",
        orders=ORDERS,
        answers="\n".join(["id,team,day,score,weight", *lines]) + "\n",
    )
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(METRICS)
    load_folder(folder)
    return folder


@pytest.fixture(scope="module")
def two_teams(tmp_path_factory):
    return company(tmp_path_factory.mktemp("explain") / "two")


def explained(folder, metric, by=None, scope=None, period="2024-02", against="2024-01", where=None):
    catalog = read_catalog(folder / "metrics")
    assert catalog.problems == ()
    warehouse = open_warehouse(read_workspace(folder))
    now, then = (parse_period(text, EVERYBODYS) for text in (period, against))
    question = ask(warehouse, catalog, scope or Scope.everything(), [metric], now.grain, (), now.start, now.end, where)
    return explain(warehouse, catalog, question, metric, then, by)


def told(folder, metric, *words):
    done = CliRunner().invoke(main, ["explain", metric, "-w", str(folder), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def from_json(folder, metric, *words):
    return json.loads(told(folder, metric, "--as", "json", *words))


def test_rate_and_mix_of_each_group_are_those_worked_by_hand(two_teams):
    found = explained(two_teams, "satisfied", "team")
    parts = {group.name: (group.rate.value, group.mix.value) for group in found.groups}
    assert parts["North"] == pytest.approx((0.035, -0.078), abs=1e-12)
    assert parts["South"] == pytest.approx((0.065, -0.042), abs=1e-12)
    assert math.fsum(sum(part) for part in parts.values()) == pytest.approx(found.difference, abs=1e-12)


def test_the_printed_parts_sum_to_the_printed_change(two_teams):
    text = told(two_teams, "satisfied", "--period", "2024-02", "--by", "team")
    assert "fell from 60.0 % in January 2024 to 58.0 % in February 2024: −2.0 pt." in text.replace("\u00a0", " ")
    assert "North    50 → 20    50.0 → 20.0 %  80.0 → 90.0   −7.8   +3.5   −4.3" in text.replace("\u00a0", " ")
    assert "South    50 → 80    50.0 → 80.0 %  40.0 → 50.0   −4.2   +6.5   +2.3" in text.replace("\u00a0", " ")
    assert "The parts sum to the change: −4.3 + 2.3 = −2.0 pt." in text.replace("\u00a0", " ")


def test_equal_weights_split_as_no_weights_do(two_teams):
    plain, weighted = (explained(two_teams, name, "team") for name in ("satisfied", "satisfied_weighted"))
    ends = [
        [end for part in found.change.parts for end in (part.value, part.low, part.high)] for found in (plain, weighted)
    ]
    assert ends[1] == pytest.approx(ends[0], abs=1e-12)


def test_a_cause_is_named_only_where_its_interval_excludes_zero(two_teams):
    named = explained(two_teams, "satisfied", "team").causes
    assert {(part.group, part.kind) for part in named} == {("0", "mix"), ("1", "mix")}
    assert all(part.low > 0 or part.high < 0 for part in named)


def test_where_nothing_can_be_told_from_chance_nobody_is_named(tmp_path):
    rows = [*rated(1, "N", 40, 50), *rated(1, "S", 39, 50), *rated(2, "N", 39, 50), *rated(2, "S", 41, 50)]
    text = told(company(tmp_path / "w", rows), "satisfied", "--period", "2024-02", "--by", "team")
    assert "Nothing stands out: no group's part can be told from chance." in text
    assert "it holds zero, so all of it may be chance" in text


def test_a_new_group_is_all_mix(tmp_path):
    rows = [*rated(1, "N", 40, 50), *rated(2, "N", 40, 50), *rated(2, "S", 10, 50)]
    found = explained(company(tmp_path / "w", rows), "satisfied", "team")
    (south,) = (group for group in found.groups if group.name == "South")
    assert south.rate.value == 0
    assert south.value == (None, 0.2)
    assert math.fsum(part.value for part in found.change.parts) == pytest.approx(0.5 - 0.8, abs=1e-12)


FEW = [*TWO_TEAMS, *rated(1, "E", 9, 10), *rated(2, "E", 3, 3), *rated(1, "W", 6, 12), *rated(2, "W", 7, 12)]


def test_a_group_of_few_answers_is_folded_and_cannot_be_told_by_subtraction(tmp_path):
    folder = company(tmp_path / "w", FEW)
    found = explained(folder, "satisfied", "team")
    assert [(group.name, group.folded) for group in found.groups] == [("North", 0), ("South", 0), (None, 2)]
    assert found.groups[2].n == (22, 15)  # East with West, the smallest of the others
    assert "East" not in told(folder, "satisfied", "--period", "2024-02", "--by", "team", "--as", "json")
    assert math.fsum(group.both.value for group in found.groups) == pytest.approx(68 / 115 - 75 / 122, abs=1e-12)


def test_where_no_group_has_enough_answers_none_is_told(tmp_path):
    rows = [row for month in (1, 2) for team in "NSEW" for row in rated(month, team, 2, 4)]
    found = explained(company(tmp_path / "w", rows), "satisfied", "team")
    assert (found.how, found.groups) == ("nothing", ())
    assert found.reason == "by team too few answers stand in each group"


def test_a_reader_of_two_teams_is_told_of_no_third(tmp_path):
    found = explained(company(tmp_path / "w", FEW), "satisfied", "team", Scope.of_teams("N", "S"))
    assert [group.name for group in found.groups] == ["North", "South"]
    assert found.difference == pytest.approx(-0.02, abs=1e-12)


def test_a_reader_of_one_team_is_told_of_that_team_only(two_teams):
    found = explained(two_teams, "satisfied", "team", Scope.of_teams("N"))
    assert (found.before.value, found.after.value, found.groups) == (0.8, 0.9, ())
    assert found.reason == "by team there is only one group"


def test_of_a_sum_every_group_has_its_difference(two_teams):
    found = explained(two_teams, "earned", "channel")
    assert {group.name: group.both.value for group in found.groups} == {"shop": -30, "web": -30, None: 90}
    text = told(two_teams, "earned", "--period", "2024-02")
    assert "By channel, the largest part is (none): +90." in text.replace("\u00a0", " ")
    assert "The parts sum to the change: +90 − 30 − 30 = +30." in text.replace("\u00a0", " ")


def test_customers_who_stand_in_two_groups_are_never_added_up(two_teams):
    found = explained(two_teams, "buyers", "channel")
    assert (found.how, found.groups) == ("nothing", ())
    assert found.reason == "one can stand in several groups by channel, so the groups do not add up to the whole"


def test_a_median_is_no_average_of_groups(two_teams):
    assert "Groups cannot tell it: a median or percentile of the whole is no average of the groups'." in told(
        two_teams, "middle", "--period", "2024-02"
    )


def test_a_quotient_of_two_totals_has_the_parts_of_both(two_teams):
    found = explained(two_teams, "per_answer")
    above, below = (effect.value for effect in found.factors.effects)
    assert (above, below) == pytest.approx((0.3, 0.0))  # 150 and 180 over a hundred answers each
    assert above + below == pytest.approx(found.difference, abs=1e-12)


def test_periods_far_apart_are_compared_as_neighbours_are(tmp_path):
    rows = [row.replace("-02-", "-03-") for row in TWO_TEAMS]
    found = explained(company(tmp_path / "w", rows), "satisfied", "team", period="2024-03")
    assert [group.mix.value for group in found.groups] == pytest.approx([-0.078, -0.042], abs=1e-12)


def test_without_a_value_there_is_one_sentence(two_teams):
    text = told(two_teams, "satisfied", "--period", "2024-03")
    assert "There is no change to explain: Satisfied has no value to be shown in March 2024 (no rows" in text
    assert from_json(two_teams, "satisfied", "--period", "2024-03")["change"]["value"] is None


def test_what_cannot_be_asked_is_said_with_a_suggestion(two_teams):
    with pytest.raises(RequestError, match="Did you mean 'team'"):
        explained(two_teams, "satisfied", "teem")
    with pytest.raises(RequestError, match="has not changed against itself"):
        explained(two_teams, "satisfied", "team", against="2024-02")


# ---- real and planted ---------------------------------------------------------------------------------------------


def test_every_channel_better_and_the_total_worse(loaded_demo):
    found = from_json(loaded_demo, "csat", "--period", "2026-04", "--by", "channel")
    assert found["change"]["value"] < 0
    assert [group["rate"]["value"] > 0 for group in found["groups"]] == [True] * 4
    assert found["mix"]["high"] < 0


BY_TEAM = """
with last as (
    select distinct on (number) * from read_csv('{file}', all_varchar = true, nullstr = '?')
    where incident_state <> '-100' order by number, sys_mod_count::int desc
), counted as (
    select assignment_group as team, {value}::int as value, strptime({time}, '%d/%m/%Y %H:%M') as time from last
)
select team, month(time), sum(value), count(value) from counted
where time >= '2016-03-01' and time < '2016-05-01' group by all
"""
HELP_DESK = {
    "transfers_per_ticket": ("reassignment_count", "opened_at"),
    "sla_attainment": ("(made_sla = 'true')", "coalesce(resolved_at, closed_at, opened_at)"),
}


@pytest.fixture(scope="module")
def helpdesk(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("explain") / "helpdesk"
    shutil.copytree(WORKSPACES / "helpdesk", folder)
    load_folder(folder)
    return folder


@pytest.mark.real_data
@pytest.mark.parametrize("metric", HELP_DESK)
def test_help_desk_from_march_to_april_2016_by_group_exactly(metric, helpdesk, real_data):
    value, time = HELP_DESK[metric]
    file = Path(real_data) / "uci-incident-log" / "incident_events.csv.gz"
    rows = duckdb.sql(BY_TEAM.format(file=file, value=value, time=time)).fetchall()
    sums = {(team, month): (float(total), count) for team, month, total, count in rows}
    found = from_json(helpdesk, metric, "--period", "2016-04", "--against", "2016-03", "--by", "team")

    whole = [[math.fsum(v[i] for (_, m), v in sums.items() if m == month) for i in (0, 1)] for month in (3, 4)]
    (x0, n0), (x1, n1) = whole
    middle = (x0 / n0 + x1 / n1) / 2
    assert {group["group"] for group in found["groups"]} == {team for team, _ in sums}
    for group in found["groups"]:
        (a, m), (b, k) = (sums.get((group["group"], month), (0.0, 0)) for month in (3, 4))
        then, now = a / m if m else b / k, b / k if k else a / m
        assert group["n"] == [m, k]
        assert group["share"] == pytest.approx([m / n0, k / n1], abs=1e-12)
        assert group["rate"]["value"] == pytest.approx((m / n0 + k / n1) / 2 * (now - then), abs=1e-12)
        assert group["mix"]["value"] == pytest.approx((k / n1 - m / n0) * ((then + now) / 2 - middle), abs=1e-12)
    parts = [group[kind]["value"] for group in found["groups"] for kind in ("rate", "mix")]
    assert math.fsum(parts) == pytest.approx(x1 / n1 - x0 / n0, abs=1e-12)
    assert found["change"]["value"] == pytest.approx(x1 / n1 - x0 / n0, abs=1e-12)
