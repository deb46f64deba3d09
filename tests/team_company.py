"""A company of two teams whose day can be counted by hand, loaded through the front door. All times are Berlin's.

Now is 10 March 2026, 09:30, the newest event loaded; "soon" is therefore before noon.

tickets      opened        due           done          North: Ann (a1), <b>Bo</b> (a3) · South: Dee (a4)
  t1 North a1  03-09 08:00   03-10 09:00   –             30 min late
  t2 North a1  03-08 10:00   03-10 11:59   –             due before noon
  t3 North –   03-10 09:00   03-10 12:00   –             due at noon: not before it
  t4 North a3  02-01 09:00   02-10 09:00   –             late by 28 days
  t5 South a4  03-10 09:10   03-10 10:00   –             due before noon
  t6 North a1  03-01 09:00   03-03 09:00   03-02 09:00   done
  t7 South a4  03-05 09:00   –             –             without a due time
  t8 North a1  03-09 18:00   –             03-10 09:30   the newest event
  t9, t10, t11, t12: done in February and March, each rated; t13: opened by us for the customer of t12

ratings of tickets, bad (1 or 2 of 5) in the 30 days before now
  r1 t6  North 03-09  nobody answered          r2 t9  North 02-21  its ticket was closed on 02-22: answered
  r3 t10 South 03-02  we wrote on 03-05        r4 t11 South 03-03  only an sms went out: nobody answered
  r9 t12 South 03-05  we opened t13 on 03-06   r7 t6  North 02-01  older than 30 days
r5 is bad and names no ticket. r6 to r13 are good; r8 is an employee's, of a survey by another name.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

TICKETS = """id,customer,team,agent,topic,opened,due,resolved,closed,moved,ours
t1,c1,N,a1,Refund,2026-03-09 08:00,2026-03-10 09:00,,,2,false
t2,c1,N,a1,,2026-03-08 10:00,2026-03-10 11:59,,,0,false
t3,c2,N,,Label,2026-03-10 09:00,2026-03-10 12:00,,,1,false
t4,c2,N,a3,<i>Old</i>,2026-02-01 09:00,2026-02-10 09:00,,,3,false
t5,c3,S,a4,Return,2026-03-10 09:10,2026-03-10 10:00,,,0,false
t6,c1,N,a1,Refund,2026-03-01 09:00,2026-03-03 09:00,2026-03-02 09:00,,0,false
t7,c3,S,a4,Part,2026-03-05 09:00,,,,0,false
t8,c2,N,a1,Label,2026-03-09 18:00,,2026-03-10 09:30,,0,false
t9,c2,N,a3,Label,2026-02-19 09:00,,2026-02-20 09:00,2026-02-22 09:00,0,false
t10,c4,S,a4,Part,2026-02-28 09:00,,2026-03-01 09:00,,0,false
t11,c5,S,a4,Part,2026-03-01 09:00,,2026-03-02 09:00,,0,false
t12,c6,S,a4,Part,2026-03-03 09:00,,2026-03-04 09:00,,0,false
t13,c6,S,a4,Part,2026-03-06 09:00,,2026-03-06 12:00,,0,true
"""
ANSWERS = """id,survey,customer,ticket,team,agent,moment,score,comment
r1,csat,c1,t6,N,a1,2026-03-09 10:00,1,"=SUM(1) <b>bad</b>"
r2,csat,c2,t9,N,a3,2026-02-21 10:00,2,Slow
r3,csat,c4,t10,S,a4,2026-03-02 10:00,2,
r4,csat,c5,t11,S,a4,2026-03-03 12:00,1,No answer
r5,csat,c5,,N,,2026-03-08 12:00,1,
r6,csat,c1,t1,N,a1,2026-03-09 12:00,5,Fine
r7,csat,c1,t6,N,a1,2026-02-01 10:00,1,Long ago
r8,employee_pulse,,,N,a1,2026-03-09 10:00,2,Too much to do
r9,csat,c6,t12,S,a4,2026-03-05 10:00,1,
r10,csat,c2,t8,N,a1,2026-03-10 09:30,4,
r11,csat,c2,,N,a1,2026-03-07 10:00,4,
r13,csat,c2,,N,a1,2026-03-07 11:00,4,"  "
"""
OUTREACH = """id,customer,kind,moment
o1,c4,proactive,2026-03-05 10:00
o2,c5,sms,2026-03-04 10:00
o3,c1,proactive,2026-03-08 10:00
"""
TEAMS = "id,name,department\nN,North,Service\nS,South,Service\n"
AGENTS = "id,name,team,hired\na1,Ann,N,2024-03-10\na3,<b>Bo</b>,N,2026-02-01\na4,Dee,S,2020-01-01\n"
TRAINING = (
    "id,agent,course,done,hours,passed\nk1,a1,Phone manners,2026-01-15,4,true\nk2,a4,Returns,2026-02-15,2,false\n"
)
CUSTOMERS = "id\n" + "".join(f"c{number}\n" for number in range(1, 7))
WORKSPACE = """title: Two teams
timezone: Europe/Berlin
currency: EUR
as_of: latest
sources:
  teams: {files: teams.csv, columns: {team_id: id, name: name, department: department}}
  agents: {files: agents.csv, columns: {agent_id: id, name: name, team_id: team, hired_on: hired}}
  customers: {files: customers.csv, columns: {customer_id: id}}
  training:
    files: training.csv
    columns: {training_id: id, agent_id: agent, course: course, completed_on: done, hours: hours, passed: passed}
  outreach:
    files: outreach.csv
    datetimes: "%Y-%m-%d %H:%M"
    columns: {outreach_id: id, customer_id: customer, kind: kind, sent_at: moment}
  tickets:
    files: tickets.csv
    datetimes: "%Y-%m-%d %H:%M"
    columns:
      ticket_id: id
      customer_id: customer
      team_id: team
      agent_id: agent
      topic: topic
      opened_at: opened
      due_at: due
      resolved_at: resolved
      closed_at: closed
      transfers: moved
      proactive: ours
  survey_responses:
    files: answers.csv
    datetimes: "%Y-%m-%d %H:%M"
    columns:
      response_id: id
      survey: survey
      scale: "'1-5'"
      customer_id: customer
      ticket_id: ticket
      team_id: team
      agent_id: agent
      responded_at: moment
      score: score
      comment: comment
"""


def load_team_company(folder: Path, **changed: str) -> Path:
    """The workspace, loaded. `changed`: another text for one of its files, such as workspace."""
    from data_checks.load import load
    from data_checks.workspace import read_workspace
    from metrics.catalog import read_catalog
    from metrics.prepare import prepare

    folder.mkdir(parents=True)
    texts = {"tickets": TICKETS, "answers": ANSWERS, "outreach": OUTREACH, "teams": TEAMS, "agents": AGENTS}
    texts |= {"training": TRAINING, "customers": CUSTOMERS}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(changed.get(name, text), encoding="utf-8")
    (folder / "workspace.yaml").write_text(changed.get("workspace", WORKSPACE), encoding="utf-8")
    catalog = read_catalog(folder / "metrics")
    load(read_workspace(folder), dt.datetime(2026, 3, 10, 9, 0), prepare=lambda version: prepare(version, catalog))
    return folder
