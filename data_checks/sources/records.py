"""Records of a plain copy: where each one stands in the file, and quotes that were never meant to open.

The reader is DuckDB; this splits the text as it does, to find a record's own text and line again.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_checks.errors import LoadRefused
from data_checks.sources.files import LONGEST_RECORD, too_long
from data_checks.sources.record_blocks import (
    Block,
    Record,
    after,
    blocks,
    cut_block,
    filled,
    long_records,
    pieces,
    with_line_feeds,
)

_SUSPICIOUS_LINES = 10
"""A record of so many lines, nearly all of which split like records, is a stray quote and no text."""
_ALIKE = 0.9


@dataclass(frozen=True)
class RecordPlace:
    """A record of a file: `record` counts data records from 1, `line` is the physical line it starts at."""

    record: int
    line: int
    text: str


@dataclass(frozen=True)
class Run:
    """Data records that follow one another: the count of each, which is DuckDB's `line` of its rejects, and the
    (physical line, text) of the nth of them, which few are asked for."""

    counts: Sequence[int]
    place: Callable[[int], tuple[int, str]]


def runs_of(copy: Path, delimiter: str, columns: int) -> Iterator[Run]:
    """Every record after the header.

    Blank records are counted and left out, as DuckDB does; in a file of one column a blank record is a row.
    """
    count = 1
    for piece in pieces(copy, delimiter):
        yield _cut_run(piece, count, columns) if isinstance(piece, Block) else _told_run(piece, count, columns)
        count += len(piece)


def _cut_run(block: Block, count: int, columns: int) -> Run:
    kept = filled(block, blank_too=columns == 1)
    kept = kept[kept + count > 1]
    return Run((kept + count).tolist(), lambda n: (int(block.lines[kept[n]]), _text(block.bytes_of(kept[n]).decode())))


def _told_run(records: Sequence[Record], count: int, columns: int) -> Run:
    told = [(at, record.line, _text("".join(record.lines))) for at, record in enumerate(records, count)]
    return run_of([one for one in told if one[0] > 1 and (one[2] or columns == 1)])


def _text(record: str) -> str:
    return record.rstrip("\r\n")


def run_of(records: Sequence[tuple[int, int, str]]) -> Run:
    """The run of these (count, line, text)."""
    return Run([count for count, _, _ in records], lambda n: records[n][1:])


def check_quotes(copy: Path, delimiter: str, columns: int, shown: str, lines_above: int) -> None:
    """Raises LoadRefused where a stray quote swallows the records behind it."""
    for piece in pieces(copy, delimiter):
        # Where every quote stands as it should, no short record is suspicious.
        records = long_records(piece, delimiter, _SUSPICIOUS_LINES) if isinstance(piece, Block) else piece
        for record in records:
            _check_record(record, delimiter, columns, shown, lines_above)


def _check_record(record: Record, delimiter: str, columns: int, shown: str, lines_above: int) -> None:
    if len(record.lines) > 1 and sum(map(len, record.lines)) > LONGEST_RECORD:
        raise too_long(shown, record.quote_line + lines_above)
    if len(record.lines) > 1 and _is_swallowing(record, delimiter, columns):
        swallowed = len(record.lines) - 1
        where = f"{shown}:{record.quote_line + lines_above}"
        last = record.line + len(record.lines) - 1 + lines_above
        how = "never closes" if record.end == "open" else f"closes only in line {last}"
        raise LoadRefused(
            f'{where}: a quote (") opens a field here and {how}, so {swallowed:,} more '
            f"{'line is' if swallowed == 1 else 'lines are'} read as one text; "
            "remove the quote, or write it twice inside quotes, and load again."
        )


def _is_swallowing(record: Record, delimiter: str, columns: int) -> bool:
    if record.end == "open":
        return True
    later = record.lines[1:] if record.end == "torn" else record.lines[1:-1]
    filled = [line for line in later if line.strip()]
    if columns < 2 or not filled or (record.end == "whole" and len(record.lines) < _SUSPICIOUS_LINES):
        return False
    alike = sum(line.count(delimiter) == columns - 1 for line in filled)
    return alike >= _ALIKE * len(filled)


def locate(
    runs: Iterable[Run], accepted: Iterator[int], rejected: Iterator[int]
) -> Iterator[tuple[int | None, int | None, RecordPlace]]:
    """The places of chosen records, in file order, in one pass that ends with the last of them.

    `accepted`: 1-based orders among the rows DuckDB took, `rejected`: DuckDB's counts of all it did not take; both
    ascending. Yields (order, None, place) or (None, count, place).
    """
    next_accepted, next_rejected = next(accepted, None), next(rejected, None)
    order = before = 0
    for run in runs:
        at, end = 0, len(run.counts)
        while next_accepted is not None or next_rejected is not None:
            taken = end if next_accepted is None else at + next_accepted - order - 1
            torn = end if next_rejected is None else _index(run.counts, next_rejected, at)
            found = min(taken, torn, end)
            order += found - at
            if found == end:
                break
            place = RecordPlace(before + found + 1, *run.place(found))
            if found == torn:
                yield None, next_rejected, place
                next_rejected = next(rejected, None)
            else:
                order += 1
                yield order, None, place
                next_accepted = next(accepted, None)
            at = found + 1
        else:
            return
        before += end


def _index(counts: Sequence[int], count: int, start: int) -> int:
    """Where `count` stands among the ascending `counts` from `start` on; their number when it does not."""
    found = bisect_left(counts, count, start)
    return found if found < len(counts) and counts[found] == count else len(counts)


def even_line_ends(copy: Path, delimiter: str) -> int | None:
    """Have every line of the copy end alike, as the reader wants it; what stands inside quotes stays as it is.

    A lone carriage return outside quotes becomes a blank; returns the first line that holds one.
    """
    fresh, first, inside, line = copy.with_suffix(".even"), None, False, 1
    with fresh.open("wb") as target:
        for block in blocks(copy):
            cut = None if inside else cut_block(block, delimiter, line)
            if cut and cut.is_whole:
                target.write(with_line_feeds(cut))
            else:
                text, inside, above = _evened(block.decode(), delimiter, inside)
                first = line + above if first is None and above is not None else first
                target.write(text.encode())
            line += block.count(b"\n")
    fresh.replace(copy)
    return first


def _evened(text: str, delimiter: str, inside: bool) -> tuple[str, bool, int | None]:
    """Text with even line ends, whether it ends inside quotes, and how many lines stand above its first lone return."""
    pieces = re.findall(r"[^\r\n]*[\r\n]|[^\r\n]+", text)
    fresh, above, lines = [], None, 0
    for piece, behind in itertools.zip_longest(pieces, pieces[1:]):
        if inside or '"' in piece:
            inside, _, _ = after(piece, delimiter, inside)
        lines += piece.endswith("\n")
        if piece.endswith("\r") and not inside:
            is_pair = behind == "\n"
            above = lines if above is None and not is_pair else above
            piece = piece[:-1] + ("" if is_pair else " ")
        fresh.append(piece)
    return "".join(fresh), inside, above
