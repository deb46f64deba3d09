"""The metric language: text → tree of frozen nodes, each with its line and column.

Parsing only says what is written. What the names mean is bind.py's job.
"""

from __future__ import annotations

from typing import Literal, cast

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError
from lark.tree import Meta

from data_checks.errors import did_you_mean
from metrics.tree import (
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


def _read(text: str, what: str) -> object:
    try:
        words = sum(1 for _ in _PARSER.lex(text))
        if words > MOST_WORDS:
            raise FormulaError(
                At(1, 1), f"this has {words:,} words, {MOST_WORDS} are the most; name its parts as metrics."
            )
        return _Nodes().transform(_PARSER.parse(text, start=what))
    except UnexpectedInput as error:
        raise _explain(text, error) from None
    except VisitError as error:
        raise error.orig_exc from None


_PARSER = Lark(
    GRAMMAR, parser="lalr", lexer="basic", start=["start", "inside"], propagate_positions=True, maybe_placeholders=False
)


@v_args(meta=True)
class _Nodes(Transformer[Token, Node]):
    """lark's tree → our nodes."""

    def start(self, meta: Meta, children: list[Node]) -> Node:
        return children[0]

    def number(self, meta: Meta, children: list[Token]) -> Node:
        if len(children[0]) > LONGEST_NUMBER:
            raise FormulaError(_of(meta), f"a number has at most {LONGEST_NUMBER} digits.")
        return Number(float(children[0]), _of(meta))

    def text(self, meta: Meta, children: list[Token]) -> Node:
        return Text(str(children[0])[1:-1].replace("''", "'"), _of(meta))

    def flag(self, meta: Meta, children: list[Token]) -> Node:
        return Flag(children[0] == "true", _of(meta))

    def name(self, meta: Meta, children: list[Token]) -> Node:
        last = children[-1]
        table = str(children[0]) if len(children) == 2 else None
        return Name(table, str(last), _of(meta), At(last.line or 1, last.column or 1))

    def call(self, meta: Meta, children: list[object]) -> Node:
        return Call(str(children[0]), cast(Inside, children[1]), _of(meta))

    def not_(self, meta: Meta, children: list[object]) -> Node:
        return Not(cast(Node, children[1]), _of(meta))

    def minus(self, meta: Meta, children: list[object]) -> Node:
        return Minus(cast(Node, children[1]), _of(meta))

    def compare(self, meta: Meta, children: list[object]) -> Node:
        return Operation(str(children[1]), cast(Node, children[0]), cast(Node, children[2]), _of(meta))

    def is_null(self, meta: Meta, children: list[object]) -> Node:
        return IsNull(cast(Node, children[0]), _negated(children), _of(meta))

    def between(self, meta: Meta, children: list[object]) -> Node:
        inner, low, high = (cast(Node, child) for child in children if not isinstance(child, Token))
        return Between(inner, low, high, _negated(children), _of(meta))

    def in_(self, meta: Meta, children: list[object]) -> Node:
        return In(cast(Node, children[0]), cast(Inside, children[-1]), _negated(children), _of(meta))

    def _chain(self, meta: Meta, children: list[object]) -> Node:
        result = cast(Node, children[0])
        for op, right in zip(children[1::2], children[2::2], strict=True):
            result = Operation(str(op), result, cast(Node, right), _of(meta))
        return result

    expr = conj = sum = term = _chain

    def at_column(self, meta: Meta, children: list[Token]) -> Window:
        return Window("at", str(children[1]), _of_token(children[1]))

    def at_edge(self, meta: Meta, children: list[Token]) -> Window:
        edge = cast(Literal["start", "end"], str(children[2]))
        return Window(edge, str(children[0]), _of_token(children[0]))

    def during(self, meta: Meta, children: list[Token]) -> Window:
        return Window("during", str(children[0]), _of_token(children[0]))

    def rows(self, meta: Meta, children: list[object]) -> Rows:
        window = next((child for child in children if isinstance(child, Window)), None)
        nodes = [child for child in children if not isinstance(child, Window | Token)]
        return Rows(window, cast(Node, nodes[0]) if nodes else None)

    def set_word(self, meta: Meta, children: list[Token]) -> str:
        return str(children[0])

    def inside(self, meta: Meta, children: list[object]) -> Inside:
        own = next(index for index, child in enumerate(children) if isinstance(child, Rows))
        rest = children[own + 1 :]
        members = [
            Member(cast(Literal["union"], word), cast(Node, key), cast(Rows, rows))
            for word, key, rows in zip(rest[::3], rest[1::3], rest[2::3], strict=True)
        ]
        return Inside(tuple(cast(list[Node], children[:own])), cast(Rows, children[own]), tuple(members))


def _negated(children: list[object]) -> bool:
    return any(isinstance(child, Token) and child.type == "NOT" for child in children)


def _of(meta: Meta) -> At:
    return At(getattr(meta, "line", 1), getattr(meta, "column", 1))


def _of_token(token: Token) -> At:
    return At(token.line or 1, token.column or 1)


def _explain(text: str, error: UnexpectedInput) -> FormulaError:
    """The sentence for a text the grammar refuses."""
    if isinstance(error, UnexpectedCharacters):
        at = At(error.line, error.column)
        if error.char == "'":
            return FormulaError(at, "the text that starts here has no closing quote.")
        if error.char == '"':
            return FormulaError(at, "text stands in single quotes, like 'chat'.")
        if error.char.isupper():
            return FormulaError(at, f"unexpected '{error.char}'; names and words are written in lower case.")
        return FormulaError(at, f"unexpected '{error.char}'.")
    assert isinstance(error, UnexpectedToken)
    token = error.token
    if token.type == "$END":
        lines = text.rstrip().split("\n")
        missing = "; ')' is missing" if text.count("(") > text.count(")") else ""
        return FormulaError(At(len(lines), len(lines[-1]) + 1), f"the formula ends early{missing}.")
    return _unexpected_word(text, token)


def _unexpected_word(text: str, token: Token) -> FormulaError:
    """Blames the unexpected word, or the word before it when that one is nearly a reserved word."""
    before = list(_PARSER.lex(text[: token.start_pos or 0]))[-1:]
    for suspect in (token, *before):
        if suspect.type == "NAME" and (hint := did_you_mean(str(suspect), RESERVED)):
            return FormulaError(_of_token(suspect), f"unexpected '{suspect}'.{hint}")
    return FormulaError(_of_token(token), f"unexpected '{token}'.")
