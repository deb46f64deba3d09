"""Who may see what: the guard that opens every page and the entry script.

In mode `open` everybody who reaches the server may see and do all. In mode `oidc` a person signs in with a provider,
and access.yaml gives their verified e-mail a role. Whatever is not certain closes the door, with one sentence.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from dashboard import components, settings
from dashboard.access_file import Role, read_access
from dashboard.wording import say
from data_checks.errors import FileProblems
from data_checks.journal_entries import Comment
from metrics.scope import Scope

log = logging.getLogger("scorecard")
Right = Literal["agents", "rows", "comments", "sql", "definitions", "write", "save"]
"""agents: numbers of single agents. rows: raw rows, on screen and as a file. comments: what customers wrote. sql: the
queries. definitions: trying and changing definitions. write: comments and reviews in the journal. save: own views."""
EVERY_RIGHT: frozenset[Right] = frozenset(("agents", "rows", "comments", "sql", "definitions", "write", "save"))
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "executive": frozenset(("write", "save")),
    "team_lead": EVERY_RIGHT - {"sql", "definitions"},
    "analyst": EVERY_RIGHT,
    "operator": frozenset(("sql",)),
}


@dataclass(frozen=True)
class Reader:
    """Who reads. `name`: the e-mail signed in with; None in open mode, as is `role`."""

    name: str | None
    role: Role | None
    scope: Scope
    rights: frozenset[Right]

    def may(self, right: Right) -> bool:
        """Whether the reader has a right, within the scope."""
        return right in self.rights


ANYBODY = Reader(None, None, Scope.everything(), EVERY_RIGHT)
"""The reader of open mode."""


class Closed(Exception):
    """Why the door stays closed, as a sentence. `offers`: what the page offers instead, if anything."""

    def __init__(self, told: str, offers: Literal["", "sign_in", "sign_out"] = "") -> None:
        super().__init__(told)
        self.offers = offers


def reader() -> Reader:
    """Who reads. Ends the run for anybody whose right to read is not certain."""
    try:
        return _reader()
    except Closed as closed:
        _show_closed(str(closed), closed.offers)
        st.stop()


def guard() -> Scope:
    """The reader's Scope. Ends the run for anybody whose right to read is not certain."""
    return reader().scope


def may(right: Right) -> bool:
    """Whether the reader has a right. Ends the run as `guard` does."""
    return reader().may(right)


def sees_people() -> bool:
    """Whether the reader sees single tickets, what customers wrote, and whose work it was."""
    return may("agents") and may("rows") and may("comments")


def told_of(comments: Iterable[Comment], sees_agents: bool) -> list[Comment]:
    """The comments that may be read: those on single agents only by who sees agents."""
    return [one for one in comments if sees_agents or "agent" not in dict(one.about.slices)]


def writer() -> str | None:
    """The name of the person who is signed in and writes; None in open mode, where people type theirs."""
    return reader().name


def _reader() -> Reader:
    mode = settings.access_mode()
    if mode == "open":
        return ANYBODY
    if mode != "oidc":
        raise Closed(say("closed"))
    return admit(st.user.to_dict(), time.time())


def admit(user: Mapping[str, Any], now: float) -> Reader:
    """The reader that a provider's claims stand for at a moment (seconds since 1970).

    Raises Closed for claims that are missing, unverified or have ended, and for people access.yaml does not name.
    """
    if user.get("is_logged_in") is not True:
        raise Closed(say("access_sign_in"), "sign_in")
    ends = user.get("exp")
    if isinstance(ends, bool) or not isinstance(ends, int | float) or not now < ends:
        raise Closed(say("access_ended"), "sign_in")
    email = user.get("email")
    if not isinstance(email, str) or not email.strip():
        raise Closed(say("access_no_email"), "sign_out")
    if user.get("email_verified") is not True:
        raise Closed(say("access_unverified", email=email), "sign_out")
    try:
        person = read_access(settings.workspace_folder()).get(email.strip().casefold())
    except FileProblems as error:
        raise Closed(say("access_wrong_file"), "sign_out") from error
    if person is None:
        raise Closed(say("access_unknown", email=email), "sign_out")
    scope = Scope(frozenset(person.teams or ())) if person.role == "team_lead" else Scope.everything()
    return Reader(email, person.role, scope, RIGHTS[person.role])


def _show_closed(told: str, offers: str) -> None:
    st.html(components.message(told))
    if offers == "sign_in":
        st.button(say("access_enter"), key="sign_in", on_click=_sign_in, type="primary")
    elif offers == "sign_out":
        st.button(say("access_leave"), key="sign_out", on_click=st.logout)


def _sign_in() -> None:
    """Go to the provider; a mistake in how it is set up is said, not shown as a traceback."""
    try:
        st.login()
    except Exception:
        log.exception("Nobody can sign in.")
        st.html(components.notice(say("access_not_set_up")))


def say_who() -> None:
    """Who is signed in, and the way out; nothing in open mode."""
    who = reader()
    if who.role is not None:
        with st.container(horizontal=True, key="who"):
            st.html(components.note(say("access_who", name=who.name, role=say(f"role_{who.role}"))))
            st.button(say("access_leave"), key="sign_out", on_click=st.logout, type="tertiary")
