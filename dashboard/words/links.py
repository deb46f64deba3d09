"""The fixed text of links, of what a point is worth and of attribution, by key."""

from __future__ import annotations

LINK_WORDS = {
    # links of the strategy
    "lk_none": "There is no link to look at: write `links` into strategy.yaml, or `drives` into a metric's definition.",
    "lk_head": "What the strategy says goes with what, and what the data say.",
    "lk_supported": "supported",
    "lk_not_supported": "not supported",
    "lk_contradicts": "contradicts",
    "lk_too_little_data": "too little data",
    "lk_at_once": "same month",
    "lk_month": "1 month",
    "lk_months": "{n} months",
    "lk_height_team": "heights of {teams} teams",
    "lk_change_team": "changes of {teams} teams",
    "lk_change_whole": "changes of the whole",
    "lk_against": (
        "{cause} → {effect}: without {team} it would be supported, r {r} ({interval}). A team picked afterwards is a "
        "lead, not a proof."
    ),
    "lk_shared": (
        "{cause} → {effect}: both are counted from {tables}, so part of what goes together may be arithmetic."
    ),
    "lk_too_little": "{cause} → {effect}: {why}.",
    "lk_how_r": (
        "r is 0 when nothing goes together and ±1 when everything does; of an objective, better counts as more. "
        "Supported: the interval lies beyond 0 in the direction the strategy says; contradicts: in the other; not "
        "supported: it holds 0."
    ),
    "lk_how_level": (
        "Teams: month by month, without what is usual for a team and what a month brought to all; the interval comes "
        "from leaving out each team once. Whole: changes from month to month."
    ),
    "lk_how_looks": (
        "A link of several looks has wider intervals; still, of 20 links with nothing to them one is called supported "
        "or contradicted by chance. What goes with something need not bring it about."
    ),
    # what a point is worth
    "wo_head": "What customers did in the {days} days after their rating; one rating each, ratings until {until}.",
    "wo_segment": "Segment {segment}",
    "wo_no_segment": "Without a segment",
    "wo_missing": "{why}, so nobody can say what a rating goes with.",
    "wo_too_few": ("{few} {fewer} fewer than {least} customers, so nothing is said about {them}."),
    "wo_refused": (
        "There are not two groups of ratings with {least} customers each, so nothing is said. Ask for fewer --days, or "
        "wait for more answers."
    ),
    "wo_step": "From {low} to {high}: {shares}{margins}.",
    "wo_share_step": "buying again {change} ({interval})",
    "wo_margin_step": ", margin a customer {change} ({interval})",
    "wo_clear": "clear",
    "wo_too_close": "too close to call",
    "wo_no_margin": "There is no margin: {why}.",
    "wo_unpriced": "Without an amount or a cost: {orders}; bought counts, the margin is not known.",
    "wo_note": (
        "Only ratings whose {days} days are over count, of each customer the latest. This says what goes with a "
        "rating; who rates high may have bought more anyway."
    ),
    # attribution
    "at_head": "{name} per agent, {period}, by whom an answer is put down to.",
    "at_answer": "named on the answer",
    "at_solver": "holds the ticket",
    "at_rule_answer": (
        "Named on the answer: survey_responses.agent_id; where the survey names nobody, the load took the ticket's."
    ),
    "at_rule_solver": "Holds the ticket: tickets.agent_id, who solved it or was assigned last, as it stands now.",
    "at_cannot": "{rule}: not known, {why}.",
    "at_first_responder": "The first to respond",
    "at_assignee_then": "The assignee when the customer rated",
    "at_all_who_replied": "All who replied",
    "at_why_first_responder": "no table has a column for who replied first; tickets has only when",
    "at_why_assignee_then": "a ticket stands in tickets as it is now, and no table has who held it before",
    "at_why_all_who_replied": "no table has one row per reply; tickets has only how many there were",
    "at_alike": "All {answers} answers that both rules put down to somebody go to the same agent.",
    "at_differ": "{differ} of {answers} answers that both rules put down to somebody go to another agent by the other.",
    "at_one_only": "{n} more have an agent by one rule only.",
    "at_spread": "The rule moves {moved} of {agents} agents, most of all {agent}, by {size}.",
    "at_flips": "The status turns with the rule for {n}: {agents}.",
    "at_no_flips": "No agent's status turns with the rule.",
    "at_none": "There is no answer in these days.",
    "at_suppressed": "under 5 answers",
    "at_few": "few answers",
    "at_note": (
        "Fewer than {suppressed} answers are not shown, fewer than {least} are not judged. There is no order by value: "
        "the ends of such a list are mostly chance."
    ),
}
