"""The words of perspectives, teams, metric library and benchmarks. A part of words.py."""

from __future__ import annotations

PAGES = {
    # menu
    "perspectives": "Perspectives",
    "teams": "Teams",
    "metric_library": "Metric library",
    "benchmarks": "Benchmarks",
    # overview
    "more_all": "All {n}: {counts}.",
    "more_some": "{n} more: {counts}.",
    "more_one": "1 more: {counts}.",
    "more_met": "{n} met",
    "more_watch": "{n} watched",
    "more_not_judged": "{n} not judged",
    "more_no_goal": "{n} without a goal",
    "more_not_provided": "{n} not provided",
    "more_not_cut": "{n} not known here",
    # one department
    "only_department": "You see the department {department}.",
    "only_department_next": "Show the whole organisation",
    "no_such_department": "There is no department “{department}”.{hint} You see all of them.",
    # perspectives
    "aim_owner": "Owner: {owner}.",
    "aim_weight": "Weight {weight}.",
    "plan_planned": "Planned",
    "plan_running": "Running",
    "plan_done": "Done",
    "plan_dropped": "Dropped",
    "plan_overdue": "Overdue",
    "plan_due": "due {day}",
    "plan_was_due": "was due {day}",
    "plan_done_on": "done {day}",
    "plan_to_move": "to move {name}",
    "perspective_empty": "No metric stands in this perspective.",
    "perspective_empty_next": "Give a metric `perspective: {perspective}` in its definition.",
    # teams
    "teams_wait": "Reckoning the scorecard of every team …",
    "teams_whole": "Whole organisation",
    "teams_own": "Your teams",
    "teams_none": "No team has a scorecard yet.",
    "teams_none_why": "No source provides the table teams with a name; scorecard tables teams shows its columns.",
    "teams_all_calm": "None of the {all} teams misses a goal by more than its limit.",
    "teams_red_one": "1 of {all} teams has a missed metric.",
    "teams_red": "{n} of {all} teams have missed metrics.",
    "teams_only": "{name} is the one team you see.",
    "teams_most": "{names} missed the most: {n}.",
    "teams_compare": "Teams do different work: open one before comparing it.",
    "teams_scope": "{period}, by name, not by rank",
    "teams_counts": "Metrics by status",
    "teams_coverage": "Coverage",
    "teams_no_score": "none",
    "teams_not_judged": "not judged",
    "teams_note": (
        "Hollow dot: the period compared with. A part is held against its own goals; a sum without a goal of its own is "
        "not judged. Coverage is the share of the weight that could be judged; under half of it there is no score."
    ),
    "and": "and",
    "short_financial": "Financial",
    "short_customer": "Customer",
    "short_internal_process": "Process",
    "short_learning_growth": "Learning",
}
