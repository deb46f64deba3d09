"""What stands at a path where a file or a folder is wanted, said so that nobody is told it does not exist."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from data_checks.errors import did_you_mean

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_ENOUGH = 10_000
"""So many names of a folder are looked through for one that is meant."""


def obstacle(path: Path) -> str:
    """'is a pipe; …': why what is there cannot be read, and the next step. '' for a file, a folder or nothing."""
    try:
        return _strange(path.stat().st_mode)
    except OSError as error:
        return _unreachable(path, error)


def _strange(mode: int) -> str:
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    if stat.S_ISFIFO(mode):
        return "is a pipe; write what comes out of it to a file and name that"
    return "is a socket; name a file" if stat.S_ISSOCK(mode) else "is a device; name a file"


def _unreachable(path: Path, error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "cannot be reached; give yourself the right to enter its folder"
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself; correct the link"
    if error.errno == errno.ENAMETOOLONG:
        return "is longer than any file's name may be; correct it"
    if path.is_symlink():
        return "is a link to what is not there; correct the link"
    return ""


def is_address(name: str) -> bool:
    """Whether it names something on a network, as https://… does."""
    return _ADDRESS.match(name) is not None


def nearest(path: Path) -> str:
    """' Did you mean …?' for a file beside it of nearly the same name, whatever its ending; '' when there is none."""
    try:
        with os.scandir(path.parent) as entries:
            names = {entry.name.split(".")[0]: entry.name for entry, _ in zip(entries, range(_ENOUGH), strict=False)}
    except OSError:
        return ""
    stem = path.name.split(".")[0]
    found = re.search(r"'(.*)'", did_you_mean(stem, [name for name in names if name]))
    return f" Did you mean '{names[found[1]]}'?" if found else ""
