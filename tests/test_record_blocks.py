"""Records that are found by whole blocks are those that are found line by line."""

from __future__ import annotations

import itertools
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data_checks.errors import LoadRefused
from data_checks.sources import record_blocks
from data_checks.sources.record_blocks import Block, Record, by_line, pieces
from data_checks.sources.records import RecordPlace, Run, check_quotes, even_line_ends, locate, run_of, runs_of

FIELDS = ["", "a", "5", "größe", '""', '"a"', '"a,b"', '"a\nb"', '"a\r\nb"', '"a""b"', '""""', '"\n"', '"ä"']
STRAY = ['5"', '"a"b', '"', 'a"b"', '"a', '"a"\r', "\r", '"a\rb"', '" "" "', "a\rb"]
ENDS = st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\n\n", "\r", ""])
orderly = st.lists(st.tuples(st.lists(st.sampled_from(FIELDS), max_size=4).map(",".join), st.just("\n")), max_size=12)
rough = st.lists(st.tuples(st.lists(st.sampled_from(FIELDS + STRAY), max_size=3).map(",".join), ENDS), max_size=12)
texts = (orderly | rough).map(lambda found: "".join(line + end for line, end in found))
noise = st.text(alphabet='",\n\r;aä', max_size=40)
sizes = st.integers(1, 60)


def listed(copy: Path, delimiter: str = ",", columns: int = 2) -> list[tuple[int, int, str]]:
    """(count, line, text) of every record behind the header."""
    return [(count, *run.place(n)) for run in runs_of(copy, delimiter, columns) for n, count in enumerate(run.counts)]


def one_by_one(data: bytes, delimiter: str) -> list[Record]:
    """Every record, with nothing but the loop over lines."""
    return [record for many in by_line(data, iter(()), delimiter, 1) for record in many]


@given(text=texts | noise, size=sizes, delimiter=st.sampled_from(',,,;ä"\n'), longest=st.sampled_from([12, 1 << 26]))
@example(text='"a\nb",c\n' * 9, size=10, delimiter=",", longest=1 << 26)  # blocks that end inside a text
@example(text="a,b\r\nc,d\r\n", size=4, delimiter=",", longest=1 << 26)  # blocks that end within a line end
@example(text="a,b\rc,d\r", size=4, delimiter=",", longest=1 << 26)
@example(text='a,b\n"' + "c\n" * 30, size=6, delimiter=",", longest=12)  # a text longer than a record may be
@example(text='x"ä"\n"y"\n', size=60, delimiter="ä", longest=1 << 26)
@example(text='é"\n"\n', size=60, delimiter="ĩ", longest=1 << 26)  # a delimiter whose last byte ends other letters
@example(text='a""b\n"c"\n', size=60, delimiter='"', longest=1 << 26)
def test_blocks_hold_the_records_that_lines_hold(tmp_path_factory, text, size, delimiter, longest):
    copy = tmp_path_factory.mktemp("copies") / "x.csv"
    copy.write_bytes(text.encode())
    with patch.object(record_blocks, "LONGEST_RECORD", longest):
        slow = one_by_one(text.encode(), delimiter)
        with patch.object(record_blocks, "BLOCK", size):
            for columns in (1, 2):
                told = [(n, one.line, "".join(one.lines).rstrip("\r\n")) for n, one in enumerate(slow, 1)]
                assert listed(copy, delimiter, columns) == [
                    one for one in told if one[0] > 1 and (one[2] or columns == 1)
                ]


@given(text=texts | noise, size=sizes, repeated=st.sampled_from([1, 11]))
@example(text='x,y\n"' + "a,b\n" * 11 + '",c\n', size=1000, repeated=1)
def test_a_stray_quote_is_told_as_line_by_line(tmp_path_factory, text, size, repeated):
    def said() -> str:
        try:
            check_quotes(copy, ",", 2, "x.csv", 0)
        except LoadRefused as error:
            return str(error)
        return ""

    copy = tmp_path_factory.mktemp("copies") / "x.csv"
    copy.write_bytes(text.encode() * repeated)
    pieces = "data_checks.sources.records.pieces"
    with patch(pieces, lambda path, delimiter: [one_by_one(path.read_bytes(), delimiter)]):
        expected = said()
    with patch.object(record_blocks, "BLOCK", size):
        assert said() == expected


@given(text=texts | noise, size=sizes, delimiter=st.sampled_from(",,;ä"))
@example(text='a,b\r\n"c\r\nd",e\r\n\r\nf,g\nh\ri,j\n', size=1000, delimiter=",")
@example(text='a,b\n"c\r\nd\r\ne",f\r\n', size=9, delimiter=",")  # the first block ends inside a text
def test_line_ends_are_evened_as_line_by_line(tmp_path_factory, text, size, delimiter):
    copy = tmp_path_factory.mktemp("copies") / "x.csv"

    def evened() -> tuple[int | None, bytes]:
        copy.write_bytes(text.encode())
        return even_line_ends(copy, delimiter), copy.read_bytes()

    with patch("data_checks.sources.records.cut_block", lambda data, delimiter, line: None):
        expected = evened()
    with patch.object(record_blocks, "BLOCK", size):
        assert evened() == expected


@pytest.mark.parametrize("size", [1, 9, 1 << 18])
def test_even_line_ends_leave_what_stands_inside_quotes(tmp_path, size):
    copy = tmp_path / "x.csv"
    copy.write_bytes(b'a,b\r\n\r\n"c\r\nd\re",f\r\ng,h\ni\rj,k\rl\n"m",n\r\no\r')
    with patch.object(record_blocks, "BLOCK", size):
        assert even_line_ends(copy, ",") == 6  # a, blank, c, d, g, i: the lines end with line feeds
    assert copy.read_bytes() == b'a,b\n\n"c\r\nd\re",f\ng,h\ni j,k l\n"m",n\no '


@pytest.mark.parametrize("size", [1, 7, 1 << 18])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h,i\na,b\n", [(2, 2, "a,b")]),
        ("h,i\n\na,b", [(3, 3, "a,b")]),
        ("h,i\r\n\r\na,b\r\n", [(3, 3, "a,b")]),
        ("h,i\ra,b\r\rc,d", [(2, 2, "a,b"), (4, 4, "c,d")]),
        ('h,i\n"x\ny",b\nc,d\n', [(2, 2, '"x\ny",b'), (3, 4, "c,d")]),
        ('h,i\r\n"x\r\ny",b\r\nc,d\r\n', [(2, 2, '"x\r\ny",b'), (3, 4, "c,d")]),
        ('h,i\n"x\ry",b\nc,d\n', [(2, 2, '"x\ry",b'), (3, 4, "c,d")]),
        ('h,i\n"x"" \n",b\n', [(2, 2, '"x"" \n",b')]),
        ('h,i\n"","""",\n"",\n', [(2, 2, '"","""",'), (3, 3, '"",')]),
        ('h,i\n5" pipe,b\nc,d\n', [(2, 2, '5" pipe,b'), (3, 3, "c,d")]),
        ('h,i\n5" pipe,"b\n6"\nc,d\n', [(2, 2, '5" pipe,"b\n6"'), (3, 4, "c,d")]),
        ('h,i\na,"b"c\nc,d\n', [(2, 2, 'a,"b"c'), (3, 3, "c,d")]),
        ('h,i\na,"b"c"\nc,d\n', [(2, 2, 'a,"b"c"'), (3, 3, "c,d")]),
        ('h,i\na,"b\nc,d\n', [(2, 2, 'a,"b\nc,d')]),
    ],
)
def test_records_stand_where_they_stand(tmp_path, text, expected, size):
    copy = tmp_path / "x.csv"
    copy.write_bytes(text.encode())
    with patch.object(record_blocks, "BLOCK", size):
        assert listed(copy) == expected


def test_a_blank_line_is_a_row_of_one_column(tmp_path):
    copy = tmp_path / "x.csv"
    copy.write_bytes(b"h\na\n\nb\n")
    assert listed(copy, columns=1) == [(2, 2, "a"), (3, 3, ""), (4, 4, "b")]


def test_quotes_that_stand_as_they_should_are_never_looked_at_one_by_one(tmp_path):
    copy = tmp_path / "x.csv"
    copy.write_bytes(b'"id","text"\r\n' + b'"1","a ""b"", and\r\nso on"\r\n' * 50_000)
    found = list(pieces(copy, ","))
    assert [type(piece) for piece in found[:-1]] == [Block] * (len(found) - 1)
    assert sum(map(len, found)) == 50_001


def test_one_stray_quote_makes_one_block_slow(tmp_path):
    copy = tmp_path / "x.csv"
    copy.write_bytes(b"id,text\n" + b"1,abc\n" * 100_000 + b'2,5" pipe\n' + b"3,abc\n" * 100_000)
    found = list(pieces(copy, ","))
    assert [isinstance(piece, Block) for piece in found] == [True, True, False, True, True]


def test_chosen_records_are_found_and_the_rest_is_left(tmp_path):
    # Data records 1 to 6; DuckDB took 1, 2, 4 and 6 and rejected 3 and 5, which it calls 4 and 6: the header is 1.
    runs = [run_of([(n + 1, n + 1, f"r{n}") for n in many]) for many in ((1, 2), (3, 4, 5), (6,))]
    assert list(locate(runs, iter([2, 4]), iter([4, 6]))) == [
        (2, None, RecordPlace(2, 3, "r2")),
        (None, 4, RecordPlace(3, 4, "r3")),
        (None, 6, RecordPlace(5, 6, "r5")),
        (4, None, RecordPlace(6, 7, "r6")),
    ]
    left = iter(runs)
    assert len(list(locate(left, iter([1]), iter([])))) == 1
    assert next(left) is runs[1]


@given(
    counts=st.lists(st.integers(2, 40), unique=True).map(sorted),
    cuts=st.lists(st.integers(0, 30)).map(sorted),
    accepted=st.lists(st.integers(1, 40), unique=True).map(sorted),
    rejected=st.lists(st.integers(2, 42), unique=True).map(sorted),
)
def test_records_are_located_as_if_every_one_were_counted(counts, cuts, accepted, rejected):
    records = [(count, count * 10, f"r{count}") for count in counts]
    bounds = [0, *cuts, len(records)]
    runs: list[Run] = [run_of(records[a:b]) for a, b in itertools.pairwise(bounds) if a <= b]
    expected, order, wanted = [], 0, iter(rejected)
    torn = next(wanted, None)
    for number, (count, line, text) in enumerate(records, 1):
        place = RecordPlace(number, line, text)
        if count == torn:
            expected.append((None, count, place))
            torn = next(wanted, None)
            continue
        order += 1
        if order in accepted:
            expected.append((order, None, place))
    assert list(locate(runs, iter(accepted), iter(rejected))) == expected
