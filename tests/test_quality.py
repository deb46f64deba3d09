"""The data-quality report: `scorecard quality` as text, JSON and one file. Counted by hand.

61 tickets: t1 … t60 are good, but t60 was answered after it was solved (published and marked); t61 was solved before it
was opened (in quarantine). The id of t60, the name of the file and the title try to be a script.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import theme
from dashboard.cli import main
from dashboard.data_quality import parts as quality_parts
from dashboard.data_quality.report import read_quality
from data_checks.state import read_state
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import read_catalog
from metrics.scope import Scope
from tests.loading import load_folder

EVIL = "<script>alert('id')</script>"
WORKSPACE = """title: Desk <img src=x onerror=alert(1)>
as_of: 2026-01-01
sources:
  tickets:
    files: "<b>tickets*.csv"
    datetimes: "%Y-%m-%d %H:%M"
    columns: {ticket_id: id, opened_at: opened, first_reply_at: reply, resolved_at: solved, channel: way}
"""
DAY = "2026-01-01"
HEAD = "id,opened,reply,solved,way\n"
GOOD = "".join(f"t{n},{DAY} 09:00,{DAY} 09:10,{DAY} 09:30,mail\n" for n in range(1, 60))
MARKED = f"{EVIL},{DAY} 09:00,{DAY} 10:10,{DAY} 09:30,mail\n"
SET_ASIDE = f"t61,{DAY} 09:00,{DAY} 09:10,{DAY} 08:30,mail\n"


def write_desk(folder: Path) -> Path:
    """The workspace, not loaded."""
    folder.mkdir(parents=True)
    (folder / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
    (folder / "<b>tickets<i>.csv").write_text(HEAD + GOOD + MARKED + SET_ASIDE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Loaded three times: whole, without t61, and whole again, with another row each time."""
    folder = write_desk(tmp_path_factory.mktemp("quality") / "desk")
    file = folder / "<b>tickets<i>.csv"
    load_folder(folder)
    file.write_text(HEAD + GOOD + MARKED, encoding="utf-8")
    load_folder(folder)
    file.write_text(HEAD + GOOD + MARKED + SET_ASIDE, encoding="utf-8")
    load_folder(folder)
    return folder


def answer(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["quality", "-w", str(folder), *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def report(folder: Path, scope: Scope):
    workspace = read_workspace(folder)
    catalog = read_catalog(workspace.metrics_folder)
    warehouse = open_warehouse(workspace)
    facts = warehouse.facts
    warehouse.close()
    return read_quality(facts, catalog.metrics, catalog.bound, workspace.var, read_state(workspace.var), scope)


class Elements(HTMLParser):
    """The tags and addresses of a file, as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_it_accounts_for_every_row_and_says_what_each_check_means(desk):
    found = json.loads(answer(desk, "--json"))
    tickets = found["tables"]["tickets"]
    assert [tickets[part] for part in ("read", "published", "quarantined", "superseded", "merged", "filtered")] == [
        61, 60, 1, 0, 0, 0,
    ]  # fmt: skip
    assert tickets["published_by_load"] == [60, 60, 60]
    checks = {check["rule"]: check for check in found["checks"]}
    late = checks["resolved_after_reply"]
    assert (late["bad_rows"], late["rows"], late["samples"], late["bad_rows_by_load"]) == (1, 60, [EVIL], [1, 1, 1])
    assert late["metrics"]["resolution_hours"] == "marked"
    assert checks["resolved_after_opening"]["bad_rows_by_load"] == [1, 0, 1]
    assert checks["resolved_after_opening"]["metrics"]["tickets_opened"] == "left_out"
    assert [load["published"] for load in found["loads"]] == [True, True, True]
    assert len(found["versions"]) == 3
    assert found["rollback"] is None


def test_as_text_it_names_table_check_id_and_metric(desk):
    told = answer(desk)
    assert "tickets    61         60            1" in told
    assert f"Resolved after reply found 1 bad row of tickets (published and marked). Such as {EVIL}." in told
    assert "Published and marked: " in told
    assert "Resolution time, median" in told


def test_the_file_holds_no_script_no_handler_and_asks_for_nothing(desk):
    target = desk / "report.html"
    assert answer(desk, "--html", str(target)) == f"Wrote the data-quality report of load 000003 to {target}.\n"
    text = target.read_text(encoding="utf-8")
    found = Elements(text)
    assert not {"script", "link", "iframe", "object", "a"} & set(found.tags)
    assert not found.handlers
    assert found.addresses
    assert all(address.startswith("data:image/svg+xml,") for address in found.addresses)
    assert "&lt;script&gt;alert(&#x27;id&#x27;)&lt;/script&gt;" in text
    assert "Desk &lt;img src=x onerror=alert(1)&gt;" in text
    assert not re.findall(r'url\((?!"data:)', text)
    assert "@import" not in text


def test_the_file_stays_in_the_workspace_and_writes_over_nothing(desk, tmp_path):
    def refused(*words: object) -> str:
        done = CliRunner().invoke(main, ["quality", "-w", str(desk), *map(str, words)])
        assert done.exit_code == 2
        return done.stderr

    assert "lies outside the workspace" in refused("--html", tmp_path / "out.html")
    answer(desk, "--html", str(tmp_path / "out.html"), "--outside")
    assert "exists; name a new file" in refused("--html", tmp_path / "out.html", "--outside")
    assert "belong to --html FILE" in refused("--force")


def test_a_reader_of_some_teams_sees_numbers_and_no_ids(desk):
    whole = quality_parts.body(quality_parts.Drawn(report(desk, Scope.everything()), theme.LIGHT))
    some = quality_parts.body(quality_parts.Drawn(report(desk, Scope.of_teams("north")), theme.LIGHT))
    assert "Such as &lt;script&gt;" in whole
    assert "Such as" not in some
    assert "t61" not in some
    assert "resolved after opening" in some


def test_a_status_is_a_mark_and_a_word(desk):
    body = quality_parts.body(quality_parts.Drawn(report(desk, Scope.everything()), theme.LIGHT))
    for word in ("failed", "warning", "passed"):
        assert re.search(f'class="st s-{word}"><span class="mark m-[a-z]+"></span>[A-Z]', body)


def test_before_the_first_load_it_says_so(tmp_path):
    done = CliRunner().invoke(main, ["quality", "-w", str(write_desk(tmp_path / "desk"))])
    assert done.exit_code == 2
    assert "scorecard load" in done.stderr


def test_a_rollback_in_force_is_said(desk):
    from data_checks.rollback import roll_back
    from tests.loading import NOW

    roll_back(desk / "var", NOW)
    try:
        assert "Load 000002 is shown again instead of load 000003, since 5 Jan 2026, 09:00." in answer(desk)
        body = quality_parts.body(quality_parts.Drawn(report(desk, Scope.everything()), theme.LIGHT))
        assert "Load 000002 is shown again instead of load 000003" in body
    finally:
        roll_back(desk / "var", NOW, "000003")
