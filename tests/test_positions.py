"""The byte a line begins at, in every encoding, across pieces of a file."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_checks.sources.positions import line_starts
from tests.loading import TICKETS, load_folder, quarantined, write

GOOD = "".join(f"{n},2026-01-01 09:00,,0\n" for n in range(40))
MORE = "".join(f"x{n},2026-01-01 09:00,,0\n" for n in range(40))


@pytest.mark.parametrize(
    ("encoding", "starts"),
    [
        ("utf-8", [0, 3, 6]),  # ä takes two bytes
        ("latin-1", [0, 2, 5]),
        ("utf-8-sig", [0, 6, 9]),  # with a mark of three bytes
        ("utf-16", [0, 6, 12]),  # with a mark of two bytes
        ("utf-16-be", [0, 4, 10]),
        ("utf-32-le", [0, 8, 20]),
        ("cp037", [0, 2, 5]),  # its line feed is another byte
    ],
)
def test_a_line_begins_where_the_bytes_say(encoding: str, starts: list[int]) -> None:
    data = "ä\nab\nc".encode(encoding)
    assert list(line_starts([data], encoding, [1, 2, 3])) == starts


def test_pieces_change_nothing() -> None:
    data = b"ab\ncdef\n\ng\n"
    whole = list(line_starts([data], "utf-8", [1, 2, 3, 4]))
    assert whole == [0, 3, 8, 9]
    assert list(line_starts([data[:4], data[4:8], data[8:]], "utf-8", [1, 2, 3, 4])) == whole


def test_a_letter_that_only_looks_like_a_line_feed_is_none() -> None:
    # U+0A00 beside U+000A in UTF-16-LE: 00 0A 0A 00; only the second pair ends a line.
    assert list(line_starts(["\u0a00\nx".encode("utf-16-le")], "utf-16-le", [2])) == [4]


@given(
    lines=st.lists(st.text(alphabet="a\r\u0a00é", max_size=6), min_size=1),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]),
    length=st.integers(1, 9).map(lambda n: 4 * n),
    wanted=st.lists(st.integers(1, 20)).map(sorted),
)
def test_a_line_begins_behind_all_before_it(lines, encoding, length, wanted):
    data = "\n".join(lines).encode(encoding)
    chunks = [data[at : at + length] for at in range(0, len(data), length)]
    starts = [0, *(len("".join(f"{line}\n" for line in lines[:n]).encode(encoding)) for n in range(1, len(lines)))]
    assert list(line_starts(chunks, encoding, wanted)) == [starts[n - 1] for n in wanted if n <= len(lines)]


@pytest.mark.parametrize("packed", [False, True])
def test_a_quarantined_record_is_found_again_at_its_byte(tmp_path: Path, packed: bool) -> None:
    text = f"\n\nid,opened,resolved,moves\r\n{GOOD}Müller,soon,,0\n{MORE}torn\n"
    data = text.encode("cp1252")
    name = "tickets.csv.gz" if packed else "tickets.csv"
    write(tmp_path, TICKETS.replace("tickets.csv", name).replace("    columns", "    encoding: cp1252\n    columns"))
    (tmp_path / name).write_bytes(gzip.compress(data) if packed else data)
    load_folder(tmp_path)
    rows = quarantined(tmp_path)
    assert [row["row"] for row in rows] == ["Müller,soon,,0", "torn"]
    for row in rows:
        assert data[int(row["byte"]) :].startswith(row["row"].encode("cp1252"))
