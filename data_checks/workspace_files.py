"""`files:` of a source → files on disk: paths, globs and ${NAME} of the environment, which is read nowhere else."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NOT_READ = (".parquet", ".xlsx", ".zip", ".bz2", ".xz", ".zst")


@dataclass(frozen=True)
class DataFile:
    """A file on disk and the name it bears in messages and books: as the workspace wrote it, never a machine's path."""

    path: Path
    shown: str


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
    expanded = _VARIABLE.sub(lambda match: os.environ[match[1]], name)
    is_glob = any(char in expanded for char in "*?[")
    path = folder / expanded
    paths = [Path(p) for p in sorted(glob.glob(str(path), recursive=True))] if is_glob else [path]  # noqa: PTH207
    if not paths:
        problems.append(f"no file matches '{name}'.")
    for one in paths:
        shown = _shown(one, name, folder) if is_glob else name
        if one.is_dir():
            problems.append(f"'{shown}' is a folder; name its files, or use a glob such as '{shown}/*.csv'.")
        elif not one.is_file():
            problems.append(f"the file '{shown}' does not exist.")
        elif one.suffix in _NOT_READ:
            problems.append(f"'{shown}' is not read yet; give a .csv, .tsv or .txt file, plain or .gz.")
        else:
            found.append(DataFile(one, shown))


def _shown(path: Path, pattern: str, folder: Path) -> str:
    """A file a glob found, as its author would write it."""
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    shown = path.as_posix()
    for variable in _VARIABLE.findall(pattern):
        shown = shown.replace(os.environ[variable], f"${{{variable}}}", 1)
    return shown
