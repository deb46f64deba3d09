"""Files a person asks for: in the workspace and never over another one unless told, whole or not at all."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from data_checks.errors import RequestError


def write_file(
    target: Path, workspace: Path, var: Path, outside: bool, force: bool, write: Callable[[IO[str]], int]
) -> int:
    """Have `write` fill the file, and return what it returns.

    Raises RequestError: outside `workspace` without `outside`, inside `var`, there already without `force`, or
    when the system refuses.
    """
    place = target.resolve()
    if place.is_relative_to(var.resolve()):
        raise RequestError(f"{target} lies in {var.name}/, which belongs to Scorecard; name another place.")
    if not outside and not place.is_relative_to(workspace.resolve()):
        better = workspace / target.name
        raise RequestError(f"{target} lies outside the workspace; write {better}, or add --outside if you mean it.")
    if place.is_dir():
        raise RequestError(f"{target} is a folder; name a file in it.")
    if target.exists() and not force:
        raise RequestError(f"{target} exists; name a new file, or add --force to write over it.")
    try:
        return _whole(place, write)
    except OSError as error:
        raise RequestError(f"{target} cannot be written: {error.strerror or error}.") from None


def _whole(place: Path, write: Callable[[IO[str]], int]) -> int:
    """Under another name first, so that nobody finds half a file. Readable by its owner: it may hold people's words."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=place.parent, prefix=f".{place.name}.", delete=False
    ) as stream:
        fresh = Path(stream.name)
        try:
            written = write(stream)
            stream.close()
            fresh.replace(place)
        except BaseException:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise
    return written
