"""The metric library as escaped HTML: wrong files first, then every definition by perspective. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard import check_sentences, sentences
from dashboard.components import anchor, esc, note, plain, section
from dashboard.metric import detail
from dashboard.metric_library.library import Entry
from dashboard.navigation import link
from dashboard.wording import say
from metrics.definition import PERSPECTIVES, MetricDefinition


@dataclass(frozen=True)
class View:
    """What is found of all the definitions, and the state that links keep. may_edit: the reader writes definitions."""

    shown: Sequence[Entry]
    every: Sequence[Entry]
    query: Mapping[str, str | None]
    currency: str
    may_edit: bool = False

    @property
    def names(self) -> dict[str, str]:
        return {one.definition.metric: sentences.title(one.definition) for one in self.every}


def body(view: View, problem_texts: Sequence[str]) -> str:
    """The whole page. `problem_texts`: the problems as they may be shown."""
    groups = []
    for perspective in (*PERSPECTIVES, None):
        here = [one for one in view.shown if one.definition.perspective == perspective]
        if here:
            groups.append(section(say(perspective or "without_perspective"), str(len(here)), _table(here, view)))
    return _answer(view) + _wrong(problem_texts) + ("".join(groups) or _nothing(view))


def _answer(view: View) -> str:
    total, shown = len(view.every), len(view.shown)
    head = say("lib_all", n=total) if shown == total else say("lib_some", n=shown, all=total)
    certified = sum(one.definition.status == "certified" for one in view.every)
    lacking = sum(bool(one.lacks) for one in view.every)
    told = [say("lib_certified", n=certified)]
    if lacking:
        told.append(say("lib_lacking_one" if lacking == 1 else "lib_lacking", n=lacking))
    return f'<div class="answer"><h1>{esc(head)}</h1><p class="sub">{esc(" ".join(told))}</p></div>'


def _wrong(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    items = "".join(f"<li>{esc(text)}</li>" for text in texts)
    return section(say("lib_wrong"), say("lib_wrong_scope"), f'<ul class="problems">{items}</ul>')


def _nothing(view: View) -> str:
    return f'<p class="others">{anchor(say("lib_nothing"), link("metric_library", view.query))}</p>'


def _table(entries: Sequence[Entry], view: View) -> str:
    heads = (
        ("", "column_metric"),
        ("wide", "lib_unit"),
        ("wide", "lib_limits"),
        ("wide", "q_owner"),
        ("", "lib_status"),
    )
    head = "".join(f'<th scope="col" class="{kind}">{esc(say(key))}</th>' for kind, key in heads)
    rows = "".join(_row(one, view) for one in entries)
    return f'<table class="defs"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(entry: Entry, view: View) -> str:
    one = entry.definition
    title = anchor(sentences.title(one), link("metric", {**view.query, "metric": one.metric}))
    lacks = note(say("lib_lacks", why=entry.lacks)) if entry.lacks else ""
    pairs = "".join(f"<dt>{esc(label)}</dt><dd>{shown}</dd>" for label, shown in _facts(entry, view) if shown)
    more = f'<details><summary>{esc(say("lib_more"))}</summary><dl class="receipt">{pairs}</dl></details>'
    asked = note(one.question or one.description or "")
    head = f'<th scope="row">{title} <code>{esc(one.metric)}</code>{asked}{lacks}{more}</th>'
    cells = (
        ("wide", say(f"unit_{one.unit}")),
        ("wide", limits(one, view.currency)),
        ("wide", one.owner or say("nobody")),
    )
    middle = "".join(f'<td class="{kind}">{esc(text)}</td>' for kind, text in cells)
    return f"<tr>{head}{middle}<td>{esc(say(f'definition_{one.status}'))}</td></tr>"


def limits(one: MetricDefinition, currency: str) -> str:
    """'75 % to 85 %', or the words for none."""
    if one.red is None or one.goal is None:
        return say("lib_own_goal" if one.goal_is_own else "no_goal")
    return say("lib_from_to", red=sentences.limit_text(one, currency), goal=sentences.goal_text(one, currency))


def _facts(entry: Entry, view: View) -> list[tuple[str, str]]:
    one = entry.definition
    objective = entry.objective.name if entry.objective else ""
    return [
        (say("lib_limits"), esc(limits(one, view.currency))),
        (say("q_owner"), esc(one.owner or say("nobody"))),
        (say("lib_unit"), esc(say(f"unit_{one.unit}"))),
        (say("receipt_formula"), f"<code>{esc(detail.formula(one))}</code>"),
        (say("lib_words"), esc(entry.words)),
        (say("lib_kind"), esc(say(f"kind_{entry.kind}"))),
        (say("lib_objective"), esc(objective)),
        (say("lib_tables"), esc(", ".join(plain(table) for table in entry.tables))),
        (say("lib_checks"), _checks(entry)),
        (say("lib_named_by"), _metrics(entry.named_by, view)),
        (say("lib_causes"), _nodes([one.cause for one in entry.links if one.effect == entry.definition.metric], view)),
        (say("lib_effects"), _nodes([one.effect for one in entry.links if one.cause == entry.definition.metric], view)),
        (say("lib_file"), f"{esc(one.place)} <code>{esc(one.hash[:12])}</code>"),
        (say("workbench"), _edit(one) if view.may_edit else ""),
    ]


def _edit(one: MetricDefinition) -> str:
    return anchor(say("mx_definition_edit"), link("workbench", {"metric": one.metric}), "inline")


def _checks(entry: Entry) -> str:
    """Those that did not pass in full, how many did, and the way to all of them."""
    if not entry.checks:
        return ""
    passed = sum(check.outcome == "passed" for check, _ in entry.checks)
    told = [say("lib_checks_passed", passed=passed, total=len(entry.checks))]
    for check, effect in entry.checks:
        if check.outcome != "passed":
            meaning = say(f"effect_{effect}") if effect else say("lib_check_noted")
            told.append(f"{sentences.sentence(check_sentences.clause(check)).rstrip('.')}: {meaning}.")
    return esc(" ".join(told))


def _metrics(names: Sequence[str], view: View) -> str:
    known = view.names
    return ", ".join(
        anchor(known[name], link("metric", {**view.query, "metric": name}), "inline")
        if name in known
        else esc(plain(name))
        for name in names
    )


def _nodes(names: Sequence[str], view: View) -> str:
    return _metrics(list(dict.fromkeys(names)), view)
