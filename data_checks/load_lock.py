"""One load at a time: the lock on var/load.lock, and the private folder of the load that holds it."""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from data_checks.errors import LoadRefused

_LOCK = "load.lock"
_LOOK_AGAIN = 0.1
"""Seconds between two tries to get the lock; one more try is always made, for is_held may be looking."""


@contextlib.contextmanager
def only_load(var: Path, wait_seconds: float = 0, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the workspace's load lock; the system lets go of it when the process dies, however it dies.

    `waiting` is called before a wait. Raises LoadRefused when another load holds it still after the wait.
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / _LOCK).open("a") as lock:
        if not _taken(lock.fileno()):
            if wait_seconds:
                waiting()
            until = time.monotonic() + wait_seconds
            while True:
                time.sleep(_LOOK_AGAIN)
                if _taken(lock.fileno()):
                    break
                if time.monotonic() > until:
                    raise LoadRefused("another load of this workspace is running; wait until it ends.")
        yield


def is_held(var: Path) -> bool:
    """Whether a load is running now."""
    try:
        with (var / _LOCK).open("r") as lock:
            return not _taken(lock.fileno(), fcntl.LOCK_SH)
    except OSError:
        return False


def _taken(handle: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def private_folder(var: Path, load_id: str) -> Iterator[Path]:
    """A folder for staging files and copies that is gone afterwards, also when the load fails."""
    folder = var / f".load-{load_id}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_private(var: Path) -> None:
    """Remove the private folders of killed loads."""
    for stale in var.glob(".load-*"):
        shutil.rmtree(stale, ignore_errors=True)
