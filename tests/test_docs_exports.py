"""docs/exports.md tells the truth: what its commands print, the forms, the sheets, the limits."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.export import content_reasons, workbook
from dashboard.wording import WORDS
from tests.small_company import load_small_company


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_sessions_shown_are_real(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_small_company(tmp_path / "company")
    monkeypatch.chdir(tmp_path)
    sessions = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    steps = [step for one in sessions for step in re.findall(r"^\$ (.*)\n((?:[^$].*\n)*)", one, re.MULTILINE)]
    assert len(steps) == 7
    for command, printed in steps:
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert done.output == printed, command
    sheets = openpyxl.load_workbook(io.BytesIO((tmp_path / "board.xlsx").read_bytes())).sheetnames
    assert sheets == ["About", "Scorecard", "Trends", "Teams", "Definitions"]


def test_every_option_is_named(page: str) -> None:
    for name in ("export", "digest"):
        command = main.commands[name]
        assert isinstance(command, click.Command)
        options = {option for param in command.params for option in param.opts if option.startswith("--")}
        assert {one for one in options - {"--workspace"} if f"{one}" not in page} == set()


def test_every_sheet_is_named(page: str) -> None:
    named = re.findall(r"^\| (\w+) \| ", page.split("## Workbook and table")[1], re.MULTILINE)
    sheets = [text for key, text in WORDS.items() if key.startswith("xp_sheet_")]
    assert sorted(named[1:]) == sorted(sheets)


def test_its_limits_are_the_programs(page: str) -> None:
    assert f"the newest {workbook.COMMENTS:,}" in page
    assert f"newest {content_reasons.COMMENTS} are printed" in page.replace("\n", " ")
    assert f"up to {content_reasons.CHECKS} in all" in page
