"""Words for how the data stand: how far they reach, what stopped coming, which load was refused."""

from __future__ import annotations

LOAD_WORDS = {
    "data_through": "Data through **{moment}**",
    "checks_failed": "{n} checks did not pass",
    "checks_failed_one": "1 check did not pass",
    "metrics_withheld": "{n} metrics withheld",
    "metrics_withheld_one": "1 metric withheld",
    # a table that has had nothing new for too long
    "stale_since": "nothing new in {table} since {day}",
    "stale_ever": "nothing new in {table}",
    "stale_more": "{first}, and in {n} more tables",
    "stale_more_one": "{first}, and in 1 more table",
    # a load that was refused
    "refused": "Load {load} was refused and nothing has changed. {why}",
    "refused_since": "The load of {refused} was refused; you see that of {shown}.",
    "refused_more": "{first} (and {n} more)",
    "refused_next": "What you see is whole; the page {page} has every load.",
    "workspace_wrong_one": "The workspace has a mistake, so you see it as it was before: {first}",
    "workspace_wrong": "The workspace has {n} mistakes, so you see it as it was before. The first: {first}",
}
