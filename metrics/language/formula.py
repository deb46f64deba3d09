"""The metric language: text → tree of frozen nodes, each with its line and column.

Parsing only says what is written. What the names mean is bind.py's job.
"""

from __future__ import annotations

import re
from typing import Any, Literal, cast

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from data_checks.errors import did_you_mean
from metrics.language.slips import slip_at
from metrics.language.tree import (
    At,
    Between,
    Call,
    Flag,
    In,
    Inside,
    IsNull,
    Member,
    Minus,
    Name,
    Node,
    Not,
    Number,
    Operation,
    Rows,
    Text,
    Window,
    depth,
)

GRAMMAR = r"""
start: expr
?expr: conj (OR conj)*
?conj: inv (AND inv)*
?inv: NOT inv                                   -> not_
    | test
?test: sum
     | sum COMPARE sum                          -> compare
     | sum IS NOT? NULL                         -> is_null
     | sum NOT? BETWEEN sum AND sum             -> between
     | sum NOT? IN "(" inside ")"               -> in_
?sum: term ((PLUS | MINUS) term)*
?term: sign ((TIMES | DIVIDED) sign)*
?sign: MINUS sign                               -> minus
     | atom
?atom: NUMBER                                   -> number
     | STRING                                   -> text
     | (TRUE | FALSE)                           -> flag
     | NAME ("." NAME)?                         -> name
     | NAME "(" inside ")"                      -> call
     | "(" expr ")"
inside: expr ("," expr)* rows (set_word expr rows)*
rows: window? (WHERE expr)?
window: AT NAME                                 -> at_column
      | NAME AT (START | END)                   -> at_edge
      | NAME DURING                             -> during
!set_word: "union" | "intersect" | "except"
OR: "or"
AND: "and"
NOT: "not"
IS: "is"
NULL: "null"
BETWEEN: "between"
IN: "in"
WHERE: "where"
AT: "at"
START: "start"
END: "end"
DURING: "during"
TRUE: "true"
FALSE: "false"
PLUS: "+"
MINUS: "-"
TIMES: "*"
DIVIDED: "/"
COMPARE: "<=" | ">=" | "<>" | "=" | "<" | ">"
NAME: /[a-z_][a-z0-9_]*/
NUMBER: /\d+(\.\d+)?/
STRING: /'([^']|'')*'/
%ignore /\s+/
"""

RESERVED = frozenset(
    "or and not is null between in where at start end during true false union intersect except".split()
)


class FormulaError(Exception):
    """The text is no formula. `at` is where, str() is what."""

    def __init__(self, at: At, message: str) -> None:
        self.at = at
        super().__init__(message)


def parse(text: str) -> Node:
    """The formula's tree. Raises FormulaError with the place to blame."""
    return cast(Node, _read(text, "start"))


def parse_set(text: str) -> Inside:
    """A set of keys, as in `retention: {of: …}`. Raises FormulaError."""
    return cast(Inside, _read(text, "inside"))


LONGEST_NUMBER = 30
MOST_WORDS = 300
"""Words and signs in one formula; longer ones are built from metrics with names."""
MOST_DEPTH = 150
"""Signs inside each other, down to the innermost: no reader of the tree runs out of room."""
_WORD = re.compile(r"'(?:[^']|'')*'|[a-z_][a-z0-9_]*|\d+(?:\.\d+)?|<=|>=|<>|\S")


def _read(text: str, what: str) -> Node | Inside:
    words = sum(1 for _ in _WORD.finditer(text))
    if words > MOST_WORDS:
        raise FormulaError(At(1, 1), f"this has {words:,} words, {MOST_WORDS} are the most; name its parts as metrics.")
    try:
        found = _PARSER.parse(text, start=what)
    except UnexpectedInput as error:
        raise _explain(text, error) from None
    tree = cast("Node | Inside", found)
    if words > MOST_DEPTH and depth(tree) > MOST_DEPTH:
        raise FormulaError(At(1, 1), f"this nests more than {MOST_DEPTH} deep; name its parts as metrics.")
    return tree


def _at(first: Token | Node) -> At:
    """Where a piece begins: its first token, or the node that stands first in it."""
    return At(first.line or 1, first.column or 1) if isinstance(first, Token) else first.at


class _Nodes(Transformer[Token, Node]):
    """Makes our nodes while the text is parsed; every node begins where its first piece does."""

    def start(self, children: list[Node]) -> Node:
        return children[0]

    def number(self, children: list[Token]) -> Node:
        if len(children[0]) > LONGEST_NUMBER:
            raise FormulaError(_at(children[0]), f"a number has at most {LONGEST_NUMBER} digits.")
        return Number(float(children[0]), _at(children[0]))

    def text(self, children: list[Token]) -> Node:
        return Text(str(children[0])[1:-1].replace("''", "'"), _at(children[0]))

    def flag(self, children: list[Token]) -> Node:
        return Flag(children[0] == "true", _at(children[0]))

    def name(self, children: list[Token]) -> Node:
        last = children[-1]
        table = str(children[0]) if len(children) == 2 else None
        return Name(table, str(last), _at(children[0]), _at(last))

    def call(self, children: list[Any]) -> Node:
        return Call(str(children[0]), children[1], _at(children[0]))

    def not_(self, children: list[Any]) -> Node:
        return Not(children[1], _at(children[0]))

    def minus(self, children: list[Any]) -> Node:
        return Minus(children[1], _at(children[0]))

    def compare(self, children: list[Any]) -> Node:
        left, op, right = children
        return Operation(str(op), left, right, _at(left))

    def is_null(self, children: list[Any]) -> Node:
        return IsNull(children[0], _negated(children), _at(children[0]))

    def between(self, children: list[Any]) -> Node:
        inner, low, high = (child for child in children if not isinstance(child, Token))
        return Between(inner, low, high, _negated(children), _at(inner))

    def in_(self, children: list[Any]) -> Node:
        return In(children[0], children[-1], _negated(children), _at(children[0]))

    def _chain(self, children: list[Any]) -> Node:
        result: Node = children[0]
        for op, right in zip(children[1::2], children[2::2], strict=True):
            result = Operation(str(op), result, right, _at(result))
        return result

    expr = conj = sum = term = _chain

    def at_column(self, children: list[Token]) -> Window:
        return Window("at", str(children[1]), _at(children[1]))

    def at_edge(self, children: list[Token]) -> Window:
        edge = cast(Literal["start", "end"], str(children[2]))
        return Window(edge, str(children[0]), _at(children[0]))

    def during(self, children: list[Token]) -> Window:
        return Window("during", str(children[0]), _at(children[0]))

    def rows(self, children: list[Any]) -> Rows:
        window = next((child for child in children if isinstance(child, Window)), None)
        nodes = [child for child in children if not isinstance(child, Window | Token)]
        return Rows(window, nodes[0] if nodes else None)

    def set_word(self, children: list[Token]) -> str:
        return str(children[0])

    def inside(self, children: list[Any]) -> Inside:
        own = next(index for index, child in enumerate(children) if isinstance(child, Rows))
        rest = children[own + 1 :]
        members = [
            Member(cast(Literal["union"], word), key, rows)
            for word, key, rows in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        ]
        return Inside(tuple(children[:own]), children[own], tuple(members))


_PARSER = Lark(
    GRAMMAR,
    parser="lalr",
    lexer="basic",
    start=["start", "inside"],
    transformer=_Nodes(),
    maybe_placeholders=False,
)


def _negated(children: list[Any]) -> bool:
    return any(isinstance(child, Token) and child.type == "NOT" for child in children)


def _explain(text: str, error: UnexpectedInput) -> FormulaError:
    """The sentence for a text the grammar refuses."""
    if (slip := slip_at(text, _position(error))) and not _is_end(error):
        start, told = slip
        before = text[:start]
        return FormulaError(At(before.count("\n") + 1, start - before.rfind("\n")), told)
    if isinstance(error, UnexpectedCharacters):
        at = At(error.line, error.column)
        if error.char == "'":
            return FormulaError(at, "the text that starts here has no closing quote.")
        if error.char in '"“”‘’`':
            return FormulaError(at, "text stands in single quotes, like 'chat'.")
        if error.char.isupper():
            return FormulaError(at, f"unexpected '{error.char}'; names and words are written in lower case.")
        return FormulaError(at, f"unexpected '{error.char}'.")
    assert isinstance(error, UnexpectedToken)
    token = error.token
    if _is_end(error):
        lines = text.rstrip().split("\n")
        missing = "; ')' is missing" if text.count("(") > text.count(")") else ""
        return FormulaError(At(len(lines), len(lines[-1]) + 1), f"the formula ends early{missing}.")
    return _unexpected_word(text, token)


def _position(error: UnexpectedInput) -> int:
    """Where in the text; a token knows it better than its error."""
    found = error.token.start_pos if isinstance(error, UnexpectedToken) else error.pos_in_stream
    return found or 0


def _is_end(error: UnexpectedInput) -> bool:
    return isinstance(error, UnexpectedToken) and error.token.type == "$END"


def _unexpected_word(text: str, token: Token) -> FormulaError:
    """Blames the unexpected word, or the word before it when that one is nearly a reserved word."""
    before = list(_PARSER.lex(text[: token.start_pos or 0]))[-1:]
    for suspect in (token, *before):
        if suspect.type == "NAME" and (hint := did_you_mean(str(suspect), RESERVED)):
            return FormulaError(_at(suspect), f"unexpected '{suspect}'.{hint}")
    return FormulaError(_at(token), f"unexpected '{token}'.")
