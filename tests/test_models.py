"""Metrics that are models: what they say against closed forms, what they refuse, and where their answers are kept."""

from __future__ import annotations

import datetime as dt
import json
import math
import shutil

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.special import hyp2f1

from dashboard import sentences
from dashboard.cli import main
from data_checks.load import load
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.evaluate import evaluate
from metrics.models import answers
from metrics.period import shifted
from metrics.scope import Scope
from metrics.screen import build_scorecard, default_period
from tests import cdnow as published
from tests.company import Company
from tests.conftest import catalog_of
from tests.loading import load_folder, write

MODELS = ("predicted_lifetime_value", "contract_lifetime_value", "lifecycle_growth")
STAGES = ("lifecycle_growth", "lifecycle_mature", "lifecycle_declining")


def scorecard(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def rows_of(folder, metric, *words):
    done = scorecard("query", metric, "-w", folder, "--as", "json", *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["metrics"][metric]["rows"]


# ── what they say ────────────────────────────────────────────────────────────────────────────────────

ORDERS = """
timezone: UTC
as_of: {as_of}
sources:
  orders:
    files: orders.csv
    columns: {{order_id: id, customer_id: customer, ordered_at: day, revenue: paid, cost: cost}}
"""
OWN = """metric: next_39_weeks
model: {name: lifetime_value, horizon: 39 weeks, discount: 0%}
"""


@pytest.mark.cdnow
def test_the_value_of_cdnow_customers_is_that_of_the_published_parameters(cdnow, tmp_path):
    """Σ E[Y(39)]·E[M] / n over all 2,357 customers, from the formulas and parameters as printed; margin 1."""
    lines = [line.split() for line in published.table(cdnow, "CDNOW_sample.txt")]
    days = [(who, dt.datetime.strptime(day, "%Y%m%d").date(), float(paid)) for _, who, day, _, paid in lines]
    seen = [(who, day, paid) for who, day, paid in days if day <= dt.date(1997, 9, 30)]
    orders = "\n".join(["id,customer,day,paid,cost", *(f"{i},{w},{d},{p},0" for i, (w, d, p) in enumerate(seen))])
    folder = write(tmp_path / "cdnow", ORDERS.format(as_of="1997-09-30"), orders=orders)
    (folder / "metrics").mkdir()
    (folder / "metrics" / "own.yaml").write_text(OWN)
    load_folder(folder)
    (row,) = rows_of(folder, "next_39_weeks", "--from", "1997-09", "--to", "1997-10")

    known = published.summary(cdnow)
    x, t_x, age, m = (known[name].to_numpy() for name in ("x", "t_x", "age", "m"))
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    p, q, v = 6.25, 3.74, 15.44
    t = 39
    alive = 1 / (1 + (x > 0) * a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x))
    gone = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    bought = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * gone) * alive
    spent = np.where(x > 0, (q - 1) / (p * x + q - 1) * p * v / (q - 1) + p * x / (p * x + q - 1) * m, p * v / (q - 1))
    assert (row["n"], row["state"]) == (2_357, "ok")
    assert row["value"] == pytest.approx(float((bought * spent).mean()), rel=0.005)
    assert row["low"] < row["value"] < row["high"]


CONTRACTS = """
timezone: UTC
as_of: 2024-05-01
sources:
  subscriptions:
    files: subscriptions.csv
    columns: {subscription_id: id, customer_id: id, started_on: began, ended_on: ended, monthly_fee: fee}
"""


def contracts(folder, lost, kept, months=4):
    """Contracts of 10 a month from 1 January 2024; `lost` in their first, second … month, the rest still there."""
    ends = [f"2024-{month + 2:02}-01" for month, n in enumerate(lost) for _ in range(n)] + [""] * kept
    rows = [f"{number},2024-01-01,{end},10" for number, end in enumerate(ends)]
    return write(folder, CONTRACTS, subscriptions="\n".join(["id,began,ended,fee", *rows]))


def test_a_contracts_value_is_that_of_the_published_fit(tmp_path):
    """Fader & Hardie 2014: of 1000 are left 631, 468, 382, 326: α .764, β 1.296; payments ₂F₁(1, β; α+β; 1/(1+d))."""
    folder = contracts(tmp_path / "regular", (369, 163, 86, 56), 326)
    load_folder(folder)
    (row,) = rows_of(folder, "contract_lifetime_value", "--from", "2024-05", "--to", "2024-06")
    monthly = 1.1 ** (1 / 12) - 1
    payments = float(hyp2f1(1, 1.296, 0.764 + 1.296, 1 / (1 + monthly)))
    assert row["value"] == pytest.approx(10 * payments, rel=0.005)
    assert row["n"] == 1000
    assert row["low"] < row["value"] < row["high"]


@pytest.mark.parametrize("end", ["2024-03-10", "2024-03-31", "2024-04-01"])
def test_a_contract_that_ends_in_its_third_month_has_paid_three_times(tmp_path, end):
    """By the last day, the day after, or in between: the same renewals, so the same value."""
    ends = ["2024-02-01"] * 30 + [end] * 20 + ["2024-05-01"] * 5 + [""] * 45
    rows = [f"{number},2024-01-01,{one},10" for number, one in enumerate(ends)]
    folder = write(tmp_path / "ends", CONTRACTS, subscriptions="\n".join(["id,began,ended,fee", *rows]))
    load_folder(folder)
    (row,) = rows_of(folder, "contract_lifetime_value", "--from", "2024-05", "--to", "2024-06")
    same = contracts(tmp_path / "same", (30, 0, 20, 5), 45)
    load_folder(same)
    assert row == rows_of(same, "contract_lifetime_value", "--from", "2024-05", "--to", "2024-06")[0]


def test_growing_mature_and_declining_customers_are_all_customers(loaded_demo):
    rows = [rows_of(loaded_demo, name, "--from", "2026-04", "--to", "2026-10") for name in STAGES]
    for growth, mature, declining in zip(*rows, strict=True):
        assert growth["n"] == mature["n"] == declining["n"] > 1000
        assert growth["numerator"] + mature["numerator"] + declining["numerator"] == growth["n"]


def test_a_formula_may_name_a_model(loaded_demo, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(loaded_demo, folder)
    (folder / "metrics" / "half.yaml").write_text("metric: half\nformula: predicted_lifetime_value / 2\n")
    span = ("--from", "2026-09", "--to", "2026-10")
    (half,), (whole,) = (rows_of(folder, name, *span) for name in ("half", "predicted_lifetime_value"))
    assert half["value"] == pytest.approx(whole["value"] / 2, rel=1e-12)


# ── where they are kept ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def fitted_on_request(demo_folder, tmp_path_factory):
    """The demo, loaded with nothing prepared."""
    folder = tmp_path_factory.mktemp("bare") / "demo"
    shutil.copytree(demo_folder, folder)
    load(read_workspace(folder), dt.datetime(2026, 10, 21, 5, 0))
    return folder


@pytest.mark.parametrize("metric", MODELS)
@pytest.mark.parametrize("month", ["2026-09", "2026-03"])
def test_what_was_kept_with_the_load_is_what_is_fitted_on_request(loaded_demo, fitted_on_request, metric, month):
    """March is so far back that its band is not kept; asked for alone it has one all the same."""
    span = ("--from", month, "--to", f"{month}-02")
    (kept,), (now,) = (rows_of(folder, metric, *span) for folder in (loaded_demo, fitted_on_request))
    assert now["low"] < now["value"] < now["high"]
    assert _same(kept, now)


def _same(one, other):
    """Equal but for the last digits of a number."""
    assert one.keys() == other.keys()
    numbers = {key for key, value in one.items() if isinstance(value, float)}
    assert {key: one[key] for key in one.keys() - numbers} == {key: other[key] for key in one.keys() - numbers}
    return all(one[key] == pytest.approx(other[key], rel=1e-9) for key in numbers)


@pytest.mark.parametrize("back", range(4))
def test_a_board_of_a_recent_month_fits_nothing(loaded_demo, monkeypatch, back):
    """Its 14 months were fitted with the load, and so were those of the three boards before it."""
    monkeypatch.setattr(answers, "_fit_now", pytest.fail)
    company = Company(loaded_demo)
    period = shifted(default_period(company.warehouse), -back)
    board = build_scorecard(company.warehouse, company.catalog, Scope.everything(), period, shifted(period, -1))
    company.warehouse.close()
    shown = {card.definition.metric: card.result for card in sentences.cards_of(board)}
    assert {name for name in MODELS if shown[name].value is not None} == set(MODELS)


# ── what they refuse ─────────────────────────────────────────────────────────────────────────────────


def asked(folder, metric, scope=None, **how):
    workspace = read_workspace(folder)
    with_scope = scope or Scope.everything()
    warehouse, catalog = open_warehouse(workspace), catalog_of(workspace)
    try:
        question = ask(warehouse, catalog, with_scope, [metric], **how)
        return evaluate(warehouse, catalog, question, [metric])[metric]
    finally:
        warehouse.close()


@pytest.mark.parametrize(
    ("lost", "kept", "why"),
    [
        ((0, 0, 0, 0), 50, "not enough history: no customer has left yet"),
        ((0, 0, 50, 0), 0, "not enough history: all who left did so at the same renewal"),
    ],
)
def test_contracts_that_tell_nothing_have_no_value_and_say_why(tmp_path, lost, kept, why):
    folder = contracts(tmp_path / "odd", lost, kept)
    load_folder(folder)
    (row,) = asked(folder, "contract_lifetime_value", start=dt.date(2024, 5, 1), end=dt.date(2024, 6, 1))
    assert (row.state, row.value, row.low, row.high, row.reason) == ("no_data", None, None, None, why)
    shown = scorecard("query", "contract_lifetime_value", "-w", folder, "--from", "2024-05", "--to", "2024-06")
    assert f"no_data, not complete: {why}" in shown.stdout


@pytest.mark.parametrize(
    ("orders", "metric"),
    [
        ("1,a,2024-01-01,10,5\n2,b,2024-02-01,20,5\n", "predicted_lifetime_value"),
        ("1,a,2024-01-01,10,5\n2,b,2024-02-01,20,5\n", "lifecycle_mature"),
        ("".join(f"{i},c{i},2024-01-{1 + i % 28:02},10,5\n" for i in range(300)), "predicted_lifetime_value"),
        ("".join(f"{i},c{i % 150},2024-01-{1 + i % 28:02},0,5\n" for i in range(900)), "predicted_lifetime_value"),
        ("".join(f"{i},c{i % 150},2024-01-{1 + i % 28:02},-3,5\n" for i in range(900)), "predicted_lifetime_value"),
        ("".join(f"{i},c{i % 150},2024-01-{1 + i % 28:02},3,5\n" for i in range(900)), "predicted_lifetime_value"),
    ],
    ids=["two customers", "two customers' stages", "nobody bought twice", "nothing paid", "refunds", "sold at a loss"],
)
def test_purchases_that_tell_nothing_have_no_value_and_say_why(tmp_path, orders, metric):
    folder = write(tmp_path / "odd", ORDERS.format(as_of="2024-03-31"), orders=f"id,customer,day,paid,cost\n{orders}")
    load_folder(folder)
    rows = asked(folder, metric)
    assert {row.state for row in rows} == {"no_data"}
    assert all(row.value is None and len(row.reason) > 20 and "nan" not in row.reason for row in rows)
    assert all(math.isfinite(part) for row in rows for part in row.parts.values())


@pytest.mark.parametrize(
    "words", [("--by", "segment"), ("--by", "team"), ("--where", "segment=Trade"), ("--by", "nothing")]
)
def test_a_part_of_the_organisation_is_a_sentence(loaded_demo, words):
    done = scorecard("query", "predicted_lifetime_value", "-w", loaded_demo, *words)
    name = words[1].partition("=")[0]
    told = f"a model is fitted to the whole organisation and cannot be cut by '{name}'.\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", told)


def test_days_are_too_fine_for_a_model(loaded_demo):
    (row,) = asked(loaded_demo, "lifecycle_growth", grain="day", start=dt.date(2026, 9, 1), end=dt.date(2026, 9, 2))
    assert (row.state, row.value, row.reason) == ("no_data", None, "a model is fitted by months and longer only")


def test_a_reader_of_some_teams_sees_no_model(loaded_demo):
    span = {"start": dt.date(2026, 9, 1), "end": dt.date(2026, 10, 1)}
    (row,) = asked(loaded_demo, "lifecycle_growth", Scope.of_teams("nobody"), **span)
    told = "a model is fitted to the whole organisation, so only who sees all of it may see this"
    assert (row.state, row.value, row.low, row.high, row.parts) == ("no_data", None, None, None, {})
    assert (row.n, row.reason) == (0, told)


# ── how they are told ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("metric", MODELS)
def test_the_receipt_of_a_model_shows_its_fit(loaded_demo, metric):
    done = scorecard("receipt", metric, "-w", loaded_demo, "--period", "2026-03")
    assert done.exit_code == 0, done.output
    assert "\n  formula         model: {name: " in done.stdout
    assert "\n  fit             " in done.stdout
    assert "\n  interval        none" not in done.stdout
    assert "the model is fitted to all of them until the period's end." in done.stdout


def test_the_sql_of_a_model_is_that_of_its_rows_and_says_so(loaded_demo):
    done = scorecard("metrics", "predicted_lifetime_value", "-w", loaded_demo, "--sql")
    assert "-- A model has no SQL. It is fitted to the rows counted here" in done.stdout
    assert "FROM orders" in done.stdout
