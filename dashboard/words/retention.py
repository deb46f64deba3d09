"""The words of the page about customers who stay."""

from __future__ import annotations

RETENTION_WORDS = {
    "customers": "Customers",
    "retention": "Retention",
    "control_every": "Cohorts by",
    "control_cut": "Told apart by",
    "every_quarter": "Cohorts by quarter",
    "every_month": "Cohorts by month",
    "cut_none": "Everybody together",
    "cut_by": "By {slice}",
    "rt_wait": "Counting who came back …",
    "rt_answer": "Of new buyers, {share} buy again in the {every} after their first.",
    "rt_answer_none": "Nobody's return can be counted yet.",
    "rt_answer_closed": "Who stays is known of the whole organisation only.",
    "rt_late": "After {n} {every}s it is **{share}**, over the {buyers} buyers observed that long.",
    "rt_year_of_contracts": "Of contracts, **{share}** still run after a year.",
    "rt_metrics": "The metrics of staying",
    "rt_metrics_scope": "{period}, the same rows as on the scorecard",
    "rt_triangle": "Who bought again",
    "rt_triangle_scope": "share of a {every}'s new buyers who bought so many {every}s later",
    "rt_triangle_alt": "Who bought again, by {every} of the first order",
    "rt_cohort": "First order",
    "rt_buyers": "Buyers",
    "rt_average": "All together",
    "rt_young": "Too young",
    "rt_young_long": "Too young: that {every} has not ended",
    "rt_cell": "{part} of {whole}, 95{space}%: {interval}",
    "rt_above": "above its column by more than chance",
    "rt_below": "below its column by more than chance",
    "rt_note": (
        "The stronger the shade, the larger the share; the number says it. ▲ and ▼ stand "
        "where a cohort differs from all together by more than chance. Point at a cell for its count and interval."
    ),
    "rt_left_out": "The newest {n} cohorts are shown; all together are all {all}.",
    "rt_groups": "Each line is the average of all buyers observed so long.",
    "rt_not_cut": "Not told apart by {slice}: {why}. Everybody is shown together.",
    "rt_none": "There are no cohorts: {why}.",
    "sv_screen_title": "How long contracts last",
    "sv_screen_scope": "share still running, 95{space}% band, by months since they began",
    "sv_screen_note": "Kaplan–Meier: a contract still running counts for as long as it was observed.",
    "sv_screen_none": "There is no curve: {why}.",
    "sv_screen_least": "Fewer than {least} contracts: too few for a curve.",
    "sv_alt": "{name}: {shares} still run.",
    "sv_alt_part": "{share} after {months}",
    "sv_all": "All contracts",
    "sv_table": "Still running after so many months",
    "sv_group": "Contracts",
    "sv_n": "n",
    "cc_title": "Observed and predicted",
    "cc_scope": "share of contracts left after so many months",
    "cc_observed": "observed",
    "cc_predicted": "predicted",
    "cc_alt": "After {months}, {observed} of contracts are left; the model has {predicted}.",
    "cc_sentence": (
        "After {months} the model has **{predicted}** left, and **{observed}** are ({interval}). It expects {later} to "
        "be left after {far}."
    ),
    "cc_fit": (
        "Shifted-beta-geometric model of the {contracts} contracts that have faced a renewal, {ended} of which "
        "ended: α {alpha}, β {beta}, log-likelihood {likelihood}; the fit settled."
    ),
    "cc_alike": (
        "Contracts that have run longer do not end less often here, so the model gives all one chance to end: {rate} a "
        "month, of the {contracts} contracts that have faced a renewal, {ended} of which ended."
    ),
    "cc_none": "There is no prediction: {why}.",
    "cc_value": "What a contract is worth",
    "lw_title": "Why contracts end",
    "lw_scope": "{n} ended from {start} to {end}; change against the 12 months before",
    "lw_reason": "Reason",
    "lw_share": "Share",
    "lw_ended": "Ended",
    "lw_change": "Change",
    "lw_unknown": "Not said",
    "lw_none": "No reasons can be shown: {why}.",
    "lw_note": (
        "Every contract that ended stands in one row; 95{space}% intervals beneath. A change in dark type is larger "
        "than chance explains."
    ),
}
