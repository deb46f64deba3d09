"""What is made of a version after it was published, as a text in a file beside it: nobody had to wait for it.

Who asks while it is being made waits until it is there. The one who makes it may be killed: then nothing is there, and
nobody waits any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from data_checks.warehouse.versions import later_path, sync


@contextlib.contextmanager
def adding(version: Path) -> Iterator[Callable[[str], None]]:
    """Held by the one who makes it, who gives the text to what is yielded. Raises OSError."""
    path = later_path(version)
    building = path.with_suffix(f".{os.getpid()}.build")

    def keep(text: str) -> None:
        building.write_text(text, encoding="utf-8")
        sync(building)
        if version.exists():  # an old one may have been taken away meanwhile
            building.replace(path)

    with _lock(path).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield keep
        finally:
            building.unlink(missing_ok=True)
            _lock(path).unlink(missing_ok=True)


def added(version: Path) -> str:
    """The text, once whoever makes it now has ended; '' when there is none."""
    path = later_path(version)
    with contextlib.suppress(OSError), _lock(path).open("r") as lock:  # nobody makes it
        fcntl.flock(lock, fcntl.LOCK_SH)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _lock(path: Path) -> Path:
    return path.with_suffix(".lock")
