"""Workbook, table, snapshot, chart and e-mail: the numbers of the screen, nothing that runs, nobody else's rows."""

from __future__ import annotations

import csv
import email
import io
import re
from collections.abc import Iterator
from email.policy import default as modern
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader

from dashboard import sentences
from dashboard.export import chart, mail, snapshot, table, workbook
from dashboard.export.board_pack import board_pack
from dashboard.export.pack import Pack
from data_checks.errors import RequestError
from data_checks.journal_entries import About, Comment, Entries
from metrics.asking import ask
from metrics.cascade import Node, build_cascade
from metrics.evaluate import evaluate
from metrics.one_card import one_card
from metrics.scope import Scope
from tests.company import Company

FORMULA = '=HYPERLINK("http://example.com","x")'
DEFINITIONS = """metric: hostile
name: '=1+1 <script>alert(1)</script> [x](http://example.com) *b*'
formula: share(survey_responses.score >= 4 where survey = 'csat')
question: '@SUM(1)'
perspective: customer
unit: percent
red: 75%
goal: 85%
owner: '+me'
"""


@pytest.fixture(scope="module")
def company(loaded_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The demo company with a metric whose texts are hostile."""
    import shutil

    folder = tmp_path_factory.mktemp("exports") / "demo"
    shutil.copytree(loaded_demo, folder)
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "metrics" / "hostile.yaml").write_text(DEFINITIONS, encoding="utf-8")
    found = Company(folder)
    yield found
    found.warehouse.close()


@pytest.fixture(scope="module")
def pack(company: Company) -> Pack:
    return company.pack()


@pytest.fixture(scope="module")
def teams(company: Company) -> Node:
    asked = company.asked()
    return build_cascade(company.warehouse, company.catalog, asked.scope, asked.period, asked.against)


@pytest.fixture(scope="module")
def north(company: Company) -> Pack:
    """As the lead of North has it."""
    return company.pack(Scope.of_teams(next(key for key, name in company.teams().items() if name == "North")))


def others(company: Company) -> set[str]:
    return {name for name in company.teams().values() if name and name != "North"}


def named(names: set[str], text: str) -> list[str]:
    return sorted(name for name in names if re.search(rf"\b{re.escape(name)}\b", text))


# ── workbook ─────────────────────────────────────────────────────────────────────────────────────────


def sheets(content: bytes) -> dict[str, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {name: book[name] for name in book.sheetnames}


def records(sheet: Worksheet) -> list[dict[str, Any]]:
    """Every line's cells by the head above them."""
    heads, *lines = sheet.iter_rows()
    return [dict(zip([str(cell.value) for cell in heads], line, strict=True)) for line in lines]


def test_the_workbook_holds_real_numbers_with_the_format_of_their_unit(pack: Pack) -> None:
    found = {line["Metric"].value: line for line in records(sheets(workbook.workbook(pack))["Scorecard"])}
    cards = {card.definition.metric: card for card in pack.cards}
    for metric, number_format in (
        ("csat", "0.0%"),
        ("revenue", '"€"#,##0.00'),
        ("first_reply_minutes", '#,##0.0" min"'),
    ):
        assert found[metric]["Value"].value == pytest.approx(cards[metric].result.value, rel=1e-14)
        assert found[metric]["Value"].number_format == number_format
        assert found[metric]["Goal"].value == cards[metric].definition.goal
        assert found[metric]["Receipt"].value == pack.fingerprints[metric]
    assert len(found) == len(sentences.cards_of(pack.board))


def test_no_text_becomes_a_formula(company: Company, teams: Node) -> None:
    month = company.asked().period
    about = About("csat", (), month.start, month.grain)
    comment = Comment(1, company.warehouse.facts.loaded_at, FORMULA, about, FORMULA)
    found = sheets(workbook.workbook(company.pack(entries=Entries((comment,))), teams))
    kinds = {cell.data_type for sheet in found.values() for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    (written,) = records(found["Comments"])
    assert (written["Comment"].value, written["Comment"].quotePrefix) == (FORMULA, True)
    (hostile,) = (line for line in records(found["Scorecard"]) if line["Metric"].value == "hostile")
    assert hostile["Name"].value.startswith("=1+1 <script>")


def test_the_workbook_has_a_row_for_every_team(company: Company, pack: Pack, teams: Node) -> None:
    lines = records(sheets(workbook.workbook(pack, teams))["Teams"])
    assert {line["Team"].value for line in lines} - {None} == set(company.teams().values())
    (north,) = (line for line in lines if line["Team"].value == "North")
    (node,) = (team for part in teams.parts for team in (part, *part.parts) if team.value == "North")
    assert north["Overall"].value == node.board.score


def test_the_trends_are_those_of_the_screen(pack: Pack) -> None:
    found = {line["Name"].value: line for line in records(sheets(workbook.workbook(pack))["Trends"])}
    (card,) = (one for one in pack.cards if one.definition.metric == "csat")
    line = found["Customer satisfaction (CSAT)"]
    assert line["September 2026"].value == card.trend[-1].value
    assert line["August 2026"].value == card.trend[-2].value


def test_the_workbook_says_whose_numbers_they_are(pack: Pack) -> None:
    told = {str(row[0].value): str(row[1].value) for row in sheets(workbook.workbook(pack))["About"].iter_rows()}
    assert told["Organisation"] == "Alder Supply (synthetic)"
    assert told["Period"] == "September 2026"
    assert told["Data"].startswith("Synthetic data")
    assert told["Load"].startswith(pack.facts.load_id)


def test_scores_and_counts_have_a_format_too(pack: Pack) -> None:
    """A score was shown as 54.6735232876712."""
    (line,) = (one for one in records(sheets(workbook.workbook(pack))["Scorecard"]) if one["Metric"].value == "csat")
    assert [line[name].number_format for name in ("Score", "n")] == ["0.0", "#,##0"]


def test_every_sheet_says_on_paper_whose_numbers_it_holds(pack: Pack, teams: Node) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook.workbook(pack, teams)))
    assert book.active is not None
    assert book.active.title == "About"
    for sheet in book.worksheets:
        told = f"{sheet.title} · Alder Supply (synthetic) · September 2026 · synthetic data"
        assert sheet.oddHeader.left.text == told  # type: ignore[union-attr]
    assert book["Scorecard"].auto_filter.ref.startswith("A1:")
    assert book["Scorecard"].print_title_rows == "$1:$1"


def test_a_withheld_number_is_in_no_form(pack: Pack) -> None:
    (card,) = (one for one in pack.cards if one.result.state == "withheld")
    (line,) = (
        one
        for one in records(sheets(workbook.workbook(pack))["Scorecard"])
        if one["Metric"].value == card.definition.metric
    )
    assert (line["Status"].value, line["State"].value) == ("Withheld", "withheld")
    assert [line[name].value for name in ("Value", "95 % from", "95 % to", "n", "Change", "Score")] == [None] * 6
    (row,) = (one for one in lines_of(pack) if one["metric"] == card.definition.metric)
    assert [row[name] for name in ("value", "low", "high", "n", "change", "score")] == [""] * 6


def test_ten_thousand_comments_are_cut_and_that_is_said(company: Company) -> None:
    at, about = company.warehouse.facts.loaded_at, About("csat", (), company.asked().period.start, "month")
    entries = Entries(tuple(Comment(number, at, "Ann", about, f"Comment {number}") for number in range(10_000)))
    rows = list(sheets(workbook.workbook(company.pack(entries=entries)))["Comments"].iter_rows(values_only=True))
    texts = [row[5] for row in rows if row[5]]
    assert texts[1] == "Comment 9999"
    assert len(texts) == 1 + workbook.COMMENTS
    assert rows[-1][0] == "The newest 1,000 of 10,000 comments are shown."


def test_a_workbook_is_the_same_again(pack: Pack, teams: Node) -> None:
    assert workbook.workbook(pack, teams) == workbook.workbook(pack, teams)


# ── table ────────────────────────────────────────────────────────────────────────────────────────────


def lines_of(pack: Pack) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.as_csv(pack).decode("utf-8-sig"))))


def test_the_table_has_a_line_for_each_metric_with_its_number_unrounded(pack: Pack) -> None:
    found = {line["metric"]: line for line in lines_of(pack)}
    (card,) = (one for one in pack.cards if one.definition.metric == "csat")
    assert float(found["csat"]["value"]) == card.result.value
    assert found["csat"]["receipt"] == pack.fingerprints["csat"]
    assert {line["data_through"] for line in found.values()} == {pack.through}
    assert {line["synthetic"] for line in found.values()} == {"true"}
    assert {line["load"] for line in found.values()} == {pack.facts.load_id}


def test_no_field_of_the_table_starts_a_formula(pack: Pack) -> None:
    (hostile,) = (line for line in lines_of(pack) if line["metric"] == "hostile")
    assert hostile["name"].startswith("'=1+1")
    assert hostile["owner"] == "'+me"


# ── snapshot ─────────────────────────────────────────────────────────────────────────────────────────


class Found(HTMLParser):
    """Every tag and attribute of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_snapshot_runs_nothing_and_fetches_nothing(pack: Pack) -> None:
    page = snapshot.snapshot(pack).decode()
    found = Found(page)
    names = {tag for tag, _ in found.tags}
    assert not names & {"script", "iframe", "object", "embed", "link", "form", "base"}
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]
    addresses = [value for _, attributes in found.tags for name, value in attributes.items() if name in ("src", "href")]
    assert addresses
    assert not [one for one in addresses if not (one or "").startswith(("#", "data:image/svg+xml"))]
    (policy,) = (attributes["content"] for _, attributes in found.tags if "http-equiv" in attributes)
    assert "default-src 'none'" in str(policy)
    assert "script-src" not in str(policy)
    assert re.findall(r"url\((?!\"data:)", page) == []


def test_every_link_of_the_snapshot_leads_somewhere_in_it(pack: Pack) -> None:
    found = Found(snapshot.snapshot(pack).decode())
    places = {attributes["id"] for _, attributes in found.tags if "id" in attributes}
    links = {str(attributes["href"])[1:] for tag, attributes in found.tags if tag == "a"}
    assert links <= places
    assert {"p-financial", "p-learning_growth", "m-csat", "definitions"} <= links


def test_the_snapshot_says_what_the_overview_says(pack: Pack) -> None:
    text = Found(snapshot.snapshot(pack).decode()).text
    assert sentences.answer(pack.board, pack.facts.currency) in text
    assert "Synthetic data" in text
    assert pack.through in text
    assert [
        card.definition.metric for card in pack.cards if pack.fingerprints[card.definition.metric] not in text
    ] == []
    assert "=1+1 <script>alert(1)</script>" in text


# ── chart ────────────────────────────────────────────────────────────────────────────────────────────


def trend(company: Company, metric: str, scope: Scope | None = None) -> chart.Trend:
    asked = company.asked(scope)
    question = ask(company.warehouse, company.catalog, asked.scope, [metric], "month")
    months = evaluate(company.warehouse, company.catalog, question, [metric])[metric][-25:]
    card = one_card(company.warehouse, company.catalog, asked.scope, metric, asked.period, asked.against)
    return chart.Trend(card.definition, months, asked.period, company.warehouse.facts)


def test_a_chart_says_whose_it_is_and_shows_the_value_of_the_board(company: Company, pack: Pack) -> None:
    drawn = chart.as_svg(trend(company, "csat")).decode()
    (card,) = (one for one in pack.cards if one.definition.metric == "csat")
    texts = re.findall(r">([^<]+)</t(?:ext|span)>", drawn)
    assert sentences.figure(card, "EUR") in texts
    assert "Customer satisfaction (CSAT)" in texts
    assert any("September 2026 · data through 20 Oct 2026" in text and "synthetic data" in text for text in texts)
    # What is dotted and ringed in it is told in it, too.
    assert any(text.startswith("Dotted: the usual range of 24 complete months") for text in texts)


def test_a_chart_is_a_picture_too(company: Company) -> None:
    drawn = chart.as_png(trend(company, "csat"))
    assert drawn.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(drawn[16:20], "big") == 1920


def test_a_chart_of_nothing_is_refused(company: Company) -> None:
    found = trend(company, "csat")
    bare = chart.Trend(found.definition, (), found.judged, found.facts)
    with pytest.raises(RequestError, match="has no month with a value that may be shown"):
        chart.as_svg(bare)


def test_a_hostile_name_is_text_in_a_chart(company: Company) -> None:
    drawn = chart.as_svg(trend(company, "hostile")).decode()
    assert "<script" not in drawn
    assert "=1+1 &lt;script&gt;" in drawn


# ── e-mail ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def pdf(pack: Pack) -> bytes:
    return board_pack(pack)


def test_the_message_has_text_html_picture_and_pack(pack: Pack, pdf: bytes) -> None:
    content = mail.digest(pack, pdf, "Score <s@example.com>", ["Ann Bell <ann@example.com>", "bo@example.com"])
    message = email.message_from_bytes(content, policy=modern)
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html",
                     "image/png", "application/pdf"]  # fmt: skip
    assert str(message["To"]) == "Ann Bell <ann@example.com>, bo@example.com"
    text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    answer = sentences.answer(pack.board, pack.facts.currency)
    assert answer in text.get_content()
    assert answer in Found(page.get_content()).text
    (picture,) = (part for part in message.walk() if part.get_content_type() == "image/png")
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in page.get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_content() == pdf


def test_the_same_message_is_composed_again(pack: Pack, pdf: bytes) -> None:
    first, second = (mail.digest(pack, pdf, "s@example.com", ["ann@example.com"]) for _ in range(2))
    assert first == second
    other = mail.digest(pack, pdf, "s@example.com", ["bo@example.com"])
    ids = [email.message_from_bytes(one, policy=modern)["Message-ID"] for one in (first, other)]
    assert ids[0] != ids[1]


def test_its_date_is_that_of_the_load(pack: Pack, pdf: bytes) -> None:
    message = email.message_from_bytes(mail.digest(pack, pdf, "", []), policy=modern)
    assert message["Date"].datetime.replace(tzinfo=None) == pack.facts.loaded_at.replace(microsecond=0)


@pytest.mark.parametrize("address", ["ann", "a@b@c", "ann@example.com\nBcc: all@example.com", "<ann@example.com", ""])
def test_what_is_no_address_is_refused(pack: Pack, pdf: bytes, address: str) -> None:
    with pytest.raises(RequestError, match="is no e-mail address"):
        mail.digest(pack, pdf, "s@example.com", [address])


# ── a reader of some teams ───────────────────────────────────────────────────────────────────────────


def test_no_form_holds_what_is_another_teams(company: Company, north: Pack) -> None:
    asked = company.asked(north.asked.scope)
    teams = build_cascade(company.warehouse, company.catalog, asked.scope, asked.period, asked.against)
    found = sheets(workbook.workbook(north, teams)).values()
    cells = [cell for sheet in found for row in sheet.iter_rows(values_only=True) for cell in row]
    pdf = board_pack(north)
    message = email.message_from_bytes(mail.digest(north, pdf, "", []), policy=modern)
    bodies = "".join(str(part.get_content()) for part in message.walk() if part.get_content_maintype() == "text")
    printed = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    page = Found(snapshot.snapshot(north).decode()).text
    told = {
        "workbook": " ".join(str(cell) for cell in cells if cell is not None),
        "table": table.as_csv(north).decode(),
        "snapshot": page,
        "message": bodies,
        "pack": re.sub(r"\s+", " ", printed),
    }
    assert {name: named(others(company), text) for name, text in told.items()} == {name: [] for name in told}
    read = f"{company.warehouse.facts.tables['orders'].accounts['read']:,}"
    assert [name for name, text in told.items() if read in text] == []
    assert north.plans.initiatives == ()


def test_a_part_of_the_organisation_is_named_in_every_form(company: Company) -> None:
    pack = company.pack(team=["North"])
    assert {line["organisation"] for line in lines_of(pack)} == {"Alder Supply (synthetic) · North"}
    assert "Alder Supply (synthetic) · North" in Found(snapshot.snapshot(pack).decode()).text
    message = email.message_from_bytes(mail.digest(pack, b"", "", []), policy=modern)
    assert str(message["Subject"]).startswith("Alder Supply (synthetic) · North: September 2026")
