"""The data-quality report as escaped HTML, for the page and for the file that stands alone. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dashboard import check_sentences, marks, sentences, wording
from dashboard.components import anchor, esc, note, plain, rich, section, status
from dashboard.data_quality.report import ACCOUNTS, Quality
from dashboard.theme import Tokens
from dashboard.wording import say
from data_checks.history import LoadPoint
from data_checks.warehouse.contract import CheckOutcome

_COUNTED = ("failed", "warning", "noted", "passed")


@dataclass(frozen=True)
class Drawn:
    """A report, the look it is drawn in, and the address of a metric's page (None: there is no page to go to)."""

    quality: Quality
    theme: Tokens
    address: Callable[[str], str] | None = None

    def metric(self, name: str) -> str:
        """A metric by its name, as a link where there are pages."""
        title = self.quality.names[name]
        return esc(title) if self.address is None else anchor(title, self.address(name), "inline")


def body(drawn: Drawn) -> str:
    """The whole report."""
    rest = f'<aside class="side">{_loads(drawn)}{_versions(drawn)}{_notes(drawn)}</aside>'
    means = f'<aside class="side means">{_means(drawn)}</aside>'
    beside = f'<div class="quality">{means}<div class="found">{_checks(drawn)}</div>{rest}</div>'
    return f"{_answer(drawn)}{_where(drawn)}{beside}"


def word_of(check: CheckOutcome) -> str:
    """The status a check stands under."""
    if check.outcome == "passed":
        return "passed"
    if check.outcome == "broken" or check.severity == "critical":
        return "failed"
    return "warning" if check.severity == "warning" else "noted"


def headline(quality: Quality) -> str:
    """'The load of 20 Nov 2026 is published. 1 metric is withheld.'; of a newer one that was refused, first that."""
    day = wording.moment(quality.facts.loaded_at, quality.facts.timezone).partition(",")[0]
    published = check_sentences.refused(quality.refused, quality.facts) or say("q_load", day=day)
    touched = quality.by_effect()
    for effect in ("withheld", "marked"):
        if number := len(touched[effect]):
            return f"{published} {say(f'q_{effect}_one' if number == 1 else f'q_{effect}', n=number)}"
    return f"{published} {say('q_calm' if quality.facts.failed_checks else 'q_passed')}"


def accounted(quality: Quality) -> str:
    """How many rows were read, and where they are; to a reader of some teams, that this is not theirs to see."""
    if quality.is_part:
        return say("q_part")
    return say("q_rows", **{part: wording.count(quality.total(part)) for part in ACCOUNTS})


def _answer(drawn: Drawn) -> str:
    words = [word_of(check) for check in drawn.quality.facts.checks]
    counts = "".join(
        status(word, drawn.theme, say("q_count", n=words.count(word), word=say(_noted(word)).lower()))
        for word in _COUNTED
        if word in words
    )
    return (
        f'<div class="answer"><h1>{esc(headline(drawn.quality))}</h1>'
        f'<p class="sub">{rich(accounted(drawn.quality))}</p>'
        f'<p class="counts">{counts}</p></div>'
    )


def _noted(word: str) -> str:
    return "q_noted" if word == "noted" else word


# ── where every row went ─────────────────────────────────────────────────────────────────────────────


def _where(drawn: Drawn) -> str:
    quality, facts = drawn.quality, drawn.quality.facts
    if quality.is_part:
        return ""
    scope = say("q_where_scope", load=facts.load_id, moment=wording.moment(facts.loaded_at, facts.timezone))
    heads = [("", say("q_table")), ("wide", say("q_share"))]
    heads += [("num", say(f"q_{part}")) for part in ACCOUNTS]
    heads += [("num", say("q_newest")), ("wide", say("q_loads_of_table"))]
    head = "".join(f'<th scope="col" class="{kind}">{esc(text)}</th>' for kind, text in heads)
    rows = "".join(_table(drawn, name) for name in quality.accounts())
    rows += _accounts_row(say("q_all"), "", {part: quality.total(part) for part in ACCOUNTS}, "", "", "sum")
    table = f'<table class="accounts where"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    legend = "".join(
        f"<span>{marks.swatch(name, drawn.theme)} {esc(say(f'q_legend_{name}'))}</span>"
        for name in ("published", "quarantined", "folded", "filtered")
    )
    return section(say("q_where"), scope, f'{table}<p class="legend bars">{legend}</p>')


def _table(drawn: Drawn, name: str) -> str:
    table = drawn.quality.facts.tables[name]
    found = table.accounts
    folded = found.get("superseded", 0) + found.get("merged", 0)
    parts = (("published", found.get("published", 0)), ("quarantined", found.get("quarantined", 0)))
    alt = say("q_alt_share", **{part: wording.count(found.get(part, 0)) for part in ACCOUNTS})
    share = marks.shares((*parts, ("folded", folded), ("filtered", found.get("filtered", 0))), drawn.theme, alt)
    newest = wording.date(table.last_day) if table.last_day else ""
    return _accounts_row(plain(name), share, found, newest, _trend(drawn, drawn.quality.rows_of(name)), "")


def _accounts_row(name: str, share: str, found: Mapping[str, int], newest: str, trend: str, kind: str) -> str:
    cells = "".join(_number(part, found.get(part, 0)) for part in ACCOUNTS)
    label = f' data-label="{esc(say("q_newest"))}"' if newest else ""
    return (
        f'<tr class="{kind}"><th scope="row">{esc(name)}</th><td class="wide">{share}</td>{cells}'
        f'<td class="num"{label}>{esc(newest)}</td><td class="wide">{trend}</td></tr>'
    )


def _number(part: str, number: int) -> str:
    kind = " zero" if not number else " bad" if part == "quarantined" else " strong" if part == "published" else ""
    return f'<td class="num{kind}" data-label="{esc(say(f"q_{part}"))}">{wording.count(number)}</td>'


def _trend(drawn: Drawn, numbers: Sequence[int | None]) -> str:
    """How a number went over the loads; nothing before there are two."""
    known = [number for number in numbers if number is not None]
    if len(known) < 2:
        return ""
    ends = {"first": known[0], "last": known[-1], "low": min(known), "high": max(known)}
    alt = say("q_alt_trend", n=len(known), **{name: wording.count(number) for name, number in ends.items()})
    return marks.sparkline(tuple(None if n is None else float(n) for n in numbers), None, drawn.theme, alt)


# ── checks ───────────────────────────────────────────────────────────────────────────────────────────


def _checks(drawn: Drawn) -> str:
    checks = drawn.quality.facts.checks
    if not checks:
        return section(say("q_checks"), "", note(say("q_checks_none")))
    passed = [check for check in checks if check.outcome == "passed"]
    failed = drawn.quality.failed()
    scope = say("q_checks_scope", passed=len(passed), total=len(checks))
    shown = _check_table(drawn, failed) if failed else ""
    rest = ""
    if passed:
        text = say("q_others_one" if len(passed) == 1 else "q_others", n=len(passed))
        rest = f"<details><summary>{esc(text)}</summary>{_check_table(drawn, passed)}</details>"
    return section(say("q_checks"), scope, shown + rest)


def _check_table(drawn: Drawn, checks: Sequence[CheckOutcome]) -> str:
    heads = (("", "q_result"), ("", "q_rule"), ("num", "q_bad"), ("num", "q_of"), ("wide", "q_owner"))
    head = "".join(f'<th scope="col" class="{kind}">{esc(say(key))}</th>' for kind, key in heads)
    rows = "".join(_check(drawn, check) for check in checks)
    return f'<table class="checks"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _check(drawn: Drawn, check: CheckOutcome) -> str:
    word = word_of(check)
    text = say("q_broken") if check.outcome == "broken" else say(_noted(word))
    share = "" if not check.bad_rows or not check.rows else _share(check.bad_rows / check.rows)
    bad = "" if check.outcome == "broken" or drawn.quality.is_part or not check.rows else wording.count(check.bad_rows)
    return (
        f'<tr><td class="c-result">{status(word, drawn.theme, text)}</td>'
        f'<th scope="row"><b>{esc(plain(check.rule))}</b>{_told(drawn, check)}</th>'
        f'<td class="num">{bad}{_trend(drawn, drawn.quality.trend(check)) if check.bad_rows else ""}</td>'
        f'<td class="num">{esc(share)}</td><td class="wide">{esc(check.owner)}</td></tr>'
    )


def _share(part: float) -> str:
    return wording.value(part, "percent")


def _told(drawn: Drawn, check: CheckOutcome) -> str:
    """Where it looks and why; of one that did not pass also what became of the rows, some ids, and which metrics."""
    about = say("q_of_table", table=plain(check.table), severity=check.severity)
    lines = [note(about), note(check.why)]
    if check.outcome == "broken":
        lines.append(note(f"{say('load_broken')} {check.message}".rstrip()))
    elif check.outcome == "failed":
        fate = {"critical": "q_in_quarantine", "warning": "q_are_marked", "info": "q_are_noted"}[check.severity]
        fate = fate if check.rows else "q_is_marked"
        ids = say("q_ids", ids=", ".join(check.samples)) if check.samples else ""
        lines.append(note(f"{say(fate)} {ids}".rstrip()))
    meaning = drawn.quality.meaning(check) if check.outcome != "passed" else {}
    if "left_out" in meaning.values():
        lines.append(note(say("q_without", table=plain(check.table))))
    for effect in dict.fromkeys(effect for effect in meaning.values() if effect != "left_out"):
        names = ", ".join(drawn.metric(name) for name, found in meaning.items() if found == effect)
        lines.append(f'<p class="note">{esc(say(f"effect_{effect}").capitalize())}: {names}.</p>')
    return "".join(lines)


# ── what it means, loads, versions ───────────────────────────────────────────────────────────────────


def _means(drawn: Drawn) -> str:
    touched = drawn.quality.by_effect()
    shown = [*touched["withheld"], *touched["marked"]]
    items = "".join(_metric(drawn, name) for name in shown)
    if left_out := touched["left_out"]:
        text = say("q_left_out_one" if len(left_out) == 1 else "q_left_out", n=len(left_out))
        items += f"<details><summary>{esc(text)}</summary>{''.join(_metric(drawn, one) for one in left_out)}</details>"
    return section(say("q_means"), say("q_means_scope"), items or note(say("q_means_nothing")))


def _metric(drawn: Drawn, name: str) -> str:
    checks = drawn.quality.touched[name]
    effect = checks[0].effect
    word = {"withheld": "withheld", "marked": "warning", "left_out": "noted"}[effect]
    told = " ".join(sentences.sentence(check_sentences.clause(one.check)) for one in checks if one.effect == effect)
    if effect == "left_out":
        told = " ".join(check_sentences.left_out(checks, drawn.quality.facts))
    return (
        f'<div class="item"><p>{status(word, drawn.theme, say(f"effect_{effect}").capitalize())} '
        f"{drawn.metric(name)}</p>{note(told)}</div>"
    )


def _loads(drawn: Drawn) -> str:
    points = drawn.quality.points
    if not points:
        return ""
    words = [_load_word(point) for point in points]
    row = "".join(marks.mark(word, drawn.theme) for word in words)
    told = {"passed": "q_load_published", "warning": "q_load_warning", "failed": "q_load_refused"}
    legend = "".join(
        status(word, drawn.theme, f"{words.count(word)} {say(key)}") for word, key in told.items() if word in words
    )
    scope = say("q_loads_scope_one" if len(points) == 1 else "q_loads_scope", n=len(points))
    heads = (("", "q_column_load"), ("", "q_column_at"), ("num", "load_read"), ("num", "load_quarantined"))
    head = "".join(f'<th scope="col" class="{kind}">{esc(say(key))}</th>' for kind, key in heads)
    rows = "".join(_load(drawn, point) for point in reversed(points))
    table = f'<table class="accounts"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    details = f"<details><summary>{esc(say('q_load_details'))}</summary>{table}</details>"
    return section(say("q_loads"), scope, f'<p class="dots">{row}</p><p class="legend">{legend}</p>{details}')


def _load_word(point: LoadPoint) -> str:
    if not point.is_published:
        return "failed"
    outcomes = (rule.outcome for table in point.tables.values() for rule in table.rules.values())
    return "passed" if all(outcome == "passed" for outcome in outcomes) else "warning"


def _load(drawn: Drawn, point: LoadPoint) -> str:
    counts = [sum(table.accounts[part] for table in point.tables.values()) for part in ("read", "quarantined")]
    when = wording.moment(point.loaded_at, drawn.quality.facts.timezone)
    cells = "".join(f'<td class="num">{wording.count(number)}</td>' for number in counts)
    word = status(_load_word(point), drawn.theme, point.load)
    return f'<tr><th scope="row">{word}</th><td>{esc(when)}</td>{cells}</tr>'


def _versions(drawn: Drawn) -> str:
    quality = drawn.quality
    if not quality.kept:
        return ""
    lines = [
        say("q_version_shown" if kept.is_published else "q_version", load=kept.load, size=f"{kept.bytes / 1e6:,.1f}")
        for kept in reversed(quality.kept)
    ]
    back = note(check_sentences.rolled_back(quality.rollback, quality.facts.timezone)) if quality.rollback else ""
    return section(say("q_versions"), say("q_versions_scope"), back + "".join(note(line) for line in lines))


def _notes(drawn: Drawn) -> str:
    notes = drawn.quality.facts.notes
    return (
        section(say("q_notes"), "", "".join(f'<div class="item">{note(one)}</div>' for one in notes)) if notes else ""
    )
