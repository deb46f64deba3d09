"""The fixed text of changes explained and of drivers, by key."""

from __future__ import annotations

ANALYSIS_WORDS = {
    # why a number changed
    "ex_rose": "{name} rose from {before} in {first} to {after} in {last}: {change}.",
    "ex_fell": "{name} fell from {before} in {first} to {after} in {last}: {change}.",
    "ex_same": "{name} was {after} in {last} as in {first}: {change}.",
    "ex_ends": "The 95 % interval of the change is {interval}.",
    "ex_may_be_chance": "The 95 % interval of the change is {interval}; it holds zero, so all of it may be chance.",
    "ex_mix_and_rate": (
        "By {slice}, {mix} come from another mix of the groups and {rate} from the groups' own values."
    ),
    "ex_differences": "By {slice}, the largest part is {group}: {change}.",
    "ex_chosen": "{slice} is the first of {slices} that tells it apart; --by names another.",
    "ex_larger": "{group} had a larger share (mix {part})",
    "ex_smaller": "{group} had a smaller share (mix {part})",
    "ex_appeared": "{group} is new (mix {part})",
    "ex_gone": "{group} is gone (mix {part})",
    "ex_own_rose": "the own value of {group} rose (rate {part})",
    "ex_own_fell": "the own value of {group} fell (rate {part})",
    "ex_short_own": "{group} itself {part}",
    "ex_short_mix": "share of {group} {part}",
    "ex_nothing": "Nothing stands out: no group's part can be told from chance.",
    "ex_not_by_groups": "Groups cannot tell it: {reason}.",
    "ex_no_value": "There is no change to explain: {name} has no value to be shown in {period} ({reason}).",
    "ex_factors": (
        "What is divided went from {above_then} to {above_now}, which made {above}; "
        "what it is divided by went from {below_then} to {below_now}, which made {below}."
    ),
    "ex_not_complete": "{period} is not complete.",
    "ex_sum": "The parts sum to the change: {parts} = {change}.",
    "ex_group_none": "(none)",
    "ex_group_folded": "other ({n} groups, of few answers)",
    "ex_group_rest": "{n} further groups",
    "ex_mix_of": "mix by {slice}",
    "ex_above": "what is divided",
    "ex_below": "what it is divided by",
    "ex_all": "all",
    "ex_share": "share",
    "ex_value": "value",
    "ex_answers": "n",
    "ex_mix": "mix",
    "ex_rate": "rate",
    "ex_total": "total",
    "ex_interval": "95 % of total",
    # what goes with a score
    "dr_score": "the score behind {name}, {period}",
    "dr_formula": "{name}, {period}",
    "dr_service": "What goes with {outcome}: what happened",
    "dr_questions": "What goes with {outcome}: the other questions of the same answer",
    "dr_title": "{title}. Together R² {r2} (95 %: {interval}), n {n}.",
    "dr_no_value": "There is nothing to look at: {name} has no value to be shown ({reason}).",
    "dr_not_causes": (
        "A share says how much of the differences between answers goes with a driver, the others known; not why."
    ),
    "dr_weighted": "The metric weighs its answers; here every answer counts alike.",
    "dr_dropped": "Left out ({reason}): {drivers}.",
    "dr_driver": "goes with",
    "dr_share": "share",
    "dr_interval": "95 %",
    "dr_direction": "more of it",
    "dr_higher": "higher score",
    "dr_lower": "lower score",
    "dr_differs": "differs by value",
    "dr_name_first_reply_minutes": "Minutes to the first reply",
    "dr_name_resolution_hours": "Hours to the solution",
    "dr_name_transfers": "Transfers",
    "dr_name_reopens": "Reopenings",
    "dr_name_delivered_on_time": "Delivered on time",
    "dr_name_review_score": "Quality reviews of the agent",
    "dr_name_topic": "Topic",
    "dr_name_channel": "Channel",
}
