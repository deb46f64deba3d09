"""What is made of a version after it was published, as a text in a file beside it: nobody had to wait for it.

Who asks while it is being made waits for it, though not for ever. The one who makes it may be killed: then nothing is
there, and nobody waits any more. The file begins with the sum of its text: one that was changed since is no text.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from data_checks.errors import RequestError, TookTooLong
from data_checks.warehouse.versions import later_path, sync

_LOOKED_AFTER = 0.02
"""Seconds between two looks whether it is there."""


@contextlib.contextmanager
def adding(version: Path) -> Iterator[Callable[[str], None]]:
    """Held by the one who makes it, who gives the text to what is yielded. Raises OSError, and RequestError while
    another one makes it."""
    path = later_path(version)
    building = _beside(path, f"{os.getpid()}.build")

    def keep(text: str) -> None:
        building.write_text(f"{_sum(text)}\n{text}", encoding="utf-8")
        sync(building)
        if version.exists():  # an old one may have been taken away meanwhile
            building.replace(path)

    with _beside(path, "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RequestError("another process makes it now") from None
        try:
            yield keep
        finally:
            building.unlink(missing_ok=True)
            _beside(path, "lock").unlink(missing_ok=True)


def added(version: Path, seconds: float) -> str:
    """The text, once whoever makes it now has ended; '' when there is none, or it is not what was kept.

    Raises TookTooLong when it is not there in so many seconds.
    """
    path = later_path(version)
    with contextlib.suppress(OSError), _beside(path, "lock").open("r") as lock:  # nobody makes it
        _wait(lock, seconds)
    try:
        told, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return ""
    return text if told == _sum(text) else ""


def _wait(lock: IO[str], seconds: float) -> None:
    last = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= last:
                raise TookTooLong(seconds) from None
            time.sleep(_LOOKED_AFTER)
        else:
            return


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")
