"""The agents of a team's day beside chance: the funnel, or why there is none."""

from __future__ import annotations

from dashboard import funnel_parts
from dashboard.today_answers import Compared
from dashboard.today_view import View


def show(view: View, compared: Compared | None) -> None:
    """Draw the funnel; nothing where no metric compares agents."""
    if compared is None:
        return
    team = view.query.get("team")
    look = compared.definition, compared.period, view.load.facts.currency, view.theme
    funnel_parts.draw(compared.fair, "agent", *look, lambda name: view.agent(name, team))
