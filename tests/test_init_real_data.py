"""Real files nobody has described: the proposal loads after the edits it asks for, and gives the known numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from tests.loading import accounts, ask, load_folder

pytestmark = pytest.mark.real_data


def proposed(folder: Path, *files: Path) -> tuple[str, list[str]]:
    """The proposal's text, and what the command asks to decide before a load."""
    done = CliRunner().invoke(main, ["init", str(folder), *map(str, files)])
    assert done.exit_code == 0, done.output
    decide = [line.split(".csv.gz: ")[1] for line in done.stdout.splitlines() if line.startswith("  ")]
    return (folder / "workspace.yaml").read_text(encoding="utf-8"), decide


def check(folder: Path) -> None:
    assert CliRunner().invoke(main, ["check", "-w", str(folder)]).exit_code == 0


def test_the_help_desk_needs_no_edit(real_data: Path, tmp_path: Path) -> None:
    _, decide = proposed(tmp_path, real_data / "uci-incident-log/incident_events.csv.gz")
    assert decide == []
    check(tmp_path)
    # The two events with the code -100 are left out by a `where` that only a person can know.
    assert accounts(load_folder(tmp_path), "tickets") == (119_998, 20_769, 0, 99_229, 0, 0)
    hours = "median(epoch(resolved_at - opened_at) / 3600)"
    (row,) = ask(
        tmp_path,
        f"select round(100 * avg(sla_met::int), 4), round(avg(transfers), 6), count(*) filter (reopens > 0), {hours}, "
        "count(resolved_at) from tickets",
    )
    assert row == (60.6433, 0.988011, 234, pytest.approx(24.6), 19_351)
    months = ask(tmp_path, "select strftime(opened_on, '%Y-%m'), count(*) from tickets group by 1 order by 1")
    assert months == [("2016-02", 207), ("2016-03", 8_995), ("2016-04", 7_934), ("2016-05", 3_633)]
    top = ask(tmp_path, "select team_id, count(*) from tickets group by 1 order by 2 desc limit 2")
    assert top == [("Group 70", 7_369), (None, 2_157)]


def test_the_shop_needs_no_edit(real_data: Path, tmp_path: Path) -> None:
    _, decide = proposed(tmp_path, real_data / "uci-online-retail-2009/online_retail_2009_2010.csv.gz")
    assert decide == []
    check(tmp_path)
    # 28,816 invoices and 9,539,484.63 net: every line counts, for which are gross sales only a person can know.
    assert accounts(load_folder(tmp_path), "orders") == (525_461, 28_816, 0, 0, 525_461 - 28_816, 0)
    known = "select round(sum(revenue), 2), count(distinct customer_id) from orders"
    assert ask(tmp_path, known) == [(9_539_484.63, 4_383)]
    months = ask(
        tmp_path,
        "select strftime(ordered_on, '%Y-%m') m, round(sum(revenue), 2) from orders "
        "where ordered_on between '2010-09-01' and '2010-11-30' group by 1 order by 1",
    )
    assert months == [("2010-09", 853_650.43), ("2010-10", 1_045_168.35), ("2010-11", 1_422_654.64)]


def test_the_airport_needs_what_no_file_says(real_data: Path, tmp_path: Path) -> None:
    survey = real_data / "sfo-passenger-survey"
    text, decide = proposed(tmp_path, survey / "sfo_2016.csv.gz", survey / "sfo_2017.csv.gz")
    assert decide == ["say where survey, score come from.", "say where responded_at comes from."]
    lines = text.splitlines()

    def write(beginning: str, line: str) -> None:
        (at,) = [at for at, one in enumerate(lines) if one.strip().startswith(beginning)]
        lines[at] = f"{lines[at][: len(lines[at]) - len(lines[at].lstrip())]}{line}"

    write("# survey:", "survey: \"'csat'\"")
    write("# score:", "score: \"case when Q7ALL in ('1', '2', '3', '4', '5') then Q7ALL end\"")
    write("# responded_at:", "responded_at: make_timestamp(2017, 5, cast(INTDATE as bigint), 0, 0, 0)")
    (tmp_path / "workspace.yaml").write_text("\n".join(lines), encoding="utf-8")
    check(tmp_path)
    load_folder(tmp_path)
    csat = "select count(score), round(100 * avg((score >= 4)::int), 3) from survey_responses where survey = 'csat'"
    assert ask(tmp_path, f"{csat} and score is not null") == [(2_919, 80.987)]
    nps = "select count(score), round(100 * avg((score >= 9)::int - (score <= 6)::int), 3) from survey_responses"
    assert ask(tmp_path, f"{nps} where survey = 'nps' and score is not null") == [(2_746, 39.84)]


def test_the_web_shop_is_month_first_and_its_lines_are_not_orders_again(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "olist-sample-devtest-only"
    names = ("orders", "order_items", "order_reviews", "customers")
    text, decide = proposed(tmp_path, *(folder / f"olist_{name}_dataset.csv.gz" for name in names))
    assert decide == []
    live = [line.strip() for line in text.splitlines() if line.strip().startswith("datetimes:")]
    assert [line[:30] for line in live] == ['datetimes: "%m/%d/%Y %H:%M"  #'] * 2
    check(tmp_path)
    report = load_folder(tmp_path)
    assert [accounts(report, table)[:2] for table in ("orders", "customers", "survey_responses")] == [
        (5_000, 5_000), (5_000, 5_000), (4_988, 4_988),
    ]  # fmt: skip
    late = "select count(*), count(*) filter (delivered_on > promised_on) from orders where delivered_at is not null"
    assert ask(tmp_path, late) == [(4_858, 333)]
    assert ask(tmp_path, "select round(avg(score), 4) from survey_responses") == [(4.1193,)]
