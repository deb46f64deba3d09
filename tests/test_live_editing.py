"""Metric files saved while the dashboard runs: shown at the next click; a broken one keeps what last was right."""

from __future__ import annotations

import os

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cache, settings
from dashboard.definition_sentences import definitions_wrong
from dashboard.floors import RealFloors
from data_checks.errors import FileProblems, Place, Problem
from metrics.period import Period
from metrics.scope import Scope
from tests.small_company import load_small_company

GOOD = "metric: handled\nformula: count(tickets)\nname: Handled\nunit: number\nperspective: customer\n"
BROKEN = GOOD.replace("tickets)", "tickts)")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = load_small_company(tmp_path_factory.mktemp("live") / "company")
    (folder / "metrics" / "own.yaml").unlink()
    return folder


@pytest.fixture
def edited(company, monkeypatch):
    """The metric file of a workspace whose dashboard runs, and that dashboard."""
    monkeypatch.setenv(settings.WORKSPACE, str(company))
    file = company / "metrics" / "handled.yaml"
    file.write_text(GOOD, encoding="utf-8")
    floors = RealFloors()
    floors.current()
    yield file, floors
    for left in file.parent.iterdir():
        left.unlink()


def said(load):
    return [str(problem) for problem in load.problems]


def test_a_saved_file_is_shown_without_a_restart(edited):
    file, floors = edited
    before = floors.current()
    file.write_text(GOOD.replace("Handled", "Taken care of"), encoding="utf-8")
    after = floors.current()
    assert (before.definitions["handled"].name, after.definitions["handled"].name) == ("Handled", "Taken care of")


def test_a_new_file_is_shown_and_a_deleted_one_is_gone(edited):
    file, floors = edited
    file.with_name("more.yaml").write_text("metric: more\nformula: count(orders)\n", encoding="utf-8")
    assert "more" in floors.current().definitions
    file.unlink()
    load = floors.current()
    assert "handled" not in load.definitions
    assert (load.problems, load.kept, load.left_out) == ((), (), ())


def test_a_broken_file_keeps_its_last_good_definition_and_its_numbers(edited):
    file, floors = edited
    good = floors.current().definitions["handled"]
    file.write_text(BROKEN, encoding="utf-8")
    load = floors.current()
    assert said(load) == ["metrics/handled.yaml:2:16: there is no table 'tickts'. Did you mean 'tickets'?"]
    assert (load.definitions["handled"], load.kept, load.left_out) == (good, ("handled",), ())
    january = Period(*(load.default_period.start.replace(month=month) for month in (1, 2)), "month")
    (result,) = floors.results(load, Scope.everything(), "handled", "month", (), january, ())
    assert result.value == 2


@pytest.mark.parametrize(
    "content",
    [
        BROKEN.encode(),
        b"",
        b"  \n",
        b"metric: handled\n",
        b"metric: handled\nformula: count(tick",
        b"metric: handled\nformula: 'count(tickets",
        b"metric: [handled\n",
        b"metr",
        b"\xff\xfe\x00",
        b"metric: handled\nformula: count(tickets)\nunit: numbr\n",
        b"metric: handled\nformula: [1]\n",
        b"metric: handled\nformula: count(tickets)\nmetric: other\n",
        GOOD.encode() + b"---\n" + GOOD.encode(),
    ],
)
def test_however_a_file_is_broken_the_last_good_definition_stays(edited, content):
    file, floors = edited
    file.write_bytes(content)
    load = floors.current()
    assert load.problems
    assert load.problems[0].place.file == "metrics/handled.yaml"
    assert load.definitions["handled"].name == "Handled"
    assert load.kept == ("handled",)
    file.write_text(GOOD.replace("Handled", "Mended"), encoding="utf-8")
    load = floors.current()
    assert (load.problems, load.kept, load.definitions["handled"].name) == ((), (), "Mended")


def test_a_file_that_cannot_be_opened_keeps_its_last_good_definition(edited):
    file, floors = edited
    file.unlink()
    file.symlink_to(file.name)
    load = floors.current()
    assert said(load) == ["metrics/handled.yaml: this is a link that leads back to itself; correct the link."]
    assert load.kept == ("handled",)


def test_a_file_broken_twice_and_then_deleted_is_gone(edited):
    file, floors = edited
    for text in (BROKEN, GOOD.replace("count(", "cuont(")):
        file.write_text(text, encoding="utf-8")
        assert floors.current().kept == ("handled",)
    file.unlink()
    assert "handled" not in floors.current().definitions


def test_what_stands_on_a_broken_metric_stays_with_it(edited):
    file, floors = edited
    file.with_name("twice.yaml").write_text("metric: twice\nformula: handled * 2\n", encoding="utf-8")
    assert "twice" in floors.current().definitions
    file.write_text(BROKEN, encoding="utf-8")
    load = floors.current()
    assert set(load.kept) == {"handled", "twice"}
    assert said(load)[1:] == [
        "metrics/twice.yaml:2:10: this stands on 'handled', which cannot be computed; correct that first."
    ]


def test_a_second_definition_of_an_id_changes_no_number(edited):
    file, floors = edited
    file.with_name("a_copy.yaml").write_text("metric: handled\nformula: count(orders)\n", encoding="utf-8")
    load = floors.current()
    assert load.definitions["handled"].formula == "count(tickets)"
    assert said(load) == [
        "metrics/handled.yaml:1:1: 'handled' is defined twice; first at metrics/a_copy.yaml:1:1. Rename or remove one."
    ]


def test_a_broken_replacement_of_a_library_metric_is_not_the_librarys(edited):
    file, floors = edited
    file.write_text("metric: csat\nformula: count(tickets)\nname: Ours\n", encoding="utf-8")
    assert floors.current().definitions["csat"].name == "Ours"
    file.write_text("metric: [csat\n", encoding="utf-8")
    assert floors.current().definitions["csat"].name == "Ours"
    file.unlink()
    assert floors.current().definitions["csat"].name == "Customer satisfaction (CSAT)"


def test_a_new_start_leaves_a_broken_definition_out_and_says_so(edited):
    file, _ = edited
    file.write_text(BROKEN, encoding="utf-8")
    load = RealFloors().current()
    assert "handled" not in load.definitions
    assert (load.kept, load.left_out) == ((), ("handled",))


def test_a_file_put_in_anothers_place_with_its_time_and_size_is_noticed(edited):
    file, floors = edited
    stat = file.stat()
    other = file.with_name("other.txt")
    other.write_text(GOOD.replace("Handled", "Changed"), encoding="utf-8")
    os.utime(other, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    other.replace(file)
    assert (file.stat().st_mtime_ns, file.stat().st_size) == (stat.st_mtime_ns, stat.st_size)
    assert floors.current().definitions["handled"].name == "Changed"


@pytest.mark.parametrize("name", [".#handled.yaml", "handled.yaml~", ".handled.yaml.swp", "._handled.yaml"])
def test_what_an_editor_leaves_beside_a_file_is_no_metric(edited, name):
    file, floors = edited
    (file.parent / name).symlink_to("nobody@nowhere")
    assert floors.current().problems == ()


def test_a_link_to_nowhere_is_said(edited):
    file, floors = edited
    file.with_name("gone.yaml").symlink_to("nowhere.yaml")
    assert said(floors.current()) == ["metrics/gone.yaml: this is a link to what is not there; correct the link."]


def test_the_page_names_the_place_and_what_is_shown_instead(edited):
    file, floors = edited
    file.write_text(BROKEN, encoding="utf-8")
    cache.use(floors)
    try:
        app = AppTest.from_file(settings.ENTRY, default_timeout=30).run()
    finally:
        cache.use(None)
    assert not app.exception
    shown = "\n".join(element.proto.body for element in app.get("html"))
    assert "metrics/handled.yaml:2:16: there is no table" in shown
    assert "Until it is corrected, the last good definition of handled is shown." in shown


def test_many_mistakes_are_counted_and_few_names_said():
    problems = [Problem(Place("metrics/a.yaml", line), "this is wrong.") for line in (1, 2)]
    assert definitions_wrong(problems, ["a", "b", "c", "d", "e"], ["f"]) == (
        "Metric files hold 2 mistakes; the first: metrics/a.yaml:1: this is wrong. "
        "Until it is corrected, the last good definition of a, b, c and 2 more is shown. "
        "Until it is corrected, f cannot be shown."
    )


def test_a_slip_in_workspace_yaml_closes_no_running_board(edited, company):
    """Found wrong: one character too few, and every page said only that the workspace cannot be read."""
    _, floors = edited
    file = company / "workspace.yaml"
    right = file.read_text(encoding="utf-8")
    before = floors.current()
    try:
        file.write_text(right.replace("currency: EUR", "currency: [EUR"), encoding="utf-8")
        slipped = floors.current()
        cache.use(floors)
        app = AppTest.from_file(str(settings.PAGES / "overview.py"), default_timeout=60).run()
    finally:
        file.write_text(right, encoding="utf-8")
        cache.use(None)
    assert slipped.facts == before.facts
    assert [str(one).partition(": ")[0] for one in slipped.workspace_problems] == ["workspace.yaml:4:6"]
    shown = " ".join(str(one.proto.body) for one in app.get("html"))
    assert "The workspace has a mistake, so you see it as it was before: workspace.yaml:4:6: " in shown
    assert floors.current().workspace_problems == ()


def test_a_workspace_that_never_was_right_is_told(edited, company):
    file = company / "workspace.yaml"
    right = file.read_text(encoding="utf-8")
    try:
        file.write_text("titel: x\n", encoding="utf-8")
        with pytest.raises(FileProblems, match="unknown key 'titel'"):
            RealFloors().current()
    finally:
        file.write_text(right, encoding="utf-8")
