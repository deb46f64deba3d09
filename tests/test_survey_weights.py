"""Weighted answers through a real load. Weights 1, 1, 2, 4, 1, 1, 2, 4: Σw = 16, Σw² = 44, so n_eff = 256/44 = 5.818
(Kish 1965). An answer without a weight counts nowhere, one below zero goes to quarantine.

csat   5 2 4 5 1 3 2 4     satisfied 1 + 2 + 4 + 4 = 11 of 16; Wilson for 4 of 5.818
                           mean 59/16, s² = (243/16 − (59/16)²) · n_eff/(n_eff − 1), Student's t with n_eff − 1
nps    10 7 9 3 6 10 8 9   promoters 1 + 2 + 1 + 4 = 8, detractors 4 + 1 = 5; adjusted Wald for 2.909, 1.818 of 5.818

The intervals were worked out from these textbook formulas apart from the program.
"""

from __future__ import annotations

import pytest

from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.scope import Scope
from tests.loading import load_folder, quarantined, write

WEIGHTS = (1, 1, 2, 4, 1, 1, 2, 4)
CSAT, NPS = (5, 2, 4, 5, 1, 3, 2, 4), (10, 7, 9, 3, 6, 10, 8, 9)
WORKSPACE = """as_of: 2024-01-31
sources:
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: survey, score: score, weight: weight, responded_at: day}
"""
METRICS = """metric: satisfied
formula: share(survey_responses.score >= 4, survey_responses.weight where survey = 'csat')
---
metric: satisfaction
formula: mean(survey_responses.score, survey_responses.weight where survey = 'csat')
---
metric: recommended
formula: nps(survey_responses.score, survey_responses.weight where survey = 'nps')
---
metric: satisfied_unweighted
formula: share(survey_responses.score >= 4 where survey = 'csat')
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pairs = [("csat", *pair) for pair in zip(CSAT, WEIGHTS, strict=True)]
    pairs += [("nps", *pair) for pair in zip(NPS, WEIGHTS, strict=True)]
    pairs += [("csat", 5, ""), ("csat", "", 100)]
    lines = [f"r{n},{survey},{score},{weight},2024-01-15" for n, (survey, score, weight) in enumerate(pairs)]
    # Enough other rows that one bad one is no broken export; they are of a survey nobody asks about here.
    lines += [f"o{n},other,1,1,2024-01-15" for n in range(40)]
    text = "\n".join(["id,survey,score,weight,day", *lines, "bad,csat,5,-3,2024-01-15"]) + "\n"
    made = write(tmp_path_factory.mktemp("weights") / "w", WORKSPACE, answers=text)
    (made / "metrics").mkdir()
    (made / "metrics" / "own.yaml").write_text(METRICS, encoding="utf-8")
    load_folder(made)
    return made


@pytest.fixture(scope="module")
def found(folder):
    warehouse, catalog = open_warehouse(read_workspace(folder)), read_catalog(folder / "metrics")
    names = ["satisfied", "satisfaction", "recommended", "satisfied_unweighted"]
    results = evaluate(warehouse, catalog, ask(warehouse, catalog, Scope.everything(), names), names)
    warehouse.close()
    return {name: rows[0] for name, rows in results.items()}


def test_a_weighted_share(found):
    result = found["satisfied"]
    assert (result.value, result.n, result.numerator, result.denominator) == (11 / 16, 8, 11, 16)
    assert result.parts["n_eff"] == pytest.approx(256 / 44)
    assert (result.low, result.high) == pytest.approx((0.3112738, 0.9145957), abs=1e-6)


def test_a_weighted_mean(found):
    result = found["satisfaction"]
    assert (result.value, result.n, result.denominator) == (59 / 16, 8, 16)
    assert (result.low, result.high) == pytest.approx((2.1939676, 5.1810324), abs=1e-6)


def test_a_weighted_nps(found):
    result = found["recommended"]
    assert (result.value, result.n, result.denominator) == (100 * 3 / 16, 8, 16)
    assert (result.low, result.high) == pytest.approx((-42.489423, 67.231692), abs=1e-5)


def test_without_weights_every_answer_counts_once(found):
    # 5, 4, 5, 4 and the 5 without a weight: 5 of 9
    assert (found["satisfied_unweighted"].value, found["satisfied_unweighted"].n) == (5 / 9, 9)


def test_a_weight_below_zero_is_no_answer(folder):
    assert [row["rules"] for row in quarantined(folder)] == ["weight_in_range"]
