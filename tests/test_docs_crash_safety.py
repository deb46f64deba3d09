"""docs/crash-safety.md tells the truth: its commands, its files, its number of points, its table."""

from __future__ import annotations

import re

import pytest

from dashboard.cli import main
from tests.killing import KILL_POINTS
from tests.torture import KILLS


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs/crash-safety.md").read_text(encoding="utf-8")


def test_every_command_and_option_it_names_exists(page):
    named = re.findall(r"`scorecard (\w+)([^`]*)`", page)
    assert {"load", "rollback", "quarantine", "status"} <= {name for name, _ in named}
    for name, rest in named:
        known = {option for param in main.commands[name].params for option in param.opts}
        assert set(re.findall(r"--\w+", rest)) <= known, name


def test_every_file_it_names_exists(page, root):
    for path in re.findall(r"`((?:tests|data_checks|docs)/[\w./]+)`", page):
        assert (root / path).exists(), path


def test_it_counts_the_points_right(page):
    assert len(KILL_POINTS) == 18
    assert "at eighteen named points" in page


def test_its_table_adds_up_and_has_enough_kills(page):
    rows = re.findall(r"^\| ([^|*]+) \| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    sums = [sum(int(row[place]) for row in rows) for place in (1, 2, 3)]
    together = re.search(
        r"^\| \*\*together\*\* \| \*\*(\d+)\*\* \| \*\*(\d+)\*\* \| \*\*(\d+)\*\* \|$", page, re.MULTILINE
    )
    assert together is not None
    assert [int(number) for number in together.groups()] == sums
    assert sums[0] >= KILLS
    assert sums[0] == sums[1] + sums[2]
    assert "0 rows lost, 0 doubled, 0 mixed versions, 0 times an older one, 0 errors." in page
