"""The words of the page "What changed" and of the answer that leads there. A part of words.py."""

from __future__ import annotations

CHANGE_WORDS = {
    "changes": "What changed",
    "ch_wait": "Taking the changes apart …",
    # what the score did
    "ch_rose": "The score rose by {by} to {after}: {counted}.",
    "ch_fell": "The score fell by {by} to {after}: {counted}.",
    "ch_same": "The score stayed at {after}: {counted}.",
    "ch_no_score": "There is no change of a score to take apart; {counted}.",
    "ch_counts": "{better} clearly better, {worse} clearly worse",
    "ch_none": "no metric changed clearly",
    "ch_metrics": "{n} metrics are",
    "ch_metrics_one": "1 metric is",
    "ch_metrics_none": "no metric is",
    "ch_made": "Of the change of {change}, from {before} to {after}, {parts}.",
    "ch_made_nothing": "It was {before} and is {after}; no metric made a tenth of a point of difference.",
    "ch_part": "{name} made {part}",
    "ch_part_more": "{name} {part}",
    "ch_joint": " and ",
    "ch_stands_out": "{name} changed by {change}; by {slice}, {parts}.",
    "ch_see": "See all that changed and why",
    "ch_running": "{period} is not over, so nothing is compared yet.",
    "ch_running_next": "Choose a complete period above.",
    "ch_compared": "{period} against {against}.",
    # of what the change is made
    "ch_parts": "What the change of the score is made of",
    "ch_parts_scope": "points of the score; the parts sum to its change",
    "ch_by_perspective": "By perspective",
    "ch_by_metric": "By metric",
    "ch_rest": "{n} further metrics",
    "ch_rest_one": "1 further metric",
    "ch_all": "Change of the score",
    "ch_all_of": "Change",
    "ch_how": (
        "A part is the weight of a metric in the whole score times the change of its own score. It says where the "
        "change stands, not what brought it about."
    ),
    "ch_how_judged": "A metric that is judged in one of the two periods only counts with its distance from the score.",
    "ch_kind_new": "judged now, not before",
    "ch_kind_gone": "judged before, not now",
    # the metrics
    "ch_moved": "Metrics that changed",
    "ch_moved_scope": "clearly, or to another status; the largest effect on the score first",
    "ch_moved_none": "No metric changed clearly or moved to another status.",
    "ch_effect": "score {part}",
    "ch_no_effect": "no part of the score",
    "ch_figures": "{then} in {first}, {now} in {last}.",
    # beside it
    "ch_events": "What happened",
    "ch_events_none": "No event is recorded in these periods.",
    "ch_events_note": "What happened at the same time need not have anything to do with it.",
    "ch_checks": "Newly withheld or marked",
    "ch_checks_scope": "since the load before",
    "ch_checks_none": "No metric is newly withheld or marked.",
    "ch_goals": "Goals that changed",
    "ch_goal_moved": "goal {then} → {now}",
    "ch_limit_moved": "limit {then} → {now}",
    "ch_stretch_moved": "best {then} → {now}",
    "ch_goals_none": "Every metric is held against the same limit and goal in both periods.",
    "ch_goals_note": "Both periods are scored against the new ones, so a moved goal is no change of a score.",
}
