"""A proposal for workspace.yaml from files nobody has described: each guess with its evidence, each doubt a comment.

Nothing here is used by a load: what a person has not accepted in workspace.yaml does not happen.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data_checks.assistant.columns import Proposed, name_sql, propose_columns
from data_checks.assistant.formats import null_lines, number_lines, time_lines
from data_checks.assistant.match import Fit, Studied, best_fits, study
from data_checks.assistant.repeats import Repeats, repeats
from data_checks.assistant.sample import plain, read_samples
from data_checks.assistant.yaml_lines import commented, indented, scalar, with_comment
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
    """One file, or several alike, the table they fill, and the lines below `files`.

    `instead_of`: why the whole mapping is only a comment, or ''.
    """

    samples: tuple[Studied, ...]
    fits: Sequence[Fit]
    body: tuple[str, ...]
    missing: tuple[str, ...]
    todo: tuple[str, ...]
    keys: frozenset[str]
    instead_of: str = ""

    @property
    def table(self) -> str:
        return self.fits[0].contract.table

    @property
    def shown(self) -> str:
        return ", ".join(_shown(one) for one in self.samples)

    @property
    def meaning(self) -> tuple[str, ...]:
        """The lines without their evidence: two files with the same are read alike."""
        return tuple(bare for line in self.body if (bare := line.split("  # ")[0].lstrip())[:1] != "#")


def propose(files: Sequence[Path], folder: Path) -> Proposal:
    """What workspace.yaml in `folder` could say about the files. Raises RequestError for one that cannot be read."""
    known = contracts()
    mappings: list[_Mapping] = []
    strangers: list[Studied] = []
    for file in dict.fromkeys(files):
        written = _written(file, folder)
        for sample in read_samples(file, written):
            studied = study(sample)
            if fits := best_fits(studied, known):
                _add(mappings, studied, fits)
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
        lines.append(f"  # {_shown(studied)}: no table fits it. Its columns: {names}")
    samples = ", ".join([*(mapping.shown for mapping in mappings), *(_shown(one) for one in strangers)])
    head = _HEAD.format(samples=samples, title=scalar(folder.resolve().name or "Scorecard", always=True))
    found = [_found(mapping) for mapping in mappings]
    found += [f"{_shown(one)}: no table fits it; see `scorecard tables`." for one in strangers]
    todo = [f"{mapping.shown}: {each}." for mapping in mappings for each in mapping.todo]
    todo += [] if tables else ["map at least one table; none was recognised."]
    return Proposal(head + "\n".join(lines) + "\n", tuple(found), tuple(todo))


def _add(mappings: list[_Mapping], studied: Studied, fits: Sequence[Fit]) -> None:
    """A mapping of its own; or one more file of a mapping that reads alike; or, where the same keys stand in another
    file of the table, a prefix for running numbers and else only a comment."""
    fresh = _mapping(studied, fits)
    for at, other in enumerate(mappings):
        if other.table != fresh.table or other.instead_of:
            continue
        names = [[name.lower() for name in one.sample.names] for one in (studied, other.samples[0])]
        if names[0] == names[1] and other.meaning == fresh.meaning and studied.sample.sheet is None:
            mappings[at] = replace(other, samples=(*other.samples, studied), keys=other.keys | fresh.keys)
            return
        if not (shared := len(fresh.keys & other.keys)):
            continue
        if all(key.isdigit() and len(key) < 8 for key in fresh.keys):
            why = f"sampled keys that stand in {other.shown} too: {shared:,}; so they get a name of their own"
            fresh = _mapping(studied, fits, (_prefix(studied, mappings), why))
            break
        said = f"{shared:,} of its sampled keys stand in {{}} too: the same {fresh.table}; join both into one file"
        if fresh.fits[0].score > other.fits[0].score:
            mappings[at] = replace(other, instead_of=said.format(fresh.shown), todo=())
        else:
            fresh = replace(fresh, instead_of=said.format(other.shown), todo=())
            break
    mappings.append(fresh)


def _prefix(studied: Studied, mappings: Sequence[_Mapping]) -> str:
    """What no other mapping puts before its keys."""
    stem = studied.sample.sheet or Path(studied.sample.written).name.split(".")[0]
    lines = [line for mapping in mappings for line in mapping.meaning]
    taken = sum(f"'{stem}-" in line or f"'{stem}_" in line for line in lines)
    return f"{stem}_{taken + 1}-" if taken else f"{stem}-"


def _shown(studied: Studied) -> str:
    return plain(studied.sample.shown, 500)


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
    fit = mapping.fits[0]
    if mapping.instead_of:
        return f"{mapping.shown}: left out as a comment; {mapping.instead_of}."
    missing = f"; not found: {', '.join(mapping.missing)}" if mapping.missing else ""
    return f"{mapping.shown} → {mapping.table}: {len(fit.matches)} of its {len(fit.contract.columns)} columns{missing}."


def _table(table: str, mappings: Sequence[_Mapping]) -> list[str]:
    """The table's mapping, or the list of them; what is only a comment comes below."""
    live = [mapping for mapping in mappings if not mapping.instead_of]
    lines = [f"  {table}:"]
    for mapping in live:
        whole = [_files_line(mapping), *mapping.body]
        if len(live) == 1:
            lines += indented(whole, 4)
        else:
            lines += [f"    - {whole[0]}", *indented(whole[1:], 6)]
    for mapping in mappings:
        if mapping.instead_of:
            lines.append(f"  # {mapping.instead_of}. Left out:")
            lines += [f"  #   {line}" for line in (_files_line(mapping), *mapping.body)]
    return lines


def _files_line(mapping: _Mapping) -> str:
    fit, others = mapping.fits[0], mapping.fits[1:]
    records = sum(one.sample.records for one in mapping.samples)
    why = f"{records:,} records; columns named like those of {mapping.table}: {len(fit.matches)}"
    if others:
        why += f"; next best {others[0].contract.table} ({len(others[0].matches)})"
    names = [scalar(one.sample.written, always=True) for one in mapping.samples]
    return with_comment(f"files: {names[0] if len(names) == 1 else '[' + ', '.join(names) + ']'}", why)


def _mapping(studied: Studied, fits: Sequence[Fit], prefix: tuple[str, str] | None = None) -> _Mapping:
    sample, fit = studied.sample, fits[0]
    again = repeats(studied, fit)
    proposed = propose_columns(studied, fit, again if again and again.is_lines else None)
    types = dict(proposed.types)
    body = []
    if sample.sheet is not None:
        body.append(with_comment(f"sheet: {scalar(sample.sheet, always=True)}", "the workbook has more than one"))
    if sample.header is not None:
        body.append(with_comment(f"header: {sample.header[0]}", sample.header[1]))
    for name, declared in (("encoding", sample.encoding), ("delimiter", sample.delimiter)):
        if declared:
            body.append(with_comment(f"{name}: {scalar(declared[0], always=name == 'delimiter')}", declared[1]))
    latest, repeat_todo = _repeat_lines(again, types)
    times, numbers = _typed(fit, proposed, types)
    time_said, time_todo = time_lines(studied, times)
    number_said, number_todo = number_lines(studied, numbers)
    body += [*null_lines(studied), *time_said, *number_said]
    if types:
        listed = ", ".join(f"{scalar(name, always=not name.isidentifier())}: {kind}" for name, kind in types.items())
        body.append(with_comment(f"types: {{{listed}}}", "what is added up or put in order must not be text"))
    body += [*latest, *_column_lines(studied, fit, proposed, prefix)]
    missing = proposed.missing
    decide = [f"say where {', '.join(missing)} come{'s' * (len(missing) == 1)} from"] if missing else []
    todo = (*decide, *time_todo, *number_todo, *repeat_todo)
    key = fit.matches.get(fit.contract.key)
    keys: frozenset[str] = frozenset(studied.facts[key].values) if key else frozenset()
    return _Mapping((studied,), fits, tuple(body), missing, todo, keys)


def _typed(fit: Fit, proposed: Proposed, types: dict[str, str]) -> tuple[list[str], list[str]]:
    """The columns of the file that are read as times, and as numbers, or will be if the first choice is taken."""
    columns = fit.contract.columns
    # A score holds codes that are no numbers; its expression leaves them out.
    coded = fit.matches.get("score") if fit.contract.table == "survey_responses" else None
    kinds: list[tuple[str, str]] = []
    for line in proposed.lines:
        name = line.candidate or (fit.matches.get(line.column) if line.sure else None)
        kinds += [(name, columns[line.column].type)] if name else []
    kinds = [(name, kind) for name, kind in kinds if name not in types and name != coded] + list(types.items())
    moments = [name for name, kind in kinds if kind in ("time", "day")]
    numbers = [name for name, kind in kinds if kind in ("number", "integer")]
    return list(dict.fromkeys(moments)), list(dict.fromkeys(numbers))


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
        rises = f"{plain(name)} rises in {100 * share:.0f} % of the steps"
        why = f"{seen}, and {rises}: a log of events, of which the last counts"
        return [with_comment(f"latest_by: {{key: {key}, order: {scalar(name_sql(name))}}}", why)], []
    doubt = f"{seen}, and no column says which row is the later one; without this, repeats go to quarantine"
    line = commented(f"latest_by: {{key: {key}, order: …}}", doubt)
    return [line], [f"say what it means that {plain(again.key)} repeats"]


def _column_lines(studied: Studied, fit: Fit, proposed: Proposed, prefix: tuple[str, str] | None) -> list[str]:
    live = [line for line in proposed.lines if line.sure]
    lines = ["columns:" if live else "columns: {}"]
    for line in proposed.lines:
        expression, why = line.expression, line.why
        if prefix and line.column == fit.contract.key:
            expression, why = f"{literal(prefix[0])} || {expression}", prefix[1]
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
    lines += [f"# {plain(note, 300)}" for note in studied.sample.notes[:5]]
    return lines
