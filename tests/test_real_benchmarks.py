"""Real interviews of four industries as benchmarks: the numbers of their README, and a scale that is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main

WORKSPACE = Path(__file__).parent / "workspaces" / "industries"
pytestmark = pytest.mark.real_data
INDEX = {
    "Commercial Airlines": (68.3275, 1_454),
    "Commercial Banks": (74.7705, 2_505),
    "Internet Service Providers": (60.7448, 2_209),
    "Processed Food": (77.2433, 1_968),
}
"""The unweighted index 0–100 by industry and the interviews behind it, computed apart from this program."""


def scorecard(*words):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def folder(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("industries") / "company"
    shutil.copytree(WORKSPACE, folder)
    scorecard("load", "-w", folder)
    return folder


def test_an_index_is_compared_with_the_industries_on_its_scale(folder):
    answer = json.loads(
        scorecard("benchmarks", "satisfaction_index", "-w", folder, "--period", "2015-06", "--as", "json")
    )
    index = answer["metrics"]["satisfaction_index"]
    found = {rival["industry"]: (round(rival["value"], 4), rival["n"]) for rival in index["rivals"]}
    assert found == INDEX
    gaps = {rival["industry"]: rival["gap"] for rival in index["rivals"]}
    assert index["own"]["value"] == 70  # five times 60, five times 80
    assert gaps == pytest.approx({industry: 70 - value for industry, (value, _) in INDEX.items()}, abs=5e-5)
    assert (index["place"]["place"], index["place"]["of"]) == (3, 5)


def test_a_csat_of_1_to_5_is_not_held_against_an_index(folder):
    told = scorecard("benchmarks", "csat", "-w", folder, "--period", "2015-06")
    assert "Commercial Banks industry (2015): on scale '0-100 index'; csat is on '1-5 top 2'; not compared." in told
    assert "Place" not in told
    assert "74.8" not in told
