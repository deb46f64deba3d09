"""access.yaml of a workspace: which e-mail has which role, and a team lead which teams. Every mistake is told.

people:
  ann@example.com: {role: team_lead, teams: [T1, T2]}
  carla@example.com: {role: executive}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from data_checks.errors import FileProblems, Place, Problem
from data_checks.yaml_file import STRICT, Document, build, read_documents

FILE = "access.yaml"
LARGEST = 1024 * 1024
"""Bytes; thousands of people fit."""
Role = Literal["executive", "team_lead", "analyst", "operator"]


@dataclass(frozen=True)
class Person:
    """One person's role. `teams`: the team ids a team lead may see; nobody else has any, they see all."""

    __pydantic_config__ = STRICT
    role: Role
    teams: tuple[str, ...] | None = None


@dataclass(frozen=True)
class _File:
    """As in the file."""

    __pydantic_config__ = STRICT
    people: dict[str, Person]


_read: dict[Path, tuple[tuple[int, int, int, int], Mapping[str, Person]]] = {}


def read_access(folder: Path) -> Mapping[str, Person]:
    """Everybody in a workspace's access.yaml by e-mail in small letters; read again when the file has changed.

    Raises FileProblems with every mistake and its place, also when there is no such file.
    """
    place = folder / FILE
    try:
        stat = place.stat()
    except OSError as error:
        raise FileProblems([Problem(Place(FILE), "there is no such file, so nobody may come in.")]) from error
    stamp = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino)
    known = _read.get(place)
    if known is None or known[0] != stamp:
        if stat.st_size > LARGEST:
            raise FileProblems([Problem(Place(FILE), f"it is larger than {LARGEST:,} bytes.")])
        known = _read[place] = (stamp, parse(read_documents(place, FILE)))
    return known[1]


def parse(documents: list[Document]) -> Mapping[str, Person]:
    """The people of the file's one document. Raises FileProblems."""
    if len(documents) != 1:
        raise FileProblems([Problem(Place(FILE, 1, 1), "one document with the key 'people' is needed here.")])
    (document,) = documents
    people = build(_File, document).people
    if problems := list(_mistakes(document, people)):
        raise FileProblems(problems)
    return {email.strip().casefold(): person for email, person in people.items()}


def _mistakes(document: Document, people: Mapping[str, Person]) -> Iterator[Problem]:
    """What one entry alone does not tell: addresses that are none or the same, teams where they do not belong."""
    spelled: dict[str, str] = {}
    for email, person in people.items():
        key = email.strip().casefold()
        at = document.key_place("people", email)
        if (
            email.count("@") != 1
            or email.strip().startswith("@")
            or email.strip().endswith("@")
            or " " in email.strip()
        ):
            yield Problem(at, f"'{email}' is no e-mail address.")
        if key in spelled:
            yield Problem(at, f"'{email}' is the same address as '{spelled[key]}'; write it once.")
        spelled[key] = email
        if person.role == "team_lead" and not person.teams:
            yield Problem(document.place("people", email), "a team_lead needs teams, like teams: [T1].")
        if person.role != "team_lead" and person.teams is not None:
            place = document.key_place("people", email, "teams")
            yield Problem(place, f"teams belong to a team_lead; the role {person.role} sees all of them.")
