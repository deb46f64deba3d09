"""What stands behind a pack's board as plain texts: changes, benchmarks, initiatives, data quality, definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dashboard import check_sentences, explained, sentences, wording
from dashboard.benchmarks import names as benchmark_names
from dashboard.benchmarks import parts as benchmark_parts
from dashboard.components import plain
from dashboard.data_quality.parts import accounted, headline, word_of
from dashboard.data_quality.report import ACCOUNTS
from dashboard.export import command, pictures
from dashboard.export.content import Content, runs, status
from dashboard.export.pack import Pack, Told
from dashboard.wording import say
from data_checks.warehouse.contract import CheckOutcome
from metrics.analyses.benchmarks import Comparison, Rival
from metrics.standing import EFFECTS, Effect
from metrics.strategy import UNDER_WAY, Initiative

COMMENTS = 12
"""So many comments are printed; the workbook holds more."""
CHECKS = 24
"""So many checks that did not pass are printed: all that withhold or mark a number here, then the gravest others."""
_CHART = (520, 210)
_VERDICTS = {"better": "met", "worse": "missed", "too_close": "too_close"}


def changes(pack: Pack) -> Content:
    """Each change with its parts and its months."""
    board = pack.board
    periods = {"period": wording.period(board.period), "against": wording.period(board.against, board.period)}
    lead = say("xp_changed_lead") if pack.changes else say("xp_changed_none", **periods)
    if not board.complete:
        lead = say("xp_changed_running", **periods)
    more = pack.more_changes
    return {
        "title": say("xp_changed"),
        "lead": lead,
        "items": [_change(one, pack, chart) for one, chart in zip(pack.changes, _charts(pack), strict=True)],
        "more": "" if not more else say("xp_changed_more_one" if more == 1 else "xp_changed_more", n=more),
    }


def _change(one: Told, pack: Pack, chart: Content) -> Content:
    found = one.found
    told = [one.why_not] if found is None else told_plainly(one, pack)
    return {
        **status(sentences.mark_of(one.card)),
        "name": sentences.title(one.card.definition),
        "head": told[0],
        "lines": told[1:],
        "chart": chart,
    }


def _charts(pack: Pack) -> list[Content]:
    """The months of each change, and what they show in words."""
    currency = pack.facts.currency
    cards = [one.card for one in pack.changes]
    found = (pictures.trend_spec(one.trend, one.result.period, one.definition, currency, _CHART) for one in cards)
    return [{"svg": drawn, "alt": alt} for drawn, alt in pictures.svgs(found)]


def told_plainly(one: Told, pack: Pack) -> list[str]:
    """The sentences of `scorecard explain`, without what only a terminal can do."""
    assert one.found is not None
    return explained.told(one.found, pack.facts.currency, is_command=False)


def benchmarks(pack: Pack) -> Content:
    """Every metric that is held against others."""
    found = pack.benchmarks
    missing = ""
    if found.missing:
        missing = say("xp_benchmarks_none", why=found.missing.rstrip("."))
    elif not found.comparisons:
        missing = say("xp_benchmarks_nobody")
    return {
        "title": say("xp_benchmarks"),
        "missing": missing,
        "heads": [say("bm_who"), say("bm_value"), say("bm_gap"), say("bm_standing")],
        "items": [_comparison(one, pack) for one in found.comparisons],
        "note": say("xp_benchmarks_note", space=wording.SPACE) if found.comparisons else "",
    }


def _comparison(one: Comparison, pack: Pack) -> Content:
    definition = one.definition
    scale = definition.benchmark.scale if definition.benchmark else ""
    names = benchmark_names.names_of(one)
    lines = benchmark_parts.lines_of(one, names)
    hidden = [say("bm_refused_row", name=names[refused.row], when=benchmark_names.since(refused.row.period_start),
                  why=f"{refused.why.rstrip('.')}.") for refused in one.refused]  # fmt: skip
    return {
        "title": sentences.title(definition),
        "scope": say("bm_scope", period=wording.period(one.own.period), scale=scale),
        "told": " ".join(benchmark_parts.standing(one)),
        "rows": [_rival(line, one, pack) for line in lines] if one.rivals else [],
        "notes": hidden,
    }


def _rival(line: benchmark_parts.Line, one: Comparison, pack: Pack) -> Content:
    definition, rival, currency = one.definition, line.rival, pack.facts.currency
    under = benchmark_parts.origin(rival, definition, currency) if rival else wording.period(one.own.period)
    spread = ""
    if line.low is not None and line.high is not None:
        spread = wording.interval(line.low, line.high, definition.unit, currency)
    verdict = _VERDICTS.get(rival.verdict) if rival and _shown(one) else None
    return {
        "name": line.name,
        "under": under,
        "value": wording.value(line.value, definition.unit, currency),
        "interval": spread,
        "gap": _gap(rival, one, currency),
        "standing": status(verdict, say(f"bm_{rival.verdict}")) if verdict and rival else None,
        "own": rival is None,
    }


def _shown(one: Comparison) -> bool:
    return benchmark_parts.shown(one.own) is not None


def _gap(rival: Rival | None, one: Comparison, currency: str) -> str:
    if rival is None or rival.gap is None or not _shown(one):
        return ""
    return wording.change(rival.gap, one.definition.unit, currency=currency)


# ── who works on it, and what was written ────────────────────────────────────────────────────────────


def initiatives(pack: Pack) -> Content:
    """What is missed without anybody, every initiative, and the newest comments on this board's period."""
    alone = [sentences.short(one.card.definition) for one in pack.needs if one.why == "red_alone"]
    told = say("xp_alone", names=", ".join(alone)) if alone else say("xp_alone_none")
    found = pack.plans.initiatives
    if not found:
        told = say("xp_initiatives_none" if pack.sees_all else "xp_initiatives_scope")
    ordered = sorted(found, key=lambda one: (one.status not in UNDER_WAY, one.due, one.initiative))
    comments = pack.comments_of_period
    many = len(comments) > COMMENTS
    return {
        "title": say("xp_initiatives"),
        "told": told,
        "problem": pack.problem,
        "heads": [say("column_status"), say("xp_initiative"), say("xp_moves"), say("xp_owner"), say("xp_due")],
        "rows": [_initiative(one, pack) for one in ordered],
        "comments_title": say("xp_comments"),
        "comments": [
            {
                "name": _name(one.about.metric, pack),
                "by": say("xp_comment_by", author=one.author, day=wording.date(one.written_at.date())),
                "text": one.text,
            }
            for one in comments[:COMMENTS]
        ],
        "comments_more": say("xp_comments_more", shown=COMMENTS, all=wording.count(len(comments))) if many else "",
    }


def _name(metric: str, pack: Pack) -> str:
    return pack.quality.names.get(metric, metric)


def _initiative(one: Initiative, pack: Pack) -> Content:
    is_late = one.status in UNDER_WAY and one.due < pack.facts.as_of_day
    word = {"done": "met", "dropped": "no_goal"}.get(one.status, "no_data")
    objectives = {aim.objective: aim.name for aim in pack.plans.objectives}
    moves = _name(one.metric, pack) if one.metric else objectives.get(one.objective or "", "")
    done = one.status == "done" and one.done
    return {
        **status("missed" if is_late else word, say("plan_overdue" if is_late else f"plan_{one.status}")),
        "name": one.name or one.initiative,
        "moves": moves,
        "owner": one.owner or "",
        "due": wording.date(one.done if done and one.done else one.due),
    }


# ── data quality ─────────────────────────────────────────────────────────────────────────────────────


def quality(pack: Pack) -> Content:
    """Where every row went, which checks did not pass, and what is withheld."""
    found = pack.quality
    accounts = found.accounts() if pack.sees_all else {}
    tables = [[plain(name), *(wording.count(one.get(part, 0)) for part in ACCOUNTS)] for name, one in accounts.items()]
    if tables:
        tables.append([say("xp_account_all"), *(wording.count(found.total(part)) for part in ACCOUNTS)])
    withheld = [card for card in pack.cards if card.result.state == "withheld"]
    means = {_key(check): _meaning(check, pack) for check in found.failed()}
    ordered = sorted(
        found.failed(), key=lambda check: min(map(EFFECTS.index, means[_key(check)]), default=len(EFFECTS))
    )
    shown = [check for place, check in enumerate(ordered) if place < CHECKS or means[_key(check)]]
    more = len(ordered) - len(shown)
    return {
        "title": say("xp_quality"),
        "told": runs(f"{headline(found)} {accounted(found)}" if pack.sees_all else say("xp_quality_scope")),
        "heads": [say("xp_account_table"), *(say(f"xp_account_{part}") for part in ACCOUNTS)],
        "tables": tables,
        "sum": say("xp_account_sum") if tables else "",
        "check_heads": [say("column_status"), say("xp_check"), say("xp_why"), say("xp_owner")],
        "checks_title": say("xp_checks"),
        "checks": [_check(one, means[_key(one)], pack) for one in shown],
        "checks_more": "" if not more else say("xp_checks_more_one" if more == 1 else "xp_checks_more", n=more),
        "checks_none": "" if found.failed() else say("xp_checks_none"),
        "withheld_title": say("xp_withheld_head"),
        "withheld": [
            say("xp_withheld", name=sentences.title(card.definition), why=sentences.reason(card)) for card in withheld
        ]
        or [say("xp_withheld_none")],
    }


def _key(check: CheckOutcome) -> tuple[str, str]:
    return check.table, check.rule


def _meaning(check: CheckOutcome, pack: Pack) -> Mapping[Effect, tuple[str, ...]]:
    """The metrics of this board whose number it withholds, and those it marks: as their rows say."""
    found: dict[Effect, list[str]] = {}
    for card in pack.cards:
        result = card.result
        standings = result.checks if result.state == "withheld" else check_sentences.marked(result)
        for one in standings:
            if _key(one.check) == _key(check) and (one.effect == "withheld" or result.state != "withheld"):
                found.setdefault(one.effect, []).append(sentences.title(card.definition))
    return {effect: tuple(names) for effect, names in found.items()}


def _check(check: CheckOutcome, means: Mapping[Effect, tuple[str, ...]], pack: Pack) -> Content:
    told = [say(f"xp_check_{effect}", names="; ".join(means[effect])) for effect in EFFECTS if effect in means]
    size = say("load_broken")
    if check.outcome != "broken":
        counted = {"bad": wording.count(check.bad_rows), "rows": wording.count(check.rows)}
        size = say("xp_check_rows", **counted, table=plain(check.table))
    if not pack.sees_all or not (check.rows or check.outcome == "broken"):
        size = plain(check.table)
    return {
        **status(word_of(check)),
        "name": plain(check.rule),
        "size": size,
        "why": check.why,
        "owner": check.owner,
        "means": " ".join(told),
    }


# ── definitions ──────────────────────────────────────────────────────────────────────────────────────


def definitions(pack: Pack) -> Content:
    """What every metric counts, in words, with the hashes that prove it is the same one."""
    return {
        "title": say("xp_definitions"),
        "heads": [say("column_metric"), say("xp_words"), say("xp_receipt_and_definition")],
        "lead": command.lead(pack),
        "groups": list(_defined(pack)),
    }


def _defined(pack: Pack) -> Iterator[Content]:
    currency = pack.facts.currency
    for branch in pack.board.branches:
        rows = []
        for card in sentences.provided(branch.cards):
            one = card.definition
            limits = ""
            if one.red is not None and one.goal is not None:
                limits = say("xp_definition_limits", red=sentences.limit_text(one, currency),
                             goal=sentences.goal_text(one, currency))  # fmt: skip
            under = [limits, one.owner or "", command.named(card, pack)]
            rows.append(
                {
                    "name": sentences.title(one),
                    "words": pack.words.get(one.metric, ""),
                    "under": " · ".join(part for part in under if part),
                    "hash": one.hash[:12],
                    "receipt": pack.fingerprints.get(one.metric, ""),
                }
            )
        if rows:
            yield {"name": say(branch.perspective), "rows": rows}
