"""Who may come in and what they see: the file of people, a provider's claims, roles; whatever is unsure stays out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from streamlit.testing.v1 import AppTest

from dashboard import access, cache, server, settings
from dashboard.access import Closed, admit
from dashboard.access_file import read_access
from dashboard.cli import main
from data_checks.errors import FileProblems, RequestError
from metrics.scope import Scope
from tests import dashboard_fixture as fixture
from tests.small_company import write_small_company

PEOPLE = """people:
  lead@desk.example: {role: team_lead, teams: [N]}
  Boss@Desk.example: {role: executive}
  ana@desk.example: {role: analyst}
  ops@desk.example: {role: operator}
"""
NOW = 1_800_000_000.0


def claims(**changed: Any) -> dict[str, Any]:
    """What a provider says of the team lead, an hour before it ends."""
    return {
        "is_logged_in": True, "email": "lead@desk.example", "email_verified": True, "exp": NOW + 3600, **changed,
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(settings.WORKSPACE, str(tmp_path))
    monkeypatch.setenv(settings.ACCESS, "oidc")
    (tmp_path / "access.yaml").write_text(PEOPLE, encoding="utf-8")
    return tmp_path


def test_a_team_lead_sees_their_own_teams(folder: Path) -> None:
    reader = admit(claims(), NOW)
    assert (reader.name, reader.role, reader.scope) == ("lead@desk.example", "team_lead", Scope.of_teams("N"))


@pytest.mark.parametrize(
    ("email", "rights"),
    [
        ("boss@desk.example", {"write", "save"}),
        ("lead@desk.example", {"agents", "rows", "comments", "write", "save"}),
        ("ana@desk.example", {"agents", "rows", "comments", "sql", "definitions", "write", "save"}),
        ("ops@desk.example", {"sql"}),
    ],
)
def test_each_role_has_its_rights(folder: Path, email: str, rights: set[str]) -> None:
    assert set(admit(claims(email=email), NOW).rights) == rights


@pytest.mark.parametrize("email", ["boss@desk.example", "ana@desk.example", "ops@desk.example"])
def test_the_other_roles_see_the_whole_organisation(folder: Path, email: str) -> None:
    assert admit(claims(email=email), NOW).scope == Scope.everything()


def test_small_and_capital_letters_are_one_address(folder: Path) -> None:
    assert admit(claims(email=" BOSS@desk.EXAMPLE"), NOW).role == "executive"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"is_logged_in": False}, "Sign in to see these numbers."),
        ({"is_logged_in": None}, "Sign in to see these numbers."),
        ({"is_logged_in": "yes"}, "Sign in to see these numbers."),
        ({"exp": NOW}, "Your sign-in has ended. Sign in again to go on."),
        ({"exp": NOW - 1}, "Your sign-in has ended. Sign in again to go on."),
        ({"exp": None}, "Your sign-in has ended. Sign in again to go on."),
        ({"exp": "never"}, "Your sign-in has ended. Sign in again to go on."),
        ({"exp": True}, "Your sign-in has ended. Sign in again to go on."),
        ({"exp": float("nan")}, "Your sign-in has ended. Sign in again to go on."),
        ({"email": None}, "Your sign-in holds no e-mail address"),
        ({"email": ["lead@desk.example"]}, "Your sign-in holds no e-mail address"),
        ({"email_verified": False}, "lead@desk.example is not verified."),
        ({"email_verified": None}, "lead@desk.example is not verified."),
        ({"email_verified": "true"}, "lead@desk.example is not verified."),
        ({"email": "who@desk.example"}, "who@desk.example is not among the people who may read this."),
        ({"email": "lead@desk.example.evil"}, "is not among the people who may read this."),
    ],
)
def test_what_is_not_certain_stays_out_with_one_sentence(folder: Path, changed: dict[str, Any], told: str) -> None:
    with pytest.raises(Closed, match=told):
        admit(claims(**changed), NOW)


def test_no_claims_at_all_stay_out(folder: Path) -> None:
    with pytest.raises(Closed, match="Sign in"):
        admit({}, NOW)


@pytest.mark.parametrize("content", [None, "", "people: 3\n", "people: {a@b.c: {role: king}}\n", "\t", "a: [\n", "\0"])
def test_without_a_right_file_nobody_comes_in(folder: Path, content: str | None) -> None:
    file = folder / "access.yaml"
    file.unlink() if content is None else file.write_text(content, encoding="utf-8")
    with pytest.raises(Closed, match="Nobody can come in"):
        admit(claims(), NOW)


def test_a_changed_file_holds_at_the_next_run(folder: Path) -> None:
    file = folder / "access.yaml"
    assert admit(claims(), NOW).role == "team_lead"
    file.write_text(PEOPLE.replace("lead@desk", "former@desk"), encoding="utf-8")
    with pytest.raises(Closed, match="not among"):
        admit(claims(), NOW)
    file.write_text(PEOPLE.replace("teams: [N]", "teams: [S]"), encoding="utf-8")
    assert admit(claims(), NOW).scope == Scope.of_teams("S")


def test_every_mistake_of_the_file_is_told_with_its_place(folder: Path) -> None:
    (folder / "access.yaml").write_text(
        "people:\n"
        "  ann: {role: executive}\n"
        "  b@x.de: {role: team_lead}\n"
        "  B@x.de: {role: analyst, teams: [N]}\n"
        "  c@x.de: {role: team_lead, teams: []}\n",
        encoding="utf-8",
    )
    with pytest.raises(FileProblems) as caught:
        read_access(folder)
    assert [str(one) for one in caught.value.problems] == [
        "access.yaml:2:3: 'ann' is no e-mail address.",
        "access.yaml:3:11: a team_lead needs teams, like teams: [T1].",
        "access.yaml:4:3: 'B@x.de' is the same address as 'b@x.de'; write it once.",
        "access.yaml:4:27: teams belong to a team_lead; the role analyst sees all of them.",
        "access.yaml:5:11: a team_lead needs teams, like teams: [T1].",
    ]


def test_a_role_that_is_none_is_told_with_the_nearest(folder: Path) -> None:
    (folder / "access.yaml").write_text("people:\n  a@x.de: {role: analist}\n", encoding="utf-8")
    with pytest.raises(FileProblems, match=r"access.yaml:2:18: .* Did you mean 'analyst'?"):
        read_access(folder)


def run(user: dict[str, Any], page: str = "", **query: str) -> AppTest:
    app = AppTest.from_file(settings.ENTRY, default_timeout=30)
    app.user = user
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(str(settings.PAGES / page)).run() if page else app.run()
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.fixture
def served(folder: Path) -> Any:
    cache.use(fixture.FixtureFloors())
    yield folder
    cache.use(None)


FOREVER = claims(exp=4_000_000_000.0)


def test_a_stranger_gets_no_page_but_the_way_to_sign_in(served: Path) -> None:
    app = run({"is_logged_in": False})
    assert "Sign in to see these numbers." in text(app)
    assert [button.label for button in app.button] == ["Sign in"]
    assert "Alder Supply" not in text(app)


def test_a_mode_nobody_knows_lets_nobody_in(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.ACCESS, "opne")
    app = run(FOREVER)
    assert "This dashboard is closed" in text(app)
    assert "Alder Supply" not in text(app)


def test_who_is_signed_in_is_said_with_the_way_out(served: Path) -> None:
    app = run({**FOREVER, "email": "ana@desk.example"})
    assert "Signed in as ana@desk.example, analyst." in text(app)
    assert "Sign out" in [button.label for button in app.button]


@pytest.mark.parametrize(("email", "sees"), [("boss@desk.example", False), ("ana@desk.example", True)])
def test_queries_rows_and_agents_are_for_those_who_may(served: Path, email: str, sees: bool) -> None:
    app = run({**FOREVER, "email": email}, "metric.py", metric="csat", team="Harbour", rows="all")
    shown = text(app)
    assert any(box.label == "SQL" for box in app.expander) is sees
    assert ("K. Osei" in shown) is sees
    assert ("Download as CSV" in [button.proto.label for button in app.get("download_button")]) is sees


def test_an_agent_in_the_address_is_not_shown_to_an_executive(served: Path) -> None:
    app = run({**FOREVER, "email": "boss@desk.example"}, "metric.py", metric="csat", agent="K. Osei", rows="all")
    assert "Your role sees teams, not single agents." in text(app)
    assert "K. Osei" not in text(app)


def test_the_provider_comes_from_the_environment_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.ACCESS, "oidc")
    assert settings.secrets() is None
    for key, name in settings.PROVIDER.items():
        monkeypatch.setenv(name, key)
    assert settings.secrets() == {"auth": {key: key for key in settings.PROVIDER}}
    monkeypatch.delenv("SCORECARD_OIDC_CLIENT_SECRET")
    with pytest.raises(RequestError, match="needs SCORECARD_OIDC_CLIENT_SECRET"):
        settings.secrets()


def test_the_guide_says_what_each_role_may() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "access.md").read_text(encoding="utf-8")
    rights = ("agents", "rows", "comments", "sql", "definitions", "write", "save")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in guide.splitlines() if line.startswith("| `")]
    told = {
        row[0].strip("`"): {right for right, cell in zip(rights, row[2:], strict=True) if cell}
        for row in rows
        if len(row) == 9
    }
    assert told == {role: set(rights) for role, rights in access.RIGHTS.items()}
    assert all(name in guide for name in settings.PROVIDER.values())


@pytest.mark.parametrize(
    ("mode", "content", "told"),
    [
        ("open", None, None),
        ("oidc", None, "access.yaml: there is no such file, so nobody may come in."),
        ("open", "people:\n  ann: {role: executive}\n", "access.yaml:2:3: 'ann' is no e-mail address."),
    ],
)
def test_the_check_command_tells_the_mistakes_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, content: str | None, told: str | None
) -> None:
    monkeypatch.setenv(settings.ACCESS, mode)
    folder = write_small_company(tmp_path / "company")
    if content is not None:
        (folder / "access.yaml").write_text(content, encoding="utf-8")
    done = CliRunner().invoke(main, ["check", "-w", str(folder)])
    assert done.exit_code == (2 if told else 0)
    assert told is None or told in done.output


def test_serving_without_what_signs_people_in_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(settings.ACCESS, "oidc")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RequestError, match="pip install authlib"):
        server.serve(tmp_path)


def test_in_open_mode_everybody_may_do_everything_without_a_name() -> None:
    assert access.reader() == access.ANYBODY
    assert (access.guard(), access.writer(), access.may("sql")) == (Scope.everything(), None, True)
