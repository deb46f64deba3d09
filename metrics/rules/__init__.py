"""Every rule a definition must keep, one file each: definitions in, problems with places out.

A rule is a small function that yields what is wrong and nothing else. `ABOUT_ONE` look at one definition, whose unit
and goals are known; `ABOUT_ALL` at how definitions stand to each other. What YAML, the keys of a file, the grammar
and the types of a formula say by themselves is told by their readers (definition_file, formula, bind, goals).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from data_checks.errors import Problem
from metrics.rules.certified_is_complete import certified_is_complete
from metrics.rules.compare_with import compare_with
from metrics.rules.defined_once import defined_once
from metrics.rules.drives_known_metrics import drives_known_metrics
from metrics.rules.drives_lag import drives_lag
from metrics.rules.fill_is_zero import fill_is_zero
from metrics.rules.goal_is_not_red import goal_is_not_red
from metrics.rules.goals_within_unit import goals_within_unit
from metrics.rules.id_form import id_form
from metrics.rules.min_n_not_negative import min_n_not_negative
from metrics.rules.model_settings import model_settings
from metrics.rules.needs_known_checks import needs_known_checks
from metrics.rules.no_circle import no_circle
from metrics.rules.one_formula import one_formula
from metrics.rules.red_and_goal import red_and_goal
from metrics.rules.retention_after import retention_after
from metrics.rules.ripe_after import ripe_after
from metrics.rules.rolling_last import rolling_last
from metrics.rules.stands_on_right_metrics import stands_on_right_metrics
from metrics.rules.stretch_beyond_goal import stretch_beyond_goal
from metrics.rules.subjects import Understood, Whole
from metrics.rules.weight_above_zero import weight_above_zero

ABOUT_ONE: tuple[Callable[[Understood], Iterable[Problem]], ...] = (
    id_form,
    one_formula,
    model_settings,
    retention_after,
    rolling_last,
    compare_with,
    ripe_after,
    drives_known_metrics,
    drives_lag,
    weight_above_zero,
    min_n_not_negative,
    fill_is_zero,
    certified_is_complete,
    needs_known_checks,
    red_and_goal,
    goal_is_not_red,
    goals_within_unit,
    stretch_beyond_goal,
)
ABOUT_ALL: tuple[Callable[[Whole], Iterable[Problem]], ...] = (
    defined_once,
    no_circle,
    stands_on_right_metrics,
)
