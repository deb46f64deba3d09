"""A company of five buyers, nine contracts and eighty answers, for the pages about customers; counted by hand.

orders: as in test_cohorts (a and b begin in January, c in February, d in April 2024; b is back in February, a and b in
March, c in April). No costs, so nothing can be predicted.

contracts, until 31 May 2024                      ended in the twelve months to May / in the twelve before
  1 Basic 2023-01-01 → 2024-01-31  Too dear       Too dear 2            / 1
  2 Basic 2023-02-01 → 2024-02-29  Too dear       Moved <b>away</b> 1   / 0
  3 Plus  2023-03-01 → 2024-03-31  Moved <b>away</b>   not said 1       / 0
  4 Plus  2023-04-01 → 2024-04-10  –
  5 Plus  2023-01-01 → 2023-04-30  Too dear
  6–9     Plus since 2023-05-01, running

csat in May 2024   answers by score          good   invited  channel  segment
  North            5×20 4×10 3×5 1×5         30/40       60  mail     Small
  South            4×10 2×20 1×10            10/40      100  phone    Large
  together         5×20 4×20 3×5 2×20 1×15   40/80      160
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.loading import write
from tests.test_cohorts import CUSTOMERS, ORDERS, WORKSPACE

CONTRACTS = """id,customer,plan,began,ended,reason,fee
1,a,Basic,2023-01-01,2024-01-31,Too dear,10
2,b,Basic,2023-02-01,2024-02-29,Too dear,10
3,c,Plus,2023-03-01,2024-03-31,Moved <b>away</b>,10
4,d,Plus,2023-04-01,2024-04-10,,10
5,e,Plus,2023-01-01,2023-04-30,Too dear,10
6,a,Plus,2023-05-01,,,10
7,b,Plus,2023-05-01,,,10
8,c,Plus,2023-05-01,,,10
9,d,Plus,2023-05-01,,,10
"""
GIVEN = {"N": [5] * 20 + [4] * 10 + [3] * 5 + [1] * 5, "S": [4] * 10 + [2] * 20 + [1] * 10}
INVITED = {"N": 60, "S": 100}
ABOUT = {"N": ("mail", "Small"), "S": ("phone", "Large")}
SAID = {"N": "Slow <script>alert(1)</script>", "S": "Southern words"}
WITH_CONTRACTS = """
  subscriptions:
    files: contracts.csv
    columns:
      {subscription_id: id, customer_id: customer, plan: plan, started_on: began, ended_on: ended, end_reason: reason,
       monthly_fee: fee}
"""
WITH_ANSWERS = """
  teams: {files: teams.csv, columns: {team_id: id, name: name}}
  survey_responses:
    files: answers.csv
    columns:
      {response_id: id, survey: survey, team_id: team, sent_at: sent, responded_at: day, score: score, comment: said,
       channel: channel, segment: segment}
"""


def answers() -> str:
    """One row an invitation, sent on 2 May; who answered did so on the 3rd, the first of each team with words."""
    lines = ["id,survey,team,sent,day,score,said,channel,segment"]
    for team, scores in GIVEN.items():
        channel, segment = ABOUT[team]
        for number in range(INVITED[team]):
            given = f"2024-05-03,{scores[number]}" if number < len(scores) else ","
            said = SAID[team] if number == 0 else ""
            lines.append(f"{team}{number},csat,{team},2024-05-02,{given},{said},{channel},{segment}")
    return "\n".join(lines) + "\n"


def load_customers_company(folder: Path, contracts: bool = True, surveys: bool = True) -> Path:
    """The workspace, loaded through the front door; without contracts or surveys when told so."""
    from data_checks.load import load
    from data_checks.workspace import read_workspace
    from metrics.catalog import read_catalog
    from metrics.prepare import prepare

    files = {"customers": CUSTOMERS, "orders": ORDERS}
    text = WORKSPACE
    if contracts:
        text, files = text + WITH_CONTRACTS, files | {"contracts": CONTRACTS}
    if surveys:
        text, files = text + WITH_ANSWERS, files | {"answers": answers(), "teams": "id,name\nN,North\nS,South\n"}
    write(folder, text.replace("\n\n", "\n"), **files)
    (folder / "metrics").mkdir()
    catalog = read_catalog(folder / "metrics")
    load(read_workspace(folder), dt.datetime(2024, 6, 1, 6, 0), prepare=lambda version: prepare(version, catalog))
    return folder
