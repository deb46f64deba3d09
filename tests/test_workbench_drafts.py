"""Definitions that somebody is still writing: bound beside the others in memory, and saved over nothing unseen."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from data_checks.calendar import EVERYBODYS
from data_checks.errors import RequestError, TookTooLong
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.catalog import Catalog, read_catalog
from metrics.drafts.drafting import LARGEST, Drafted, drafted, written
from metrics.drafts.saving import ChangedOnDisk, save_definition
from tests.small_company import load_small_company

TWO = (
    "# ours\nmetric: first\nformula: count(tickets)\n--- # the other\n# kept\nmetric: second\nformula: first + 1\n---\n"
)
NOWHERE = Path("/nonexistent")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace's metrics: one file with two definitions, one of which names the other."""
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "own.yaml").write_text(TWO, encoding="utf-8")
    return tmp_path / "metrics"


def bound(text: str, folder: Path | None = None, metric: str | None = None) -> Drafted:
    """A draft among the library and the folder's metrics, begun from `metric`."""
    catalog = read_catalog(folder)
    begun = written(catalog, metric) if metric else None
    return drafted(catalog, folder.parent if folder else NOWHERE, EVERYBODYS, text, begun)


def said(draft: Drafted) -> list[str]:
    return [str(problem) for problem in draft.problems]


# ── binding ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_may_name_other_metrics_and_no_catalogue_learns_of_it() -> None:
    before = read_catalog()
    draft = drafted(before, NOWHERE, EVERYBODYS, "metric: both\nformula: csat + nps\n")
    assert draft.definition is not None
    assert draft.file == "metrics/both.yaml"
    assert ("both" in draft.catalog.metrics, "both" in before.metrics) == (True, False)
    assert "both" not in read_catalog().metrics


def test_a_draft_is_wrong_at_its_line_and_column_with_a_suggestion() -> None:
    draft = bound("metric: mine\nformula: share(survey_responses.scor >= 4 where survey = 'csat')\n")
    assert draft.definition is None
    assert said(draft) == ["metrics/mine.yaml:2:33: survey_responses has no column 'scor'. Did you mean 'score'?"]


def test_a_draft_of_a_library_metric_stands_in_its_place() -> None:
    draft = bound("metric: csat\nformula: count(tickets)\nname: Mine\n", metric="csat")
    assert (draft.problems, draft.file) == ((), "metrics/csat.yaml")
    assert draft.catalog.metrics["csat"].name == "Mine"


def test_a_draft_tells_what_it_would_break_in_other_files(folder: Path) -> None:
    draft = bound("metric: first\nformula: second + 1\n", folder, "first")
    assert draft.problems or draft.elsewhere
    assert any("second" in str(one) for one in (*draft.problems, *draft.elsewhere))


def test_an_id_that_another_file_has_is_told_at_the_draft(folder: Path) -> None:
    draft = bound("metric: first\nformula: count(orders)\n", folder)
    assert said(draft) == [
        "metrics/first.yaml:1:1: 'first' is defined twice; first at metrics/own.yaml:2:1. Rename or remove one."
    ]


def test_of_a_file_with_several_definitions_one_is_cut_out_and_keeps_its_lines(folder: Path) -> None:
    begun = written(read_catalog(folder), "second")
    assert begun is not None
    assert (begun.text, begun.first) == ("# kept\nmetric: second\nformula: first + 1", 5)
    draft = bound(begun.text.replace("first", "frist"), folder, "second")
    assert said(draft) == ["metrics/own.yaml:7:10: there is no metric 'frist'. Did you mean 'first'?"]
    changed = begun.with_text(begun.text.replace("+ 1", "+ 2"))
    assert changed.decode() == TWO.replace("+ 1", "+ 2")


def test_a_definition_whose_shape_is_wrong_can_be_mended(folder: Path) -> None:
    (folder / "own.yaml").write_text("metric: broken\nformula: [1, 2]\n", encoding="utf-8")
    begun = written(read_catalog(folder), "broken")
    assert begun is not None
    assert begun.text == "metric: broken\nformula: [1, 2]"
    assert bound("metric: broken\nformula: count(tickets)", folder, "broken").problems == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("\0", "U+0000"),
        ("metric: a\x00b\nformula: count(tickets)", "U+0000"),
        ("metric: x\ud800\nformula: count(tickets)", "no id"),
        ("just words", "begins with 'metric:'"),
        ("[1, 2", "not valid YAML"),
        ("metric: ../../etc/passwd\nformula: count(tickets)", "no id"),
        ("metric: /tmp/x\nformula: count(tickets)", "no id"),
        ("metric: con.yaml\nformula: count(tickets)", "no id"),
        ("metric: where\nformula: count(tickets)", "word of formulas"),
        ("metric: [a]\nformula: count(tickets)", "one text is needed"),
        ("metric: a\nformula: count(tickets)\n---\nmetric: b\nformula: count(orders)", "several definitions"),
        ("metric: a\nformula: " + "(" * 5000 + "1", "metrics/"),
        ("x" * (LARGEST + 1), "characters"),
        ("metric: a\nformula: a + 1", "a"),
        ("a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ), "values"),
    ],
)  # fmt: skip
def test_whatever_is_typed_is_a_sentence_and_never_a_file_elsewhere(text: str, told: str) -> None:
    draft = bound(text)
    assert draft.definition is None
    assert any(told in one for one in said(draft))
    assert draft.file.startswith("metrics/")
    assert ".." not in draft.file


# ── saving ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_definition_is_written_whole_and_readable_by_its_neighbours(folder: Path) -> None:
    save_definition(folder, "metrics/new.yaml", b"metric: new\nformula: count(tickets)\n", None)
    assert (folder / "new.yaml").read_bytes() == b"metric: new\nformula: count(tickets)\n"
    assert (folder / "new.yaml").stat().st_mode & 0o777 == 0o644
    assert sorted(one.name for one in folder.iterdir()) == ["new.yaml", "own.yaml"]


def test_the_folder_of_metrics_is_made_when_there_is_none(tmp_path: Path) -> None:
    save_definition(tmp_path / "metrics", "metrics/new.yaml", b"x", None)
    assert (tmp_path / "metrics" / "new.yaml").read_bytes() == b"x"


def test_a_file_that_has_changed_since_it_was_opened_is_left_as_it_is(folder: Path) -> None:
    (folder / "own.yaml").write_text("somebody else's", encoding="utf-8")
    with pytest.raises(ChangedOnDisk, match=r"metrics/own\.yaml has changed"):
        save_definition(folder, "metrics/own.yaml", b"mine", TWO.encode())
    assert (folder / "own.yaml").read_text(encoding="utf-8") == "somebody else's"


def test_a_file_nobody_has_looked_at_is_not_replaced(folder: Path) -> None:
    with pytest.raises(ChangedOnDisk, match="is there already"):
        save_definition(folder, "metrics/own.yaml", b"mine", None)
    save_definition(folder, "metrics/own.yaml", b"mine", TWO.encode())
    assert (folder / "own.yaml").read_bytes() == b"mine"


@pytest.mark.parametrize("file", ["metrics/../workspace.yaml", "workspace.yaml", "/tmp/x.yaml", "metrics/../../x.yaml"])
def test_nothing_outside_the_folder_is_written(folder: Path, file: str) -> None:
    with pytest.raises(RequestError, match="not a file of the workspace"):
        save_definition(folder, file, b"x", None)
    assert [one.name for one in folder.parent.iterdir()] == ["metrics"]


def test_a_link_to_elsewhere_is_not_followed(folder: Path) -> None:
    outside = folder.parent / "outside.yaml"
    outside.write_text("theirs", encoding="utf-8")
    (folder / "linked.yaml").symlink_to(outside)
    with pytest.raises(RequestError, match="not a file of the workspace"):
        save_definition(folder, "metrics/linked.yaml", b"mine", b"theirs")
    assert outside.read_text(encoding="utf-8") == "theirs"


def test_of_two_who_save_over_the_same_text_at_once_one_is_told_to_look_again(folder: Path) -> None:
    for _ in range(50):
        (folder / "both.yaml").write_bytes(b"old")
        saved: list[bytes] = []
        start = threading.Barrier(2)

        def save(content: bytes, start: threading.Barrier = start, saved: list[bytes] = saved) -> None:
            start.wait()
            with contextlib.suppress(ChangedOnDisk):
                save_definition(folder, "metrics/both.yaml", content, b"old")
                saved.append(content)

        writers = [threading.Thread(target=save, args=(content,)) for content in (b"hers", b"his")]
        for one in writers:
            one.start()
        for one in writers:
            one.join()
        assert saved == [(folder / "both.yaml").read_bytes()]


# ── in limited time ──────────────────────────────────────────────────────────────────────────────────


def test_a_read_that_takes_longer_than_one_waits_is_broken_off_and_the_version_goes_on(tmp_path: Path) -> None:
    patient = open_warehouse(read_workspace(load_small_company(tmp_path / "company")))
    impatient = patient.within(0.05)
    endless = sa.select(sa.func.count()).select_from(sa.text("range(100000000000) as endless(number)"))
    with pytest.raises(TookTooLong, match=r"longer than 0\.05 seconds"):
        impatient.read(endless)
    with pytest.raises(TookTooLong):
        impatient.read(sa.select(sa.literal(1)))
    impatient.close()
    assert patient.read(sa.select(sa.literal(1)))[0][0] == 1
    patient.close()


def test_a_read_by_column_is_broken_off_too(tmp_path: Path) -> None:
    patient = open_warehouse(read_workspace(load_small_company(tmp_path / "company")))
    impatient = patient.within(0.05)
    endless = sa.select(sa.func.count()).select_from(sa.text("range(20000000000) as endless(number)"))
    with pytest.raises(TookTooLong, match=r"longer than 0\.05 seconds"):
        impatient.columns(endless)
    impatient.close()
    assert patient.columns(sa.select(sa.literal(1))).num_rows == 1
    patient.close()


def test_nobody_is_left_waiting_after_a_quick_read(tmp_path: Path) -> None:
    patient = open_warehouse(read_workspace(load_small_company(tmp_path / "company")))
    before = threading.active_count()
    impatient = patient.within(3600)
    assert impatient.read(sa.select(sa.literal(1)))[0][0] == 1
    impatient.close()
    for timer in [one for one in threading.enumerate() if isinstance(one, threading.Timer)]:
        timer.join()
    assert threading.active_count() == before
    patient.close()


def test_catalogues_read_before_and_after_a_draft_are_the_same(folder: Path) -> None:
    before: Catalog = read_catalog(folder)
    drafted(before, folder.parent, EVERYBODYS, "metric: first\nformula: count(orders)\n", written(before, "first"))
    assert read_catalog(folder, before=before).hash == before.hash
