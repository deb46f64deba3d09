"""The README tells the truth: every command is named, and what it prints is what is printed."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from click.testing import CliRunner

from dashboard.cli import main


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


def test_the_printed_answers_are_real(readme, demo_folder, tmp_path, monkeypatch):
    shutil.copytree(demo_folder, tmp_path / "demo")
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


def test_files_named_in_the_readme_exist(readme, root):
    for path in re.findall(r"\]\(([\w./-]+)\)", readme):
        assert (root / path).exists(), path
