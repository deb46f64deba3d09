"""The workbench as escaped HTML: start, head, problems, difference, effect, hints. Pure functions."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from dashboard import sentences, wording
from dashboard.components import anchor, breadcrumb, esc, note, section, status
from dashboard.navigation import link
from dashboard.theme import Tokens
from dashboard.wording import say
from dashboard.words.workbench import TEMPLATES
from data_checks.contract import contracts
from data_checks.errors import Problem
from metrics.definition import PERSPECTIVES, MetricDefinition
from metrics.drafts.drafting import Written

PROBLEMS_SHOWN = 6
_MOST_LINES = 600
_SUGGESTED = re.compile(r"Did you mean '([^']+)'\?$")
_QUOTED = re.compile(r"'([^']+)'")
_NO_COLUMN = re.compile(r"(\w+) has no column '")


def start(definitions: Iterable[MetricDefinition], wrong: Sequence[str] = ()) -> str:
    """Where a draft may begin: a template, or a definition that exists. `wrong`: ids of the broken."""
    templates = "".join(
        f'<div class="item">{anchor(say(f"wb_template_{name}"), link("workbench", {"new": name}))}'
        f"{note(say(f'wb_template_{name}_why'))}</div>"
        for name in TEMPLATES
    )
    groups = list(definitions)
    broken = "".join(f"<li>{anchor(name, link('workbench', {'metric': name}))}</li>" for name in wrong)
    to_mend = f"<h3>{esc(say('wb_start_wrong'))}</h3><ul>{broken}</ul>" if broken else ""
    listed = to_mend + "".join(_existing(name, groups) for name in (*PERSPECTIVES, None))
    head = f'<div class="answer"><h1>{esc(say("wb_start"))}</h1><p class="sub">{esc(say("wb_start_sub"))}</p></div>'
    old = section(say("wb_start_old"), say("wb_start_old_scope"), listed)
    return f'{head}<div class="wb-start">{section(say("wb_start_new"), "", templates)}{old}</div>'


def _existing(perspective: str | None, definitions: Sequence[MetricDefinition]) -> str:
    found = [one for one in definitions if one.perspective == perspective]
    if not found:
        return ""
    names = "".join(
        f"<li>{anchor(sentences.title(one), link('workbench', {'metric': one.metric}))}</li>" for one in found
    )
    return f"<h3>{esc(say(perspective or 'without_perspective'))}</h3><ul>{names}</ul>"


def unknown(metric: str) -> str:
    """No definition of that id can be read."""
    library = anchor(say("metric_library"), link("metric_library", {}))
    following = f"{esc(say('wb_unknown_next'))} {library}"
    return f'<div class="answer"><h1>{esc(say("wb_unknown", metric=metric))}</h1><p class="sub">{following}</p></div>'


def closed() -> str:
    """What a reader sees whose role does not write definitions."""
    library = anchor(say("metric_library"), link("metric_library", {}))
    told = f'<p class="sub">{esc(say("wb_closed_next"))} {library}</p>'
    return f'<div class="answer"><h1>{esc(say("wb_closed"))}</h1>{told}</div>'


def path(file: str) -> str:
    """Metric library › workbench › the file, and that nobody else sees the draft."""
    steps = [(say("metric_library"), link("metric_library", {})), (say("workbench"), link("workbench", {})), (file, "")]
    told = f'<p class="note">{esc(say("wb_seen_only_here"))}</p>'
    return f'<div class="wb-path">{breadcrumb(steps)}{told}</div>'


def head(answer: str, sub: str) -> str:
    """The page's answer: what is wrong, or what the draft would say."""
    told = f'<p class="sub">{esc(sub)}</p>' if sub else ""
    return f'<div class="answer"><h1>{esc(answer)}</h1>{told}</div>'


def answer_wrong(problems: Sequence[Problem], has_good: bool) -> tuple[str, str]:
    """How many problems and where the first is, and what the preview shows meanwhile."""
    line = next((one.place.line for one in problems if one.place.line is not None), None)
    if line is None:
        told = say("wb_answer_wrong_unplaced")
    else:
        told = say("wb_answer_wrong_one" if len(problems) == 1 else "wb_answer_wrong", n=len(problems), line=line)
    return told, say("wb_answer_good" if has_good else "wb_answer_no_good")


def problems_head(problems: Sequence[Problem], theme: Tokens) -> str:
    """How many problems there are."""
    count = say("wb_problem_one") if len(problems) == 1 else say("wb_problems", n=len(problems))
    return f'<div class="wb-problems">{status("missed", theme, count)}</div>'


def problem(one: Problem, text: str, first: int) -> str:
    """One problem: the sentence, its place, the line with a caret, and what would have been allowed."""
    place = esc(str(one.place))
    line = _line(text, first, one.place.line)
    shown = ""
    if line and one.place.column:
        begin, caret = _window(line, one.place.column, max(length_of(one, line), 1))
        label = esc(say("wb_line", line=one.place.line))
        shown = f'<pre tabindex="0" role="region" aria-label="{label}">{esc(begin)}\n{esc(caret)}</pre>'
    return (
        f'<div class="wb-problem"><p class="wb-said">{_quoted(one.message)}</p><p class="place">{place}</p>'
        f"{shown}{_columns(one)}</div>"
    )


def _quoted(message: str) -> str:
    """The sentence, words in quotes as code."""
    return _QUOTED.sub(lambda found: f"<code>{found[1]}</code>", esc(message).replace("&#x27;", "'"))


def _columns(one: Problem) -> str:
    found = _NO_COLUMN.search(one.message)
    table = contracts().get(found[1]) if found else None
    if table is None:
        return ""
    return note(say("wb_columns", table=table.table, columns=", ".join(sorted(table.columns))))


def _line(text: str, first: int, line: int | None) -> str:
    lines = text.split("\n")
    return lines[line - first] if line is not None and 0 <= line - first < len(lines) else ""


def _window(line: str, column: int, length: int) -> tuple[str, str]:
    """As much of the line as fits around the place, and the carets under it."""
    begins = max(0, column - 1 - 40) if column > 60 else 0
    shown = line[begins : begins + 76]
    lead, tail = "…" if begins else "", "…" if len(line) > begins + 76 else ""
    at = column - 1 - begins + len(lead)
    return f"{lead}{shown}{tail}", " " * at + "^" * max(1, min(length, len(shown) + len(lead) - at))


def suggestion(one: Problem) -> tuple[str, str] | None:
    """(what is written, what is meant) where the problem suggests a word."""
    found = _SUGGESTED.search(one.message)
    if found is None:
        return None
    words = _QUOTED.findall(one.message[: found.start()])
    return (words[-1], found[1]) if words and words[-1] != found[1] else None


def length_of(one: Problem, line: str) -> int:
    """How many letters are wrong: the word that is named, or the word that stands there."""
    rest = line[(one.place.column or 1) - 1 :]
    pair = suggestion(one)
    if pair and rest.startswith(pair[0]):
        return len(pair[0])
    found = re.match(r"[\w.]+", rest)
    return len(found[0]) if found else 1


def mended(text: str, first: int, one: Problem) -> str | None:
    """The text with the suggestion in place of what is wrong; None where that cannot be found."""
    pair = suggestion(one)
    if pair is None or one.place.line is None:
        return None
    lines = text.split("\n")
    at = one.place.line - first
    if not 0 <= at < len(lines):
        return None
    begins = sum(len(line) + 1 for line in lines[:at]) + max((one.place.column or 1) - 1, 0)
    word = re.compile(rf"(?<![\w.]){re.escape(pair[0])}(?!\w)|(?<=\.){re.escape(pair[0])}(?!\w)")
    found = word.search(text, begins) or word.search(text, begins - (one.place.column or 1) + 1)
    return None if found is None else text[: found.start()] + pair[1] + text[found.end() :]


def elsewhere(problems: Sequence[Problem]) -> str:
    """What a right draft would make wrong in other files."""
    listed = "".join(f"<li>{esc(str(one))}</li>" for one in problems[:PROBLEMS_SHOWN])
    more = len(problems) - PROBLEMS_SHOWN
    rest = note(say("wb_problem_more", n=more)) if more > 0 else ""
    return section(say("wb_elsewhere"), say("wb_elsewhere_scope"), f'<ul class="problems">{listed}</ul>{rest}')


def difference(before: Written | None, after: str) -> str:
    """The lines that were added and removed; `before` None: nothing is saved."""
    if before is None:
        return section(say("wb_text_difference"), "", note(say("wb_text_new")))
    of = say("wb_text_of_library" if before.of_library else "wb_text_of_file", metric=before.metric, file=before.file)
    old, new = before.text.rstrip().split("\n"), after.rstrip().split("\n")
    if max(len(old), len(new)) > _MOST_LINES:
        return section(say("wb_text_difference"), of, note(say("wb_text_long")))
    lines = list(_changed(old, new))
    body = f'<div class="wb-diff" role="list">{"".join(lines)}</div>' if lines else note(say("wb_text_same"))
    return section(say("wb_text_difference"), of, body)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(1):
        for kind, a, b, c, d in group:
            if kind == "equal":
                yield from (_diff_line("", line) for line in old[a:b])
            else:
                yield from (_diff_line("removed", line) for line in old[a:b])
                yield from (_diff_line("added", line) for line in new[c:d])


def _diff_line(kind: str, line: str) -> str:
    sign = {"added": "+", "removed": wording.MINUS}.get(kind, "")
    told = f'<span class="ear">{esc(say(f"wb_line_{kind}"))}: </span>' if kind else ""
    code = f"<code>{esc(line) or ' '}</code>"
    return f'<div role="listitem" class="{kind}"><i aria-hidden="true">{sign}</i>{told}{code}</div>'
