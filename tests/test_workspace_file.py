"""workspace.yaml: what is accepted, and every mistake at its place in one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_checks.errors import FileProblems
from data_checks.sources.relations import with_files
from data_checks.workspace import read_workspace
from tests.loading import write

GOOD = "sources:\n  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: opened}}\n"


def problems(folder: Path, text: str) -> list[str]:
    write(folder, text, t="id,opened\n1,2026-01-01\n")
    with pytest.raises(FileProblems) as caught:
        read_workspace(folder)
    return [str(problem) for problem in caught.value.problems]


def test_the_smallest_workspace(tmp_path: Path) -> None:
    workspace = read_workspace(write(tmp_path, GOOD, t="id,opened\n"))
    assert (workspace.timezone, workspace.currency, workspace.as_of, workspace.synthetic) == ("UTC", "EUR", None, False)
    assert (workspace.folder, workspace.var, workspace.metrics_folder) == (
        tmp_path, tmp_path / "var", tmp_path / "metrics",
    )  # fmt: skip


def test_the_environment_names_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_DATA", str(tmp_path / "elsewhere"))
    write(tmp_path / "elsewhere", GOOD, t="id,opened\n")
    folder = write(tmp_path / "w", GOOD.replace("t.csv", "'${SOME_DATA}/t.csv'"))
    ((source,), _) = with_files(read_workspace(folder).sources["tickets"])
    (file,) = source.files
    assert (file.path, file.shown) == (tmp_path / "elsewhere" / "t.csv", "${SOME_DATA}/t.csv")


def test_every_mistake_is_said_at_once_at_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_DATA", raising=False)
    text = """titel: Desk
timezone: Europe/Berln
warehouse: postgresql://x
access: {mode: oidc}
sources:
  tikets: {files: t.csv, columns: {}}
  tickets:
    - files: missing.csv
      columns: {ticket_id: id, opend_at: opened}
    - files: "none_*.csv"
      datetime: "%d"
      columns: {ticket_id: id, opened_at: opened}
    - files: ${NO_SUCH_DATA}/t.csv
      latest_by: {key: id, order: step}
      columns: {ticket_id: "id ||", opened_at: opened, transfers: sum(moves), topic: "read_text('x')"}
    - sql: {url: x, query: y}
      columns: {ticket_id: id, opened_at: opened}
"""
    assert problems(tmp_path, text) == [
        "workspace.yaml:1:1: unknown key 'titel'. Did you mean 'title'?",
        "workspace.yaml:2:11: there is no time zone 'Europe/Berln'; write one like Europe/Berlin or UTC. "
        "Did you mean 'Europe/Berlin'?",
        "workspace.yaml:3:12: the warehouse 'postgresql' is not supported yet; only duckdb is.",
        "workspace.yaml:4:9: who may see what does not stand here: set SCORECARD_ACCESS=oidc and name people in "
        "access.yaml.",
        "workspace.yaml:6:3: there is no table 'tikets'. Did you mean 'tickets'?",
        "workspace.yaml:8:14: the file 'missing.csv' does not exist; put it there, or correct `files`.",
        "workspace.yaml:9:16: tickets needs the column 'opened_at'; give an expression for it.",
        "workspace.yaml:9:32: tickets has no column 'opend_at'. Did you mean 'opened_at'?",
        "workspace.yaml:10:14: no file matches 'none_*.csv'; put one there, or correct the pattern.",
        "workspace.yaml:11:7: unknown key 'datetime'. Did you mean 'datetimes'?",
        "workspace.yaml:13:14: the environment variable NO_SUCH_DATA is not set; '${NO_SUCH_DATA}/t.csv' needs it.",
        "workspace.yaml:14:35: latest_by orders text, where '10' comes before '9'; declare 'step: integer' in `types`.",
        "workspace.yaml:15:28: columns.ticket_id `id ||`: it does not parse (nothing stands after ||).",
        "workspace.yaml:15:67: columns.transfers `sum(moves)`: the aggregate sum() needs `group_by`.",
        "workspace.yaml:15:86: columns.topic `read_text('x')`: the function read_text() is not allowed: "
        "it reaches outside the row.",
        "workspace.yaml:16:18: this is no database URL; write env:NAME, or one such as sqlite:///data/helpdesk.db.",
        "workspace.yaml:16:28: the query is no select; a source only reads.",
    ]


def test_a_type_that_cannot_be_the_canonical_one_is_a_mistake(tmp_path: Path) -> None:
    text = "sources:\n  tickets: {files: t.csv, columns: {ticket_id: id, opened_at: length(id)}}\n"
    assert problems(tmp_path, text) == ["workspace.yaml:2:63: opened_at is a time, but `length(id)` gives bigint."]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("encoding: utf-9", "there is no encoding 'utf-9'; write one like utf-8 or cp1252. Did you mean 'utf-8'?"),
        ("encoding: base64", "there is no encoding 'base64';"),
        ("encoding: rot13", "there is no encoding 'rot13';"),
        ("encoding: idna", "there is no encoding 'idna';"),
        ("encoding: unicode_escape", "there is no encoding 'unicode_escape';"),
        ("encoding: undefined", "there is no encoding 'undefined';"),
        ("delimiter: '::'", "delimiter: give one character."),
        ("thousands: '.'", "thousands: give one character, another one than `decimal`."),
        ("timezone: Berlin", "there is no time zone 'Berlin'"),
        ("datetimes: day-first", "datetimes: 'day-first' is no format"),
        ("types: {id: whole}", "'whole' is not one of integer, number, boolean, time, day, text"),
        ("group_by: id, latest_by: {key: id, order: id}", "use either `latest_by` or `group_by`, not both."),
    ],
)
def test_options_of_a_source(tmp_path: Path, line: str, message: str) -> None:
    (first, *_) = problems(tmp_path, GOOD.replace("files: t.csv", f"files: t.csv, {line}"))
    assert message in first


def test_a_folder_without_a_workspace(tmp_path: Path) -> None:
    with pytest.raises(FileProblems, match=r"there is no workspace.yaml in it; `scorecard demo DIR` writes"):
        read_workspace(tmp_path)
    with pytest.raises(FileProblems, match="this folder does not exist"):
        read_workspace(tmp_path / "nowhere")
    (tmp_path / "workspace.yaml").write_text("", encoding="utf-8")
    with pytest.raises(FileProblems, match="this file is empty"):
        read_workspace(tmp_path)


@pytest.mark.parametrize("key", ["sources: 5", "sources: {tickets: 5}", "sources: {}", "title: x"])
def test_sources_of_the_wrong_shape_are_sentences(tmp_path: Path, key: str) -> None:
    assert all(problem.startswith("workspace.yaml") for problem in problems(tmp_path, key + "\n"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("title: &a [*a]", ": this file nests too deeply, or an anchor holds itself; write it flat."),
        ("title: &a {b: *a}", ": this file nests too deeply, or an anchor holds itself; write it flat."),
        ("title: " + "[" * 3000 + "]" * 3000, ":1:107: this nests more than 100 deep; write it flat."),
        ("title: " + "[" * 300_000, ":1:107: this nests more than 100 deep; write it flat."),
    ],
)
def test_yaml_that_has_no_end_is_a_problem(tmp_path: Path, line: str, told: str) -> None:
    assert problems(tmp_path, f"{line}\n{GOOD}") == [f"workspace.yaml{told}"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("where: id", "workspace.yaml:2:34: where `id` is neither true nor false; write one such as a = 'b'."),
        ("types: {n: integer}, latest_by: {key: id + 1 + 'x' + [1], order: n}", "workspace.yaml:2:"),
    ],
)
def test_where_and_the_key_are_typed_at_their_place(tmp_path: Path, line: str, message: str) -> None:
    (first, *_) = problems(tmp_path, GOOD.replace("files: t.csv", f"files: t.csv, {line}"))
    assert first.startswith(message)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("as_of: 2026-13-45\n", "1:8: '2026-13-45' cannot be read; correct it, or put it in quotes if it is a text."),
        ("as_of: yesterday\n", "1:8: as_of: a day is needed here, like 2026-12-31, or latest."),
        ("as_of: [1]\n", "1:8: as_of: a day is needed here, like 2026-12-31, or latest."),
        ("as_of: 2026-01-01 10:00\n", "1:8: as_of: a day is needed here, like 2026-12-31, or latest."),
        ("as_of: 3\n", "1:8: as_of: a day is needed here, like 2026-12-31, or latest."),
        ("synthetic: perhaps\n", "1:12: synthetic: true or false is needed here."),
    ],
)
def test_a_value_of_several_types_is_one_mistake(tmp_path: Path, more: str, said: str) -> None:
    assert problems(tmp_path, more + GOOD) == [f"workspace.yaml:{said}"]


def test_a_mistake_inside_a_list_is_told_there(tmp_path: Path) -> None:
    text = GOOD.replace("t.csv,", "t.csv, nulls: ['?', 99],")
    said = "sources.tickets.nulls: a text is needed here; put a number, a date or yes and no in quotes."
    assert problems(tmp_path, text) == [f"workspace.yaml:2:40: {said}"]


def test_an_unknown_key_is_told_beside_the_one_that_is_missing(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD.replace("columns:", "colums:")) == [
        "workspace.yaml:2:12: the key 'columns' is missing.",
        "workspace.yaml:2:27: unknown key 'colums'. Did you mean 'columns'?",
    ]


def test_a_list_is_no_workspace_and_not_empty(tmp_path: Path) -> None:
    said = "workspace.yaml:1:1: this file has no keys such as `title:`; it needs at least `sources`."
    assert problems(tmp_path, "- files: t.csv\n") == [said]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("channel: [a, b]", "one text is needed here, and this is a list."),
        (
            "channel: {a: b}",
            "one text is needed here, and this is keys with values.",
        ),
        ("channel: ", "nothing stands here; write a text, or leave the key out."),
    ],
)
def test_what_is_no_expression_is_called_what_it_is(tmp_path: Path, written: str, said: str) -> None:
    text = GOOD.replace("opened_at: opened", f"opened_at: opened, {written}")
    assert problems(tmp_path, text) == [f"workspace.yaml:2:80: sources.tickets.columns.channel: {said}"]


def test_a_text_instead_of_keys_shows_the_keys(tmp_path: Path) -> None:
    text = GOOD.replace("files: t.csv", "files: t.csv, latest_by: id")
    assert problems(tmp_path, text) == [
        "workspace.yaml:2:38: sources.tickets.latest_by: keys with values are needed here, like {key: …, order: …}."
    ]
