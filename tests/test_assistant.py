"""What `scorecard init` guesses from small files, what it says it cannot know, and that it proves each guess."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from data_checks.assistant.names import tokens
from data_checks.assistant.propose import propose
from data_checks.errors import FileProblems
from data_checks.workspace import read_workspace
from tests.loading import accounts, ask, load_folder

EVENTS = """number,state,version,opened,solved
T1,new,0,13/02/2026 09:00,?
T1,open,1,13/02/2026 09:00,?
T1,done,2,13/02/2026 09:00,14/02/2026 10:30
T2,new,0,03/02/2026 11:00,?
T2,done,1,03/02/2026 11:00,04/02/2026 08:00
"""
LINES = """invoice,date,customer,quantity,price
A1,2026-02-01,7.0,2,10.5
A1,2026-02-01,7.0,1,4
A2,2026-02-03,8.0,3,1
"""


def proposed(folder: Path, **files: str | bytes) -> str:
    """The proposal for the files, written into the folder; `orders="…"` becomes orders.csv."""
    folder.mkdir(exist_ok=True)
    paths = []
    for name, content in files.items():
        path = folder / f"{name}.csv"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        paths.append(path)
    proposal = propose(paths, folder)
    (folder / "workspace.yaml").write_text(proposal.text, encoding="utf-8")
    return proposal.text


def source(text: str, table: str) -> Any:
    return yaml.safe_load(text)["sources"][table]


def line_with(text: str, words: str) -> str:
    (line,) = [line.strip() for line in text.splitlines() if words in line]
    return line


def test_a_log_of_events_is_recognised_proved_and_loads(tmp_path: Path) -> None:
    text = proposed(tmp_path, incidents=EVENTS)
    tickets = source(text, "tickets")
    assert tickets["nulls"] == ["?"]
    assert tickets["datetimes"] == "%d/%m/%Y %H:%M"
    assert tickets["latest_by"] == {"key": "number", "order": "version"}
    assert tickets["types"] == {"version": "integer"}
    assert tickets["columns"] == {
        "ticket_id": "number", "status": "state", "opened_at": "opened", "resolved_at": "solved",
    }  # fmt: skip
    assert "5 consecutive rows hold 2 different number, and version rises in 100 % of the steps" in text
    # 13/02 three times and 14/02 once: four of seven values.
    assert "7 of 7 sampled values of opened, solved look like 13/02/2026 09:00" in text
    assert "the day comes first, for 4 have a day above 12" in text
    assert accounts(load_folder(tmp_path), "tickets") == (5, 2, 0, 3, 0, 0)


def test_order_lines_become_orders(tmp_path: Path) -> None:
    text = proposed(tmp_path, sales=LINES)
    assert "3 consecutive rows hold 2 different invoice: these are the lines of orders" in text
    assert accounts(load_folder(tmp_path), "orders") == (3, 2, 0, 0, 1, 0)
    orders = "select order_id, customer_id, revenue, units, ordered_on::varchar from orders order by 1"
    assert ask(tmp_path, orders) == [("A1", "7", 25.0, 3.0, "2026-02-01"), ("A2", "8", 3.0, 3.0, "2026-02-03")]


def test_an_amount_that_every_line_repeats_is_the_orders_own(tmp_path: Path) -> None:
    proposed(tmp_path, orders="order_id,order_date,product,total\n1,2026-01-01,a,50\n1,2026-01-01,b,50\n")
    load_folder(tmp_path)
    assert ask(tmp_path, "select revenue from orders") == [(50.0,)]


def test_day_or_month_first_is_asked_and_never_chosen(tmp_path: Path) -> None:
    text = proposed(tmp_path, tickets="id,opened\n1,03/04/2026\n2,05/06/2026\n")
    assert "datetimes" not in source(text, "tickets")
    assert "# Day or month first? No number above 12 tells, in 2 sampled values of opened, such as 03/04/2026." in text
    assert line_with(text, "%d/%m").startswith('# datetimes: "%d/%m/%Y"  # the day comes first in 03/04/2026')
    assert line_with(text, "%m/%d").startswith('# datetimes: "%m/%d/%Y"  # the month comes first in 03/04/2026')
    assert proposal_todo(tmp_path) == [
        "tickets.csv: say whether day or month comes first in opened: uncomment one `datetimes`."
    ]


def proposal_todo(folder: Path) -> list[str]:
    return list(propose(sorted(folder.glob("*.csv")), folder).todo)


def test_one_column_that_tells_settles_the_others(tmp_path: Path) -> None:
    text = proposed(tmp_path, tickets="id,opened,closed\n1,03/04/2026,04/04/2026\n2,05/06/2026,06/30/2026\n")
    assert source(text, "tickets")["datetimes"] == "%m/%d/%Y"
    assert "the month comes first, for 1 have a day above 12" in text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-01-31", None),
        ("2026-01-31 10:00:00", None),
        ("2026-01-31T10:00:00+02:00", None),
        ("31.01.2026", "%d.%m.%Y"),
        ("01/31/26", "%m/%d/%y"),
        ("1/31/2026 1:05 PM", "%m/%d/%Y %I:%M %p"),
        ("2026/01/31 23:59:59", "%Y/%m/%d %H:%M:%S"),
        ("31-Jan-2026 09:00", "%d-%b-%Y %H:%M"),
        ("31 January 2026", "%d %B %Y"),
    ],
)
def test_a_way_to_write_times_is_recognised_and_reads(tmp_path: Path, value: str, written: str | None) -> None:
    text = proposed(tmp_path, tickets=f"id,opened\n1,{value}\n")
    assert source(text, "tickets").get("datetimes") == written
    load_folder(tmp_path)
    assert ask(tmp_path, "select opened_on::varchar from tickets") == [("2026-01-31",)]


def test_two_ways_in_one_column_are_both_declared(tmp_path: Path) -> None:
    text = proposed(tmp_path, tickets="id,opened\n1,2026-01-31\n2,31.01.2026\n3,30.01.2026\n")
    assert source(text, "tickets")["datetimes"] == ["%d.%m.%Y", "%Y-%m-%d"]
    assert accounts(load_folder(tmp_path), "tickets")[:3] == (3, 3, 0)


def test_a_format_that_misses_one_value_is_not_declared(tmp_path: Path) -> None:
    rows = "".join(f"{day},{day:02}.01.2026\n" for day in range(1, 32))
    text = proposed(tmp_path, tickets=f"id,opened\n{rows}32,yesterday\n")
    assert "datetimes" not in source(text, "tickets")
    assert "# 1 of 32 sampled values of opened read as no time: 'yesterday'." in text
    assert line_with(text, "%d.%m.%Y").startswith('# datetimes: "%d.%m.%Y"  # 31 of 32 sampled values')


@pytest.mark.parametrize(
    ("amounts", "declared"),
    [
        (("12.5", "1000"), {}),
        (("12,5", "1000"), {"decimal": ","}),
        (("1.234,50", "7"), {"decimal": ",", "thousands": "."}),
        (("1,234.50", "7"), {"thousands": ","}),
        (("1 234,50", "7"), {"decimal": ",", "thousands": " "}),
        (("1'234.50", "7"), {"thousands": "'"}),
    ],
)
def test_decimal_and_thousands_follow_from_the_numbers(
    tmp_path: Path, amounts: tuple[str, str], declared: dict[str, str]
) -> None:
    rows = "".join(f"{number};2026-01-01;{amount}\n" for number, amount in enumerate(amounts))
    orders = source(proposed(tmp_path, orders=f"order_id;order_date;amount\n{rows}"), "orders")
    assert {key: orders[key] for key in ("decimal", "thousands") if key in orders} == declared
    assert orders["delimiter"] == ";"
    assert accounts(load_folder(tmp_path), "orders")[:3] == (2, 2, 0)


@pytest.mark.parametrize("amount", ["1.234", "1,234"])
def test_a_number_that_may_be_a_fraction_or_thousands_is_asked(tmp_path: Path, amount: str) -> None:
    text = proposed(tmp_path, orders=f"order_id;order_date;amount\n1;2026-01-01;{amount}\n")
    assert not {"decimal", "thousands"} & set(source(text, "orders"))
    assert f"# Is {amount} a fraction or thousands? 1 sampled values of amount do not tell." in text
    assert line_with(text, "# thousands:").endswith("# if it is thousands")
    assert f"orders.csv: say whether {amount} in amount is a fraction or thousands." in proposal_todo(tmp_path)


def test_bytes_tell_the_encoding_and_show_a_word(tmp_path: Path) -> None:
    text = proposed(tmp_path, customers="customer_id,name,joined\n1,Müller,2026-01-01\n".encode("cp1252"))
    assert source(text, "customers")["encoding"] == "cp1252"
    assert "not UTF-8: 1 of its bytes; cp1252 gives words such as 'Müller'" in text
    load_folder(tmp_path)
    assert ask(tmp_path, "select name from customers") == [("Müller",)]


@pytest.mark.parametrize(("encoding", "declared"), [("utf-8", None), ("utf-8-sig", None), ("utf-16", "utf-16"),
                                                    ("utf-16-le", "utf-16-le")])  # fmt: skip
def test_unicode_is_recognised(tmp_path: Path, encoding: str, declared: str | None) -> None:
    text = proposed(
        tmp_path, customers="customer_id,name,joined\n1,Müller,2026-01-01\n2,Weiß,2026-01-01\n".encode(encoding)
    )
    assert source(text, "customers").get("encoding") == declared
    load_folder(tmp_path)
    assert ask(tmp_path, "select name from customers order by customer_id") == [("Müller",), ("Weiß",)]


def test_a_word_that_may_be_a_value_is_only_offered_as_null(tmp_path: Path) -> None:
    text = proposed(tmp_path, customers="customer_id,region,joined\n1,NA,2026-01-01\n2,DE,-\n")
    assert source(text, "customers")["nulls"] == ["-"]
    assert line_with(text, "perhaps").startswith('# nulls: ["-", "NA"]')
    among_times = proposed(tmp_path, customers="customer_id,region,joined\n1,SE,2026-01-01\n2,DE,NA\n")
    assert source(among_times, "customers")["nulls"] == ["NA"]


def test_their_words_become_ours_and_unknown_ones_are_named(tmp_path: Path) -> None:
    rows = "1,2026-01-01,Delivered\n2,2026-01-01,canceled\n3,2026-01-01,limbo\n"
    text = proposed(tmp_path, orders=f"order_id,order_date,order_status\n{rows}")
    assert "Not understood, and in quarantine until you say: 'limbo'" in text
    (tmp_path / "orders.csv").write_text("order_id,order_date,order_status\n" + rows[: rows.index("3,")])
    load_folder(tmp_path)
    assert ask(tmp_path, "select status from orders order by order_id") == [("completed",), ("cancelled",)]


def test_scores_name_their_scale_and_codes_are_no_answers(tmp_path: Path) -> None:
    answers = "".join(f"{n},2026-01-01,{score}\n" for n, score in enumerate([1, 2, 3, 4, 5, 5, 4, 3, 5, 0]))
    text = proposed(tmp_path, survey=f"response_id,date,rating\n{answers}")
    columns = source(text, "survey_responses")["columns"]
    assert (columns["survey"], columns["scale"]) == ("'csat'", "'1-5'")
    assert "1 of 10 sampled values are '0': taken as no answer" in text
    load_folder(tmp_path)
    assert ask(tmp_path, "select count(*), count(score), sum(score) from survey_responses") == [(10, 9, 32.0)]


def test_a_needed_column_that_is_not_there_is_a_comment_with_the_choices(tmp_path: Path) -> None:
    text = proposed(tmp_path, orders="order_id,Bestelltag,Umsatz\n1,13.01.2026,5\n")
    assert line_with(text, "ordered_at") == "# ordered_at: Bestelltag  # needed, not found. Could be: Bestelltag"
    assert proposal_todo(tmp_path) == ["orders.csv: say where ordered_at comes from."]
    with pytest.raises(FileProblems, match="orders needs the column 'ordered_at'"):
        read_workspace(tmp_path)
    (tmp_path / "workspace.yaml").write_text(text.replace("# ordered_at: Bestelltag", "ordered_at: Bestelltag"))
    assert accounts(load_folder(tmp_path), "orders")[:3] == (1, 1, 0)  # its format is declared already


def test_a_name_that_fits_with_values_that_do_not_is_only_a_comment(tmp_path: Path) -> None:
    text = proposed(tmp_path, tickets="ticket_id,opened_at,sla_met\n1,2026-01-01,perhaps\n")
    assert "sla_met" not in source(text, "tickets")["columns"]
    assert "# sla_met: sla_met  # the name fits, but only 0 of 1 sampled values look like true or false" in text


def test_a_repeated_key_without_an_order_is_asked(tmp_path: Path) -> None:
    text = proposed(tmp_path, customers="customer_id,name\n1,a\n1,b\n")
    assert line_with(text, "latest_by").startswith("# latest_by: {key: customer_id, order: …}")
    assert proposal_todo(tmp_path) == ["customers.csv: say what it means that customer_id repeats."]


def test_files_with_the_same_columns_are_one_mapping(tmp_path: Path) -> None:
    head = "ticket_id,opened_at\n"
    text = proposed(tmp_path, a=head + "A1,2026-01-01\n", b=head + "B1,2026-02-01\n")
    assert source(text, "tickets")["files"] == ["a.csv", "b.csv"]
    assert accounts(load_folder(tmp_path), "tickets")[:2] == (2, 2)


def test_running_numbers_of_two_files_get_a_name_of_their_own(tmp_path: Path) -> None:
    north, south = "ticket_id,opened_at\n1,2026-01-01\n", "ticket_id,created\n1,2026-02-01\n"
    text = proposed(tmp_path, north=north, south=south)
    assert "sampled keys that stand in north.csv too: 1; so they get a name of their own" in text
    load_folder(tmp_path)
    assert ask(tmp_path, "select ticket_id from tickets order by 1") == [("1",), ("south-1",)]


def test_files_of_one_name_get_different_names_for_their_keys(tmp_path: Path) -> None:
    heads = {"2024": "ticket_id,opened_at", "2025": "ticket_id,created", "2026": "ticket_id,opened"}
    paths = [tmp_path / year / "tickets.csv" for year in heads]
    for path in paths:
        path.parent.mkdir()
        path.write_text(f"{heads[path.parent.name]}\n1,{path.parent.name}-01-01\n")
    (tmp_path / "workspace.yaml").write_text(propose(paths, tmp_path).text)
    load_folder(tmp_path)
    keys = ask(tmp_path, "select ticket_id from tickets order by 1")
    assert keys == [("1",), ("tickets-1",), ("tickets_2-1",)]


def test_the_same_orders_in_two_files_are_not_doubled(tmp_path: Path) -> None:
    head = "order_id,order_date,customer,status\nX1,2026-01-01,c,completed\n"
    text = proposed(tmp_path, orders=head, order_payments="order_id,amount\nX1,5\n")
    assert source(text, "orders")["files"] == "orders.csv"
    assert "# 1 of its sampled keys stand in orders.csv too: the same orders; join both into one file." in text
    assert accounts(load_folder(tmp_path), "orders")[:2] == (1, 1)


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "tickets.tsv.gz").write_bytes(gzip.compress(b"ticket_id\topened_at\n1\t2026-01-01\n"))
    (tmp_path / "customers.jsonl").write_text(json.dumps({"customer_id": "c", "segment": "SMB"}) + "\n")
    with duckdb.connect() as connection:
        select = "select 't' as id, 'a' as agent, date '2026-01-05' as completed, 2.5 as hours"
        connection.execute(f"copy ({select}) to '{tmp_path / 'training.parquet'}' (format parquet)")
    book = openpyxl.Workbook()
    for title, head, row in (("Orders", ("order_id", "order_date"), ("007", "2026-01-05")),
                             ("Agents", ("agent_id", "name"), ("a", "Ann"))):  # fmt: skip
        sheet = book.create_sheet(title)
        sheet.append(head)
        sheet.append(row)
    del book["Sheet"]
    book.save(tmp_path / "all.xlsx")
    names = ("tickets.tsv.gz", "customers.jsonl", "training.parquet", "all.xlsx")
    text = propose([tmp_path / name for name in names], tmp_path).text
    (tmp_path / "workspace.yaml").write_text(text)
    assert source(text, "orders")["sheet"] == "Orders"
    report = load_folder(tmp_path)
    assert {name: report.tables[name].published for name in ("tickets", "customers", "training", "orders", "agents")} \
        == {"tickets": 1, "customers": 1, "training": 1, "orders": 1, "agents": 1}  # fmt: skip


def test_files_are_named_from_the_folder_on_or_as_given(tmp_path: Path) -> None:
    data = "ticket_id,opened_at\n1,2026-01-01\n"
    (tmp_path / "out[1].csv").write_text(data)
    inside = tmp_path / "desk"
    (inside / "data").mkdir(parents=True)
    (inside / "data" / "tickets.csv").write_text(data)
    assert source(propose([inside / "data" / "tickets.csv"], inside).text, "tickets")["files"] == "data/tickets.csv"
    outside = source(propose([tmp_path / "out[1].csv"], inside).text, "tickets")["files"]
    assert outside == f"{tmp_path}/out[[]1].csv"  # a glob that finds this file and no other


def test_names_are_cut_into_words() -> None:
    assert tokens("sys_modCount") == ("sys", "mod", "count")
    assert tokens("TicketID") == ("ticket", "id")
    assert tokens("Order Status") == ("order", "status")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
HOSTILE = ["#", "a: b", "'\"", "order", "a\nsources: {}", "- x", "\u2028", "${HOME}", "%Y", "A1"]


@given(
    names=st.lists(st.sampled_from(["ticket_id", "opened_at", "status"]) | CELLS | st.sampled_from(HOSTILE),
                   min_size=1, max_size=5),
    rows=st.lists(st.lists(CELLS | st.sampled_from(HOSTILE), min_size=5, max_size=5), min_size=1, max_size=4),
)  # fmt: skip
@example(names=["ticket_id", "opened_at", "a\n# status: b"], rows=[["1", "2026-01-01", "x\n  y: z", "", ""]])
def test_whatever_a_file_holds_the_proposal_is_yaml_and_lacks_at_most_columns(
    names: list[str], rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder / "tickets.jsonl"
    records = [dict(zip(names, row, strict=False)) for row in rows]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    (folder / "workspace.yaml").write_text(propose([path], folder).text, encoding="utf-8")
    try:
        read_workspace(folder)
    except FileProblems as error:
        for problem in error.problems:
            assert "needs the column" in problem.message or "no source is given" in problem.message, problem
