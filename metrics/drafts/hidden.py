"""Ids that somebody may name though no definition of theirs can be used, so that one mistake is not told twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from pathlib import PurePosixPath

from metrics.drafts.draft_files import DraftFile

_ID = re.compile(rb"^metric:\s*['\"]?([a-z][a-z0-9_]*)", re.MULTILINE)


class Hidden(frozenset[str]):
    """Ids whose definition is wrong or stands in a file that is no YAML. With `all_others`, a file or folder could not
    be opened: whatever nobody else defines may stand there."""

    all_others: bool

    def __new__(cls, names: Iterable[str] = (), all_others: bool = False) -> Hidden:
        made = super().__new__(cls, names)
        made.all_others = all_others
        return made

    def __contains__(self, name: object) -> bool:
        return self.all_others or super().__contains__(name)

    def __or__(self, others: Set[str]) -> Hidden:  # type: ignore[override]
        return Hidden({*self, *others}, self.all_others)


def hidden_in(files: Iterable[DraftFile]) -> Hidden:
    """The ids in files that could not be read: those that stand in the text, or else the one the file is named for."""
    unread = [file for file in files if not file.whole]
    names: set[str] = set()
    for file in unread:
        found = {name.decode() for name in _ID.findall(file.content)}
        names |= found or {PurePosixPath(file.shown).stem}
    return Hidden(names, any(file.is_closed for file in unread))
