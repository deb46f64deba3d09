"""The fixed text of cohorts, survival curves and forecasts, by key."""

from __future__ import annotations

COHORT_WORDS = {
    "ch_title": "Who buys again, by {every} of the first order",
    "ch_reads": "How many of a {every}'s new buyers bought again so many {every}s later.",
    "ch_reads_by": "How many new buyers bought again so many {every}s later: the average of all observed so long.",
    "ch_cohort": "began",
    "ch_buyers": "buyers",
    "ch_average": "average",
    "ch_cells": "An empty cell is a {every} that has not ended; 0 % means that nobody came back.",
    "ch_heat": "Bold is above the average of its column by more than chance, dim below it.",
    "ch_young": (
        "The history starts on {day}: new buyers of its first {months} months may have bought before, unseen."
    ),
    "ch_folded": "{n} not shown; a wider window or --as json has all.",
    "ch_groups_left": "{n} with the fewest customers not shown; --where names one.",
    "ch_none": "There are no cohorts: {why}.",
    "ch_no_by": "--by is about cohorts of buyers; with --kind survival narrow the contracts with --from and --to.",
    "sv_title": "How long contracts last",
    "sv_counts": "{contracts}, {ended} of which ended.",
    "sv_after": "after",
    "sv_staying": "still here",
    "sv_at_risk": "observed",
    "sv_median": "Half of them end within {months} ({days} days).",
    "sv_median_of": "{group}: half end within {months}, {counts}",
    "sv_more_than_half": "More than half are still here, so there is no median.",
    "sv_more_than_half_of": "{group}: more than half are still here, {counts}",
    "sv_thin_median": "Half ended only when fewer than {least} were still observed, too few to tell a median.",
    "sv_thin_median_of": "{group}: half ended only when fewer than {least} were still observed, {counts}",
    "sv_method": "Kaplan–Meier: a contract still running counts for as long as it was observed; log–log intervals.",
    "sv_drawn": "The curve stops where fewer than {least} are still observed.",
    "sv_too_few": "Fewer than {least} contracts: too few for a curve.",
    "sv_cell": "Each cell: the share still here, and how many were observed until then.",
    "sv_differ": "The groups end at different paces: log-rank χ² {chi} with {degrees}, p {p}.",
    "sv_alike": "No difference between the groups beyond chance: log-rank χ² {chi} with {degrees}, p {p}.",
    "sv_untested": "The groups cannot be compared: {why}.",
    "sv_none": (
        "There is no survival curve: {why}. It is drawn for subscriptions; of orders nobody says when a customer has "
        "left. scorecard cohorts shows who buys again."
    ),
    # a forecast
    "fc_title": "{name}: the months ahead",
    "fc_history": "{n} with a value, {first} to {last}.",
    "fc_gaps": "{n} between them without one: missing, not zero.",
    "fc_none": "There is no forecast of {name}: {why}.",
    "fc_month": "month",
    "fc_middle": "forecast",
    "fc_naive": "Method: the last value carried on ({errors}). Nothing else erred less on the metric's own past.",
    "fc_method": "Method: {method}, which erred least on the metric's own past ({errors}).",
    "fc_error": "{method} {error}",
    "fc_mase": "An error of 1 is as far off as the next month is from the last, on average. The bands are as wide as "
    "past forecasts were off.",
    "fc_goal": "The goal of {goal} by {month}: a chance of {chance}.",
    "fc_goal_none": "No goal to meet: {why}.",
    "fc_no_goal": "none is set for {month}",
    "fc_all_certain": "more than 99{space}%",
    "fc_hardly": "less than 1{space}%",
    "fc_naive_name": "last value",
}
