"""`journal:` of a workspace → where what people write is kept. Secrets stand in the environment, as a source's do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from data_checks.errors import RequestError
from data_checks.workspace_sql import address_problem, engine_of

ENGINES = ("sqlite", "postgresql")
_DEFAULT = "sqlite:///var/journal.db"


@dataclass(frozen=True)
class JournalPlace:
    """`folder`: where a file's path begins; `written`: the address, `env:NAME` or a URL without a password."""

    folder: Path
    written: str = _DEFAULT

    @property
    def shown(self) -> str:
        """How the journal is named in a sentence."""
        if self.written == _DEFAULT:
            return "var/journal.db"
        return self.written.removeprefix("env:")

    @property
    def makes_its_folder(self) -> bool:
        """Whether the folder of the file is the program's own to make."""
        return self.written == _DEFAULT

    @property
    def address(self) -> str:
        """The database's URL, with its secrets. Raises RequestError when the environment does not hold it."""
        if not self.written.startswith("env:"):
            return self.written
        found = os.environ.get(self.shown)
        if not found:
            raise RequestError(f"the environment variable {self.shown} is not set; it holds the journal's URL.")
        return found


def journal_problem(written: str) -> str | None:
    """What is wrong with `journal:` as written; the address itself is never repeated."""
    if problem := address_problem(written, "journal: "):
        return problem
    return wrong_engine(engine) if (engine := engine_of(written)) else None


def wrong_engine(engine: str) -> str | None:
    """A sentence for a database that cannot hold a journal."""
    return None if engine in ENGINES else f"a journal is kept by {' or '.join(ENGINES)}, not by '{engine}'."
