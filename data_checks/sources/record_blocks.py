"""A plain copy cut into records as DuckDB cuts it: whole blocks at once where all quotes stand as they should, and
line by line where one does not."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from data_checks.sources.files import LONGEST_RECORD

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCK = 1 << 18
"""So many bytes are cut at once: they stay near the processor, and a quote that is astray makes few lines slow."""
_End = Literal["whole", "torn", "open"]
"""How a record ends: as it should, with something behind a closing quote, or inside a quote at the file's end."""


@dataclass(frozen=True)
class Record:
    """The physical lines of one record, the number of the first, and how it ends."""

    line: int
    lines: list[str]
    end: _End
    quote_line: int
    """The line its last quote opened in."""


@dataclass(frozen=True)
class Block:
    """Whole records that end as they should: the nth is `data[bounds[n]:bounds[n + 1]]` and begins in `lines[n]`."""

    data: bytes
    bounds: NDArray[Any]
    lines: NDArray[Any]

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def is_whole(self) -> bool:
        """Whether the data ends with its last record."""
        return bool(self.bounds[-1] == len(self.data))

    def bytes_of(self, number: int) -> bytes:
        return self.data[self.bounds[number] : self.bounds[number + 1]]


def pieces(copy: Path, delimiter: str) -> Iterator[Block | list[Record]]:
    """Every record of the copy, in file order, the header and blank ones too."""
    behind = blocks(copy)
    rest, line = b"", 1
    for block in itertools.chain(behind, [b""]):
        data, rest = rest + block, b""
        if cut := cut_block(data, delimiter, line):
            yield cut
            rest, line = data[cut.bounds[-1] :], int(cut.lines[-1])
            continue
        for records in by_line(data, behind, delimiter, line):
            yield records
            if records and records[-1].end == "open":
                return
            line = records[-1].line + len(records[-1].lines) if records else line


def blocks(copy: Path) -> Iterator[bytes]:
    """The copy in pieces of whole lines; only the last may lack its end."""
    parts: list[bytes] = []
    with copy.open("rb") as stream:
        while chunk := stream.read(BLOCK):
            # A carriage return ends a line, too; at the end of the chunk it may be half of a pair.
            behind = 1 + max(chunk.rfind(b"\n"), chunk.rfind(b"\r", 0, -1))
            if behind:
                yield b"".join([*parts, chunk[:behind]])
                parts = []
            parts.append(chunk[behind:])
    yield b"".join(parts)


def cut_block(data: bytes, delimiter: str, line: int) -> Block | None:
    """The records of `data`, which begins with one, up to the last that ends in it; None when that takes a closer look.

    As long as every quote stands where one may, every second one closes: a record ends with each line that an even
    number of them stand before.
    """
    import numpy as np  # here, because most commands of the program load nothing

    is_simple = data.endswith(b"\n") and len(data) <= LONGEST_RECORD
    if not is_simple or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return None
    signs = np.frombuffer(data, np.uint8)
    feeds, quotes = np.flatnonzero(signs == ord("\n")), np.flatnonzero(signs == ord('"'))
    if len(quotes):
        if not delimiter.isascii():  # other letters end with the same byte
            return None
        # The block ends with a line feed: it stands "before" the first sign, and there is one behind every quote.
        before, behind = signs[quotes[::2] - 1].tobytes(), signs[quotes[1::2] + 1].tobytes()
        if before.strip(f'\n{delimiter}"'.encode()) or behind.strip(f'\r\n{delimiter}"'.encode()):
            return None
    ending = np.flatnonzero(np.searchsorted(quotes, feeds) % 2 == 0)
    if not len(ending):
        return None
    return Block(data, np.concatenate(([0], feeds[ending] + 1)), line + np.concatenate(([0], ending + 1)))


def filled(block: Block, blank_too: bool) -> NDArray[Any]:
    """The numbers of the block's records that hold something, or of all."""
    import numpy as np

    first = np.frombuffer(block.data, np.uint8)[block.bounds[:-1]]
    return np.flatnonzero((first != ord("\n")) & (first != ord("\r")) | blank_too)


def with_line_feeds(block: Block) -> bytes:
    """The block's data with records that all end with a line feed alone."""
    import numpy as np

    if b"\r" not in block.data:
        return block.data
    signs, before = np.frombuffer(block.data, np.uint8), block.bounds[1:] - 2
    return np.delete(signs, before[(before >= 0) & (signs[before] == ord("\r"))]).tobytes()


def long_records(block: Block, delimiter: str, lines: int) -> Iterator[Record]:
    """The block's records of at least so many lines."""
    for number in (block.lines[1:] - block.lines[:-1] >= lines).nonzero()[0]:
        (records,) = by_line(block.bytes_of(number), iter(()), delimiter, int(block.lines[number]))
        yield from records


def by_line(block: bytes, behind: Iterator[bytes], delimiter: str, first: int) -> Iterator[list[Record]]:
    """The records of a block that begins with line `first`, and of those `behind` it until one ends with a record.

    A record may span lines inside quotes.
    """
    lines: list[str] = []
    start, inside, quote_line, size, number = first, False, first, 0, first - 1
    while block:
        found: list[Record] = []
        for line in io.StringIO(block.decode(), newline=""):
            number += 1
            if not lines:
                start = number
            lines.append(line)
            torn = False
            if inside or '"' in line:
                inside, torn, opened = after(line, delimiter, inside)
                quote_line = number if opened else quote_line
                if inside:
                    size += len(line)
                    if size > LONGEST_RECORD:  # the caller says so; no memory should hold the rest
                        yield [*found, Record(start, lines, "open", quote_line)]
                        return
                    continue
            size = 0
            found.append(Record(start, lines, "torn" if torn else "whole", quote_line))
            lines = []
        yield found
        if not lines:
            return
        block = next(behind, b"")
    if lines:
        yield [Record(start, lines, "open", quote_line)]


def after(line: str, delimiter: str, inside: bool) -> tuple[bool, bool, bool]:
    """Whether the reader stands inside quotes after this line, whether the record is torn in it, and whether a quote
    that is still open (or was torn) began in it. A quote opens only at the start of a field."""
    position, opened = 0, False
    while True:
        if not inside:
            if line.startswith('"', position) and (position == 0 or line[position - 1] == delimiter):
                position += 1
            else:
                found = line.find(f'{delimiter}"', position)
                if found < 0:
                    return False, False, False
                position = found + 2
            inside = opened = True
        closing = line.find('"', position)
        if closing < 0:
            return True, False, opened
        position = closing + 1
        behind = line[position : position + 1]
        if behind == '"':
            position += 1
        elif behind in (delimiter, "\n", "\r", ""):
            inside = False
        else:  # the rest of this line is a broken record
            return False, True, opened
