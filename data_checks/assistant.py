"""A proposal for workspace.yaml from files nobody has described: each guess with its evidence, each doubt a comment.

Nothing here is used by a load: what a person has not accepted in workspace.yaml does not happen.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data_checks.assistant_columns import Proposed, name_sql, propose_columns
from data_checks.assistant_formats import null_lines, number_lines, time_lines
from data_checks.assistant_match import Fit, Studied, best_fits, study
from data_checks.assistant_repeats import Repeats, repeats
from data_checks.assistant_sample import plain, read_samples
from data_checks.assistant_yaml import commented, indented, scalar, with_comment
from data_checks.contract import contracts
from data_checks.errors import RequestError
from data_checks.expression import literal
from data_checks.workspace_files import find_files

_HEAD = """\
# A proposal by `scorecard init`, from {samples}. Nothing is loaded yet.
# Behind each # stands why a line was written; a line that begins with # is not taken: decide, and correct it.
title: {title}
timezone: UTC  # no file says where your days begin; write your zone, like Europe/Berlin
currency: EUR  # no file says it
as_of: latest
sources:
"""


@dataclass(frozen=True)
class Proposal:
    """`text`: workspace.yaml; `found`: a sentence per file; `todo`: what a person has to decide before a load."""

    text: str
    found: tuple[str, ...]
    todo: tuple[str, ...]


@dataclass(frozen=True)
class _Mapping:
    """One file, the table it fills, and its lines. `stands`: whether it is more than a comment."""

    studied: Studied
    fits: Sequence[Fit]
    body: tuple[str, ...]
    todo: tuple[str, ...]
    key_values: frozenset[str]

    @property
    def table(self) -> str:
        return self.fits[0].contract.table


def propose(files: Sequence[Path], folder: Path) -> Proposal:
    """What workspace.yaml in `folder` could say about the files. Raises RequestError for one that cannot be read."""
    known = contracts()
    mappings: list[_Mapping] = []
    strangers: list[Studied] = []
    for file in dict.fromkeys(files):
        written = _written(file, folder)
        for sample in read_samples(file, written):
            studied = study(sample)
            fits = best_fits(studied, known)
            if fits:
                mappings.append(_mapping(studied, fits, mappings))
            else:
                strangers.append(studied)
    lines: list[str] = []
    tables = dict.fromkeys(mapping.table for mapping in mappings)
    for table in tables:
        lines += _table(table, [mapping for mapping in mappings if mapping.table == table])
    if not tables:
        lines += ["  {}  # no table fits these files; `scorecard tables` lists what each needs"]
    for studied in strangers:
        names = ", ".join(plain(name) for name in studied.sample.names[:30])
        lines.append(f"  # {plain(studied.sample.shown)}: no table fits it. Its columns: {names}")
    samples = ", ".join(plain(one.sample.shown) for one in [*(m.studied for m in mappings), *strangers])
    head = _HEAD.format(samples=samples, title=scalar(folder.resolve().name or "Scorecard", always=True))
    found = [_found(mapping) for mapping in mappings]
    found += [f"{one.sample.shown}: no table fits it; see `scorecard tables`." for one in strangers]
    todo = [f"{mapping.studied.sample.shown}: {each}." for mapping in mappings for each in mapping.todo]
    return Proposal(head + "\n".join(lines) + "\n", tuple(found), tuple(todo))


def _written(file: Path, folder: Path) -> str:
    """The file as `files` names it: from the folder on where it lies inside."""
    if file.is_dir():
        raise RequestError(f"{file} is a folder; name the files in it.")
    if not file.is_file():
        raise RequestError(f"{file} does not exist; name a file to look at.")
    _, problems = find_files([glob.escape(str(file.resolve()))], folder)
    if problems:
        raise RequestError(f"{file}: {problems[0]}")
    place, home = file.resolve(), folder.resolve()
    if place.is_relative_to(home):
        named = place.relative_to(home).as_posix()
    else:
        named = file.as_posix() if file.is_absolute() else Path(os.path.relpath(file, folder)).as_posix()
    return glob.escape(named)


def _found(mapping: _Mapping) -> str:
    sample, fit = mapping.studied.sample, mapping.fits[0]
    missing = f"; not found: {', '.join(fit.missing)}" if fit.missing else ""
    mapped = len(fit.matches)
    return f"{sample.shown} → {fit.contract.table}: {mapped} of its {len(fit.contract.columns)} columns{missing}."


def _table(table: str, mappings: Sequence[_Mapping]) -> list[str]:
    lines = [f"  {table}:"]
    if len(mappings) == 1:
        return lines + indented(list(mappings[0].body), 4)
    for mapping in mappings:
        first, *rest = mapping.body
        lines += [f"    - {first}", *indented(rest, 6)]
    return lines


def _mapping(studied: Studied, fits: Sequence[Fit], before: Sequence[_Mapping]) -> _Mapping:
    sample, fit = studied.sample, fits[0]
    again = repeats(studied, fit)
    proposed = propose_columns(studied, fit, again if again and again.is_lines else None)
    types = dict(proposed.types)
    body = [_files_line(studied, fits)]
    if sample.sheet is not None:
        body.append(with_comment(f"sheet: {scalar(sample.sheet)}", "the workbook has more than one"))
    for key, declared in (("encoding", sample.encoding), ("delimiter", sample.delimiter)):
        if declared:
            body.append(with_comment(f"{key}: {scalar(declared[0], always=key == 'delimiter')}", declared[1]))
    latest, todo = _repeat_lines(again, types)
    taken = {line.column for line in proposed.lines if line.sure}
    time_names, number_names = _typed(fit, taken, types)
    times_said = time_lines(studied, time_names)
    (numbers_said, number_todo), _ = number_lines(studied, number_names)
    body += [*null_lines(studied)[0], *times_said[0], *numbers_said]
    if types:
        listed = ", ".join(f"{scalar(name, always=not name.isidentifier())}: {kind}" for name, kind in types.items())
        body.append(with_comment(f"types: {{{listed}}}", "what is added up or put in order must not be text"))
    body += latest
    keys = frozenset(studied.facts[fit.matches[fit.contract.key]].values) if fit.contract.key in fit.matches else None
    prefix = _prefix(studied, fit, keys, before)
    body += _column_lines(studied, fit, proposed, prefix)
    todo = [*proposed.todo, *times_said[1], *number_todo, *todo]
    return _Mapping(studied, fits, tuple(body), tuple(todo), keys or frozenset())


def _typed(fit: Fit, taken: set[str], types: dict[str, str]) -> tuple[list[str], list[str]]:
    """The columns of the file that are read as times, and as numbers."""
    columns = fit.contract.columns
    # A score holds codes that are no numbers; its expression leaves them out.
    coded = fit.matches.get("score") if fit.contract.table == "survey_responses" else None
    kinds: list[tuple[str, str]] = [
        (fit.matches[column], columns[column].type) for column in columns if column in taken & fit.matches.keys()
    ]
    kinds = [(name, kind) for name, kind in kinds if name not in types and name != coded] + list(types.items())
    moments = [name for name, kind in kinds if kind in ("time", "day")]
    numbers = [name for name, kind in kinds if kind in ("number", "integer")]
    return list(dict.fromkeys(moments)), list(dict.fromkeys(numbers))


def _files_line(studied: Studied, fits: Sequence[Fit]) -> str:
    fit, sample = fits[0], studied.sample
    why = f"{sample.records:,} records; {len(fit.matches)} columns named like those of {fit.contract.table}"
    if len(fits) > 1:
        why += f"; next best {fits[1].contract.table} ({len(fits[1].matches)})"
    return with_comment(f"files: {scalar(sample.written, always=True)}", why)


def _repeat_lines(again: Repeats | None, types: dict[str, str]) -> tuple[list[str], list[str]]:
    """latest_by or group_by, with what was seen of the key."""
    if again is None:
        return [], []
    seen = f"{again.rows:,} consecutive rows hold {again.keys:,} different {plain(again.key)}"
    key = scalar(name_sql(again.key))
    if again.is_lines:
        return [with_comment(f"group_by: {key}", f"{seen}: these are the lines of orders")], []
    if again.order:
        name, kind, share = again.order
        types[name] = kind
        why = f"{seen}, and {plain(name)} rises in {100 * share:.0f} % of the steps: a log, of which the last row counts"
        return [with_comment(f"latest_by: {{key: {key}, order: {scalar(name_sql(name))}}}", why)], []
    doubt = f"{seen}, and no column says which row is the later one; without this, repeats go to quarantine"
    line = commented(f"latest_by: {{key: {key}, order: …}}", doubt)
    return [line], [f"say what it means that {plain(again.key)} repeats"]


def _prefix(
    studied: Studied, fit: Fit, keys: frozenset[str] | None, before: Sequence[_Mapping]
) -> tuple[str, str] | None:
    """(what to put before the key, why) where another file of the same table numbers its rows alike."""
    for other in before:
        if other.table == fit.contract.table and keys and (shared := len(keys & other.key_values)):
            stem = Path(studied.sample.written).name.split(".")[0]
            why = f"{shared:,} sampled keys stand in {plain(other.studied.sample.shown)} too, so they get a name of their own"
            return stem, why
    return None


def _column_lines(studied: Studied, fit: Fit, proposed: Proposed, prefix: tuple[str, str] | None) -> list[str]:
    live = [line for line in proposed.lines if line.sure]
    lines = ["columns:" if live else "columns: {}"]
    for line in proposed.lines:
        expression, why = line.expression, line.why
        if prefix and line.column == fit.contract.key:
            expression, why = f"{literal(prefix[0] + '-')} || {expression}", prefix[1]
        text = f"{line.column}: {scalar(expression)}"
        lines.append(f"  {with_comment(text, why) if line.sure else commented(text, why)}")
    there = {line.column for line in live}
    ways = fit.contract.slices.items()
    if slices := [name for name, way in ways if way.column in there and way.attribute in (None, "name")]:
        lines.append(f"# It can be cut by: {', '.join(slices)}.")
    named = {line.column for line in proposed.lines}
    if absent := [column for column in fit.contract.columns if column not in named]:
        lines.append(f"# Not found: {', '.join(absent)}.")
    used = {*fit.matches.values(), *proposed.types}
    if unused := [plain(name) for name in studied.sample.names if name not in used]:
        more = f" and {len(unused) - 30} more" if len(unused) > 30 else ""
        lines.append(f"# Columns of the file not used: {', '.join(unused[:30])}{more}.")
    lines += [f"# {plain(note)}" for note in studied.sample.notes[:5]]
    return lines
