"""Files a person asks for: in the workspace and never over another one unless told, whole or not at all."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from data_checks.errors import RequestError
from data_checks.workspace import Workspace


def write_file(target: Path, workspace: Workspace, outside: bool, force: bool, write: Callable[[IO[str]], int]) -> int:
    """Have `write` fill the file, and return what it returns.

    Raises RequestError: outside the workspace without `outside`, as check_place() does, or when the system refuses.
    """
    if not outside and not target.resolve().is_relative_to(workspace.folder.resolve()):
        check_place(target, workspace, force=True)
        better = workspace.folder / target.name
        raise RequestError(f"{target} lies outside the workspace; write {better}, or add --outside if you mean it.")
    check_place(target, workspace, force)

    def fill(stream: IO[bytes]) -> int:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        written = write(text)
        text.detach()
        return written

    return _whole(target, fill)


def write_bytes(target: Path, workspace: Workspace, force: bool, content: bytes) -> None:
    """Write a whole file. Raises RequestError as check_place() does, and when the system refuses."""
    check_place(target, workspace, force)
    _whole(target, lambda stream: stream.write(content))


def check_place(target: Path, workspace: Workspace, force: bool) -> None:
    """Raise RequestError when nothing may be written there: in `var`, a folder, a device or a pipe, what the workspace
    itself reads, or there already without `force`."""
    var = workspace.var
    if str(target) == "-":
        raise RequestError("- is no file; name a file.")
    if target.resolve().is_relative_to(var.resolve()):
        raise RequestError(f"{target} lies in {var.name}/, which belongs to Scorecard; name another place.")
    if target.is_dir():
        raise RequestError(f"{target} is a folder; name a file in it.")
    if target.exists() and not target.is_file():
        raise RequestError(f"{target} is no file; name a file.")
    if target.exists() and workspace.reads(target):
        raise RequestError(f"{target} is read by the workspace; name another file.")
    if target.exists() and not force:
        raise RequestError(f"{target} exists; name a new file, or add --force to write over it.")


def check_writable(target: Path) -> None:
    """Raise RequestError when the system lets nobody write there, before there is anything to write."""
    place = target.resolve()
    try:
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}."):
            pass
    except OSError as error:
        raise _refused(target, error) from None


def _refused(target: Path, error: OSError) -> RequestError:
    return RequestError(f"{target} cannot be written: {error.strerror or error}.")


def _whole(target: Path, fill: Callable[[IO[bytes]], int]) -> int:
    """Under another name first, so that nobody finds half a file. Readable by its owner: it may hold people's words."""
    place = target.resolve()
    try:
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}.", delete=False) as stream:
            fresh = Path(stream.name)
            try:
                written = fill(stream)
                stream.close()
                fresh.replace(place)
            except BaseException:
                with contextlib.suppress(OSError):
                    fresh.unlink()
                raise
    except OSError as error:
        raise _refused(target, error) from None
    return written
