"""What the system says about var/ (no room, no right to write), heard from program or engine, as one sentence."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import duckdb

from data_checks.errors import LoadRefused

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_TOLD = (*_FULL, *_FORBIDDEN, errno.EFBIG, errno.EIO)
_SPILL = "max_temp_directory_size"
"""What the engine names when there is no room left for what does not fit into memory."""


def system_error(error: BaseException) -> OSError | None:
    """The system's error behind another one, None when there is none: the engine only repeats the system's words."""
    if isinstance(error, OSError):
        return error
    if not isinstance(error, duckdb.Error):
        return None
    text = str(error)
    if _SPILL in text or "disk is full" in text.lower():
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return next((OSError(number, os.strerror(number)) for number in _TOLD if os.strerror(number) in text), None)


def system_refusal(error: OSError, var: Path) -> LoadRefused:
    """The refusal of a load that the system stopped."""
    if error.errno in _FULL:
        return LoadRefused(f"the disk that holds {var.name}/ is full; free some space.")
    if told := _of_wrong_kind(var):
        return LoadRefused(told)
    said = error.strerror or str(error)
    next_step = "; check its permissions" if error.errno in _FORBIDDEN else ""
    return LoadRefused(f"{var.name}/ cannot be used: {said}{next_step}.")


def _of_wrong_kind(var: Path) -> str:
    """A sentence for the first place that is a file for a folder, a folder for a file, or a link to nothing."""
    for name, kind in (("", "folder"), ("/load.lock", "file"), ("/loads", "folder"), ("/warehouse", "folder")):
        place, shown = Path(f"{var}{name}"), f"{var.name}{name}"
        if place.is_symlink() and not place.exists():
            return f"{shown} is a link to {place.readlink()}, which is not there; make that folder or remove the link."
        if place.exists() and not (place.is_dir() if kind == "folder" else place.is_file()):
            found = "a folder" if place.is_dir() else "a file" if place.is_file() else "neither a file nor a folder"
            return f"{shown} is {found} and has to be a {kind}; move it away, and the next load makes it anew."
    return ""
