"""Where a line of a text file begins in bytes, so that a record can be found again with any tool."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

_BIG_ENDIAN = {"utf-16": codecs.BOM_UTF16_BE, "utf-32": codecs.BOM_UTF32_BE}


def line_starts(chunks: Iterable[bytes], encoding: str, lines: Iterable[int]) -> Iterator[int]:
    """The byte at which each of `lines` (from 1, ascending) begins, from 0; in a packed file, of what is packed.

    `chunks`: the file's bytes, each a multiple of four long except the last. Lines end with a line feed. Reads no
    further than it must; ends early when the file has fewer lines.
    """
    wanted = iter(lines)
    line = next(wanted, None)
    for number, start in enumerate(_starts(chunks, encoding), 1):
        while line == number:
            yield start
            line = next(wanted, None)
        if line is None:
            return


def _starts(chunks: Iterable[bytes], encoding: str) -> Iterator[int]:
    yield 0
    base, feed = 0, b""
    for chunk in chunks:
        feed = feed or _line_feed(chunk, encoding)
        at = chunk.find(feed)
        while at >= 0:
            if at % len(feed) == 0:  # a line feed, not the end of one letter and the beginning of the next
                yield base + at + len(feed)
                at = chunk.find(feed, at + len(feed))
            else:
                at = chunk.find(feed, at + 1)
        base += len(chunk)


def _line_feed(first: bytes, encoding: str) -> bytes:
    name = codecs.lookup(encoding).name
    if name in _BIG_ENDIAN:
        name += "-be" if first.startswith(_BIG_ENDIAN[name]) else "-le"
    return "\n".encode(name.removesuffix("-sig"))
