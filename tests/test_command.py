"""The scorecard command as a stranger meets it: answers, shapes that are promises, errors in one sentence."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.printing import catalogue, terminal
from metrics.catalog import read_catalog
from tests.small_company import load_small_company, write_small_company


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return load_small_company(tmp_path_factory.mktemp("command") / "company")


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def answer(*words):
    done = run(*words)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*words, code=2):
    """The sentences on stderr of a command that must fail, and say nothing on stdout."""
    done = run(*words)
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.stderr.strip()


def test_help_names_every_promised_command():
    out = answer("--help")
    for command in ("demo", "tables", "load", "check", "metrics", "query", "rows", "show", "status", "serve",
                    "quarantine", "rollback", "benchmarks"):  # fmt: skip
        assert f"\n  {command} " in out


def test_help_and_mistakes_answer_without_the_heavy_libraries():
    heavy = ("pandas", "streamlit", "great_expectations", "duckdb", "sqlalchemy")
    code = f"import sys, dashboard.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_query_json_has_the_promised_shape(company):
    out = json.loads(answer("query", "csat", "-w", company, "--by", "team", "--as", "json"))
    assert out["load"] == "000001"
    assert out["as_of"].startswith("2024-04-30T")
    metric = out["metrics"]["csat"]
    assert metric["unit"] == "percent"
    assert len(metric["definition"]) == 12
    south = next(row for row in metric["rows"] if row["team"] == "South" and row["n"])
    assert list(south) == [
        "period", "team", "value", "numerator", "denominator", "n", "low", "high", "state", "complete",
    ]  # fmt: skip
    assert (south["period"], south["value"], south["n"], south["state"]) == ("2024-01-01", 0.5, 40, "ok")


def test_query_takes_several_metrics_and_gives_csv(company):
    out = answer("query", "revenue", "backlog", "-w", company, "--grain", "quarter", "--as", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["metric"], row["period"], float(row["value"])) for row in rows] == [
        ("revenue", "2024-01-01", 470), ("revenue", "2024-04-01", 60),
        ("backlog", "2024-01-01", 2), ("backlog", "2024-04-01", 1),
    ]  # fmt: skip


def test_query_all_is_one_row_without_a_period(company):
    rows = json.loads(answer("query", "revenue", "-w", company, "--grain", "all", "--as", "json"))
    (row,) = rows["metrics"]["revenue"]["rows"]
    assert (row["period"], row["value"]) == (None, 530)


def test_to_is_the_first_day_left_out(company):
    out = answer("query", "revenue", "-w", company, "--from", "2024-01", "--to", "2024-03", "--as", "csv")
    assert [row["period"] for row in csv.DictReader(io.StringIO(out))] == ["2024-01-01", "2024-02-01"]


def test_query_as_a_table_is_read_by_people(company):
    out = answer("query", "csat", "-w", company, "--from", "2024-01", "--to", "2024-03")
    assert "January 2024" in out
    assert "suppressed: fewer than 5 answers" in out
    assert "Data through 30 Apr 2024 · load 000001" in out


def test_where_keeps_rows_of_a_value_or_without_one(company):
    def total(*words):
        rows = json.loads(answer("query", "tickets_opened", "-w", company, "--grain", "all", "--as", "json", *words))
        return rows["metrics"]["tickets_opened"]["rows"][0]["value"]

    assert total("--where", "team=North") == 2
    assert total("--where", "team=") == 1
    assert total("--where", "team=North", "--where", "team=South") == 4


def test_rows_as_json_say_how_many_there_are(company):
    out = json.loads(answer("rows", "transfers_per_ticket", "-w", company, "--limit", "2", "--as", "json"))
    assert (out["metric"], out["table"], out["total"], len(out["rows"])) == ("transfers_per_ticket", "tickets", 5, 2)
    assert (out["rows"][1]["ticket_id"], out["rows"][1]["counted"]) == ("t2", 2)


def test_metrics_lists_the_catalogue_and_shows_one_with_its_sql(company):
    assert "repeat_purchase_rate" in answer("metrics", "-w", company)
    shown = answer("metrics", "csat", "-w", company, "--sql")
    assert "share(survey_responses.score >= 4 where survey = 'csat')" in shown
    assert "SELECT" in shown
    assert "survey_responses" in shown
    assert json.loads(answer("metrics", "csat", "--json"))["kind"] == "proportion"


def test_show_prints_the_board_and_gives_json(company):
    text = answer("show", "-w", company, "--period", "2024-01")
    assert "January 2024" in text
    assert "Resolution time, median" in text
    board = json.loads(answer("show", "-w", company, "--period", "2024-01", "--as", "json"))
    card = board["perspectives"]["internal_process"]["metrics"]["resolution_hours"]
    assert (card["value"], card["status"], card["score"]) == (2, "met", pytest.approx(67 + 33 * 22 / 24))
    assert board["perspectives"]["customer"]["metrics"]["csat"]["status"] == "missed"


def test_status_tells_loads_and_checks(company):
    out = json.loads(answer("status", "-w", company, "--json"))
    assert (out["load"], out["version"]) == ("000001", "w-000001")
    assert [entry["status"] for entry in out["loads"]] == ["published"]
    assert "orders" in answer("status", "-w", company)


def test_loading_again_changes_nothing_and_says_so(company):
    assert answer("load", "-w", company) == "Nothing has changed since load 000001; it stays as it is.\n"


def test_load_json_accounts_for_every_row(tmp_path):
    folder = write_small_company(tmp_path / "fresh")
    out = json.loads(answer("load", "-w", folder, "--json"))
    assert (out["load"], out["tables"]["orders"]["read"], out["tables"]["orders"]["published"]) == ("000001", 7, 7)
    assert out["tables"]["orders"]["rules"]["orders_unique"]["outcome"] == "passed"


def test_check_names_every_mistake_of_workspace_and_metrics_in_one_run(tmp_path):
    folder = write_small_company(tmp_path / "wrong")
    workspace = folder / "workspace.yaml"
    workspace.write_text(workspace.read_text().replace("revenue: revenue", "revnue: revenue"))
    (folder / "metrics" / "own.yaml").write_text(
        "metric: csat\nformula: share(survey_responses.scor >= 4)\n---\nmetric: csat\nformula: count(tickts)\n"
        "---\nmetric: late\nformul: count(tickets)\n---\nmetric: twice\nmetric: twice\nformula: count(tickets)\n"
    )
    done = run("check", "-w", folder)
    assert done.exit_code == 2
    lines = done.stdout.splitlines()
    assert "orders has no column 'revnue'. Did you mean 'revenue'?" in lines[0]
    assert lines[0].startswith("workspace.yaml:11:75:")
    assert lines[1:-1] == [
        "metrics/own.yaml:2:33: survey_responses has no column 'scor'. Did you mean 'score'?",
        "metrics/own.yaml:4:1: 'csat' is defined twice; first at metrics/own.yaml:1:1. Rename or remove one.",
        "metrics/own.yaml:5:16: there is no table 'tickts'. Did you mean 'tickets'?",
        "metrics/own.yaml:8:1: unknown key 'formul'. Did you mean 'formula'?",
        "metrics/own.yaml:11:1: the key 'metric' is written twice; the first is in line 10.",
        "definitions/customer/benchmark_gap.yaml:6:1: "
        "this stands on 'csat', which cannot be computed; correct that first.",
    ]
    assert lines[-1] == "7 problems."
    assert len(json.loads(run("check", "-w", folder, "--json").stdout)["problems"]) == 7


def test_check_of_a_right_workspace_says_so(company):
    assert answer("check", "-w", company).startswith("No problems: workspace.yaml and ")


def test_a_wrong_metric_never_blocks_the_others(company, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(company, folder)
    (folder / "metrics" / "own.yaml").write_text("metric: mine\nformula: count(tickts)\n")
    done = run("query", "revenue", "-w", folder, "--grain", "all")
    assert done.exit_code == 0
    assert "metrics/own.yaml:2:16: there is no table 'tickts'. Did you mean 'tickets'?" in done.stderr
    assert "the definition of 'mine' is wrong" in refused("query", "mine", "-w", folder)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("query", "revenu"), "there is no metric 'revenu'. Did you mean 'revenue'?"),
        (("query", "revenue", "--by", "chanel"), "orders cannot be cut by 'chanel'. Did you mean 'channel'?"),
        (("query", "revenue", "--where", "segment=SBM"), "there is no segment 'SBM'. Did you mean 'SMB'?"),
        (("query", "revenue", "--where", "segment"),
         "--where takes slice=value, like team=\"Group 70\"; this is 'segment'."),
        (("query", "revenue", "--from", "March"),
         "'March' is no period; write 2016, 2016-Q2, 2016-05, 2016-W07 or 2016-05-13."),
        (("query", "revenue", "--from", "2024-13"),
         "'2024-13' is no period; write 2016, 2016-Q2, 2016-05, 2016-W07 or 2016-05-13."),
        (("query", "revenue", "--from", "2024-03", "--to", "2024-03"),
         "the period from 2024-03-01 to 2024-03-01 is empty; --to is the first day left out."),
        (("rows", "handling"), "handling has no rows: no source provides tickets.handle_minutes."),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_gets_one_sentence(company, words, sentence):
    assert refused(*words, "-w", company) == sentence


def test_a_folder_without_a_workspace_says_what_to_do(tmp_path):
    assert "there is no workspace.yaml in it" in refused("load", "-w", tmp_path)
    assert "this folder does not exist" in refused("show", "-w", tmp_path / "nowhere")


def test_nothing_loaded_yet_says_what_to_do(tmp_path):
    folder = write_small_company(tmp_path / "new")
    assert refused("show", "-w", folder).endswith("run `scorecard load` first.")
    assert answer("status", "-w", folder) == "Nothing is published yet; run `scorecard load`.\n"
    assert json.loads(answer("status", "-w", folder, "--json"))["version"] is None


def test_status_shows_a_refused_load_also_when_nothing_was_ever_published(tmp_path):
    folder = write_small_company(tmp_path / "first")
    (folder / "orders.csv").write_text("order_id,customer,day,revenue,status\no1,c1,10/01/2024,1,completed\n")
    refused("load", "-w", folder, code=3)
    assert "refused" in answer("status", "-w", folder)


def test_a_load_with_bad_rows_says_where_they_are(tmp_path):
    folder = write_small_company(tmp_path / "bad")
    good = "".join(f"n{n},c1,2024-01-10,10,completed\n" for n in range(50))
    (folder / "orders.csv").write_text("order_id,customer,day,revenue,status\no1,c1,2024-01-10,x,completed\n" + good)
    out = answer("load", "-w", folder)
    assert "orders.revenue_readable failed on 1 row (in quarantine)" in out
    assert out.splitlines()[-1] == f"Quarantined rows and their reasons: scorecard quarantine -w {folder}"


def test_tables_lists_what_a_workspace_can_fill():
    assert "survey_responses" in answer("tables")
    shown = answer("tables", "orders")
    assert "one of placed, completed, cancelled, returned" in shown
    assert "Cut it by: team, department, agent" in shown
    assert "a row of teams; if missing by agent_id -> agents.team_id" in shown
    assert "if missing by parent_team_id -> name" in answer("tables", "teams")
    assert json.loads(answer("tables", "orders", "--json"))["columns"]["order_id"]["required"] is True
    assert refused("tables", "order") == "there is no table 'order'. Did you mean 'orders'?"


def test_sql_is_shown_of_one_metric(company):
    assert refused("metrics", "-w", company, "--sql").startswith("--sql shows the SQL of one metric")


def test_serving_more_than_this_machine_needs_a_way_to_sign_in(company):
    assert "serves this machine only" in refused("serve", "-w", company, "--host", "0.0.0.0")


def test_demo_never_writes_over_anything(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    assert refused("demo", tmp_path) == f"{tmp_path} exists and is not empty; name a new folder."


def test_a_broken_workspace_file_changes_nothing(company, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(company, folder)
    before = answer("query", "revenue", "-w", folder, "--grain", "all", "--as", "csv")
    good = (folder / "workspace.yaml").read_text()
    (folder / "workspace.yaml").write_text(good.replace("title: Small company", "title: [Small company"))
    assert "workspace.yaml:" in refused("load", "-w", folder)
    (folder / "workspace.yaml").write_text(good)
    assert answer("query", "revenue", "-w", folder, "--grain", "all", "--as", "csv") == before


def test_data_that_may_not_be_published_is_exit_3_and_the_old_load_stays(company, tmp_path):
    folder = tmp_path / "refused"
    shutil.copytree(company, folder)
    (folder / "orders.csv").write_text("order_id,customer,day,revenue,status\no1,c1,10/01/2024,1,completed\n")
    sentence = refused("load", "-w", folder, code=3)
    assert "orders" in sentence
    assert "10/01/2024" in sentence
    rows = json.loads(answer("query", "revenue", "-w", folder, "--grain", "all", "--as", "json"))
    assert rows["metrics"]["revenue"]["rows"][0]["value"] == 530


@pytest.mark.parametrize("width", [80, 120])
def test_the_catalogue_stands_in_four_perspectives_and_no_id_is_folded(monkeypatch, width):
    monkeypatch.setattr(terminal, "_WIDE", width)
    catalog = read_catalog()
    lines = catalogue.catalogue(catalog, json_wanted=False).splitlines()
    heads = [line.split(" (")[0] for line in lines if line.endswith(")") and line[0].isupper()]
    assert heads == ["Financial", "Customer", "Internal process", "Learning and growth"]
    assert set(catalog.metrics) <= {line.split(" ")[0] for line in lines}
    assert max(map(len, lines)) <= width
    assert next(line for line in lines if line.startswith("revenue ")).endswith("currency  yours to set")


def test_one_metric_says_which_days_it_is_taken_over_and_when_it_is_judged():
    assert "the last 12 months up to the end of each period" in answer("metrics", "revenue_at_risk")
    assert "24 months after the end of its period" in answer("metrics", "lifetime_value_24m")
