"""Which of our tables a sample fills, and which of its columns is which of ours: by name first, held against values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from data_checks.assistant.names import name_score, table_words, tokens
from data_checks.assistant.sample import Sample
from data_checks.assistant.values import (
    LIKELY_NULLS,
    SURE_NULLS,
    Times,
    Values,
    misfits,
    null_words,
    times,
    total,
    whole_numbers,
    without,
)
from data_checks.casts import Reading
from data_checks.contract import Column, Contract

_NUMBER = re.compile(r"\s*[+-]?[\d.,' \u00a0\u202f]*\d[.,]?\s*")
_ENOUGH = 0.95
"""Of the values so many must look like the column's type."""
_LEAST = 2.5
"""A table below this score is not proposed."""
_RATED = 5
"""So many columns of small whole numbers make a questionnaire."""


@dataclass(frozen=True)
class Facts:
    """What one column of a sample holds, words without meaning left out."""

    values: Values
    times: Times
    number_share: float
    is_boolean: bool

    @property
    def is_small_scale(self) -> bool:
        whole = whole_numbers(self.values)
        return whole is not None and len(whole) > 2 and min(whole) >= 0 and max(whole) <= 11

    def looks_like(self, kind: str) -> bool:
        """Whether the values can be of the contract's type."""
        if not self.values:
            return False
        if kind in ("number", "integer"):
            return self.number_share >= _ENOUGH
        if kind in ("time", "day"):
            return self.times.share >= _ENOUGH
        return self.is_boolean if kind == "boolean" else True


@dataclass(frozen=True)
class Studied:
    """A sample with what its columns hold. `nulls`: words that mean nothing → columns; `maybe`: those that may."""

    sample: Sample
    facts: Mapping[str, Facts]
    nulls: Mapping[str, int]
    maybe: Mapping[str, int]


def study(sample: Sample) -> Studied:
    """Look at every column once."""
    bare = {name: _facts(without(values, (*SURE_NULLS, *LIKELY_NULLS))) for name, values in sample.counts.items()}
    typed = [name for name, facts in bare.items() if facts.number_share == 1 or facts.times.share == 1]
    nulls, maybe = null_words(sample.counts, typed)
    facts = {}
    for name, values in sample.counts.items():
        meant = without(values, nulls)
        facts[name] = bare[name] if meant == bare[name].values else _facts(meant)
    return Studied(sample, facts, nulls, maybe)


def _facts(values: Values) -> Facts:
    numbers = sum(count for value, count in values.items() if _NUMBER.fullmatch(value))
    seen = total(values)
    is_boolean = len(values) <= 4 and not misfits(values, "boolean", Reading("UTC", "UTC"))
    return Facts(values, times(values), numbers / seen if seen else 0.0, is_boolean)


@dataclass(frozen=True)
class Fit:
    """One table a sample may fill. `matches`: our column → theirs; `unlike`: named alike, but the values are not."""

    contract: Contract
    score: float
    matches: Mapping[str, str]
    unlike: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns it needs and does not find; a row also needs the time it counts at."""
        return tuple(name for name in needed(self.contract) if name not in self.matches)


def needed(contract: Contract) -> tuple[str, ...]:
    """The required columns, and the time a row counts at where rows are things that happen."""
    time = () if contract.register else (contract.time,)
    return tuple(name for name, column in contract.columns.items() if column.required or name in time)


def best_fits(studied: Studied, known: Mapping[str, Contract]) -> list[Fit]:
    """Every table by how well the sample fills it, the best first; those too far off are left out."""
    fits = [_fit(studied, contract) for contract in known.values()]
    likely = [fit for fit in fits if fit.score >= _LEAST and set(fit.matches) & set(needed(fit.contract))]
    return sorted(likely, key=lambda fit: -fit.score)


def _fit(studied: Studied, contract: Contract) -> Fit:
    pairs = []
    for column, promised in contract.columns.items():
        for name in studied.sample.names:
            score = name_score(name, contract.table, column, column == contract.key)
            if score >= 0.5:
                pairs.append((score, column, name, promised))
    pairs.sort(key=lambda pair: -pair[0])
    matches: dict[str, str] = {}
    unlike: dict[str, str] = {}
    score = 0.0
    for worth, column, name, promised in pairs:
        if column in matches or name in matches.values():
            continue
        if not _holds(studied.facts[name], promised, column, contract):
            unlike.setdefault(column, name)
            continue
        matches[column] = name
        score += worth * _weight(column, contract)
    unlike = {column: name for column, name in unlike.items() if column not in matches}
    score += _hints(studied, contract)
    fit = Fit(contract, score, matches, unlike)
    lacking = [name for name in fit.missing if name != "survey"]
    return Fit(contract, score - 1.5 * len(lacking), matches, unlike)


def _holds(facts: Facts, column: Column, name: str, contract: Contract) -> bool:
    if name == "score" and contract.table == "survey_responses":
        return facts.number_share >= 0.5  # the rest may be words for no answer
    return facts.looks_like(column.type)


def _weight(column: str, contract: Contract) -> float:
    if column == contract.key or column == contract.time:
        return 2.0
    promised = contract.columns[column]
    # A customer or a channel stands in every table and tells none from another.
    return 0.3 if promised.references or column in ("channel", "region", "segment", "topic", "name", "status") else 1.0


def _hints(studied: Studied, contract: Contract) -> float:
    words = table_words(contract.table)
    path = studied.sample.written.rsplit("/", 1)[-1].split(".")[0]
    file_words = [*tokens(path), *tokens(studied.sample.sheet or "")]
    named = sum(2.5 for word in set(file_words) if word in words)
    columns = sum(0.3 for name in studied.sample.names if set(tokens(name)) & words)
    rated = sum(facts.is_small_scale for facts in studied.facts.values())
    asked = 3.0 if contract.table == "survey_responses" and rated >= _RATED else 0.0
    return min(named, 3.5) + min(columns, 1.2) + asked
