"""The benchmark's own data as a published version: its tables become canonical ones, without files or checks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from data_checks.build import MEMORY, STAGING, Loaded, build_version
from data_checks.calendar import EVERYBODYS
from data_checks.contract import contracts
from data_checks.warehouse.contract import Prepare
from data_checks.warehouse.duckdb import UnpublishedDuckDB
from data_checks.warehouse.versions import build_path, publish, warehouse_folder
from data_checks.workspace import Workspace

LAST_DAY = dt.date(2026, 10, 31)
COLUMNS = {
    "teams": "team_id::varchar as team_id, team_name as name, site as department from bench.teams",
    "agents": "agent_id::varchar as agent_id, agent_name as name, team_id::varchar as team_id, hired_on "
    "from bench.agents",
    "customers": "customer_id::varchar as customer_id, region, segment, signed_up_on as joined_on from bench.customers",
    "orders": "order_id::varchar as order_id, customer_id::varchar as customer_id, ordered_at, "
    "amount::double as revenue, case status when 'refunded' then 'returned' else status end as status, region "
    "from bench.orders join bench.customers using (customer_id)",
    "tickets": "ticket_id::varchar as ticket_id, customer_id::varchar as customer_id, agent_id::varchar as agent_id, "
    "team_id::varchar as team_id, opened_at, resolved_at, transfers, channel, priority "
    "from bench.tickets join bench.agents using (agent_id)",
    "survey_responses": "response_id::varchar as response_id, 'csat' as survey, '1-5' as scale, "
    "ticket_id::varchar as ticket_id, agent_id::varchar as agent_id, team_id::varchar as team_id, responded_at, "
    "score::double as score from bench.survey_responses join bench.agents using (agent_id)",
}


def publish_company(generated: Path, folder: Path, prepare: Prepare) -> Path:
    """`generated`: the generator's database. The workspace folder, with one published version."""
    workspace = Workspace(folder, "Benchmark", "UTC", "EUR", LAST_DAY, True, EVERYBODYS, {})
    warehouse_folder(workspace.var).mkdir(parents=True, exist_ok=True)
    staging = folder / f"{STAGING}.duckdb"
    provided = _stage(generated, staging)
    loaded = Loaded(
        "000001", dt.datetime(2026, 11, 1), dt.datetime.combine(LAST_DAY, dt.time.max), provided, {}, (), ()
    )
    target = build_path(workspace.var, "000001")
    target.unlink(missing_ok=True)
    build_version(target, staging, workspace, contracts(), loaded, lambda sentence: None)
    with UnpublishedDuckDB(target, MEMORY, folder) as unpublished:
        prepare(unpublished)
    publish(workspace.var, "000001")
    staging.unlink()
    return folder


def _stage(generated: Path, staging: Path) -> dict[str, frozenset[str]]:
    provided = {}
    staging.unlink(missing_ok=True)
    with duckdb.connect(str(staging)) as connection:
        connection.execute(f"attach '{generated}' as bench (read_only)")
        for table, columns in COLUMNS.items():
            contract = contracts()[table]
            connection.execute(f"create temp table made as select row_number() over () as __row, {columns}")
            given = {row[0] for row in connection.execute("select column_name from (describe made)").fetchall()}
            types = {"key": "varchar", "text": "varchar", "number": "double", "integer": "bigint", "time": "timestamp"}
            rest = [
                f"null::{types.get(column.type, column.type if column.type == 'boolean' else 'date')} as {name}"
                for name, column in contract.columns.items()
                if name not in given
            ]
            connection.execute(f"create table clean_{table} as select {', '.join(['*', *rest])} from made")
            connection.execute("drop table made")
            provided[table] = frozenset(given & contract.columns.keys())
    return provided
