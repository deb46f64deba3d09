"""JSON lines (one object a line) → a plain copy: every key a column, numbers as written, nested values as JSON text."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data_checks.errors import LoadRefused
from data_checks.sources.files import Header, clean_header, is_empty, text_lines
from data_checks.sources.parquet import nested_note
from data_checks.sources.text import Converted, CopyWriter


class _Number(str):
    """A number as the file writes it, so that 1.10 and long keys keep their digits."""


class _NotOne(ValueError):
    """Why a line is no JSON object, as part of a sentence."""


def json_header(path: Path, encoding: str, shown: str) -> Header:
    """Every key of every object, in the order they come. Raises LoadRefused when no line is an object."""
    keys: dict[str, None] = {}
    any_line = False
    for number, line in enumerate(text_lines(path, encoding, shown), 1):
        line = line.strip()
        any_line = any_line or bool(line)
        if line.startswith("[") and not keys:
            raise LoadRefused(
                f"{shown}:{number}: this is one JSON list and not one object a line; "
                "write each object on a line of its own (jq -c '.[]')."
            )
        try:
            keys |= dict.fromkeys(_object(line)) if line else {}
        except _NotOne:
            continue
    if not any_line:
        raise is_empty(shown)
    if not keys:
        raise LoadRefused(f"{shown}: no line of this file is a JSON object; export it as JSON lines or CSV.")
    header = clean_header(list(keys), shown)
    return dataclasses.replace(header, keys=tuple(keys))


def convert_json(
    path: Path, encoding: str, shown: str, header: Header, needed: Sequence[str], decimal: str, copy: Path
) -> Converted:
    """Write the objects to `copy`, one record a line of the file; a line that is no object is a torn record."""
    nested: dict[str, None] = {}
    plain = copy.with_suffix(".jsonl")
    with CopyWriter(copy, header.names) as target, plain.open("w", encoding="utf-8", newline="") as lines:
        for line in text_lines(path, encoding, shown):
            lines.write(f"{line}\n")
            if not line.strip():
                target.blank()
                continue
            try:
                found = _object(line)
            except _NotOne as error:
                target.torn(str(error))
                continue
            target.row(_text(found.get(key), line, key, decimal) for key in header.keys)
            nested |= dict.fromkeys(key for key, value in found.items() if isinstance(value, (dict, list)))
    names = dict(zip(header.keys, header.names, strict=True))
    notes = [nested_note(shown, names[key]) for key in nested if names[key] in needed]
    return Converted(0, tuple(notes), target.broken, plain)


def json_records(plain: Path) -> Iterator[tuple[int, int, str]]:
    """(count in the copy, line of the file, its text) of every line that holds something."""
    with plain.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield number + 1, number, line.removesuffix("\n")


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(
            line, parse_int=_Number, parse_float=_Number, parse_constant=_no_constant, object_pairs_hook=_unique
        )
        line.encode() if "\\u" not in line else json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise _NotOne(f"it is no JSON ({error.msg} at column {error.colno})") from None
    except (RecursionError, UnicodeEncodeError):
        raise _NotOne("it nests too deeply, or holds half a character") from None
    if not isinstance(found, dict):
        raise _NotOne("it is JSON and no object")
    return found


def _no_constant(name: str) -> object:
    raise _NotOne(f"{name} is no JSON value")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _NotOne(f"the key '{twice}' stands twice in it")
    return found


def _text(value: Any, line: str, key: str, decimal: str) -> str:
    if value is None:
        return ""
    if isinstance(value, _Number):
        return value.replace(".", decimal)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(json.loads(line)[key], ensure_ascii=False)
    return str(value)
