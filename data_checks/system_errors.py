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
        return LoadRefused(f"the disk that holds {var.name}/ is full; free some space. The version before stays.")
    said = error.strerror or str(error)
    next_step = "; check its permissions" if error.errno in _FORBIDDEN else ""
    return LoadRefused(f"{var.name}/ cannot be used: {said}{next_step}.")
