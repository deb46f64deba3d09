"""Where each customer stands: one stage each, the first whose rule holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.stats.purchase_history import History

Stage = Literal["new", "lapsed", "reactivated", "at_risk", "active"]
STAGES: tuple[Stage, ...] = get_args(Stage)
"""In the order in which their rules are asked."""


@dataclass(frozen=True)
class Rules:
    """Thresholds of the stages; days, and chances on 0…1. Raises ValueError where they contradict each other."""

    window_days: int = 90
    pause_days: int = 180
    alive: float = 0.5
    lapsed: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.window_days <= self.pause_days:
            raise ValueError(f"a window of {self.window_days} days and a pause of {self.pause_days}")
        if not 0 <= self.lapsed <= self.alive <= 1:
            raise ValueError(f"lapsed below {self.lapsed} and active from {self.alive}")

    def sentences(self) -> dict[Stage, str]:
        """What each stage means with these thresholds, in the order asked."""
        return {
            "new": f"first bought within the last {self.window_days} days",
            "lapsed": f"the chance to be still a customer is below {self.lapsed:.0%}",
            "reactivated": f"bought within the last {self.window_days} days after more than {self.pause_days} without",
            "at_risk": f"silent for longer than nine in ten of the customer's own pauses or than {self.window_days} "
            f"days, or with a chance below {self.alive:.0%} to be still a customer",
            "active": "everyone else",
        }


@dataclass(frozen=True)
class Stages:
    """stages (n,) in the order of the history, and how many customers stand in each; the counts sum to n."""

    stages: NDArray[np.str_]
    counts: dict[Stage, int]


def lifecycle(history: History, alive: ArrayLike, rules: Rules) -> Stages:
    """One stage per customer. alive (n,): the chance to be still a customer (purchases.alive), 0…1.

    Who has bought once shows no evidence either way (alive = 1): after the window such a customer is at risk and
    never lapsed. Raises ValueError where alive is no chance per customer.
    """
    chance = np.asarray(alive, dtype=np.float64)
    if chance.shape != history.age.shape or not ((chance >= 0) & (chance <= 1)).all():
        raise ValueError("alive is no chance for each customer")
    recent = history.recency <= rules.window_days
    quiet = (history.recency > history.own_gap) | ~recent
    holds = [
        history.age <= rules.window_days,
        chance < rules.lapsed,
        recent & (history.pause > rules.pause_days),
        quiet | (chance < rules.alive),
    ]
    stages = np.select(holds, STAGES[:-1], default=STAGES[-1])
    return Stages(stages, {stage: int((stages == stage).sum()) for stage in STAGES})
