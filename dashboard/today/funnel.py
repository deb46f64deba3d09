"""The agents of a team's day, or the teams of several, beside chance: the funnel, or why there is none."""

from __future__ import annotations

from dashboard.teams import funnel as team_funnel
from dashboard.today.answers import Compared
from dashboard.today.view import View


def show(view: View, compared: Compared | None) -> None:
    """Draw the funnel; nothing where no metric compares them. An agent leads to their page, a team to its day."""
    if compared is None or (compared.by == "agent" and not view.sees_people):
        return

    def address(name: str) -> str:
        if compared.by == "team":
            return view.address(team=name, department=None)
        return view.agent(name, view.query.get("team"))

    look = compared.definition, compared.period, view.load.facts.currency, view.theme
    team_funnel.draw(compared.fair, compared.by, *look, address)
