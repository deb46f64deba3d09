"""docs/receipt.md: the receipt it shows is the one that is printed, of the rows it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from tests.small_company import ORDERS, load_small_company


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "receipt.md").read_text(encoding="utf-8")


def test_the_printed_receipt_is_real(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_small_company(tmp_path / "company")
    monkeypatch.chdir(tmp_path)
    ((command, output),) = re.findall(r"```console\n\$ (.*?)\n(.*?)```", page, re.DOTALL)
    done = CliRunner().invoke(main, shlex.split(command)[1:])
    assert done.exit_code == 0, done.output
    assert done.stdout == output


def test_the_orders_shown_are_those_of_the_example(page: str) -> None:
    shown = re.findall(r"^\| (o\d) \| (.*?) \| (\d+) March 2024 \| (\d+) \| (\w+) \|$", page, re.MULTILINE)
    march = [line.split(",") for line in ORDERS.splitlines() if ",2024-03-" in line]
    assert [(order, customer or "nobody's", str(int(day[-2:])), revenue, status)
            for order, customer, day, revenue, status in march] == shown  # fmt: skip
