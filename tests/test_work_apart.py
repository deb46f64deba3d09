"""Compiled code that draws and lays out: in a process of its own, ended whatever happens, its last words told."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.export import apart, board_pack, pictures
from data_checks.errors import RequestError
from tests.company import Company

RUN = "timeit"
"""A module of Python's own that runs its argument."""
ONCE = ("-n1", "-r1")
MORE = "a" * 1_000_000
"""Than a pipe holds."""


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    started: list[subprocess.Popen[bytes]] = []

    class Seen(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Seen)
    return started


def test_lines_are_made_while_the_module_runs(processes: list[subprocess.Popen[bytes]]) -> None:
    def lines() -> Iterator[str]:
        yield "1"
        assert processes[0].poll() is None
        yield "é"

    code = "import sys; print(sys.stdin.buffer.read())"
    assert apart.work(RUN, lines(), *ONCE, code).splitlines()[0] == repr("1\né\n".encode()).encode()


def test_a_process_that_dies_is_a_sentence() -> None:
    code = f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"
    with pytest.raises(RequestError, match=r"^its process ended with -9$"):
        apart.work(RUN, [MORE] * 3, *ONCE, code)  # before it has read them


def test_one_that_says_much_before_it_reads_is_heard(caplog: pytest.LogCaptureFixture) -> None:
    code = "import sys; print('what ' * 100_000, file=sys.stderr, flush=True); print(len(sys.stdin.read()))"
    assert apart.work(RUN, [MORE], *ONCE, code).splitlines()[0] == b"1000001"
    assert "timeit: what what" in caplog.text  # what it said is not lost where it did not fail


def test_the_last_words_of_one_that_fails_are_told() -> None:
    with pytest.raises(RequestError, match=r"^ValueError: no such mark$"):
        apart.work(RUN, ["a"], *ONCE, "raise ValueError('no such mark')")


def test_one_that_is_asked_nothing_answers_nothing_and_is_ended(processes: list[subprocess.Popen[bytes]]) -> None:
    assert apart.work(RUN, [], *ONCE, "while True: pass") == b""
    assert [one.returncode for one in processes] == [-signal.SIGKILL]


def test_one_that_takes_too_long_is_ended(
    processes: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0)
    with pytest.raises(RequestError, match=r"^it takes longer than 0 seconds$"):
        apart.work(RUN, [MORE], *ONCE, "while True: pass")  # it reads none of it, either
    assert [one.returncode for one in processes] == [-signal.SIGKILL]


def test_it_is_ended_when_its_lines_cannot_be_made(processes: list[subprocess.Popen[bytes]]) -> None:
    def lines() -> Iterator[str]:
        yield "a"
        raise KeyError("gone")

    with pytest.raises(KeyError):
        apart.work(RUN, lines(), *ONCE, "while True: pass")
    assert [one.returncode for one in processes] == [-signal.SIGKILL]


def test_what_went_wrong_with_the_lines_is_told_though_the_process_has_ended(
    processes: list[subprocess.Popen[bytes]],
) -> None:
    def lines() -> Iterator[str]:
        yield MORE
        processes[0].wait()
        raise KeyError("gone")

    with pytest.raises(KeyError):
        apart.work(RUN, lines(), *ONCE, "import os; os._exit(3)")


def test_a_python_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(RequestError, match="No such file or directory"):
        apart.work(RUN, [])


def test_a_picture_that_cannot_be_drawn_says_so() -> None:
    spec = {"mark": "bar", "data": {"values": [{"a": 1}]}, "transform": [{"filter": "foo(("}]}
    with pytest.raises(RequestError, match=r"^the picture cannot be drawn: .* Unexpected end of input$"):
        pictures.svg(spec)


def test_a_chart_is_drawn_once_beside_those_that_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def work(module: str, lines: Iterable[str], *arguments: str) -> bytes:
        asked.append(list(lines))
        pictures_of = [base64.b64encode(f"<svg>{line}</svg>".encode()).decode() for line in asked[-1]]
        return json.dumps(pictures_of).encode() if pictures_of else b""

    monkeypatch.setattr(apart, "work", work)
    monkeypatch.setattr(pictures, "_DRAWN", {})
    trends = [({"mark": name}, SimpleNamespace(alt=f"It is {name}.")) for name in ("one", "two", "three")]
    one, two, three = trends
    first = pictures.svgs([one, None, two])  # type: ignore[list-item]
    assert first == [
        ('<svg>{"mark": "one"}</svg>', "It is one."),
        ("", ""),
        ('<svg>{"mark": "two"}</svg>', "It is two."),
    ]
    assert pictures.svgs([two, three, one])[1:] == [('<svg>{"mark": "three"}</svg>', "It is three."), first[0]]  # type: ignore[list-item]
    assert pictures.svgs([one, None, two]) == first  # type: ignore[list-item]
    assert [len(lines) for lines in asked] == [2, 1, 0]


def test_nothing_is_fetched_for_a_picture() -> None:
    asked: list[str] = []

    class Seen(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """A test's server says nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Seen) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/values.json"
        spec = {"mark": "text", "data": {"url": url}, "encoding": {"text": {"field": "a"}}}
        for draw in (pictures.svg, pictures.png):
            with contextlib.suppress(RequestError):
                draw(spec)
        server.shutdown()
    assert asked == []


def test_neither_engine_is_in_the_process_that_asked(loaded_demo: Path) -> None:
    """Each holds Python's lock while it works, 80 MB and 30 MB a pack for good, and takes its process with it."""
    company = Company(loaded_demo)
    pack = company.pack()
    assert pack.changes, "a pack without a chart proves nothing"
    assert board_pack.board_pack(pack).startswith(b"%PDF")
    company.warehouse.close()
    maps = Path(f"/proc/{os.getpid()}/maps")
    held = maps.read_text(encoding="utf-8") if maps.exists() else ""
    assert {"vl_convert", "typst"} & set(sys.modules) == set()
    assert "vl_convert" not in held
