"""Why there is no figure: a status a program can branch on and the sentence a reader gets instead of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["no_data", "not_enough_history", "no_convergence", "undefined"]


@dataclass(frozen=True)
class NotKnown:
    """Stands where a figure or a fit would stand; never beside one.

    no_data: nothing to count. not_enough_history: too little to tell. no_convergence: the fit did not settle.
    undefined: the data are there and the quantity does not exist for them.
    """

    status: Status
    sentence: str
