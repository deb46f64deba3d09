"""A model's settings are ones it can be fitted with."""

from __future__ import annotations

from collections.abc import Iterator

from data_checks.errors import Problem, did_you_mean
from metrics.drafts.definition_file import Draft
from metrics.models.bind import STAGES, percent
from metrics.rules.lengths import wrong_length


def model_settings(draft: Draft) -> Iterator[Problem]:
    """`model: {name: lifetime_value, horizon: 3 years, discount: 10%}`; `stages` belong to the lifecycle alone."""
    model = draft.file.model
    if model is None:
        return
    if found := wrong_length(model.horizon, "3 years"):
        yield Problem(draft.document.place("model", "horizon"), found)
    if percent(model.discount) is None:
        told = f"'{model.discount}' is no discount of a year; write it like '10%', from 0% to 100%."
        yield Problem(draft.document.place("model", "discount"), told)
    if model.name == "lifecycle" and not model.stages:
        yield Problem(draft.document.place("model"), f"lifecycle needs `stages`: some of {', '.join(STAGES)}.")
    if model.name != "lifecycle" and model.stages:
        yield Problem(draft.document.place("model", "stages"), f"only lifecycle has stages; {model.name} has none.")
    for index, stage in enumerate(model.stages if model.name == "lifecycle" else ()):
        if stage not in STAGES:
            told = f"there is no stage '{stage}'; there are {', '.join(STAGES)}.{did_you_mean(stage, STAGES)}"
            yield Problem(draft.document.place("model", "stages", index), told)
