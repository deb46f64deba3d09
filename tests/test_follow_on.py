"""One mistake is told once: what names something in a file that cannot be read is no mistake of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.calendar import EVERYBODYS
from metrics.catalog import read_catalog
from metrics.plans import with_plans

STRATEGY = """objectives:
  - {objective: happy, perspective: customer, metrics: [csat, mine]}
links: [{from: mine, to: happy}]
initiatives: [{initiative: fewer, metric: mine, due: 2026-12-31}]
"""
NAMES_IT = "metric: other\nformula: mine / 2\ndrives: [{metric: mine, sign: '+'}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace whose strategy, goals and other metric name the metric 'mine'."""
    (tmp_path / "metrics").mkdir()
    (tmp_path / "workspace.yaml").write_text("sources: {}\n")
    (tmp_path / "strategy.yaml").write_text(STRATEGY)
    (tmp_path / "goals.csv").write_text("metric,red,goal\nmine,1,2\n")
    return tmp_path


def told(folder: Path) -> list[str]:
    catalog = read_catalog(folder / "metrics", EVERYBODYS)
    return [str(problem) for problem in with_plans(catalog, folder, EVERYBODYS).problems]


def test_a_metric_that_stands_nowhere_is_told_wherever_it_is_named(folder: Path) -> None:
    assert told(folder) == [
        "goals.csv:2:1: there is no metric 'mine'.",
        "strategy.yaml:2:63: there is no metric 'mine'.",
        "strategy.yaml:3:16: there is no objective or metric 'mine'.",
        "strategy.yaml:4:43: there is no metric 'mine'.",
    ]


def test_a_metric_in_a_file_that_is_no_yaml_is_no_mistake_elsewhere(folder: Path) -> None:
    (folder / "metrics" / "own.yaml").write_text("metric: mine\nformula: [\n")
    (problem,) = told(folder)
    assert problem.startswith("metrics/own.yaml:3:1: this is not valid YAML")


def test_an_empty_file_is_taken_for_the_metric_it_is_named_for(folder: Path) -> None:
    (folder / "metrics" / "mine.yaml").write_text("")
    assert told(folder) == [
        "metrics/mine.yaml: this file is empty; begin with 'metric:' and its id, or delete the file."
    ]


def test_a_file_that_cannot_be_opened_may_hold_any_metric(folder: Path) -> None:
    (folder / "metrics" / "own.yaml").symlink_to("/no/such/file")
    assert told(folder) == ["metrics/own.yaml: this is a link to what is not there; correct the link."]


def test_other_names_are_still_told(folder: Path) -> None:
    (folder / "metrics" / "own.yaml").write_text("metric: mine\nformula: [\n")
    (folder / "goals.csv").write_text("metric,red,goal\nmien,1,2\n")
    assert told(folder)[1:] == ["goals.csv:2:1: there is no metric 'mien'."]


def test_a_formula_on_it_says_what_to_correct_first(folder: Path) -> None:
    (folder / "metrics" / "mine.yaml").write_text("metric: mine\nformula: [\n")
    (folder / "metrics" / "other.yaml").write_text(NAMES_IT)
    assert told(folder)[1:] == [
        "metrics/other.yaml:2:10: this stands on 'mine', which cannot be computed; correct that first."
    ]


def test_a_folder_with_the_name_of_a_metric_file_is_told(folder: Path) -> None:
    (folder / "metrics" / "mine.yaml").mkdir()
    assert told(folder) == ["metrics/mine.yaml: this is a folder with the name of a metric file; give it another name."]


@pytest.mark.parametrize(
    ("name", "content", "begins", "ends"),
    [
        ("goals.csv", b"\xff", "goals.csv: this is not UTF-8", "This file is left out."),
        ("goals.csv", b"metric,red\n", "goals.csv:1:1: the column 'goal' is missing", "This file is left out."),
        ("goals.csv", b"metric,red,goal\ncsta,1,2\n", "goals.csv:2:1:", "This line is left out."),
        ("strategy.yaml", b"vision: [\n", "strategy.yaml:2:1: this is not valid YAML", "This file is left out."),
        ("strategy.yaml", b"visoin: x\n", "strategy.yaml:1:1: unknown key", "This line is left out."),
        ("metrics/m.yaml", b"metric: m\nformula: [\n", "metrics/m.yaml:3:1:", "This file is left out."),
        ("metrics/m.yaml", b"metric: m\nformula: x\n", "metrics/m.yaml:2:10:", "This metric is left out."),
    ],
)
def test_as_much_is_said_to_be_left_out_as_is(
    tmp_path: Path, name: str, content: bytes, begins: str, ends: str
) -> None:
    (tmp_path / "metrics").mkdir()
    (tmp_path / "workspace.yaml").write_text("sources: {}\n")
    (tmp_path / name).write_bytes(content)
    (line, *_) = CliRunner().invoke(main, ["metrics", "-w", str(tmp_path)]).stderr.splitlines()
    assert line.startswith(begins)
    assert line.endswith(ends)


def test_every_mistake_of_drives_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "metric: m\nformula: count(tickets)\ndrives: [{metric: retenton, lag: later, sign: down}]\n"
    )
    shown = [str(problem).partition("/")[2] for problem in read_catalog(tmp_path).problems]
    assert shown == [
        "m.yaml:3:19: there is no metric 'retenton'. Did you mean 'retention'?",
        "m.yaml:3:34: 'later' is no duration; write it like '2 months'.",
        "m.yaml:3:47: drives.sign: 'down' is not one of +, -.",
    ]
