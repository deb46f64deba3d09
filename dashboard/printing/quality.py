"""The data-quality report printed: rows by table, checks with some ids, and what they mean for metrics."""

from __future__ import annotations

from typing import Any

from dashboard import check_sentences, sentences, wording
from dashboard.data_quality.report import ACCOUNTS, Quality
from dashboard.printing.terminal import as_json, table, through, visible
from dashboard.wording import say
from data_checks.warehouse.contract import CheckOutcome


def quality(found: Quality, json_wanted: bool) -> str:
    """The answer of `scorecard quality`."""
    if json_wanted:
        return as_json(_plain(found))
    facts = found.facts
    passed = len(facts.checks) - len(facts.failed_checks)
    parts = [f"{facts.title}\n{_back(found)}{through(facts)}", _tables(found)]
    parts += ["\n".join([f"{passed} of {len(facts.checks)} checks passed.", *map(_check, found.failed())])]
    parts += ["\n".join(_means(found) or [say("q_means_nothing")])]
    parts += ["\n".join(f"Note: {visible(one)}" for one in facts.notes)] if facts.notes else []
    kept = ", ".join(f"{one.load} (shown now)" if one.is_published else one.load for one in found.kept)
    return "\n\n".join([*parts, f"Versions kept: {kept or 'none'}. Loads looked back on: {len(found.points)}."])


def _back(found: Quality) -> str:
    return f"{check_sentences.rolled_back(found.rollback, found.facts.timezone)}\n" if found.rollback else ""


def _tables(found: Quality) -> str:
    rows = [
        [name, *(wording.count(counts.get(part, 0)) for part in ACCOUNTS), _newest(found, name)]
        for name, counts in found.accounts().items()
    ]
    rows.append(["all", *(wording.count(found.total(part)) for part in ACCOUNTS), ""])
    return table(["table", *ACCOUNTS, "newest"], rows, right=(*ACCOUNTS, "newest"))


def _newest(found: Quality, name: str) -> str:
    day = found.facts.tables[name].last_day
    return wording.date(day) if day else ""


def _check(check: CheckOutcome) -> str:
    done = {"critical": "in quarantine", "warning": "published and marked", "info": "noted"}[check.severity]
    done = "it proves nothing" if check.outcome == "broken" else done
    ids = f" Such as {', '.join(map(visible, check.samples))}." if check.samples else ""
    return f"  {sentences.sentence(check_sentences.clause(check)).rstrip('.')} ({done}).{ids} Owner: {check.owner}."


def _means(found: Quality) -> list[str]:
    """One line per effect with the metrics it happens to."""
    return [
        f"{say(f'effect_{effect}').capitalize()}: {', '.join(found.names[metric] for metric in metrics)}."
        for effect, metrics in found.by_effect().items()
        if metrics
    ]


def _plain(found: Quality) -> dict[str, Any]:
    facts = found.facts
    return {
        "load": facts.load_id,
        "loaded_at": facts.loaded_at,
        "as_of": facts.as_of,
        "tables": {
            name: {**counts, "first_day": facts.tables[name].first_day, "last_day": facts.tables[name].last_day,
                   "published_by_load": list(found.rows_of(name))}
            for name, counts in found.accounts().items()
        },
        "checks": [_check_json(found, check) for check in facts.checks],
        "metrics": {
            metric: [{"table": one.check.table, "rule": one.check.rule, "effect": one.effect} for one in checks]
            for metric, checks in found.touched.items()
        },
        "loads": [{"load": point.load, "loaded_at": point.loaded_at, "published": point.is_published}
                  for point in found.points],
        "notes": list(facts.notes),
        "versions": [{"load": one.load, "bytes": one.bytes, "published": one.is_published} for one in found.kept],
        "rollback": found.rollback,
    }  # fmt: skip


def _check_json(found: Quality, check: CheckOutcome) -> dict[str, Any]:
    return {**vars(check), "bad_rows_by_load": list(found.trend(check)), "metrics": dict(found.meaning(check))}
