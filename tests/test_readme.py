"""The README tells the truth: every command is named, and what it prints is what is printed."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks.calendar import EVERYBODYS
from metrics.catalog import read_catalog
from metrics.plans import with_plans


def blocks(text):
    """(command, output) of every console block; an output that ends in … goes on."""
    found = re.findall(r"```console\n\$ (.*?)\n(.*?)```", text, re.DOTALL)
    return [(command, output.rstrip("\n")) for command, output in found]


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text(encoding="utf-8")


def test_every_command_is_in_the_table(readme):
    for name in main.commands:
        assert f"| `scorecard {name}" in readme, name


def test_the_printed_answers_are_real(readme, whole_demo, tmp_path, monkeypatch):
    shutil.copytree(whole_demo, tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    shown = [(command, output) for command, output in blocks(readme) if command.startswith("scorecard ")]
    assert [command.split()[1] for command, _ in shown] == ["check", "load", "query", "show"]
    for command, output in shown:
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
        printed = done.stdout.rstrip("\n")
        if output.endswith("\n…"):
            assert printed.startswith(output.removesuffix("\n…")), command
        else:
            assert printed == output, command


def test_the_strategy_and_the_goals_shown_are_right(readme, tmp_path):
    (tmp_path / "goals.csv").write_text(re.search(r"```csv\n(.*?)```", readme, re.DOTALL)[1])
    shown = next(text for text in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if text.startswith("vision"))
    people = "  - {objective: skilled_people, perspective: learning_growth}\nlinks:"
    (tmp_path / "strategy.yaml").write_text(shown.replace("links:", people))
    assert with_plans(read_catalog(), tmp_path, EVERYBODYS).problems == ()


def test_files_named_in_the_readme_exist(readme, root):
    for path in re.findall(r"\]\(([\w./-]+)\)", readme):
        assert (root / path).exists(), path
