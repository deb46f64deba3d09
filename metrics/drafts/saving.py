"""A definition saved among the workspace's metrics: whole or not at all, and never over what nobody has seen."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
from pathlib import Path

from data_checks.errors import RequestError

_one_at_a_time = threading.Lock()
"""Between looking at a file and replacing it no other reader of this server saves."""


class ChangedOnDisk(RequestError):
    """The file is not as it was when it was opened, so it is left as it is."""


def in_file(folder: Path, file: str) -> bytes | None:
    """What the file of this name holds now; None when there is none. Raises RequestError when it cannot be read."""
    try:
        return _target(folder, file).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RequestError(f"{file} cannot be read: {error.strerror or error}.") from None


def save_definition(folder: Path, file: str, content: bytes, seen: bytes | None) -> None:
    """Write the file. `folder`: the workspace's metrics; `file`: its name as messages have it, from metrics/ on;
    `seen`: what the writer knows it to hold, None: that there is no such file.

    Raises ChangedOnDisk when it holds something else, RequestError when the system refuses.
    """
    target = _target(folder, file)
    with _one_at_a_time:
        if in_file(folder, file) != seen:
            told = "has changed" if seen is not None else "is there already"
            raise ChangedOnDisk(f"{file} {told}; look at it first.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _put(target, content, is_new=seen is None)
        except FileExistsError:
            raise ChangedOnDisk(f"{file} is there already; look at it first.") from None
        except OSError as error:
            raise RequestError(f"{file} cannot be written: {error.strerror or error}.") from None


def _target(folder: Path, file: str) -> Path:
    """The path of a file of the folder. Raises RequestError for one outside it, and for a link to elsewhere."""
    target = folder.parent / file
    if not target.resolve().is_relative_to(folder.resolve()) or target.is_symlink() or target.suffix == "":
        raise RequestError(f"{file} is not a file of the workspace's metrics; download the definition instead.")
    return target


def _put(target: Path, content: bytes, is_new: bool) -> None:
    """Under another name first; a new file only where none has come meanwhile. It may be read as its neighbours may."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            fresh.chmod(0o644)
            os.link(fresh, target)
        else:
            shutil.copymode(target, fresh)
            fresh.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
