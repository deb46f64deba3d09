"""The words of the workbench, where definitions are drafted."""

from __future__ import annotations

WORKBENCH_WORDS = {
    "workbench": "Workbench",
    # the start
    "wb_start": "Write a metric, or change one.",
    "wb_start_sub": (
        "A draft is checked while you type and tried on the published load. Nobody else sees it until you save it."
    ),
    "wb_start_new": "Start from a template",
    "wb_start_old": "Change one that exists",
    "wb_start_old_scope": "one of the library becomes your own when you save it",
    "wb_start_wrong": "Wrong now, and left out",
    "wb_closed": "The workbench is for analysts, who write definitions.",
    "wb_closed_next": "What each metric means stands in the",
    "wb_unknown": "There is no metric called “{metric}” that can be read.",
    "wb_unknown_next": "A file that is no YAML is mended in a text editor; the metric library says where it is wrong.",
    "wb_template_share": "A share",
    "wb_template_share_why": "Of all that were counted, how many meet a condition.",
    "wb_template_mean": "A mean",
    "wb_template_mean_why": "What something comes to on average.",
    "wb_template_count": "A count",
    "wb_template_count_why": "How many there were.",
    "wb_template_median": "A median",
    "wb_template_median_why": "What half of them stay below.",
    "wb_template_ratio": "A quotient",
    "wb_template_ratio_why": "One thing divided by another.",
    # head
    "wb_seen_only_here": "draft, seen only here",
    "wb_answer_saved": "This is {name} as it is saved.",
    "wb_answer_library": "This is {name} as the library has it.",
    "wb_answer_right": "No problems: {period} would be {value}.",
    "wb_answer_right_none": "No problems, but {period} has no value.",
    "wb_answer_right_bare": "No problems.",
    "wb_answer_wrong_one": "One problem in line {line}.",
    "wb_answer_wrong": "{n} problems, the first in line {line}.",
    "wb_answer_wrong_unplaced": "One problem.",
    "wb_answer_good": "The preview is of your last version without problems.",
    "wb_answer_no_good": "There is no preview before it is right.",
    "wb_sub_change": "The saved version has {saved}: {change}.",
    "wb_sub_same": "The saved version has the same value.",
    "wb_sub_own": "Saving a change makes a definition of your own, which stands in place of the library's.",
    "wb_download": "Download",
    "wb_save": "Save to workspace",
    "wb_save_over": "Replace {file}",
    "wb_save_wrong": "A draft with problems is not saved; mend them first.",
    "wb_saved": "Saved as {file}.",
    "wb_saved_next": "See the metric",
    "wb_not_yours": "Saving is for those who see the whole organisation; download the definition and pass it on.",
    "wb_not_writable": "The workspace cannot be written from here; download the definition and put it there.",
    "wb_exists": "{file} is there already and holds this. Save again to replace it, or choose another id.",
    "wb_changed": (
        "{file} has changed on disk since you opened it. Below it is as it is now; save again to replace it with your "
        "draft."
    ),
    "wb_gone": "{file} is gone from disk since you opened it. Save again to write it anew.",
    "wb_now_on_disk": "On disk now",
    "wb_discard": "Start again",
    # editor
    "wb_definition": "Definition",
    "wb_definition_scope": "YAML, {lines}",
    "wb_editor": "Definition in YAML",
    "wb_editor_hint": "Checked as you pause. Ctrl Enter checks at once; Tab or Escape leaves the editor.",
    # problems
    "wb_problem_one": "1 problem",
    "wb_problems": "{n} problems",
    "wb_problem_more": "{n} more problems stand below these.",
    "wb_line": "Line {line}",
    "wb_use": "Use {word}",
    "wb_columns": "Columns of {table}: {columns}.",
    "wb_elsewhere": "It would make others wrong",
    "wb_elsewhere_scope": "if saved",
    # preview
    "wb_preview": "Preview",
    "wb_preview_now": "this draft",
    "wb_preview_good": "last version without problems",
    "wb_by_month": "By month",
    "wb_by_team": "By team",
    "wb_sql": "SQL",
    "wb_rows": "Rows",
    "wb_month": "Month",
    "wb_team": "Team",
    "wb_draft": "Draft",
    "wb_saved_column": "Saved",
    "wb_difference": "Difference",
    "wb_no_preview": "There is nothing to try yet: mend what is marked on the left.",
    "wb_too_long": (
        "The preview takes longer than {seconds} seconds and was stopped. Narrow the formula with where, or save it: "
        "numbers of saved metrics are prepared with the next load."
    ),
    "wb_wait": "Trying the draft on the published load …",
    "wb_no_rows": "Nothing was counted.",
    "wb_team_scope": "{period}, by name, not by rank",
    "wb_sql_scope": "{dialect}, {period}",
    # effect
    "wb_effect": "Effect on the scorecard",
    "wb_effect_scope": "{period}, if saved",
    "wb_place": "Place",
    "wb_place_objective": "{objective}, weight {weight}",
    "wb_place_none": "none: without a perspective it is not on the board",
    "wb_score_of": "Score of {name}",
    "wb_overall": "Overall score",
    "wb_from_to": "{before} to {after}",
    "wb_unchanged": "{score}, unchanged",
    "wb_no_score": "no score",
    "wb_used_by": "Used by",
    "wb_used_by_none": "no other metric",
    "wb_stands_on": "Stands on",
    "wb_stands_on_more": "{told} and {n} more",
    "wb_stands_on_passed": "every check of its data passed",
    # difference
    "wb_text_difference": "Difference to the saved version",
    "wb_text_of_library": "the library’s {metric}",
    "wb_text_of_file": "{metric} in {file}",
    "wb_text_same": "The text is the same.",
    "wb_text_new": "This definition is new: nothing is saved to compare it with.",
    "wb_text_long": "The texts are too long to be compared here.",
    "wb_line_added": "added",
    "wb_line_removed": "removed",
    # test hints
    "wb_hints": "How to test it",
    "wb_hint_nothing": "It has no value in any of the last {n} months: look at the rows, and at each condition alone.",
    "wb_hint_few": "{few} of {n} months have fewer than min_n {min_n}: they are not judged.",
    "wb_hint_constant": "It is {value} in every month: a condition that holds always, or never, looks like this.",
    "wb_hint_all_met": "Its goal is met in all {n} months judged: a goal that asks nothing more.",
    "wb_hint_all_missed": "Its limit is missed in all {n} months judged: ask whether red and goal fit its unit.",
    "wb_hint_no_goal": "Without red and goal it is shown and never judged.",
    "wb_hint_no_question": "Give it a question: people read it before the number.",
    "wb_hint_by_hand": "Count one month of one team by hand: {rows}.",
    "wb_hint_check": "Check the whole workspace: {check}.",
}

TEMPLATES = {
    "share": """metric: new_share
formula: share(survey_responses.score >= 4 where survey = 'csat')
name: New share
question: Of the customers who rated us, how many were satisfied?
perspective: customer
unit: percent
red: 75%
goal: 85%
status: draft""",
    "mean": """metric: new_mean
formula: mean(survey_responses.score where survey = 'csat')
name: New mean
question: What do customers give us on average?
perspective: customer
unit: score
red: 3.8
goal: 4.2
status: draft""",
    "count": """metric: new_count
formula: count(tickets where reopens > 0)
name: New count
question: How many tickets came back?
perspective: internal_process
status: draft""",
    "median": """metric: new_median
formula: median(hours_between(tickets.opened_at, tickets.resolved_at) at resolved_at)
name: New median
question: In how many hours is half of the tickets solved?
perspective: internal_process
unit: hours
red: 48
goal: 24
status: draft""",
    "ratio": """metric: new_ratio
formula: sum(orders.revenue where sold) / count(orders where sold)
name: New quotient
question: How much does an order bring?
perspective: financial
unit: currency
status: draft""",
}
"""What a new definition may begin as."""
