"""The board pack: the same numbers as the screen, the same bytes again, tagged, and no text taken for markup."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pypdf import PageObject, PdfReader, mult

from dashboard import sentences
from dashboard.export import apart, content, content_reasons
from dashboard.export import board_pack as laid_out
from dashboard.export.pack import Asked, Pack, check_period
from data_checks.errors import RequestError
from data_checks.journal_entries import About, Comment, Entries
from metrics.period import parse_period
from metrics.receipt import make_receipt
from metrics.scope import Scope
from metrics.screen import before, default_period
from tests.company import Company


@pytest.fixture(scope="module")
def company(loaded_demo: Path) -> Iterator[Company]:
    found = Company(loaded_demo)
    yield found
    found.warehouse.close()


@pytest.fixture(scope="module")
def pack(company: Company) -> Pack:
    return company.pack()


@pytest.fixture(scope="module")
def printed(pack: Pack) -> PdfReader:
    return PdfReader(io.BytesIO(laid_out.board_pack(pack)))


def text_of(reader: PdfReader) -> str:
    """All that is printed, in one line: where a line breaks is the layout's business."""
    return flat(" ".join(page.extract_text() for page in reader.pages))


def printed_of(pack: Pack, paper: laid_out.Paper = "a4") -> PdfReader:
    return PdfReader(io.BytesIO(laid_out.board_pack(pack, paper)))


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\xa0", " "))


def test_the_cover_gives_the_answer_of_the_overview(pack: Pack, printed: PdfReader) -> None:
    cover = flat(printed.pages[0].extract_text())
    assert flat(sentences.answer(pack.board, pack.facts.currency)) in cover
    assert "data through" in cover.lower()
    assert "Synthetic data" in cover


class Line(NamedTuple):
    """A piece of a line as it is printed: where it begins, from the left and the bottom edge, and its size (pt)."""

    text: str
    x: float
    y: float
    size: float


def lines_of(page: PageObject) -> list[Line]:
    """Every piece of a page where it stands."""
    found: list[Line] = []

    def seen(text: str, within: Any, here: Any, _: Any, size: float) -> None:
        if words := flat(text).strip():
            x, y = mult(here, within)[4:]
            found.append(Line(words, x, y, size))

    page.extract_text(visitor_text=seen)
    return found


def test_a_part_without_a_score_says_so_on_one_small_line(company: Company) -> None:
    lines = lines_of(printed_of(company.pack(team=["North"])).pages[1])
    assert [line.size for line in lines if line.text == "no score"] == [8.0, 8.0]
    assert [line.text for line in lines if line.text == "no"] == []


WIDTHS = {"0": 0.631, "limit": 1.93, "goal": 2.026, "100": 1.668}
"""How wide words are in Inter, in parts of their size."""


def middle(line: Line) -> float:
    return line.x + WIDTHS[line.text] * line.size / 2


def test_the_words_over_an_axis_stand_in_the_middle_above_its_ticks(printed: PdfReader) -> None:
    for page in printed.pages[:5]:
        lines = [line for line in lines_of(page) if line.size == 7.2]
        begin, limit, goal, end = (
            next(middle(line) for line in lines if line.text == word) for word in ("0", "limit", "goal", "100")
        )
        assert (limit - begin) / (end - begin) == pytest.approx(0.33, abs=0.004)
        assert (goal - begin) / (end - begin) == pytest.approx(0.67, abs=0.004)


@pytest.mark.parametrize(("text", "bound"), [
    ("6 of 12 goals are met. Revenue is the weak point: €1.32_M against a goal of €1_M.",
     "6_of_12_goals are met. Revenue is the weak point: €1.32_M against a_goal_of_€1_M."),
    ("It rose most, by 30. 1 metric is withheld; the score stands on **98_%** of the weight.",
     "It rose most, by_30. 1_metric is withheld; the score stands on_**98_%** of_the_weight."),
    ("Nobody.", "Nobody."),
])  # fmt: skip
def test_no_number_stands_alone_on_a_line(text: str, bound: str) -> None:
    assert content.bound(text.replace("_", "\xa0"), last=2) == bound.replace("_", "\xa0")


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_the_last_line_of_a_headline_has_words(pack: Pack, paper: laid_out.Paper) -> None:
    for page in printed_of(pack, paper).pages[1:5]:
        headline = [line.text for line in lines_of(page) if line.size == 14]
        assert len(headline[-1].split()) >= 3, headline


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_between_two_rows_of_a_full_page_is_room_for_a_rule(pack: Pack, paper: laid_out.Paper) -> None:
    for page in printed_of(pack, paper).pages[2:4]:
        column = [line for line in lines_of(page) if round(line.x) == 102]
        steps = [
            above.y - below.y
            for above, below in itertools.pairwise(column)
            if above.size == 7.2 and below.size > 7.2 and above.text.startswith("n ")
        ]
        assert len(steps) > 3
        assert min(steps) > 9


def test_every_metric_is_printed_with_the_value_of_the_screen(pack: Pack, printed: PdfReader) -> None:
    found = text_of(printed)
    missing = [
        card.definition.metric
        for card in pack.cards
        if flat(sentences.title(card.definition)) not in found or flat(sentences.figure(card, "EUR")) not in found
    ]
    assert missing == []
    assert len(pack.cards) > 50


def test_every_receipt_is_that_of_the_number(company: Company, pack: Pack, printed: PdfReader) -> None:
    found = text_of(printed)
    for metric in ("csat", "on_time_delivery", "revenue", "churn_rate", "first_reply_minutes"):
        (card,) = (one for one in pack.cards if one.definition.metric == metric)
        receipt = make_receipt(
            company.warehouse, company.catalog, Scope.everything(), metric, card.result.period, rows=0
        )
        assert pack.fingerprints[metric] == receipt.fingerprint
        assert receipt.fingerprint in found
        assert card.definition.hash[:12] in found


def test_two_runs_write_the_same_bytes(loaded_demo: Path, root: Path, tmp_path: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        command = [
            sys.executable,
            "-m",
            "dashboard.cli",
            "export",
            "-w",
            str(loaded_demo),
            "--pdf",
            str(tmp_path / name),
        ]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_it_is_tagged_and_says_its_language_and_title(printed: PdfReader) -> None:
    catalog: Any = printed.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalog
    assert str(catalog["/Lang"]).lower().startswith("en")
    assert "<pdfuaid:part>1</pdfuaid:part>" in catalog["/Metadata"].get_data().decode()
    assert printed.metadata is not None
    assert printed.metadata.title == "Board pack: Alder Supply (synthetic), September 2026"


def test_letters_without_a_shape_are_said_and_no_standard_is_claimed(
    pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = dataclasses.replace(pack, facts=dataclasses.replace(pack.facts, title="Alder \U00010600"))  # Linear A
    found: Any = PdfReader(io.BytesIO(laid_out.board_pack(unknown)))
    assert found.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "pdfuaid" not in found.trailer["/Root"]["/Metadata"].get_data().decode()
    assert (
        "typeset: some letters have no shape in any font of this machine and are printed as empty boxes" in caplog.text
    )


def test_bookmarks_lead_to_every_part(printed: PdfReader) -> None:
    names = [one.title for one in printed.outline if not isinstance(one, list)]
    parts = ["Financial", "Customer", "Internal process", "Learning and growth", "What changed", "Benchmarks",
             "Initiatives", "Data quality", "Definitions"]  # fmt: skip
    assert [name for name in names if name in parts] == parts


def test_a_number_is_found_by_searching_for_it(printed: PdfReader) -> None:
    """Found wrong: an invisible joiner of the contents stood before every 4 and 5 of the file."""
    first = printed.pages[0].extract_text()
    assert re.search(r"^Internal process 4$", first, re.M)
    assert "\u2060" not in text_of(printed)


@pytest.mark.parametrize(("paper", "points"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_it_prints_on_both_papers(pack: Pack, paper: laid_out.Paper, points: tuple[int, int]) -> None:
    page = PdfReader(io.BytesIO(laid_out.board_pack(pack, paper))).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == points


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_each_perspective_has_one_page(pack: Pack, paper: laid_out.Paper) -> None:
    pages = PdfReader(io.BytesIO(laid_out.board_pack(pack, paper))).pages
    heads = [page.extract_text().splitlines()[0] for page in pages[1:6]]
    assert heads == ["Financial", "Customer", "Internal process", "Learning and growth", "What changed"]


def test_markup_in_data_is_printed_as_text(company: Company) -> None:
    period = default_period(company.warehouse)
    hostile = '#panic("x") *b* _i_ $x$ `c` <l> @ref \\u{41} = head <b>b</b> 𝄞 漢 \x07'
    about = About("csat", (), period.start, period.grain)
    comment = Comment(1, company.warehouse.facts.loaded_at, hostile, about, hostile)
    found = text_of(PdfReader(io.BytesIO(laid_out.board_pack(company.pack(entries=Entries((comment,)))))))
    assert found.count('#panic("x") *b* _i_ $x$ `c` <l> @ref \\u{41} = head <b>b</b>') == 2
    assert "\\x07" in found


def test_a_withheld_metric_is_printed_as_withheld(pack: Pack, printed: PdfReader) -> None:
    withheld = [card for card in pack.cards if card.result.state == "withheld"]
    assert withheld
    found = text_of(printed)
    for card in withheld:
        assert f"{sentences.title(card.definition)}: {sentences.reason(card)}" in found


def test_data_quality_says_which_check_marks_what_the_pages_call_marked(pack: Pack, printed: PdfReader) -> None:
    marked = [sentences.title(card.definition) for card in pack.cards if content.marked(card)]
    assert len(marked) > 20
    checks = content_reasons.quality(pack)["checks"]
    told = "; ".join(one["means"].partition("Marks ")[2].rstrip(".") for one in checks).split("; ")
    assert sorted(set(told) - {""}) == sorted(marked)
    text = text_of(printed)
    assert [one["means"] for one in checks if flat(one["means"]) not in text] == []


def test_checks_that_withhold_or_mark_a_number_are_printed_before_all_others(pack: Pack) -> None:
    found = content_reasons.quality(pack)
    means = [bool(one["means"]) for one in found["checks"]]
    assert means == sorted(means, reverse=True)
    assert "Withholds Advice on site. Marks " in found["checks"][0]["means"]
    assert len(means) == content_reasons.CHECKS
    more = len(pack.quality.failed()) - len(means)
    assert found["checks_more"].startswith(f"{more} more checks did not pass")


def test_every_check_that_marks_a_number_is_printed_however_many_there_are(
    pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_reasons, "CHECKS", 1)
    checks = content_reasons.quality(pack)["checks"]
    assert len(checks) > 10
    assert all(one["means"] for one in checks)


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_no_page_goes_on_without_the_name_or_with_a_lone_row(pack: Pack, paper: laid_out.Paper) -> None:
    for page in printed_of(pack, paper).pages:
        lines = lines_of(page)
        assert lines[0].text != "Who", "a comparison that fits on a page is not broken"
        assert len(lines) > 12, [line.text for line in lines]


def test_a_reader_of_some_teams_finds_no_other_team_in_it(company: Company) -> None:
    teams = company.teams()
    own = next(key for key, name in teams.items() if name == "North")
    found = text_of(PdfReader(io.BytesIO(laid_out.board_pack(company.pack(Scope.of_teams(own))))))
    others = {name for key, name in teams.items() if key != own and name}
    assert [name for name in others if re.search(rf"\b{re.escape(name)}\b", found)] == []
    assert f"{company.warehouse.facts.tables['orders'].accounts['read']:,}" not in found
    assert "the reader's own teams" in found


def test_a_period_without_data_is_refused(company: Company) -> None:
    month = parse_period("2031-01", company.warehouse.facts.calendar)
    with pytest.raises(RequestError, match=r"January 2031 has no data: they run from .* to October 2026\."):
        check_period(company.warehouse, Asked(Scope.everything(), month, before(month)))


def test_many_comments_are_limited_and_that_is_said(company: Company) -> None:
    period = default_period(company.warehouse)
    about = About("csat", (), period.start, period.grain)
    at = company.warehouse.facts.loaded_at
    entries = Entries(tuple(Comment(number, at, "Ann", about, f"Comment {number}.") for number in range(10_000)))
    found = text_of(PdfReader(io.BytesIO(laid_out.board_pack(company.pack(entries=entries)))))
    assert "Comment 9999." in found
    assert "Comment 9987." not in found
    assert "The newest 12 of 10,000 comments are shown." in found


@pytest.mark.parametrize("text", [
    "\n".join(f"line {number}" for number in range(400)),
    "".join(f"{number:05}" for number in range(780)),
])  # fmt: skip
def test_a_long_comment_is_printed_to_its_last_letter(company: Company, text: str) -> None:
    period = default_period(company.warehouse)
    about = About("csat", (), period.start, period.grain)
    comment = Comment(1, company.warehouse.facts.loaded_at, "A" * 100, about, text)
    pages = printed_of(company.pack(entries=Entries((comment,)))).pages
    told = "".join(line.text for page in pages for line in lines_of(page) if inside(line, page) and line.size != 7)
    found = re.sub(r"\s", "", told)
    assert [part for part in re.split(r"\s", text) if part not in found] == []


def inside(line: Line, page: PageObject) -> bool:
    """Whether it stands between the margins, or is the foot; a letter takes at least a third of its size."""
    right = line.x + len(line.text) * line.size / 3
    return right < page.mediabox.width - 40 and (line.y > 48 or line.size == 7)


@pytest.mark.parametrize("name", ["North and all that is north of it, " * 4, "N" * 120, "Team of the north · " * 60])
def test_a_long_name_is_once_and_whole_on_the_cover_and_short_in_the_foot(pack: Pack, name: str) -> None:
    asked = dataclasses.replace(pack.asked, where={"team": [name.strip()]})
    pages = printed_of(dataclasses.replace(pack, asked=asked)).pages
    lines = lines_of(pages[0])
    assert [line for line in lines if not inside(line, pages[0])] == []
    told = re.sub(r"\s", "", "".join(line.text for line in lines if line.size != 7))
    assert told.count(re.sub(r"\s", "", name)) == 1
    assert lines_of(pages[1])[0].text == "Financial"
    foot = [line for line in lines if line.size == 7]
    assert len({round(line.y) for line in foot}) == 1
    assert "… · September 2026 · data through" in flat("".join(line.text for line in foot))


def test_nothing_is_laid_out_when_the_layout_is_refused(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laid_out, "_PAPERS", {"a4": "no-such-paper"})
    with pytest.raises(RequestError, match="the board pack cannot be laid out: "):
        laid_out.board_pack(pack)


def test_a_pack_that_takes_too_long_is_told_without_the_command(pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0)
    monkeypatch.setattr(laid_out, "pages", lambda *_: {})
    with pytest.raises(RequestError, match=r"^the board pack cannot be laid out: it takes longer than 0 seconds$"):
        laid_out.board_pack(pack)
