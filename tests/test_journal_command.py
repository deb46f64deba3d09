"""`scorecard journal` as a stranger meets it: write, read again, and be told in one sentence what cannot be."""

from __future__ import annotations

import json
import os
import pwd
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from tests.small_company import load_small_company
from tests.test_command import answer, refused

STRATEGY = """objectives:
  - {objective: happy_customers, name: Happy customers, perspective: customer, metrics: [csat]}
initiatives:
  - {initiative: call_back, name: Call back, metric: csat, due: 2024-06-30}
"""
JANUARY_SOUTH = ("--period", "2024-01", "--where", "team=South")


@pytest.fixture
def company(tmp_path: Path) -> Path:
    folder = load_small_company(tmp_path / "company")
    (folder / "strategy.yaml").write_text(STRATEGY, encoding="utf-8")
    return folder


def write(company, *words):
    return answer("journal", words[0], "-w", company, "--author", "A. Brandt", *words[1:])


def shown(company):
    return json.loads(answer("journal", "show", "-w", company, "--as", "json"))


def test_a_comment_is_kept_with_its_subject_author_and_time(company):
    said = write(company, "comment", "csat", "Two agents were ill.", *JANUARY_SOUTH)
    assert said == "Comment 1 on Customer satisfaction (CSAT), January 2024, team South is written.\n"
    (comment,) = shown(company)["comments"]
    assert comment["written_at"].endswith("Z")
    del comment["written_at"]
    assert comment == {
        "id": 1, "author": "A. Brandt", "text": "Two agents were ill.", "replaces": None,
        "metric": "csat", "slices": {"team": "South"}, "period": {"start": "2024-01-01", "grain": "month"},
    }  # fmt: skip


def test_a_red_number_is_reviewed_after_a_comment_and_not_before(company):
    assert refused("journal", "review", "csat", "-w", company, *JANUARY_SOUTH) == (
        "csat cannot be marked reviewed: it is red and nobody has commented on it; "
        "write first what happened and what is done about it."
    )
    write(company, "comment", "csat", "Two agents were ill.", *JANUARY_SOUTH)
    said = write(company, "review", "csat", *JANUARY_SOUTH)
    assert said == "Customer satisfaction (CSAT), January 2024, team South is marked reviewed.\n"
    (review,) = shown(company)["reviews"]
    assert (review["status"], review["comment"]) == ("missed", 1)


def test_without_an_author_it_is_this_systems_user_and_that_is_said(company):
    done = CliRunner().invoke(main, ["journal", "event", "2024-01-15", "Price rise", "-w", str(company)])
    user = pwd.getpwuid(os.geteuid()).pw_name
    assert done.stdout == "Event 1 of 15 Jan 2024 is written.\n"
    assert done.stderr == f"Written as {user}, this system's user; --author NAME gives another name.\n"
    assert shown(company)["events"][0]["author"] == user


def test_an_initiative_is_done_on_its_day(company):
    write(company, "initiative", "call_back", "--status", "running")
    said = write(
        company, "initiative", "call_back", "--status", "done", "--done", "2024-04-30", "--note", "All called."
    )
    assert said == "Initiative call_back is done on 30 Apr 2024 (entry 2).\n"
    steps = shown(company)["initiatives"]
    assert [(one["status"], one["done_on"]) for one in steps] == [("running", None), ("done", "2024-04-30")]


def test_everything_written_is_shown_oldest_first_and_a_correction_beside_what_it_replaces(company):
    write(company, "comment", "csat", "Two agents where ill.\nNo one stood in.", *JANUARY_SOUTH)
    write(company, "comment", "csat", "Two agents were ill.", *JANUARY_SOUTH, "--replaces", "1")
    write(company, "review", "csat", *JANUARY_SOUTH)
    write(company, "initiative", "call_back", "--status", "running")
    write(company, "event", "2024-01-15", "Price rise", "--kind", "price")
    lines = answer("journal", "show", "-w", company).splitlines()
    assert [line.partition(" · ")[0] for line in lines] == [
        "Comments",
        "  1 (replaced by 2)  csat, January 2024, team South",
        "     Two agents where ill.",
        "     No one stood in.",
        "  2  csat, January 2024, team South",
        "     Two agents were ill.",
        "",
        "Reviews",
        "  1  csat, January 2024, team South",
        "     reviewed as missed, explained by comment 2",
        "",
        "Initiatives",
        "  1  call_back",
        "     running",
        "",
        "Events",
        "  1  15 Jan 2024",
        "     Price rise [price]",
    ]
    assert "Initiatives" not in answer("journal", "show", "csat", "-w", company)


def test_an_empty_journal_says_how_to_begin_and_makes_no_file(company):
    said = answer("journal", "show", "-w", company)
    assert said == "Nothing is written yet; begin with: scorecard journal comment METRIC TEXT\n"
    assert not (company / "var/journal.db").exists()


def test_what_somebody_put_into_the_database_cannot_steer_a_terminal(company):
    import sqlite3

    write(company, "event", "2024-01-15", "Price rise")
    with sqlite3.connect(company / "var/journal.db") as connection:
        connection.execute(
            "insert into journal_events (written_at, author, happened_on, title, kind) "
            "values ('2024-01-16 00:00:00.000000', 'x' || char(27) || '[2J', '2024-01-16', char(7), '')"
        )
    said = answer("journal", "show", "-w", company)
    assert "\x1b" not in said
    assert "\x07" not in said
    assert r"x\x1b[2J" in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["comment", "csta", "x"], "there is no metric 'csta'. Did you mean 'csat'?"),
        (["comment", "csat", "x", "--where", "team=Suth"], "there is no team 'Suth'. Did you mean 'South'?"),
        (["comment", "csat", "x", "--where", "team=North", "--where", "team=South"],
         "what is written is about one value of a slice; give each --where once."),
        (["comment", "revenue", "x", "--where", "team=North"],
         "there is no number of revenue for team 'North' to write about: orders cannot be cut by 'team': "
         "no source provides orders.team_id."),
        (["comment", "csat", " "], "a comment must say something; it is empty."),
        (["comment", "csat", "x", "--author", "a\nb"],
         "character 2 of a name cannot be shown (U+000A); leave it out. A line break belongs in a comment only."),
        (["review", "csta"], "there is no metric 'csta'. Did you mean 'csat'?"),
        (["initiative", "call_bck", "--status", "running"],
         "there is no initiative 'call_bck' in strategy.yaml. Did you mean 'call_back'?"),
        (["initiative", "call_back", "--status", "running", "--done", "2024-01-01"],
         "--done belongs to --status done."),
        (["event", "2024-01", "Price rise"], "'2024-01' is no day; write one like 2026-11-30."),
        (["show", "csta"], "there is no metric 'csta'. Did you mean 'csat'?"),
        (["comment", "csat", "x", "--replaces", "3"],
         "there is no comment 3 to correct; `scorecard journal show` lists them."),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_one_sentence(company, words, sentence):
    assert refused("journal", words[0], "-w", company, *words[1:]) == sentence


def test_without_a_strategy_there_is_no_initiative(company):
    (company / "strategy.yaml").unlink()
    assert refused("journal", "initiative", "call_back", "--status", "running", "-w", company) == (
        "strategy.yaml names no initiative; write one there first."
    )
