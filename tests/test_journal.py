"""The journal: what is written stays, on every engine that keeps one; the database itself sees to it."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from data_checks import journal_schema
from data_checks.errors import FileProblems, RequestError
from data_checks.journal import Journal
from data_checks.journal_entries import About, Entries, comment_text, current, review_problem, slices_of, slices_text
from data_checks.workspace import read_workspace
from data_checks.workspace_journal import JournalPlace
from tests.loading import TICKETS, load_folder, write
from tests.postgres import find_server, server
from tests.test_load_hardship import as_nobody_special

NOW = dt.datetime(2026, 11, 2, 9, 30)
OCTOBER = About("csat", (), dt.date(2026, 10, 1), "month")
NORTH = About("csat", (("team", "North"),), dt.date(2026, 10, 1), "month")

Engines = Callable[[], JournalPlace]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    binaries = find_server()
    assert binaries is not None
    with server(binaries) as found:
        yield found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JournalPlace:
    """An empty journal of each engine."""
    if request.param == "sqlite":
        return JournalPlace(tmp_path)
    address = f"postgresql+psycopg://owner:owner@127.0.0.1:{request.getfixturevalue('port')}"
    name = f"journal{abs(hash(request.node.name)) % 10**9}"
    with sa.create_engine(
        f"{address}/postgres", isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    ).connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    monkeypatch.setenv("JOURNAL_URL", f"{address}/{name}".replace("+psycopg", ""))
    return JournalPlace(tmp_path, "env:JOURNAL_URL")


@pytest.fixture
def journal(place: JournalPlace) -> Iterator[Journal]:
    opened = Journal(place)
    yield opened
    opened.close()


def raw(place: JournalPlace) -> sa.Engine:
    """The journal's database without the program."""
    url = place.address.replace("postgresql:", "postgresql+psycopg:")
    return sa.create_engine(url.replace("sqlite:///", f"sqlite:///{place.folder}/"), poolclass=sa.NullPool)


def four_entries(journal: Journal) -> None:
    journal.write_comment(OCTOBER, "The new price list.", "A. Brandt", NOW)
    journal.write_review(OCTOBER, "missed", "J. Moreau", NOW)
    journal.write_initiative("fewer_transfers", "running", "J. Moreau", NOW, note="Kick-off held.")
    journal.write_event(dt.date(2026, 10, 12), "Price rise", "A. Brandt", NOW, kind="price")


# ── what is written stays ────────────────────────────────────────────────────────────────────────────


def test_what_is_written_is_read_again_with_author_and_time(journal: Journal) -> None:
    four_entries(journal)
    found = journal.read()
    (comment,), (review,), (step,), (event,) = found.comments, found.reviews, found.initiatives, found.events
    assert (comment.text, comment.author, comment.written_at, comment.about) == (
        "The new price list.", "A. Brandt", NOW, OCTOBER,
    )  # fmt: skip
    assert (review.status, review.comment, review.about) == ("missed", comment.id, OCTOBER)
    assert (step.initiative, step.status, step.note) == ("fewer_transfers", "running", "Kick-off held.")
    assert (event.happened_on, event.title, event.kind) == (dt.date(2026, 10, 12), "Price rise", "price")


@pytest.mark.parametrize("table", ["comments", "reviews", "initiatives", "events"])
@pytest.mark.parametrize(
    "change",
    ["update journal_{} set author = 'Somebody else'", "delete from journal_{}"],
    ids=["update", "delete"],
)
def test_the_database_itself_refuses_to_change_an_entry(
    journal: Journal, place: JournalPlace, table: str, change: str
) -> None:
    four_entries(journal)
    with raw(place).connect() as connection, pytest.raises(sa.exc.DBAPIError, match="the journal is append-only"):
        connection.execute(sa.text(change.format(table)))
    assert journal.read().comments[0].author == "A. Brandt"


@pytest.mark.postgres
@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_a_table(journal: Journal, place: JournalPlace) -> None:
    four_entries(journal)
    with raw(place).connect() as connection, pytest.raises(sa.exc.DBAPIError, match="the journal is append-only"):
        connection.execute(sa.text("truncate journal_events"))


@pytest.mark.parametrize(
    "again",
    [
        "insert or replace into journal_comments select * from journal_comments where id = 1",
        "insert or replace into journal_comments "
        "(written_at, author, metric, slices, period_start, grain, text, replaces) "
        "select written_at, 'Somebody else', metric, slices, period_start, grain, text, replaces "
        "from journal_comments where id = 2",
    ],
    ids=["same number", "same correction"],
)
def test_sqlite_refuses_an_insert_that_would_take_an_entry_away(tmp_path: Path, again: str) -> None:
    journal = Journal(JournalPlace(tmp_path))
    journal.write_comment(OCTOBER, "First.", "A. Brandt", NOW)
    journal.write_comment(OCTOBER, "Better.", "A. Brandt", NOW, replaces=1)
    with sqlite3.connect(tmp_path / "var/journal.db") as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(again)
    assert [one.text for one in journal.read().comments] == ["First.", "Better."]


def test_a_red_number_without_a_comment_is_not_marked_reviewed_even_by_sql(
    journal: Journal, place: JournalPlace
) -> None:
    four_entries(journal)
    with raw(place).connect() as connection, pytest.raises(sa.exc.IntegrityError, match="journal_red_needs_comment"):
        connection.execute(
            sa.insert(journal_schema.REVIEWS).values(
                written_at=NOW,
                author="X",
                metric="nps",
                slices="{}",
                period_start=NOW.date(),
                grain="month",
                status="missed",
            )
        )


# ── corrections ──────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_names_what_it_replaces_and_the_old_stays_readable(journal: Journal) -> None:
    first = journal.write_comment(OCTOBER, "A new prise list.", "A. Brandt", NOW)
    second = journal.write_comment(OCTOBER, "A new price list.", "A. Brandt", NOW, replaces=first.id)
    found = journal.read().comments
    assert [one.text for one in found] == ["A new prise list.", "A new price list."]
    assert current(found) == (second,)


@pytest.mark.parametrize(
    ("number", "about", "sentence"),
    [
        (9, OCTOBER, "there is no comment 9 to correct; `scorecard journal show` lists them."),
        (1, NORTH, "comment 1 is about something else; a correction is about the same."),
        (1, OCTOBER, "comment 1 was already corrected by 2; correct that one."),
    ],
    ids=["unknown", "another subject", "twice"],
)
def test_a_correction_that_fits_nothing_is_refused(journal: Journal, number: int, about: About, sentence: str) -> None:
    journal.write_comment(OCTOBER, "First.", "A. Brandt", NOW)
    journal.write_comment(OCTOBER, "Second.", "A. Brandt", NOW, replaces=1)
    with pytest.raises(RequestError) as caught:
        journal.write_comment(about, "Third.", "A. Brandt", NOW, replaces=number)
    assert str(caught.value) == sentence


# ── reviewing ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("status", "commented", "may"), [
    ("missed", False, False), ("missed", True, True), ("watch", False, True), ("met", False, True),
])  # fmt: skip
def test_only_what_is_red_needs_a_comment_before_its_review(status: str, commented: bool, may: bool) -> None:
    assert (review_problem(status, commented) == "") is may


def test_a_comment_on_another_team_or_month_does_not_explain_a_red_number(journal: Journal) -> None:
    journal.write_comment(NORTH, "North was closed for a week.", "A. Brandt", NOW)
    journal.write_comment(About("csat", (), dt.date(2026, 9, 1), "month"), "Holidays.", "A. Brandt", NOW)
    with pytest.raises(RequestError) as caught:
        journal.write_review(OCTOBER, "missed", "J. Moreau", NOW)
    assert str(caught.value) == (
        "csat cannot be marked reviewed: it is red and nobody has commented on it; "
        "write first what happened and what is done about it."
    )
    assert journal.write_review(NORTH, "missed", "J. Moreau", NOW).comment == 1


def test_an_initiative_is_done_on_a_day_and_on_none_before(journal: Journal) -> None:
    with pytest.raises(RequestError, match="exactly when its status is done"):
        journal.write_initiative("fewer_transfers", "done", "A. Brandt", NOW)
    with pytest.raises(RequestError, match="exactly when its status is done"):
        journal.write_initiative("fewer_transfers", "running", "A. Brandt", NOW, dt.date(2026, 11, 1))


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────

ANY_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=200)


@pytest.fixture(scope="module")
def one_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("texts")


@given(text=ANY_TEXT.filter(str.strip), value=st.none() | st.text(max_size=30))
def test_any_text_that_is_taken_comes_back_as_it_is(one_folder: Path, text: str, value) -> None:
    try:
        kept = comment_text(text)
    except RequestError:
        assert any("\u202a" <= letter <= "\u2069" for letter in text)
        return
    assert kept == text.strip()
    journal = Journal(JournalPlace(one_folder))
    about = About("csat", slices_of({"team": value}), dt.date(2026, 10, 1), "month")
    added = journal.write_comment(about, text, "A. Brandt", NOW)
    read = next(one for one in journal.read("csat").comments if one.id == added.id)
    assert (read.text, read.about) == (kept, about)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n ", "a comment must say something; it is empty."),
        ("x" * 4001, "a comment has at most 4,000 characters; this one has 4,001."),
        ("up\x1b[2Jdown", "character 3 of a comment cannot be shown (U+001B); leave it out."),
        ("zero\x00", "character 5 of a comment cannot be shown (U+0000); leave it out."),
        ("half \ud800", "character 6 of a comment cannot be shown (U+D800); leave it out."),
        ("paid \u202etup", "character 6 of a comment cannot be shown (U+202E); leave it out."),
    ],
    ids=["empty", "long", "terminal", "zero", "half", "turned"],
)
def test_a_text_that_cannot_be_shown_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(RequestError) as caught:
        Journal(JournalPlace(tmp_path)).write_comment(OCTOBER, text, "A. Brandt", NOW)
    assert str(caught.value) == sentence
    assert list(tmp_path.iterdir()) == []


def test_markup_and_line_breaks_are_kept_as_text(journal: Journal) -> None:
    text = "<b>bold</b> & **stars**\n\n\t- a list\r\n[x](javascript:alert(1)) '; drop table journal_comments --"
    journal.write_comment(OCTOBER, text, "O'Neil <o@x>", NOW)
    (read,) = journal.read().comments
    assert (read.text, read.author) == (text.replace("\r\n", "\n"), "O'Neil <o@x>")


def test_equal_slices_are_one_text() -> None:
    assert slices_text(slices_of({"team": "Süd", "agent": None})) == '{"agent":null,"team":"Süd"}'
    assert slices_text(slices_of({"agent": None, "team": "Süd"})) == '{"agent":null,"team":"Süd"}'


# ── files, folders, versions ─────────────────────────────────────────────────────────────────────────


def test_reading_makes_no_file(tmp_path: Path) -> None:
    assert Journal(JournalPlace(tmp_path)).read() == Entries()
    assert list(tmp_path.iterdir()) == []


def test_a_written_journal_is_one_file(tmp_path: Path) -> None:
    journal = Journal(JournalPlace(tmp_path))
    four_entries(journal)
    journal.read()
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["journal.db"]


def test_loads_and_a_rollback_leave_the_journal_alone(tmp_path: Path) -> None:
    from data_checks.rollback import roll_back

    write(tmp_path, TICKETS, tickets="id,opened,resolved,moves\n1,2026-01-02,2026-01-03,1\n")
    four_entries(Journal(read_workspace(tmp_path).journal))
    before = (tmp_path / "var/journal.db").read_bytes()
    load_folder(tmp_path)
    for number in range(4):
        with (tmp_path / "tickets.csv").open("a", encoding="utf-8") as file:
            file.write(f"x{number},2026-01-02,2026-01-03,1\n")
        load_folder(tmp_path)
    roll_back(tmp_path / "var", NOW)
    assert (tmp_path / "var/journal.db").read_bytes() == before


def test_the_tables_are_those_the_migrations_make(journal: Journal, place: JournalPlace) -> None:
    four_entries(journal)
    with raw(place).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": journal_schema.VERSION_TABLE})
        assert compare_metadata(context, journal_schema.METADATA) == []


def test_every_revision_is_known_to_the_program() -> None:
    scripts = ScriptDirectory(str(journal_schema.MIGRATIONS)).walk_revisions("base", "heads")
    assert tuple(reversed([one.revision for one in scripts])) == journal_schema.REVISIONS


@pytest.fixture
def a_later_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Calling it makes this the program that has one revision more."""

    def become() -> None:
        copy = tmp_path / "later"
        shutil.copytree(journal_schema.MIGRATIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "versions" / "r0002.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0002', '0001'\n"
            "def upgrade():\n    op.add_column('journal_events', sa.Column('place', sa.Text()))\n",
            encoding="utf-8",
        )
        monkeypatch.setattr(journal_schema, "MIGRATIONS", copy)
        monkeypatch.setattr(journal_schema, "REVISIONS", ("0001", "0002"))

    return become


@pytest.mark.parametrize("first", ["read", "write"])
def test_a_later_program_brings_an_older_journal_up_and_keeps_what_it_holds(
    journal: Journal, place: JournalPlace, a_later_program: Callable[[], None], first: str
) -> None:
    four_entries(journal)
    before = journal.read()
    a_later_program()
    if first == "write":
        journal.write_comment(NORTH, "Written later.", "A. Brandt", NOW)
    later = journal.read()
    assert (later.comments[:1], later.events) == (before.comments, before.events)
    with raw(place).connect() as connection:
        assert "place" in {column["name"] for column in sa.inspect(connection).get_columns("journal_events")}


def test_a_journal_of_a_later_program_is_refused_and_not_touched(
    journal: Journal, place: JournalPlace, a_later_program: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context():
        a_later_program()
        four_entries(journal)
    monkeypatch.setattr(journal_schema, "REVISIONS", ("0001",))
    sentence = "is of a newer Scorecard (revision 0002); use that version or a later one. Nothing has changed."
    with pytest.raises(RequestError) as caught:
        journal.read()
    assert str(caught.value) == f"the journal {place.shown} {sentence}"
    with pytest.raises(RequestError) as caught:
        journal.write_event(NOW.date(), "x", "A. Brandt", NOW)
    assert str(caught.value) == f"the journal {place.shown} {sentence}"


_WRITER = """
import datetime as dt, sys
from pathlib import Path
from data_checks.journal import Journal
from data_checks.journal_entries import About
from data_checks.workspace_journal import JournalPlace

journal = Journal(JournalPlace(Path(sys.argv[1]), *sys.argv[3:]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    about = About("csat", (), dt.date(2026, 10, 1), "month")
    journal.write_comment(about, f"{sys.argv[2]} {number}", "A. Brandt", dt.datetime(2026, 11, 2))
"""


def test_two_processes_that_begin_one_journal_at_once_lose_nothing(
    root: Path, journal: Journal, place: JournalPlace
) -> None:
    written = [] if place.makes_its_folder else [place.written]
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(place.folder), name, *written],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for process in begun:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    said = [process.communicate("go\n")[1] for process in begun]
    assert said == ["", ""]
    texts = [one.text for one in journal.read().comments]
    for name in ("one", "two"):
        assert [text for text in texts if text.startswith(name)] == [f"{name} {number}" for number in range(20)]


_KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
from data_checks import journal_schema
from data_checks.journal import Journal
from data_checks.workspace_journal import JournalPlace

with Journal(JournalPlace(Path(sys.argv[1]), *sys.argv[2:]))._writing() as connection:
    event = {"written_at": dt.datetime(2026, 11, 2), "author": "A", "happened_on": dt.date(2026, 11, 1), "kind": ""}
    connection.execute(journal_schema.EVENTS.insert(), [event | {"title": "x" * 200}] * 20_000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("begun", [True, False], ids=["a journal", "none yet"])
def test_a_writer_killed_before_its_end_leaves_nothing_half_written(
    root: Path, journal: Journal, place: JournalPlace, begun: bool
) -> None:
    if begun:
        four_entries(journal)
    before = journal.read()
    written = [] if place.makes_its_folder else [place.written]
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(place.folder), *written], cwd=root)
    assert killed.returncode == -9
    assert journal.read() == before
    journal.write_comment(NORTH, "Written after.", "A. Brandt", NOW)
    assert journal.read().comments[-1].text == "Written after."


def _read_and_write(folder: Path) -> tuple[int, str]:
    """How many comments there are, and what is said to who writes one more."""
    as_nobody_special()
    journal = Journal(JournalPlace(folder))
    try:
        journal.write_event(dt.date(2026, 1, 1), "x", "A. Brandt", NOW)
    except RequestError as error:
        return len(journal.read().comments), str(error)
    return len(journal.read().comments), ""


@pytest.mark.parametrize(
    ("begun", "sentence"),
    [
        (True, "attempt to write a readonly database; check its address and its permissions."),
        (False, "unable to open database file; check its address and its permissions."),
    ],
    ids=["a journal", "none yet"],
)
def test_a_folder_that_may_not_be_written_is_one_sentence_and_can_be_read(
    tmp_path: Path, begun: bool, sentence: str
) -> None:
    (tmp_path / "var").mkdir()
    if begun:
        four_entries(Journal(JournalPlace(tmp_path)))
        (tmp_path / "var/journal.db").chmod(0o444)
    (tmp_path / "var").chmod(0o555)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
        found = processes.submit(_read_and_write, tmp_path).result()
    (tmp_path / "var").chmod(0o755)
    assert found == (int(begun), f"the journal var/journal.db cannot be written: {sentence}")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/journal.db").write_text("dear diary, " * 100, encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        Journal(JournalPlace(tmp_path)).read()
    assert str(caught.value) == (
        "the journal var/journal.db cannot be read: file is not a database; check its address and its permissions."
    )


def test_the_migrations_travel_with_the_package(tmp_path: Path, root: Path) -> None:
    """As an installed package has it: away from the project, started anywhere."""
    shutil.copytree(root / "data_checks", tmp_path / "site" / "data_checks")
    code = (
        "import datetime as dt, sys\nsys.path.insert(0, 'site')\nfrom pathlib import Path\n"
        "from data_checks import journal\nfrom data_checks.workspace_journal import JournalPlace\n"
        "journal.Journal(JournalPlace(Path())).write_event(dt.date(2026, 1, 1), 'x', 'A', dt.datetime(2026, 1, 1))\n"
        "print(Path(journal.__file__).resolve().parents[1])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, env={}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{tmp_path.resolve()}/site\n", "")


# ── `journal:` in workspace.yaml ─────────────────────────────────────────────────────────────────────


def placed(folder: Path, line: str) -> JournalPlace:
    return read_workspace(write(folder, f"{TICKETS}{line}\n", tickets="id,opened,resolved,moves\n")).journal


def test_the_journal_lies_in_the_workspace_unless_it_says_otherwise(tmp_path: Path) -> None:
    assert placed(tmp_path, "").shown == "var/journal.db"
    Journal(placed(tmp_path, "journal: sqlite:///notes.db")).write_event(NOW.date(), "x", "A", NOW)
    assert (tmp_path / "notes.db").is_file()


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("postgresql://me:sesame@host/db", "a URL with a password does not belong in a file; put it in an environment "
                                           "variable, write journal: env:NAME."),
        ("mysql://host/db", "a journal is kept by sqlite or postgresql, not by 'mysql'."),
        ("notes.db", "this is no database URL; write env:NAME, or one such as sqlite:///data/helpdesk.db."),
    ],
)  # fmt: skip
def test_a_wrong_address_is_said_at_its_place(tmp_path: Path, written: str, sentence: str) -> None:
    with pytest.raises(FileProblems) as caught:
        placed(tmp_path, f"journal: {written}")
    assert str(caught.value) == f"workspace.yaml:6:10: {sentence}"


def test_an_unset_variable_is_said_when_the_journal_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCORECARD_JOURNAL", raising=False)
    with pytest.raises(RequestError) as caught:
        Journal(placed(tmp_path, "journal: env:SCORECARD_JOURNAL"))
    assert str(caught.value) == "the environment variable SCORECARD_JOURNAL is not set; it holds the journal's URL."


@pytest.mark.postgres
def test_a_server_that_refuses_is_said_without_the_secret(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCORECARD_JOURNAL", f"postgresql://owner:open%20sesame@127.0.0.1:{port}/postgres")
    with pytest.raises(RequestError) as caught:
        Journal(JournalPlace(tmp_path, "env:SCORECARD_JOURNAL")).read()
    assert str(caught.value).startswith("the journal SCORECARD_JOURNAL cannot be read: ")
    assert "password authentication failed" in str(caught.value)
    assert "sesame" not in str(caught.value)
