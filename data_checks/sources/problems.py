"""What is wrong with the sources of a workspace, as far as it can be said without loading: all of it at once.

A file that is missing or unsound hides nothing that is wrong with another one.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from data_checks.errors import FileProblems, LoadRefused, Place, Problem
from data_checks.initiatives import write_given
from data_checks.sources.database import fetch_queries
from data_checks.sources.files import Header
from data_checks.sources.kinds import header_of
from data_checks.sources.relations import check_headers, found_files
from data_checks.workspace_files import DataFile
from data_checks.workspace_source import Source


def source_problems(sources: Mapping[str, Sequence[Source]]) -> list[Problem]:
    """Files that are not there or cannot be read, queries that fail, columns they do not have; by place."""
    every = [source for many in sources.values() for source in many]
    with tempfile.TemporaryDirectory() as folder:
        found = [one for number, source in enumerate(every) for one in _problems(source, Path(folder, str(number)))]
    return sorted(dict.fromkeys(found), key=_in_workspace_first)


def _in_workspace_first(problem: Problem) -> tuple[bool, str, int, int]:
    place = problem.place
    return place.line is None, place.file, place.line or 0, place.column or 0


def _problems(source: Source, folder: Path) -> Iterator[Problem]:
    source, missing, _ = found_files(source)
    yield from missing
    if missing and (not source.files or any(one.place != source.places["files"] for one in missing)):
        return  # nothing to look into, or a key that says how to is wrong
    try:
        (source,) = write_given(fetch_queries([source], folder, lambda _: None, rows=False), folder)
    except LoadRefused as error:
        yield _placed(error, source.places["sql"])
        return
    headers: dict[DataFile, Header] = {}
    for file in source.files:
        try:
            headers[file] = header_of(source, file)
        except LoadRefused as error:
            yield _placed(error, Place(file.shown))
    if headers:
        try:
            check_headers([dataclasses.replace(source, files=tuple(headers))], headers)
        except FileProblems as error:
            yield from error.problems


def _placed(error: LoadRefused, place: Place) -> Problem:
    """A refusal as a problem of the file or line it begins with."""
    return Problem(place, str(error).removeprefix(f"{place}: "))
