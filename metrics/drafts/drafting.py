"""A definition somebody is still writing: bound beside all the others, in memory alone. Nothing here writes a file.

A draft stands in the place it would be saved to, so what it breaks elsewhere is known before anybody saves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from data_checks.calendar import Calendar
from data_checks.errors import Place, Problem
from metrics.catalog import Catalog, catalog_of, library_files
from metrics.definition import MetricDefinition
from metrics.drafts.draft_files import DraftFile, file_of
from metrics.plans import with_plans
from metrics.rules.id_form import is_id

LARGEST = 20_000
"""Characters of a draft: far more than any definition has."""
_DRAFT = "\0"
"""Before the file's name while a draft is bound: what is wrong with it is told apart from what stood in the file."""
_NAMELESS = "metrics/draft.yaml"
_BETWEEN = re.compile(r"---(\s|$)")


@dataclass(frozen=True)
class Written:
    """One definition as it stands in a file. `file`: as messages name it; `first`: the line its text begins in.

    `content`: the whole file as it was read; `around`: its lines before and after the definition. Of the library
    nothing but the text is known: it is never written over.
    """

    metric: str
    text: str
    file: str = ""
    first: int = 1
    content: bytes = b""
    around: tuple[str, str] = ("", "")
    of_library: bool = False

    def with_text(self, text: str) -> bytes:
        """The whole file with this text in the definition's place."""
        before, after = self.around
        return f"{before}{ended(text)}{after}".encode()


@dataclass(frozen=True)
class Drafted:
    """A draft beside everything else. `file`: where it belongs. `problems`: in the draft; `elsewhere`: what it would
    make wrong in other definitions. `catalog`: all definitions, with this one in it when it is right."""

    file: str
    metric: str | None
    problems: tuple[Problem, ...]
    elsewhere: tuple[Problem, ...]
    catalog: Catalog

    @property
    def definition(self) -> MetricDefinition | None:
        """None while something is wrong with it."""
        return self.catalog.metrics.get(self.metric or "") if not self.problems else None


def ended(text: str) -> str:
    """The text with one line end, as files have it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip() + "\n"


def file_for(metric: str) -> str:
    """The file of a new definition, made of its id and nothing else."""
    return f"metrics/{metric}.yaml" if is_id(metric) else _NAMELESS


def written(catalog: Catalog, metric: str) -> Written | None:
    """The definition of this id as it is written, right or wrong; None when no file that can be read has it."""
    for file in catalog.reading.files.values():
        lines = [one.metric.place.line for one in file.drafts if one.metric.metric == metric]
        if lines:
            return _cut_out(metric, file, lines[0] or 1)
        if metric in file.without_shape and not file.drafts and len(file.without_shape) == 1:
            return _cut_out(metric, file, None)
    for file in library_files():
        if any(one.metric.metric == metric for one in file.drafts):
            return Written(metric, _text(file.content).rstrip("\n"), of_library=True)
    return None


def drafted(catalog: Catalog, folder: Path, calendar: Calendar, text: str, source: Written | None = None) -> Drafted:
    """The draft `text`, begun from `source`, among the definitions of `catalog`; goals and strategy are those of the
    workspace's `folder`. Never raises for what is written."""
    draft, shown = _read(text, source)
    files = dict(catalog.reading.files)
    metric = draft.drafts[0].metric.metric if draft.drafts else None
    if source is not None and source.file and (metric == source.metric or metric is None):
        files[source.file] = _without(files.get(source.file), source.metric)
    files[_DRAFT] = draft
    fresh = with_plans(catalog_of(files, calendar, catalog.reading), folder, calendar, catalog.strategy)
    own = tuple(_named(one, shown) for one in fresh.problems if one.place.file.startswith(_DRAFT))
    others = {one for one in fresh.problems if not one.place.file.startswith(_DRAFT)} - set(catalog.problems)
    return Drafted(shown, metric, own, () if own else tuple(sorted(others)), fresh)


def _read(text: str, source: Written | None) -> tuple[DraftFile, str]:
    """The draft as a file of its own, and the name it is shown by."""
    provisional = file_of(_lines(text, 1), _DRAFT)
    name = provisional.drafts[0].metric.metric if provisional.drafts else None
    stays = source is not None and bool(source.file) and name in (source.metric, None)
    shown = source.file if stays and source is not None else file_for(name or (source.metric if source else ""))
    first = source.first if stays and source is not None else 1
    if len(text) > LARGEST:
        told = f"this draft has {len(text):,} characters, {LARGEST:,} are the most; a definition needs far fewer."
        return _wrong(shown, first, told), shown
    draft = file_of(_lines(text, first), _DRAFT + shown)
    if len(draft.drafts) + len(draft.without_shape) > 1:
        told = "this holds several definitions; write one here, and each other one for itself."
        return _wrong(shown, draft.drafts[-1].metric.place.line if draft.drafts else first, told), shown
    return draft, shown


def _lines(text: str, first: int) -> bytes:
    """As bytes of a file in which the text begins at a line; what cannot be text at all stays visible as such."""
    return ("\n" * (first - 1) + text).encode("utf-8", "backslashreplace") if text.strip() else b""


def _wrong(shown: str, line: int | None, told: str) -> DraftFile:
    return DraftFile(_DRAFT + shown, b"", problems=(Problem(Place(_DRAFT + shown, line, 1), told),), whole=False)


def _named(problem: Problem, shown: str) -> Problem:
    """The problem with the file's name as people know it."""
    place = replace(problem.place, file=problem.place.file.replace(_DRAFT, "") or shown)
    return Problem(place, problem.message.replace(_DRAFT, ""))


def _without(file: DraftFile | None, metric: str) -> DraftFile:
    """What else is in the file."""
    if file is None:
        return DraftFile("", b"")
    drafts = tuple(one for one in file.drafts if one.metric.metric != metric)
    return replace(file, drafts=drafts, problems=(), without_shape=file.without_shape - {metric})


def _cut_out(metric: str, file: DraftFile, line: int | None) -> Written:
    """The definition at a line of the file, with its comments; without a line it is the whole file."""
    lines = _text(file.content).splitlines(keepends=True)
    starts = [place for place, one in enumerate(lines, 1) if _BETWEEN.match(one)]
    begins = 1 if line is None else max((_after(lines, start) for start in starts if start <= line), default=1)
    ends = len(lines) if line is None else min((start for start in starts if start > line), default=len(lines) + 1) - 1
    around = ("".join(lines[: begins - 1]), "".join(lines[ends:]))
    return Written(metric, "".join(lines[begins - 1 : ends]).rstrip("\n"), file.shown, begins, file.content, around)


def _after(lines: list[str], separator: int) -> int:
    """The line behind a separator, or the separator itself when the definition begins on it."""
    rest = lines[separator - 1][3:].strip()
    return separator if rest and not rest.startswith("#") else separator + 1


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")


def standing_on(catalog: Catalog, metric: str, others: Mapping[str, MetricDefinition]) -> tuple[str, ...]:
    """The metrics of `others` whose formula names this one, in their order."""
    settled = catalog.reading.settled
    return tuple(name for name in others if name in settled and metric in settled[name].draft.names)
