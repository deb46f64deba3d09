"""docs/loading.md tells the truth: its commands are run in their order, on its files, and print what it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main

_BLOCK = re.compile(r"```(csv|console|yaml)\n(.*?)```", re.DOTALL)


def answers(page: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    """(what was asked, the answer on the page, the real one), block by block."""
    (folder / "desk").mkdir()
    for kind, text in _BLOCK.findall(page):
        if kind == "csv":
            (folder / "desk" / "tickets.csv").write_text(text, encoding="utf-8")
        elif kind == "yaml":
            yield "the proposal", text, (folder / "desk" / "workspace.yaml").read_text(encoding="utf-8")
        else:
            command, _, shown = text.partition("\n")
            done = CliRunner().invoke(main, shlex.split(command.removeprefix("$ scorecard ")))
            # Above a refusal, two lines, stderr shows how far the load came.
            yield command, shown, done.stdout or "".join(done.stderr.splitlines(keepends=True)[-2:])


def test_every_answer_is_real(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (root / "docs" / "loading.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = []
    for what, shown, real in answers(page, tmp_path):
        assert shown == real, what
        asked.append(what.split()[2] if what.startswith("$") else what)
    assert asked == [
        "init", "the proposal", "check", "load", "load", "load", "quarantine", "load", "rollback",
    ]  # fmt: skip


def test_its_links_lead_somewhere(root: Path) -> None:
    page = (root / "docs" / "loading.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([\w./-]+)\)", page)
    assert {"sources.md", "contracts.md", "crash-safety.md"} <= set(links)
    assert [link for link in links if not (root / "docs" / link).exists()] == []
