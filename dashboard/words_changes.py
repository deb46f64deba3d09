"""The words of the page "What changed" and of the answer that leads there. A part of words.py."""

from __future__ import annotations

CHANGE_WORDS = {
    "changes": "What changed",
    "cg_wait": "Taking the changes apart …",
    # what the score did
    "cg_rose": "The score rose by {by} to {after}: {counted}.",
    "cg_fell": "The score fell by {by} to {after}: {counted}.",
    "cg_same": "The score stayed at {after}: {counted}.",
    "cg_no_score": "There is no change of a score to take apart; {counted}.",
    "cg_counts": "{better} clearly better, {worse} clearly worse",
    "cg_both": "{first} and {last}",
    "cg_none": "no metric changed clearly",
    "cg_metrics": "{n} metrics are",
    "cg_metrics_one": "1 metric is",
    "cg_metrics_none": "no metric is",
    "cg_none_more": "none",
    "cg_made": "Of the change of {change}, from {before} to {after}, {parts}.",
    "cg_made_nothing": "It was {before} and is {after}; no metric made a tenth of a point of difference.",
    "cg_part": "{name} made {part}",
    "cg_part_more": "{name} {part}",
    "cg_joint": " and ",
    "cg_stands_out": "{name} changed by {change}; by {slice}, {parts}.",
    "cg_see": "See all that changed and why",
    "cg_running": "{period} is not over, so nothing is compared yet.",
    "cg_running_next": "Choose a complete period above.",
    "cg_compared": "{period} against {against}.",
    # of what the change is made
    "cg_parts": "What the change of the score is made of",
    "cg_parts_scope": "points of the score; the parts sum to its change",
    "cg_by_perspective": "By perspective",
    "cg_by_metric": "By metric",
    "cg_rest": "{n} further metrics",
    "cg_rest_one": "1 further metric",
    "cg_all": "Change of the score",
    "cg_all_of": "Change",
    "cg_how": (
        "A part is the weight of a metric in the whole score times the change of its own score. It says where the "
        "change stands, not what brought it about."
    ),
    "cg_how_judged": "A metric that is judged in one of the two periods only counts with its distance from the score.",
    "cg_kind_new": "judged now, not before",
    "cg_kind_gone": "judged before, not now",
    # the metrics
    "cg_moved": "Metrics that changed",
    "cg_moved_scope": "clearly, or to another status; the largest effect on the score first",
    "cg_moved_none": "No metric changed clearly or moved to another status.",
    "cg_effect": "score {part}",
    "cg_no_effect": "no part of the score",
    "cg_figures": "{then} in {first}, {now} in {last}.",
    # beside it
    "cg_events": "What happened",
    "cg_events_none": "No event is recorded in these periods.",
    "cg_events_note": "What happened at the same time need not have anything to do with it.",
    "cg_checks": "Newly withheld or marked",
    "cg_checks_scope": "since the load before",
    "cg_checks_none": "No metric is newly withheld or marked.",
    "cg_goals": "Goals that changed",
    "cg_goal_moved": "goal {then} → {now}",
    "cg_limit_moved": "limit {then} → {now}",
    "cg_stretch_moved": "best {then} → {now}",
    "cg_goals_none": "Every metric is held against the same limit and goal in both periods.",
    "cg_goals_note": "Both periods are scored against the new ones, so a moved goal is no change of a score.",
}

USUAL_WORDS = {
    "us_range": "Dotted: the usual range of {months} complete months, {span} in {month}.",
    "us_rings": "A ring is a month that chance alone seldom makes: {patterns}.",
    "us_pattern": "{when} {rule}",
    "us_from_to": "{first} to {last}",
    "us_WE1": "outside the usual range",
    "us_WE2": "the second of three months near the same end of it",
    "us_WE4": "the eighth or later of a row on one side of its middle",
    "us_more": "{n} earlier ones are ringed too.",
    "us_more_one": "1 earlier one is ringed too.",
}
"""The usual range on a trend, and the rules of its rings."""
