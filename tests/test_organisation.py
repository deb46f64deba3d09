"""Department → team → agent, counted by hand: who a row belongs to where its source does not say so.

teams                          agents              tickets (no team is given)      orders (some give a team)
  S Service  –  top of two       a1 Ann  North        t1 t2  Ann                      o1  Lone, Ann    10
  N North    under S             a2 Bob  West         t3     Bob                      o2  –, Ann       20
  W West     under N             a3 Cy   Lone         t4     Cy                       o3  –, Di        40
  L Lone     –  alone            a4 Di   –            t5     Di                       o4  –, nobody    80
                                                      t6     nobody
answers: r1 about t1 · r2 about t1, given by Bob        t7     a9, who is not listed
         r3 Lone, Ann · r4 about t4 · r5 of nobody
"""

from __future__ import annotations

import datetime as dt
import shutil

import pytest

from data_checks.contract import contracts
from data_checks.errors import RequestError
from data_checks.warehouse import open_warehouse
from data_checks.workspace import read_workspace
from metrics.asking import ask
from metrics.catalog import read_catalog
from metrics.evaluate import evaluate
from metrics.rows.listing import rows_behind
from metrics.scope import Scope
from tests import loading
from tests.loading import load_folder, write

TEAMS = "id,name,above\nS,Service,\nN,North,S\nW,West,N\nL,Lone,\n"
AGENTS = "id,name,team\na1,Ann,N\na2,Bob,W\na3,Cy,L\na4,Di,\n"
TICKETS = "id,agent,opened\n" + "".join(
    f"t{n},{agent},2024-01-{n:02}\n" for n, agent in enumerate(["a1", "a1", "a2", "a3", "a4", "", "a9"], start=1)
)
ORDERS = (
    "id,agent,team,day,revenue\no1,a1,L,2024-01-05,10\no2,a1,,2024-01-06,20\no3,a4,,2024-01-07,40\no4,,,2024-01-08,80\n"
)
ANSWERS = """id,ticket,agent,team,day,score
r1,t1,,,2024-01-09,5
r2,t1,a2,,2024-01-09,4
r3,,a1,L,2024-01-09,3
r4,t4,,,2024-01-09,2
r5,,,,2024-01-09,1
"""
SOURCES = {
    "teams": "{files: teams.csv, columns: {team_id: id, name: name, parent_team_id: above}}",
    "agents": "{files: agents.csv, columns: {agent_id: id, name: name, team_id: team}}",
    "tickets": "{files: tickets.csv, columns: {ticket_id: id, agent_id: agent, opened_at: opened}}",
    "orders": "{files: orders.csv, "
    "columns: {order_id: id, agent_id: agent, team_id: team, ordered_at: day, revenue: revenue}}",
    "survey_responses": "{files: answers.csv, columns: {response_id: id, survey: \"'csat'\", ticket_id: ticket, "
    "agent_id: agent, team_id: team, responded_at: day, score: score}}",
}
FILES = {"teams": TEAMS, "agents": AGENTS, "tickets": TICKETS, "orders": ORDERS, "answers": ANSWERS}
JANUARY = {"start": dt.date(2024, 1, 1), "end": dt.date(2024, 2, 1)}


def company(folder, *, files=None, **sources):
    """The workspace above, loaded; some of its sources replaced or left out (None)."""
    lines = [f"  {table}: {text}" for table, text in (SOURCES | sources).items() if text]
    return_to = write(folder, "sources:\n" + "\n".join(lines) + "\n", **(FILES | (files or {})))
    load_folder(return_to)
    return return_to


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return company(tmp_path_factory.mktemp("people") / "company")


@pytest.fixture(scope="module")
def opened(folder):
    warehouse = open_warehouse(read_workspace(folder))
    yield warehouse, read_catalog()
    warehouse.close()


@pytest.fixture
def copy(folder, tmp_path):
    """The same version for plain SQL: the warehouse holds the file itself open."""
    return shutil.copytree(folder, tmp_path / "copy")


@pytest.fixture
def count(opened):
    warehouse, catalog = opened

    def answer(metric, by=(), scope=None, where=None):
        question = ask(warehouse, catalog, scope or Scope.everything(), [metric], "all", by, where=where, **JANUARY)
        return {tuple(r.slices.values()): r.value for r in evaluate(warehouse, catalog, question, [metric])[metric]}

    return answer


def test_a_ticket_takes_the_team_of_its_agent(count):
    assert count("tickets_opened", ("team",)) == {("North",): 2, ("West",): 1, ("Lone",): 1, (None,): 3}


def test_the_department_is_the_team_at_the_top(count):
    assert count("tickets_opened", ("department",)) == {("Service",): 3, (None,): 4}


def test_department_team_and_agent_cut_together(count):
    assert count("tickets_opened", ("department", "team", "agent")) == {
        ("Service", "North", "Ann"): 2,
        ("Service", "West", "Bob"): 1,
        (None, "Lone", "Cy"): 1,
        (None, None, "Di"): 1,
        (None, None, None): 2,
    }


def test_a_department_is_a_filter(count):
    assert count("tickets_opened", ("team",), where={"department": ["Service"]}) == {("North",): 2, ("West",): 1}
    assert count("tickets_opened", where={"department": [None]}) == {(): 4}
    with pytest.raises(RequestError, match=r"there is no department 'Servce'. Did you mean 'Service'\?"):
        count("tickets_opened", where={"department": ["Servce"]})


def test_the_team_a_row_gives_is_kept_and_only_a_missing_one_is_looked_up(count):
    assert count("revenue", ("team",)) == {("Lone",): 10, ("North",): 20, (None,): 120}


def test_a_scope_sees_the_rows_of_its_agents(count, opened):
    north = Scope.of_teams("N")
    assert count("tickets_opened", scope=north) == {(): 2}
    warehouse, catalog = opened
    question = ask(warehouse, catalog, north, ["tickets_opened"], "all", **JANUARY)
    assert rows_behind(warehouse, catalog, question, "tickets_opened").total == 2


def test_an_answer_belongs_to_its_own_agent_and_team_then_to_those_of_its_ticket(copy):
    rows = loading.ask(copy, "select response_id, agent_id, team_id from survey_responses order by 1")
    assert rows == [("r1", "a1", "N"), ("r2", "a2", "W"), ("r3", "a1", "L"), ("r4", "a3", "L"), ("r5", None, None)]


def test_no_row_is_lost_or_met_twice(copy):
    counted = "select (select count(*) from tickets), (select count(*) from orders), count(*) from survey_responses"
    assert loading.ask(copy, counted) == [(7, 4, 5)]


def provided(folder, table):
    warehouse = open_warehouse(read_workspace(folder))
    found = warehouse.facts.tables[table].provided
    warehouse.close()
    return found


def test_a_team_is_provided_when_agents_have_one(tmp_path, folder):
    assert "team_id" in provided(folder, "tickets")
    bare = "{files: agents.csv, columns: {agent_id: id, name: name}}"
    without = company(tmp_path / "w", agents=bare)
    assert "team_id" not in provided(without, "tickets")
    assert "team_id" in provided(without, "orders")
    assert "department" in provided(folder, "teams")


def test_a_department_needs_parents_and_names(tmp_path):
    unnamed = company(tmp_path / "u", teams="{files: teams.csv, columns: {team_id: id, parent_team_id: above}}")
    flat = company(tmp_path / "f", teams="{files: teams.csv, columns: {team_id: id, name: name}}")
    assert "department" not in provided(unnamed, "teams") | provided(flat, "teams")


def test_a_department_that_is_given_stands_and_holds_for_the_teams_below(tmp_path):
    teams = "id,name,above,dep\nS,Service,,Customers\nN,North,S,Field\nW,West,N,\n"
    columns = "{team_id: id, name: name, parent_team_id: above, department: dep}"
    given = company(tmp_path / "w", files={"teams": teams}, teams=f"{{files: teams.csv, columns: {columns}}}")
    rows = loading.ask(given, "select team_id, department from teams order by 1")
    assert rows == [("N", "Field"), ("S", "Customers"), ("W", "Customers")]


def outcomes(folder):
    warehouse = open_warehouse(read_workspace(folder))
    failed = {check.rule: check.bad_rows for check in warehouse.facts.failed_checks if check.table == "teams"}
    warehouse.close()
    return failed


def test_teams_in_a_circle_are_said_and_belong_to_no_department(tmp_path, folder):
    # a → b → c → a, and d below them; S stands above N as ever
    teams = "id,name,above\na,A,b\nb,B,c\nc,C,a\nd,D,a\nS,Service,\nN,North,S\n"
    circle = company(tmp_path / "w", files={"teams": teams})
    assert outcomes(circle) == {"teams_no_circle": 4}
    rows = loading.ask(circle, "select team_id, department from teams order by team_id collate nocase")
    assert rows == [("a", None), ("b", None), ("c", None), ("d", None), ("N", "Service"), ("S", "Service")]
    assert outcomes(folder) == {}


def test_a_chain_of_any_length_ends(tmp_path):
    # 3,000 teams, each under the one before; and as many in one circle
    for first, rule in (("", {}), ("t2999", {"teams_no_circle": 3000})):
        rows = [f"t{n},Team {n},{f't{n - 1}' if n else first}" for n in range(3000)]
        made = company(tmp_path / f"w{first}", files={"teams": "\n".join(["id,name,above", *rows]) + "\n"})
        assert outcomes(made) == rule
        named = loading.ask(made, "select distinct department from teams")
        assert named == ([(None,)] if first else [("Team 0",)])


def test_a_team_that_is_its_own_parent_is_at_the_top_and_one_nobody_lists_is_a_warning(tmp_path):
    teams = "id,name,above\nS,Service,S\nN,North,S\nX,Ex,gone\nY,Ypsilon,X\n"
    odd = company(tmp_path / "w", files={"teams": teams})
    assert outcomes(odd) == {"parent_team_id_known": 1}
    rows = loading.ask(odd, "select team_id, department from teams order by 1")
    assert rows == [("N", "Service"), ("S", "Service"), ("X", "Ex"), ("Y", "Ex")]


def test_every_look_up_of_the_contracts_ends_at_a_column_that_exists():
    known = contracts()
    routes = [route for contract in known.values() for d in contract.derived.values() for route in d.routes]
    assert routes
    assert [route for route in routes if route.attribute not in known[str(route.table)].columns] == []


NAMESAKES = {
    "teams": "id,name,above\nS,Service,\nN,North,S\nW,North,S\nL,Lone,\n",
    "agents": "id,name,team\na1,Ann,N\na2,Ann,W\na3,Cy,L\na4,,N\n",
}


def test_two_of_one_name_are_never_counted_as_one(tmp_path):
    """Found wrong: rows are cut by names, so two people called Ann were one, and so were two teams called North."""
    two = company(tmp_path / "w", files=NAMESAKES)
    by_agent = "select a.name, count(*) from tickets t left join agents a using (agent_id) group by 1 order by 1"
    # t1 t2 of a1, t3 of a2, t4 of Cy, t5 of a4 who has no name, t6 t7 of nobody listed
    assert loading.ask(two, by_agent) == [("Ann (a1)", 2), ("Ann (a2)", 1), ("Cy", 1), ("a4", 1), (None, 2)]
    assert loading.ask(two, "select name, department from teams order by team_id") == [
        ("Lone", None),
        ("North (N)", "Service"),
        ("Service", "Service"),
        ("North (W)", "Service"),
    ]
    warehouse = open_warehouse(read_workspace(two))
    notes = warehouse.facts.notes
    warehouse.close()
    assert notes == (
        "agents: 1 name is borne by several; each of them has its key behind it.",
        "teams: 1 name is borne by several; each of them has its key behind it.",
    )


def test_a_name_made_of_name_and_key_is_nobody_elses_either(tmp_path):
    """Found wrong: what told two of a name apart was the very name of a third, and a key that of another team."""
    teams = "id,name,above\nT1,Sup,\nT2,Sup,\nT3,Sup (T1),\nT4,,\nT5,T4,\n"
    made = company(tmp_path / "w", files={"teams": teams})
    assert loading.ask(made, "select team_id, name from teams order by 1") == [
        ("T1", "Sup (T1) (T1)"),
        ("T2", "Sup (T2)"),
        ("T3", "Sup (T1) (T3)"),
        ("T4", "T4 (T4)"),
        ("T5", "T4 (T5)"),
    ]


def test_teams_without_names_are_called_by_their_keys(tmp_path):
    unnamed = company(tmp_path / "u", teams="{files: teams.csv, columns: {team_id: id}}")
    assert loading.ask(unnamed, "select name from teams order by 1") == [("L",), ("N",), ("S",), ("W",)]
