"""YAML with places: text → plain data plus the line and column of every key, and → frozen dataclasses.

PyYAML's C composer keeps the marks that a plain load throws away; a key written twice is a problem here,
where a plain load would silently keep the last one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError
from yaml import CSafeLoader, MappingNode, Node, ScalarNode, SequenceNode

from data_checks.errors import FileProblems, Place, Problem, did_you_mean
from data_checks.obstacles import obstacle
from data_checks.yaml_wanted import wanted

Path_ = tuple[str | int, ...]
T = TypeVar("T")

STRICT = ConfigDict(extra="forbid")
"""Give a dataclass `__pydantic_config__ = STRICT`: an unknown key is then a problem with a place."""


@dataclass(frozen=True)
class Written:
    """A text value, and how it stands in the file: folded, quoted or in a block."""

    value: str
    raw: str
    begins: Place

    def place(self, line: int, column: int) -> Place:
        """The place in the file of a line and column of `value`, both from 1."""
        lines = self.value.split("\n")
        wanted = sum(len(text) + 1 for text in lines[: line - 1]) + column - 1
        before = self.raw[: self._index(wanted)]
        rows = before.count("\n")
        first, start = self.begins.line or 1, self.begins.column or 1
        return Place(self.begins.file, first + rows, len(before) - before.rfind("\n") if rows else start + len(before))

    def _index(self, wanted: int) -> int:
        """Where the character number `wanted` of `value` stands in `raw`: white space is folded, escapes are longer."""
        at = 0
        for number, char in enumerate(f"{self.value} "):
            if not char.isspace():
                at = self._next(char, at)
            if number == wanted:
                return at
            at += self._width(char, at)
        return at

    def _next(self, char: str, at: int) -> int:
        while at < len(self.raw) and self.raw[at].isspace():
            at += 1
        if self.raw[at : at + 1] in (char, "\\"):
            return at
        found = self.raw.find(char, at)  # behind an anchor or a tag
        return found if found >= 0 else at

    def _width(self, char: str, at: int) -> int:
        if char.isspace():
            return len(self.raw[at:]) - len(self.raw[at:].lstrip())
        if self.raw[at : at + 1] == "\\" != char:
            return {"x": 4, "u": 6, "U": 10}.get(self.raw[at + 1 : at + 2], 2)
        return 2 if char == "'" and self.raw[at : at + 2] == "''" and self.raw.count("'") > self.value.count("'") else 1


@dataclass(frozen=True)
class Document:
    """One YAML document. `keys` and `values` map a path such as ('columns', 'score') to its place."""

    file: str
    data: Any
    keys: Mapping[Path_, Place]
    values: Mapping[Path_, Place]
    scalars: Mapping[Path_, Written]
    problems: tuple[Problem, ...] = ()
    """Keys written twice and values that cannot be read; `build` raises them with its own."""

    def written(self, *path: str | int) -> Written:
        """A scalar with the places of its characters. Raises KeyError where no scalar stands."""
        return self.scalars[path]

    def place(self, *path: str | int) -> Place:
        """The place of the value at `path`, or of the nearest parent that exists."""
        for end in range(len(path), -1, -1):
            if (found := self.values.get(path[:end])) is not None:
                return found
        return Place(self.file, 1, 1)

    def key_place(self, *path: str | int) -> Place:
        return self.keys.get(path) or self.place(*path)


def read_documents(path: Path, shown_as: str | None = None) -> list[Document]:
    """Every document of a YAML file. Raises FileProblems when it is unreadable or no YAML; what is wrong inside
    one document (a key written twice) is raised by `build`, so that the others still stand."""
    shown = shown_as or str(path)
    return parse_documents(read_bytes(path, shown), shown)


def read_bytes(path: Path | str, shown: str) -> bytes:
    """What a file holds. Raises FileProblems when it cannot be read; never waits, whatever kind of file it is."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            if told := obstacle(Path(path)):
                raise FileProblems([Problem(Place(shown), f"this {told}.")])
            return stream.read()
    except OSError as error:
        raise FileProblems([Problem(Place(shown), _unread(Path(path), error))]) from None


def _unread(path: Path, error: OSError) -> str:
    if told := obstacle(path):
        return f"this {told}."
    if isinstance(error, FileNotFoundError):
        return "this file does not exist."
    if isinstance(error, IsADirectoryError):
        return "this is a folder; a file of this name is needed."
    next_step = "; check its permissions" if isinstance(error, PermissionError) else ""
    return f"this file cannot be read: {error.strerror}{next_step}."


def parse_documents(content: bytes | str, shown: str) -> list[Document]:
    """Like read_documents, from what the file holds; `shown` names the file in messages."""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        _check_nesting(text, shown)
        return _documents(text, shown)
    except UnicodeDecodeError as error:
        message = f"this is not UTF-8 text (byte {error.start}); save the file as UTF-8."
        raise FileProblems([Problem(Place(shown), message)]) from None
    except RecursionError:
        message = "this file nests too deeply, or an anchor holds itself; write it flat."
        raise FileProblems([Problem(Place(shown), message)]) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown)
        raise FileProblems([Problem(place, _no_yaml(error))]) from None
    except yaml.reader.ReaderError as error:
        raise FileProblems([_forbidden(text, shown, error)]) from None


def _no_yaml(error: yaml.MarkedYAMLError) -> str:
    return f"this is not valid YAML: {error.problem or error.context}; look at brackets, quotes and indents up to here."


def _forbidden(text: str, shown: str, error: yaml.reader.ReaderError) -> Problem:
    """A character YAML does not allow. The C reader counts its place in bytes."""
    before = text.encode("utf-8", "surrogatepass")[: error.position].decode("utf-8", "ignore")
    place = Place(shown, before.count("\n") + 1, len(before) - before.rfind("\n"))
    code = error.character if isinstance(error.character, int) else ord(error.character)
    return Problem(place, f"this is not valid YAML: the character U+{code:04X} may not stand in it; take it out.")


_MOST_NESTED = 100
_SHORT = 2_000
"""So few characters cannot nest deeper than the composer, which calls itself, has room for."""
_MOST_VALUES = 50_000
"""Values in one document with its anchors written out; anchors of anchors would fill the memory."""


def _check_nesting(text: str, shown: str) -> None:
    """Raises FileProblems for a text so deep that composing it would kill the process."""
    if len(text) <= _SHORT:
        return
    depth = 0
    for event in yaml.parse(text, CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_NESTED:
            mark = event.start_mark
            place = Place(shown, mark.line + 1, mark.column + 1) if mark else Place(shown)
            raise FileProblems([Problem(place, f"this nests more than {_MOST_NESTED} deep; write it flat.")])


def _documents(text: str, shown: str) -> list[Document]:
    documents = []
    for node in _compose(text):
        builder = _Builder(shown, text)
        data = builder.build(node, ())
        found = tuple(builder.problems)
        documents.append(Document(shown, data, builder.keys, builder.values, builder.scalars, found))
    return documents


def build(cls: type[T], document: Document, data: Any = None, under: Path_ = ()) -> T:
    """The document's data (or `data`, found at `under`) as a frozen dataclass.

    Raises FileProblems with every wrong or unknown key at its place; of a part (`under`) without what the whole
    document tells, which may leave none to tell.
    """
    problems = list(document.problems) if not under else []
    try:
        built = _adapter(cls).validate_python(document.data if data is None else data)
    except ValidationError as error:
        raise FileProblems([*problems, *_problems(cls, document, under, error.errors())]) from None
    if problems:
        raise FileProblems(problems)
    return built


_adapters: dict[type, TypeAdapter[Any]] = {}


def _adapter(cls: type[T]) -> TypeAdapter[T]:
    """Built once for each class: building takes longer than reading many files."""
    if cls not in _adapters:
        _adapters[cls] = TypeAdapter(cls)
    return _adapters[cls]


def build_readable(cls: type[T], document: Document) -> tuple[T | None, list[Problem]]:
    """Like `build`, without the top-level keys that are wrong, so that one mistake does not hide another.

    None when nothing can be built without them.
    """
    problems = list(document.problems)
    try:
        return _adapter(cls).validate_python(document.data), problems
    except ValidationError as error:
        wrong = error.errors()
    problems += _problems(cls, document, (), wrong)
    dropped = {item["loc"][0] for item in wrong if item["loc"]}
    rest = {key: value for key, value in document.data.items() if key not in dropped}
    try:
        return _adapter(cls).validate_python(rest), problems
    except ValidationError:
        return None, problems


def _problems(cls: type, document: Document, under: Path_, found: Sequence[Any]) -> list[Problem]:
    """One for each place: of a value that may be of several types pydantic says what is wrong with it as each of them.
    None for a value that could not be read at all, which is told already."""
    unread = {problem.place for problem in document.problems}
    told: dict[Path_, Problem] = {}
    of_several: set[Path_] = set()
    for item in found:
        path = _in_file(document, under, item)
        problem = _problem(cls, document, path, item)
        if len(path) < len(under) + len(item["loc"]):
            of_several.add(path)
        if path in told and item["type"] == "literal_error":
            other = item["ctx"]["expected"].replace("'", "")
            told[path] = Problem(problem.place, f"{told[path].message.rstrip('.')}, or {other}.")
        elif problem.place not in unread:
            told.setdefault(path, problem)
    # What is wrong inside of a list says more than that it is no text.
    inside = {path[:end] for path in told for end in range(len(path))}
    return [problem for path, problem in told.items() if not (path in of_several and path in inside)]


def _in_file(document: Document, under: Path_, item: Any) -> Path_:
    """The path of what pydantic found, without the names of types it tried; it may end in a key that is missing."""
    loc, path = item["loc"], under
    for part in loc:
        path = (*path, part) if (*path, part) in document.values else path
    return (*path, loc[-1]) if item["type"] in _NO_KEY else path


_NO_KEY = ("missing", "missing_argument")


def _problem(cls: type, document: Document, path: Path_, item: Any) -> Problem:
    where = ".".join(part for part in path if isinstance(part, str))
    kind = item["type"]
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        known = _siblings(cls, item["loc"])
        return Problem(document.key_place(*path), f"unknown key '{path[-1]}'.{did_you_mean(str(path[-1]), known)}")
    if kind in _NO_KEY:
        return Problem(document.place(*path[:-1]), f"the key '{path[-1]}' is missing.")
    if kind == "literal_error":
        allowed = [str(value) for value in item["ctx"]["expected"].replace(" or ", ", ").split(", ")]
        names = [name.strip("'") for name in allowed]
        hint = did_you_mean(str(item["input"]), names)
        message = f"{where}: '{item['input']}' is not one of {', '.join(names)}.{hint}"
        return Problem(document.place(*path), message)
    message = wanted(item, _adapter(cls).json_schema()) or item["msg"].removeprefix("Value error, ").rstrip(".")
    return Problem(document.place(*path), f"{where or 'this file'}: {message[:1].lower()}{message[1:]}.")


def _siblings(cls: type, loc: tuple[str | int, ...]) -> list[str]:
    """The keys allowed where the unknown one stands."""
    schema = _adapter(cls).json_schema()
    names: set[str] = set()
    for part in [schema, *schema.get("$defs", {}).values()]:
        names |= set(part.get("properties", ()))
    top = set(schema.get("properties", ()))
    return sorted(top if len(loc) == 1 and top else names)


def _compose(text: str) -> Iterator[Node | None]:
    loader = CSafeLoader(text)
    try:
        while loader.check_node():
            yield loader.get_node()
    finally:
        loader.dispose()


_TEXT = "tag:yaml.org,2002:str"


class _Builder:
    """Walks one node tree once, noting places."""

    def __init__(self, shown: str, text: str) -> None:
        self.shown = shown
        self.text = text
        self.scalars: dict[Path_, Written] = {}
        self.keys: dict[Path_, Place] = {}
        self.values: dict[Path_, Place] = {}
        self.problems: list[Problem] = []
        self._loader = CSafeLoader("")

    def build(self, node: Node | None, path: Path_) -> Any:
        if node is None:
            return None
        if len(self.values) > _MOST_VALUES:
            raise FileProblems([Problem(self._at(node), f"this writes out to more than {_MOST_VALUES:,} values.")])
        self.values[path] = place = self._at(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, ScalarNode)
        self.scalars[path] = self._written(node, place)
        if node.tag == _TEXT:
            return node.value
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self.problems.append(
                Problem(place, f"'{node.value}' cannot be read; correct it, or put it in quotes if it is a text.")
            )
            return None

    def _mapping(self, node: MappingNode, path: Path_) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                first = self.keys[(*path, key)]
                self.problems.append(
                    Problem(self._at(key_node), f"the key '{key}' is written twice; the first is in line {first.line}.")
                )
                continue
            self.keys[(*path, key)] = self._at(key_node)
            result[key] = self.build(value_node, (*path, key))
        return result

    def _at(self, node: Node) -> Place:
        mark = node.start_mark
        return Place(self.shown, mark.line + 1, mark.column + 1)

    def _written(self, node: ScalarNode, place: Place) -> Written:
        """The value beside the raw text between the scalar's marks: behind the quote, below the | or > of a block."""
        raw = self.text[node.start_mark.index : node.end_mark.index]
        if node.style in ("|", ">"):
            return Written(node.value, raw.partition("\n")[2], Place(self.shown, node.start_mark.line + 2, 1))
        if raw[:1] in ("'", '"'):
            return Written(node.value, raw[1:-1], Place(self.shown, place.line, (place.column or 1) + 1))
        return Written(node.value, raw, place)
