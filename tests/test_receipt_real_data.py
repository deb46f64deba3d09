"""Receipts of real data made by others, against SQL on the very files, none of ours in between."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from dashboard.cli import main

WORKSPACES = Path(__file__).parent / "workspaces"
DESK = "uci-incident-log/incident_events.csv.gz"
SHOP = "uci-online-retail-2009/online_retail_2009_2010.csv.gz"
pytestmark = pytest.mark.real_data


def command(*words: object) -> str:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def loaded(name: str, folder: Path) -> Path:
    shutil.copytree(WORKSPACES / name, folder)
    command("load", "-w", folder, "--json")
    return folder


@pytest.fixture(scope="module")
def desk(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loaded("helpdesk", tmp_path_factory.mktemp("desk") / "desk")


@pytest.fixture(scope="module")
def shop(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loaded("shop", tmp_path_factory.mktemp("shop") / "shop")


def receipt(folder: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command("receipt", *words, "-w", folder, "--as", "json"))
    return found


def raw(path: Path, sql: str) -> tuple[Any, ...]:
    """The answer of plain SQL over the file, every column text."""
    with duckdb.connect() as connection:
        connection.execute(f"create view raw as select * from read_csv('{path}', all_varchar = true)")
        row = connection.execute(sql).fetchone()
    assert row is not None
    return row


TICKETS = """with tickets as (
  select number, max_by(row, (sys_mod_count::integer, place)) as last from (
    select number, sys_mod_count, row_number() over () as place, raw as row from raw where incident_state <> '-100')
  group by number),
timed as (select nullif(last.assignment_group, '?') as team, last.made_sla = 'true' as met,
  try_strptime(nullif(last.resolved_at, '?'), '%d/%m/%Y %H:%M') as resolved,
  try_strptime(nullif(last.opened_at, '?'), '%d/%m/%Y %H:%M') as opened from tickets)
"""


def test_help_desk_durations_count_where_they_ended(desk: Path, real_data: Path) -> None:
    found = receipt(desk, "resolution_hours", "--period", "2016-03")
    total, unresolved, in_march, hours = raw(
        real_data / DESK,
        TICKETS
        + """select count(*), count(*) filter (where resolved is null),
        count(*) filter (where date_trunc('month', resolved) = date '2016-03-01'),
        median(date_diff('minute', opened, resolved) / 60.0)
          filter (where date_trunc('month', resolved) = date '2016-03-01') from timed""",
    )
    rows = found["parts"][0]["rows"]
    assert (rows["loaded"], rows["no_time"], rows["in_period"], rows["counted"]) == (
        total, unresolved, in_march, found["n"],
    )  # fmt: skip
    assert rows["loaded"] == rows["in_period"] + rows["other_days"] + rows["no_time"] + rows["later"]
    assert found["value"] == pytest.approx(hours)


def test_help_desk_other_teams_are_left_out_and_the_file_is_named(desk: Path, real_data: Path) -> None:
    found = receipt(desk, "tickets_opened", "--period", "2016-04", "--where", "team=Group 70")
    ours, all_teams = raw(
        real_data / DESK,
        TICKETS
        + """select count(*) filter (where team = 'Group 70'), count(*) from timed
        where date_trunc('month', opened) = date '2016-04-01'""",
    )
    rows = found["parts"][0]["rows"]
    assert rows["left_out"] == [{"reason": "slice", "what": "team", "rows": all_teams - ours}]
    assert (rows["in_period"], rows["counted"], found["value"]) == (all_teams, ours, ours)
    (file,) = found["sources"]
    assert (Path(file["file"]).name, file["table"]) == ("incident_events.csv.gz", "tickets")
    assert file["sha256"] == hashlib.sha256((real_data / DESK).read_bytes()).hexdigest()
    accounts = {table["table"]: table["accounts"] for table in found["tables"]}
    assert (accounts["tickets"]["read"], accounts["tickets"]["filtered"]) == (119_998, 2)
    assert set(accounts["teams"].values()) == {0}  # made from the keys in the tickets


INVOICES = """with lines as (
  select Invoice, "Customer ID" as customer, InvoiceDate::timestamp as placed from raw
  where Invoice like 'C%' or (Invoice not like 'A%' and Quantity::integer > 0 and Price::double > 0)),
invoices as (select Invoice, Invoice like 'C%' as cancelled, any_value(customer) as customer, min(placed) as placed
  from lines group by all),
march as (select * from invoices where date_trunc('month', placed) = date '2010-03-01')
"""


def test_shop_cancellations_and_orders_of_nobody_are_left_out(shop: Path, real_data: Path) -> None:
    found = receipt(shop, "repeat_purchase_rate", "--period", "2010-03")
    in_period, cancelled, nobodys, counted, customers, repeating = raw(
        real_data / SHOP,
        INVOICES
        + """select count(*), count(*) filter (where cancelled),
        count(*) filter (where not cancelled and customer is null),
        count(*) filter (where not cancelled and customer is not null),
        count(distinct customer) filter (where not cancelled),
        (select count(*) from (select customer from march where not cancelled and customer is not null
          group by customer having count(*) > 1)) from march""",
    )
    below = found["parts"][1]
    reasons = {(one["reason"], one["what"]): one["rows"] for one in below["rows"]["left_out"] if one["rows"]}
    assert reasons == {("condition", "sold"): cancelled, ("value_unknown", "orders.customer_id"): nobodys}
    assert (below["rows"]["in_period"], below["rows"]["counted"]) == (in_period, counted)
    assert (below["keys"], found["parts"][0]["keys"]) == (customers, repeating) == (found["n"], found["numerator"])
