"""docs/journal.md tells the truth: what its commands print, their options, its limits."""

from __future__ import annotations

import re
import shlex
import shutil

import click
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from data_checks import journal_entries
from tests.loading import load_folder


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "journal.md").read_text(encoding="utf-8")


def test_the_session_shown_is_real(page, demo_folder, tmp_path, monkeypatch):
    shutil.copytree(demo_folder, tmp_path / "demo")
    load_folder(tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    session = re.search(r"```console\n(.*?)```", page, re.DOTALL)
    assert session is not None
    steps = re.findall(r"^\$ (.*)\n(.*)\n", session[1], re.MULTILINE)
    assert len(steps) == 4
    for command, printed in steps:
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert (done.stdout, done.stderr) == (f"{printed}\n", ""), command


def test_every_command_and_option_it_names_exists_and_none_is_left_out(page):
    commands = main.commands["journal"]
    assert isinstance(commands, click.Group)
    rows = re.findall(r"`scorecard journal (\w+)(.*)", page)
    assert {name for name, _ in rows} == set(commands.commands)
    for name, rest in rows:
        options = {option for param in commands.commands[name].params for option in param.opts if option[:2] == "--"}
        assert set(re.findall(r"--\w+", rest)) == options - {"--workspace", "--author"}, name


def test_its_limits_are_the_programs(page):
    limits = [journal_entries.TEXT_LENGTH, journal_entries.TITLE_LENGTH, journal_entries.AUTHOR_LENGTH]
    assert "at most {:,} characters, a title {}, a name {}.".format(*limits) in page
