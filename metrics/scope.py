"""Scope: whose rows a reader may see. An argument of every query; there is no query without one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """`teams`: the team ids a reader may see; None means the whole organisation."""

    teams: frozenset[str] | None

    @classmethod
    def everything(cls) -> Scope:
        return cls(None)

    @classmethod
    def of_teams(cls, *team_ids: str) -> Scope:
        return cls(frozenset(team_ids))
