"""A folder of metric files → drafts, file by file; a file whose content has not changed is not parsed again."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data_checks.errors import FileProblems, Place, Problem
from data_checks.yaml_file import Document, parse_documents, read_bytes
from metrics.drafts.definition_file import Draft, draft_of

LARGEST = 256 * 1024
"""Bytes of one metric file; hundreds of definitions fit."""


@dataclass(frozen=True, eq=False)
class DraftFile:
    """One file as it was read. `without_shape`: ids whose definition could not be read at all.

    `whole`: every definition in it has told its id, so what is not named here is not in the file. `is_closed`: it could
    not be opened at all.
    """

    shown: str
    content: bytes
    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    without_shape: frozenset[str] = frozenset()
    whole: bool = True
    is_closed: bool = False


def read_folder(folder: Path, before: Mapping[str, DraftFile]) -> dict[str, DraftFile]:
    """Every metric file below `folder` by the name it is shown as, in that order; `before`: what was read last.

    Never raises: what cannot be read is a file with problems. Compares contents, not times: an edit is never missed.
    """
    closed: list[OSError] = []
    above = f"{folder.parent}{os.sep}"
    found = sorted((_shown(entry.path, above), entry.path) for entry in metric_files(str(folder), closed.append))
    files = {shown: _read(path, shown, before.get(shown)) for shown, path in found}
    for error in closed if folder.exists() else ():
        shown = _shown(str(error.filename), above)
        if isinstance(error, IsADirectoryError):
            told = "this is a folder with the name of a metric file; give it another name."
        else:
            told = f"this folder cannot be read: {error.strerror}; check its permissions."
        files[shown] = DraftFile(shown, b"", problems=(Problem(Place(shown), told),), whole=False, is_closed=True)
    return files


def metric_files(folder: str, on_error: Callable[[OSError], None] | None = None) -> Iterator[os.DirEntry[str]]:
    """Every metric file below a folder, in no order. Hidden files are an editor's own; linked folders are not followed.

    `on_error` hears of folders that cannot be read, or are named like a file.
    """
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                found = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            if on_error is not None:
                on_error(error)
            continue
        for entry in found:
            is_named_so = entry.name.lower().endswith((".yaml", ".yml"))
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
                if is_named_so and on_error is not None:
                    on_error(IsADirectoryError(errno.EISDIR, "", entry.path))
            elif is_named_so:
                yield entry


def _shown(path: str, above: str) -> str:
    """The name in messages: from the folder itself on."""
    return path.removeprefix(above).replace(os.sep, "/")


def _read(path: str, shown: str, before: DraftFile | None) -> DraftFile:
    try:
        content = read_bytes(path, shown)
    except FileProblems as error:
        return DraftFile(shown, b"", problems=error.problems, whole=False, is_closed=True)
    if before is not None and content and before.content == content:
        return before
    return file_of(content, shown)


def file_of(content: bytes, shown: str) -> DraftFile:
    """What a file of this content holds, shown as `shown` in messages. Never raises."""
    if not content.strip():
        told = "this file is empty; begin with 'metric:' and its id, or delete the file."
        return DraftFile(shown, content, problems=(Problem(Place(shown), told),), whole=False)
    if len(content) > LARGEST:
        told = f"this file has {len(content):,} bytes, {LARGEST:,} are the most; split it."
        return DraftFile(shown, content, problems=(Problem(Place(shown), told),), whole=False)
    try:
        documents = parse_documents(content, shown)
    except FileProblems as error:
        return DraftFile(shown, content, problems=error.problems, whole=False)
    drafts: list[Draft] = []
    problems: list[Problem] = []
    lost: set[str] = set()
    whole = True
    for document in documents:
        try:
            drafts.append(draft_of(document))
        except FileProblems as error:
            problems += error.problems
            name = _id_of(document)
            whole = whole and name is not None
            lost |= {name} if name is not None else set()
    return DraftFile(shown, content, tuple(drafts), tuple(problems), frozenset(lost), whole)


def _id_of(document: Document) -> str | None:
    """The id a definition bears, though nothing else of it can be read."""
    name = document.data.get("metric") if isinstance(document.data, dict) else None
    return name if isinstance(name, str) else None
