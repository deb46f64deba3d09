"""One file says one thing once: a change, a receipt, a reason, a cut-off read the same on every page of it."""

from __future__ import annotations

import csv
import datetime as dt
import email
import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from email.policy import default as modern
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from dashboard import cli, explained, sentences, wording
from dashboard.changes.score_lines import score_lines
from dashboard.export import command, content, content_reasons, mail, snapshot, workbook
from dashboard.export.pack import Pack, gather
from data_checks.calendar import Calendar
from data_checks.errors import RequestError
from data_checks.journal_entries import Entries
from metrics.analyses.explain import Explanation
from metrics.analyses.score_change import ScoreChange
from metrics.period import parse_period
from metrics.scope import Scope
from metrics.scorecard import Card
from tests import dashboard_fixture as fixture
from tests.company import Company


@pytest.fixture(scope="module")
def company(loaded_demo: Path) -> Iterator[Company]:
    found = Company(loaded_demo)
    yield found
    found.warehouse.close()


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


# ── one change is one number ─────────────────────────────────────────────────────────────────────────


def number(text: str) -> Decimal:
    (found,) = re.findall(r"[+−±][\d,.]+", text)
    return Decimal(found.replace("−", "-").replace("±", "").replace(",", ""))


def told_of(pack: Pack) -> list[tuple[Card, Explanation]]:
    return [(one.card, one.found) for one in pack.changes if one.found is not None]


@pytest.mark.parametrize("month", ["2025-12", "2026-05", "2026-09"])
def test_a_change_reads_alike_in_a_row_and_where_it_is_explained(company: Company, month: str) -> None:
    """What changed had −5.1 where the row had −5.0: the one was a difference of rounded numbers."""
    pack = company.pack(month=month)
    told = told_of(pack)
    assert told
    for card, found in told:
        row, scale = plain(sentences.change_text(card, "EUR")), explained.scale_of(found, "EUR")
        line = plain(explained.moved(found, "EUR"))
        if " h " in row or row.endswith(" %"):
            assert row in line
            continue
        shown, before, after = scale.change(found), *(scale.number(value) for value in explained.values_of(found))
        assert after - before == shown  # whoever subtracts finds the same
        digits = max(0, -number(row).as_tuple().exponent)  # type: ignore[operator]
        assert shown.quantize(Decimal(1).scaleb(-digits)) == number(row), card.definition.metric
        assert sum(one.number for one in explained.contributions(found, "EUR")) in (0, shown)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [(160.2, 466.3, "+5 h 06"), (152.0, 92.07, "−1 h 00"), (92.0, 80.6, "−11 min"), (20.2, 45.5, "+25.3 min")],
)
def test_hours_and_minutes_are_written_one_way(before: float, after: float, change: str) -> None:
    """A row of North had '+5 h 06' and the page behind it '+306 min'; another had −59.9 min of 1 h 32."""
    line = fixture.Line("m", "M", "customer", "minutes", 60, 30, after, None, "missed", 100, 12)
    then, now = (fixture.result(line, month, value) for month, value in
                 ((fixture.SEPTEMBER, before), (fixture.OCTOBER, after)))  # fmt: skip
    found = Explanation(fixture.definition(line), then, now, None, False, "nothing", "")
    assert plain(wording.change(after - before, "minutes", "quantile", after)) == change
    told = plain(explained.moved(found, ""))
    assert told.endswith(f": {change}.")
    assert f"from {plain(wording.value(before, 'minutes'))} in" in told


@pytest.mark.parametrize(
    ("before", "after", "change", "rows", "digits"),
    [
        ("63.94", "70.46", "6.52", 1, 2),  # 63.9 to 70.5 would be 6.6
        ("10.04", "15.04", "5.00", 1, 1),  # 10.0 to 15.0: 5.0
        ("10.04", "15.06", "5.02", 1, 2),  # 10.0 to 15.1 would be 5.1
        ("10.00", "13.46", "3.46", 0, 2),  # 3.5 would be taken for 4
        ("12.4476", "1.9443", "-10.5033", 1, 1),  # 12.4 to 1.9: 10.5, and no row says 11
    ],
)
def test_decimals_are_added_until_a_subtraction_agrees(
    before: str, after: str, change: str, rows: int, digits: int
) -> None:
    assert explained.agreeing(Decimal(before), Decimal(after), Decimal(change), 1, rows) == digits


@pytest.mark.parametrize(
    ("before", "after", "whole", "change"),
    [(56.6, 61.4, "+5", "4.8"), (60.46, 61.42, "+1", "0.96"), (60.0, 61.0, "+1", "1.0")],
)
def test_the_scores_change_is_rounded_once(before: float, after: float, whole: str, change: str) -> None:
    """57 to 61 used to be '+4' beside a change of +4.8."""
    assert wording.score_change(after, before) == whole
    assert str(score_lines(ScoreChange(before, after, ())).change) == change


# ── the command under Definitions ────────────────────────────────────────────────────────────────────


def defined(pack: Pack) -> tuple[str, dict[str, tuple[str, str]]]:
    """The command that stands above the definitions; by title, what ends the small print and the fingerprint."""
    page = content_reasons.definitions(pack)
    (told,) = re.findall("“(.*)”", page["lead"])
    rows = [row for group in page["groups"] for row in group["rows"]]
    return told, {row["name"]: (row["under"].split(" · ")[-1], row["receipt"]) for row in rows}


def printed_by(company: Company, words: str) -> str:
    done = CliRunner().invoke(cli.main, [*shlex.split(words)[1:], "-w", str(company.folder)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("month", "until", "where", "metrics"),
    [
        ("2026-09", None, {}, ("retention_90d", "csat", "revenue", "churn_rate")),
        ("2026-Q3", None, {}, ("csat", "revenue")),
        ("2026-08", dt.date(2026, 9, 20), {"team": ["North"]}, ("csat", "first_reply_minutes")),
        ("2026-09", None, {"team": ["North", "South"]}, ("csat",)),
    ],
)
def test_the_command_printed_leads_to_the_fingerprint_printed(
    company: Company, month: str, until: dt.date | None, where: dict[str, list[str | None]], metrics: tuple[str, ...]
) -> None:
    """It named the board's period for all, no filter, and a METRIC that the PDF did not name."""
    pack = company.pack(month=month, until=until, **where)  # type: ignore[arg-type]
    told, by_title = defined(pack)
    cards = {card.definition.metric: card for card in pack.cards}
    for metric in metrics:
        name, fingerprint = by_title[sentences.title(cards[metric].definition)]
        metric_word, _, own = name.partition(" ")
        words = told.replace("METRIC", metric_word)
        words = re.sub(r"--period \S+", own, words) if own else words
        assert words == command.command(cards[metric], pack)
        assert fingerprint in printed_by(company, words)


def test_the_period_of_its_own_is_named_in_every_form(company: Company) -> None:
    pack = company.pack(month="2026-09")
    (card,) = (one for one in pack.cards if one.definition.metric == "retention_90d")
    assert card.result.period != pack.board.period
    name = f"retention_90d --period {wording.period_id(card.result.period)}"
    assert name in snapshot.snapshot(pack).decode()
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.workbook(pack)))["Definitions"]
    assert f"scorecard receipt {name}" in {row[-1] for row in sheet.iter_rows(values_only=True)}


def test_a_reader_of_some_teams_is_given_no_command_that_leads_elsewhere(company: Company) -> None:
    pack = company.pack(Scope.of_teams(next(key for key, name in company.teams().items() if name == "North")))
    assert "scorecard receipt" not in snapshot.snapshot(pack).decode()
    assert not any(command.command(card, pack) for card in pack.cards)


@pytest.mark.parametrize("word", ["2026-09", "2026-Q3", "2026", "2026-W01", "2026-W53", "2026-09-13"])
@pytest.mark.parametrize("year_starts", [1, 4])
def test_a_period_is_written_as_the_command_line_takes_it(word: str, year_starts: int) -> None:
    assert wording.period_word(parse_period(word, Calendar(year_starts=year_starts))) == word


# ── why a metric is not there ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_reader", [False, True])
def test_a_teams_file_says_what_the_sources_lack_and_what_names_no_team(company: Company, is_reader: bool) -> None:
    """Revenue used to be "not provided by the sources" in North's pack, which has orders that name no team."""
    own = next(key for key, name in company.teams().items() if name == "North")
    pack = company.pack(Scope.of_teams(own)) if is_reader else company.pack(team=["North"])
    reason = "Orders name no team, so this is not known per team. Not shown: Average order value, "
    found = [content.perspective(pack, branch)["absent"] for branch in pack.board.branches]
    page = snapshot.snapshot(pack).decode()
    for told in (*found, page):
        assert "provide" not in told
    assert found[0].startswith(reason)
    assert reason in page


# ── no further than a day ────────────────────────────────────────────────────────────────────────────


def test_every_form_says_as_of_which_day_it_is_cut(company: Company, tmp_path: Path) -> None:
    """They said "Data through 20 Oct 2026, 17:58" and could not be told from files of all rows."""
    forms = {name: tmp_path / f"board.{name}" for name in ("pdf", "xlsx", "csv", "html")}
    words = ["export", "-w", str(company.folder), "--as-of", "2026-06-15"]
    done = CliRunner().invoke(
        cli.main, [*words, *(word for name, path in forms.items() for word in (f"--{name}", str(path)))]
    )
    assert done.exit_code == 0, done.output
    svg, eml = tmp_path / "csat.svg", tmp_path / "week.eml"
    assert CliRunner().invoke(cli.main, [*words, "--chart", "csat", "--svg", str(svg)]).exit_code == 0
    assert CliRunner().invoke(cli.main, ["digest", *words[1:], "--dry-run", str(eml)]).exit_code == 0
    pdf = " ".join(page.extract_text() for page in PdfReader(forms["pdf"]).pages)
    about = openpyxl.load_workbook(forms["xlsx"])["About"]
    message = email.message_from_bytes(eml.read_bytes(), policy=modern)
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    told = {
        "pdf": pdf,
        "xlsx": " ".join(str(cell) for row in about.iter_rows(values_only=True) for cell in row),
        "html": forms["html"].read_text(encoding="utf-8"),
        "svg": svg.read_text(encoding="utf-8"),
        **{f"digest {place}": body.get_content() for place, body in enumerate(bodies) if body},
    }
    flat = {name: re.sub(r"\s+", " ", text) for name, text in told.items()}
    beside = [name for name, text in flat.items() if "May 2026, as of 15 Jun 2026" not in text]
    assert beside == ["xlsx", "digest 0"]  # they have a line of their own
    left_out = [name for name, text in flat.items() if "15 Jun 2026: later rows are left out" not in text]
    assert left_out == ["svg"]  # its one line has room for the day
    assert [name for name, text in flat.items() if "20 Oct 2026" in text] == []
    assert str(message["Subject"]).strip().startswith("Alder Supply (synthetic): May 2026, as of 15 Jun 2026")
    (attached,) = (part.get_filename() for part in message.iter_attachments())
    assert attached == "board-pack-2026-05-01-month-as-of-2026-06-15.pdf"
    (line, *_) = csv.DictReader(io.StringIO(forms["csv"].read_text(encoding="utf-8-sig")))
    assert (line["as_of"], line["data_through"]) == ("2026-06-15", "15 Jun 2026")


def test_an_uncut_message_is_another(company: Company) -> None:
    whole, cut = (company.pack(month="2026-05", until=day) for day in (None, dt.date(2026, 9, 30)))
    ids = {email.message_from_bytes(mail.digest(one, b"", "", []), policy=modern)["Message-ID"] for one in (whole, cut)}
    assert len(ids) == 2


# ── a period that the screen would not offer ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--period", "2018-05"), "May 2018 has no data: they run from October 2023 to October 2026."),
        (("--period", "2018-Q2"), "Q2 2018 has no data: they run from October 2023 to October 2026."),
        (("--as-of", "2018-05-15"), "15 May 2018 lies before the data, which begin in October 2023; name a later day"),
        (
            ("--as-of", "2024-05-15", "--period", "2024-08"),
            "August 2024 has no data: they run from October 2023 to May",
        ),
    ],
)
@pytest.mark.parametrize("command", [("export", "--csv"), ("digest", "--dry-run")])
def test_a_period_the_screen_does_not_offer_is_refused(
    company: Company, tmp_path: Path, words: tuple[str, ...], told: str, command: tuple[str, str]
) -> None:
    """A register that reaches back further made 13 pages of "No data"."""
    done = CliRunner().invoke(cli.main, [*command, str(tmp_path / "x"), "-w", str(company.folder), *words])
    assert (done.exit_code, done.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert done.stderr.startswith(told)


def test_a_board_without_a_value_is_refused(company: Company) -> None:
    """An empty month between others: what fills in as zero is no number of it, nor is one of an older month."""
    pack = company.pack()

    def emptied(card: Card) -> Card:
        zero = card.definition.fills_zero
        return replace(card, result=replace(card.result, state="ok" if zero else "no_data", value=0.0 if zero else None,
                                            n=0, period=card.asked))  # fmt: skip

    branches = tuple(
        replace(branch, cards=tuple(map(emptied, branch.cards)),
                aims=tuple(replace(aim, cards=tuple(map(emptied, aim.cards))) for aim in branch.aims))
        for branch in pack.board.branches
    )  # fmt: skip
    board = replace(pack.board, branches=branches)
    with pytest.raises(RequestError, match=r"^September 2026 has nothing to show: no metric has a value in it\."):
        gather(company.warehouse, company.catalog, pack.asked, pack.quality, Entries(), board=board)


# ── periods that are no months ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("period", "grain"), [("2026-Q3", "quarter"), ("2026-W36", "week"), ("2025", "year")])
def test_what_is_no_month_is_not_called_one(company: Company, period: str, grain: str) -> None:
    """ "13 months" stood over 13 quarters, "Month by month" over their charts."""
    pack = company.pack(month=period)
    page = content.perspective(pack, pack.board.branches[1])
    assert f"13 {grain}s" in page["heads"]
    alts = [row["spark"]["alt"] for group in page["groups"] for row in group["rows"]]
    assert alts
    assert [alt for alt in alts if alt and f" {grain}s: " not in alt] == []
    html = snapshot.snapshot(pack).decode()
    assert re.findall(r"13 months|Last \d+ months|Month by month|per month from", html) == []
    assert f"{grain.capitalize()} by {grain}" in html
    charts = [one["chart"]["alt"] for one in content_reasons.changes(pack)["items"]]
    assert [alt for alt in charts if alt and f" per {grain} from " not in alt] == []


# ── nothing that leads nowhere ───────────────────────────────────────────────────────────────────────


def test_a_hollow_dot_is_told_only_where_one_is_drawn(company: Company) -> None:
    """Without a strategy no axis is drawn on a perspective's page, and its note spoke of one all the same."""
    pack = company.pack()
    with_aims = content.perspective(pack, pack.board.branches[0])
    assert "Hollow dot: August." in with_aims["ladder"]["note"]
    first = replace(pack.board.branches[0], aims=())
    part = replace(pack.board, branches=(first,), coverage=first.coverage)
    note = content.perspective(pack, first)["ladder"]["note"]
    assert "Hollow dot" not in note
    assert note.startswith(sentences.coverage(part))


def test_the_snapshots_head_names_the_load_and_no_way_that_is_not_there(company: Company) -> None:
    pack = company.pack()
    page = snapshot.snapshot(pack).decode()
    assert f" · Load {pack.facts.load_id} of " in page
    assert "All checks, rows and what they mean" not in page
    assert "What was found" in page
