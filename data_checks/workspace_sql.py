"""`sql:` of a source → a query and the address it goes to. Secrets stand in the environment, never in a workspace."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

_ENVIRONMENT = re.compile(r"env:(\w+)")
_SECRET = re.compile(r"pass(word|wd)?|pwd|secret|token|key", re.IGNORECASE)
_URL = re.compile(r"(?P<engine>[a-z][a-z0-9]*)(\+\w+)?:(?://(?P<rest>.*))?", re.IGNORECASE)
_USER = re.compile(r"[^/@]*:[^@]*@")
_SKIPPED = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$(\w*)\$.*?\$\1\$", re.DOTALL)
ENGINES = ("sqlite", "postgresql", "duckdb")


@dataclass(frozen=True)
class Query:
    """One select statement, the address as written (`env:NAME` or a URL without a password), and its time limit."""

    url: str
    text: str
    timeout_seconds: int

    @property
    def variable(self) -> str | None:
        """The environment variable that holds the address."""
        found = _ENVIRONMENT.fullmatch(self.url)
        return found[1] if found else None

    @property
    def shown(self) -> str:
        """How the query is named in messages and books: where it goes, and the beginning of its text's SHA-256."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()[:8]
        return f"{self.variable or self.url} (query {digest})"

    @property
    def address(self) -> str:
        """The database's URL, with its secrets. Raises KeyError when the environment does not hold it."""
        return os.environ[self.variable] if self.variable else self.url


def unset(query: Query) -> str | None:
    """A sentence when the environment does not hold the address."""
    if query.variable and not os.environ.get(query.variable):
        return f"the environment variable {query.variable} is not set; it holds the database's URL."
    return None


def url_problem(url: str) -> str | None:
    """What is wrong with a source's address as written; the address itself is never repeated."""
    if problem := address_problem(url, "url: "):
        return problem
    return engine_problem(engine_of(url)) if engine_of(url) else None


def address_problem(url: str, key: str) -> str | None:
    """What keeps the text under `key` from being an address that may stand in a file."""
    if _ENVIRONMENT.fullmatch(url):
        return None
    found = _URL.fullmatch(url)
    if found is None:
        return "this is no database URL; write env:NAME, or one such as sqlite:///data/helpdesk.db."
    rest = found["rest"] or ""
    options = rest.partition("?")[2]
    if _USER.match(rest) or any(_SECRET.search(part.partition("=")[0]) for part in options.split("&") if part):
        return (
            f"a URL with a password does not belong in a file; put it in an environment variable, write {key}env:NAME."
        )
    return None


def engine_of(url: str) -> str:
    """The engine an address names; '' when the environment holds the address."""
    found = None if _ENVIRONMENT.fullmatch(url) else _URL.fullmatch(url)
    return found["engine"].lower() if found else ""


def engine_problem(engine: str) -> str | None:
    """A sentence for a database that is not read."""
    if engine.lower() in ENGINES:
        return None
    return f"a database of the kind '{engine.lower()}' is not read; {', '.join(ENGINES)} are. Export to a file instead."


def masked(text: str, secrets: Iterable[str]) -> str:
    """What a driver says, on one line and without these secrets, however they are spelled in an address."""
    text = " ".join(text.split())
    for secret in sorted({s for one in secrets if len(one) > 1 for s in (one, quote(one), quote_plus(one))}, key=len):
        text = text.replace(secret, "***")
    return text


def query_problem(text: str) -> str | None:
    """What keeps this text from being one select statement."""
    bare = _SKIPPED.sub(" ", text).strip().rstrip(";").strip()
    if ";" in bare:
        return "the query holds more than one statement; write one select."
    first = re.match(r"\w*", bare.lstrip("("))
    if not first or first[0].lower() not in ("select", "with"):
        return "the query is no select; a source only reads."
    return None
