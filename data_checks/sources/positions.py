"""Where a line of a text file begins in bytes, so that a record can be found again with any tool."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BIG_ENDIAN = {"utf-16": codecs.BOM_UTF16_BE, "utf-32": codecs.BOM_UTF32_BE}


def line_starts(chunks: Iterable[bytes], encoding: str, lines: Iterable[int]) -> Iterator[int]:
    """The byte at which each of `lines` (from 1, ascending) begins, from 0; in a packed file, of what is packed.

    `chunks`: the file's bytes, each a multiple of four long except the last. Lines end with a line feed. Reads no
    further than it must; ends early when the file has fewer lines.
    """
    wanted = iter(lines)
    line = next(wanted, None)
    before = 0
    for more in _starts(chunks, encoding):
        while line is not None and line <= before + len(more):
            yield int(more[line - before - 1])
            line = next(wanted, None)
        if line is None:
            return
        before += len(more)


def _starts(chunks: Iterable[bytes], encoding: str) -> Iterator[NDArray[Any]]:
    """Where lines begin, the first one and then those of each chunk."""
    import numpy as np  # here, because most commands of the program load nothing

    yield np.zeros(1, np.int64)
    base, feed = 0, b""
    for chunk in chunks:
        feed = feed or _line_feed(chunk, encoding)
        # Letter by letter: the end of one and the beginning of the next may look like a line feed.
        letters = np.frombuffer(chunk, f"u{len(feed)}", len(chunk) // len(feed))
        yield base + len(feed) * (1 + np.flatnonzero(letters == np.frombuffer(feed, letters.dtype)))
        base += len(chunk)


def _line_feed(first: bytes, encoding: str) -> bytes:
    name = codecs.lookup(encoding).name
    if name in _BIG_ENDIAN:
        name += "-be" if first.startswith(_BIG_ENDIAN[name]) else "-le"
    return "\n".encode(name.removesuffix("-sig"))
