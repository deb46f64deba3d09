"""A company small enough to count by hand, loaded through the front door.

orders                                        tickets (Europe/Berlin)
  o1 c1  2024-01-10  100                        t1 c1 North Ann  01-05 10:00 → 01-05 12:00   0 transfers
  o2 c1  2024-01-20   50                        t2 c1 North Ann  01-06 10:00 → 02-01 10:00   2, reopened once
  o3 c2  2024-01-31  200                        t3 c2 South Bob  02-10 10:00 → 02-10 20:00   1
  o4 c2  2024-03-05   80                        t4 c3 South Bob  03-01 09:00 → never          3
  o5 –   2024-03-06   40                        t5 c3 –     –    03-31 23:30 → 04-01 00:30    0
  o6 c3  2024-03-07  500 cancelled
  o7 c1  2024-04-02   60                        c1, c2: SMB · c3: Enterprise

csat, January: North 10 answers, 8 good (4 or 5) · South 40 answers, 20 good
csat, February: North 2 answers, both good
nps, January: 6 promoters, 2 passives, 2 detractors
The data are declared to reach the end of 30 April 2024.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

ORDERS = """order_id,customer,day,revenue,status
o1,c1,2024-01-10,100,completed
o2,c1,2024-01-20,50,completed
o3,c2,2024-01-31,200,completed
o4,c2,2024-03-05,80,completed
o5,,2024-03-06,40,completed
o6,c3,2024-03-07,500,cancelled
o7,c1,2024-04-02,60,completed
"""
TICKETS = """id,customer,team,agent,opened,resolved,transfers,reopens
t1,c1,N,a1,2024-01-05 10:00,2024-01-05 12:00,0,0
t2,c1,N,a1,2024-01-06 10:00,2024-02-01 10:00,2,1
t3,c2,S,a2,2024-02-10 10:00,2024-02-10 20:00,1,0
t4,c3,S,a2,2024-03-01 09:00,,3,0
t5,c3,,,2024-03-31 23:30,2024-04-01 00:30,0,0
"""
TEAMS = "id,name,department\nN,North,Service\nS,South,Service\n"
AGENTS = "id,name,team\na1,Ann,N\na2,Bob,S\n"
CUSTOMERS = "id,segment\nc1,SMB\nc2,SMB\nc3,Enterprise\n"
WORKSPACE = """title: Small company
timezone: Europe/Berlin
currency: EUR
as_of: 2024-04-30
sources:
  teams: {files: teams.csv, columns: {team_id: id, name: name, department: department}}
  agents: {files: agents.csv, columns: {agent_id: id, name: name, team_id: team}}
  customers: {files: customers.csv, columns: {customer_id: id, segment: segment}}
  orders:
    files: orders.csv
    columns: {order_id: order_id, customer_id: customer, ordered_at: day, revenue: revenue, status: status}
  tickets:
    files: tickets.csv
    datetimes: "%Y-%m-%d %H:%M"
    columns:
      ticket_id: id
      customer_id: customer
      team_id: team
      agent_id: agent
      opened_at: opened
      resolved_at: resolved
      transfers: transfers
      reopens: reopens
  survey_responses:
    files: answers.csv
    columns: {response_id: id, survey: survey, team_id: team, responded_at: day, score: score}
"""
METRICS = """metric: revenue_per_ticket
formula: revenue / tickets_opened
---
metric: opened_at_start
formula: count(tickets open at start)
---
metric: tickets_done
formula: count(tickets at done_at)
---
metric: back_after_two
retention: {of: orders.customer_id where sold, every: month, after: 2}
---
metric: newcomers_back_after_three
retention: {of: orders.customer_id where sold, every: month, after: 3, cohort: first}
---
metric: customers_heard
formula: distinct(orders.customer_id where sold union tickets.customer_id)
---
metric: young
formula: share(tickets.reopens > 0)
ripe_after: 60 days
min_n: 1
---
metric: handling
formula: mean(tickets.handle_minutes)
---
metric: csat_and_more
formula: csat + 0
min_n: 1
unit: percent
---
metric: smb_revenue
formula: sum(orders.revenue where sold and segment = 'SMB')
---
metric: nobodys_transfers
formula: mean(tickets.transfers where ticket_id = 't5')
perspective: internal_process
---
metric: nps_of_revenue
formula: nps(orders.revenue)
---
metric: age_of_backlog
formula: median(days_between(tickets.opened_at, period_end) open at end)
unit: days
---
metric: north_tickets
formula: count(tickets where team = 'North' and opened_on >= '2024-01-06')
"""


def answers() -> str:
    rows = [("csat", "N", "2024-01-15", score) for score in [5] * 6 + [4] * 2 + [1] * 2]
    rows += [("csat", "S", "2024-01-16", score) for score in [4] * 20 + [2] * 20]
    rows += [("csat", "N", "2024-02-15", 5)] * 2
    rows += [("nps", "N", "2024-01-15", score) for score in [9] * 3 + [10] * 3 + [7, 8] + [0, 6]]
    lines = [f"r{number},{survey},{team},{day},{score}" for number, (survey, team, day, score) in enumerate(rows)]
    return "\n".join(["id,survey,team,day,score", *lines]) + "\n"


def write_small_company(folder: Path) -> Path:
    """The workspace, not loaded."""
    (folder / "metrics").mkdir(parents=True)
    texts = {"orders": ORDERS, "tickets": TICKETS, "teams": TEAMS, "agents": AGENTS, "customers": CUSTOMERS}
    for name, text in (texts | {"answers": answers()}).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
    (folder / "metrics" / "own.yaml").write_text(METRICS, encoding="utf-8")
    return folder


def load_small_company(folder: Path) -> Path:
    """The workspace, loaded."""
    from data_checks.load import load
    from data_checks.workspace import read_workspace
    from metrics.catalog import read_catalog
    from metrics.prepare import prepare

    write_small_company(folder)
    catalog = read_catalog(folder / "metrics")
    now = dt.datetime(2024, 5, 1, 6, 0)
    load(read_workspace(folder), now, prepare=lambda version: prepare(version, catalog))
    return folder
