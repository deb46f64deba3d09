"""`files:` of a source → files on disk: paths, globs and ${NAME} of the environment, which is read nowhere else."""

from __future__ import annotations

import codecs
import contextlib
import glob
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data_checks.obstacles import is_address, nearest, obstacle

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NO_FILES = ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem")
FileKind = Literal["text", "workbook", "parquet", "json", "copied"]
PACKED = (".gz", ".zst")
_KINDS: Mapping[str, FileKind] = {
    ".parquet": "parquet",
    ".xlsx": "workbook",
    ".xlsm": "workbook",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}
_NOT_READ = {
    ".zip": "unpack it",
    ".bz2": "pack it with gzip or zstd",
    ".xz": "pack it with gzip or zstd",
    ".7z": "unpack it",
    ".xls": "save it as .xlsx",
    ".xlsb": "save it as .xlsx",
    ".ods": "save it as .xlsx",
    ".feather": "write it as .parquet",
    ".arrow": "write it as .parquet",
}


@dataclass(frozen=True)
class DataFile:
    """A file on disk and the name it bears in messages and books: as the workspace wrote it, never a machine's path.

    `kind`: how it is read; copied: it holds a plain copy of ours already, such as a query's result. `sheet`: of a
    workbook, None for its only one.
    """

    path: Path
    shown: str
    kind: FileKind = "text"
    sheet: str | None = None


def kind_of(path: Path) -> FileKind:
    """How a file is read, by the end of its name."""
    return _KINDS.get(Path(unpacked_name(path)).suffix.lower(), "text")


def unpacked_name(path: Path) -> str:
    """The name without .gz or .zst."""
    return path.stem if path.suffix.lower() in PACKED else path.name


def find_files(names: Sequence[str], folder: Path) -> tuple[tuple[DataFile, ...], tuple[str, ...]]:
    """The files the names stand for, in order (a glob's sorted), and a sentence for every name that finds none."""
    found: list[DataFile] = []
    problems: list[str] = []
    for name in names:
        unset = [variable for variable in _VARIABLE.findall(name) if not os.environ.get(variable)]
        problems += [f"the environment variable {variable} is not set; '{name}' needs it." for variable in unset]
        if not unset:
            _find(name, folder, found, problems)
    return tuple(found), tuple(problems)


def _find(name: str, folder: Path, found: list[DataFile], problems: list[str]) -> None:
    if is_address(name):
        problems.append(f"'{name}' is an address, and files are read from disk; download it and name the file.")
        return
    expanded = _VARIABLE.sub(lambda match: os.environ[match[1]], name)
    escaped = _VARIABLE.sub(lambda match: glob.escape(os.environ[match[1]]), name)
    # Only what the workspace wrote is a pattern, not the folder an environment variable names.
    path = folder / expanded
    is_glob = any(char in _VARIABLE.sub("", name) for char in "*?[") and _kind(path) != "file"  # a name may hold [ ]
    pattern = escaped if Path(expanded).is_absolute() else f"{glob.escape(str(folder))}/{escaped}"
    paths = [Path(p) for p in sorted(glob.glob(pattern, recursive=True))] if is_glob else [path]  # noqa: PTH207
    if not paths:
        problems.append(_no_match(name, path))
    for one in paths:
        shown = _shown(one, name, folder) if is_glob else name
        kind = _kind(one)
        if kind == "folder":
            problems.append(f"'{shown}' is a folder; name its files, or use a glob such as '{shown}/*.csv'.")
        elif kind != "file":
            problems.append(_absent(one, shown))
        elif wish := _not_read(one):
            problems.append(f"'{shown}' is of a kind that is not read; {wish}.")
        else:
            found.append(DataFile(one, shown, kind_of(one)))


def _no_match(name: str, path: Path) -> str:
    """A pattern finds nothing in a folder that may not be read, whatever is in it."""
    above = next(folder for folder in path.parents if not any(char in str(folder) for char in "*?["))
    if above.is_dir() and not os.access(above, os.R_OK | os.X_OK):
        return f"the folder of '{name}' cannot be read; give yourself the right to read it."
    return f"no file matches '{name}'; put one there, or correct the pattern."


def _absent(path: Path, shown: str) -> str:
    if told := obstacle(path):
        return f"'{shown}' {told}."
    near = nearest(path)
    return (
        f"the file '{shown}' does not exist.{near}"
        if near
        else (f"the file '{shown}' does not exist; put it there, or correct `files`.")
    )


def _kind(path: Path) -> Literal["file", "folder", ""]:
    """What stands there; '' for nothing, a name too long for any file, a device."""
    with contextlib.suppress(OSError):
        return "folder" if path.is_dir() else "file" if path.is_file() else ""
    return ""


def _not_read(path: Path) -> str | None:
    """What to do with a file of a kind that is not read; None for the others."""
    if path.suffix.lower() in PACKED and kind_of(path) in ("parquet", "workbook"):
        return f"unpack it: {Path(unpacked_name(path)).suffix} files are packed already"
    return _NOT_READ.get(Path(unpacked_name(path)).suffix.lower())


def _shown(path: Path, pattern: str, folder: Path) -> str:
    """A file a glob found, as its author would write it."""
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    shown = path.as_posix()
    for variable in _VARIABLE.findall(pattern):
        shown = shown.replace(os.environ[variable], f"${{{variable}}}", 1)
    return shown


def without_repeats(files: Sequence[DataFile]) -> tuple[tuple[DataFile, ...], tuple[str, ...]]:
    """Each file on disk once, whatever its names, and a sentence for every repeat."""
    first: dict[tuple[int, int], DataFile] = {}
    notes = []
    for file in files:
        stat = file.path.stat()
        known = first.setdefault((stat.st_dev, stat.st_ino), file)
        if known is not file:
            what = "is named twice" if known.shown == file.shown else f"is the same file as {known.shown}"
            notes.append(f"{file.shown} {what} and is read once.")
    return tuple(first.values()), tuple(notes)


def is_text_encoding(name: str) -> bool:
    """Whether files can be written in this encoding: bytes to text, piece by piece."""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    is_text: bool = getattr(info, "_is_text_encoding", True)
    incremental: object = info.incrementaldecoder
    return is_text and incremental is not None and info.name not in _NO_FILES
