"""A board as one HTML file to send or keep: overview, perspectives, every metric's months, definitions. Opens offline.

Drawn by the same functions as the pages. Links lead to places in the file, or are plain text.
"""

from __future__ import annotations

import base64
import functools
import html
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from dashboard import components, lone_file, sentences, wording
from dashboard.board import attention as attention_parts
from dashboard.board import rows
from dashboard.components import esc, note
from dashboard.export import command, content
from dashboard.export.pack import Pack
from dashboard.export.safe_text import visible
from dashboard.perspective import parts as perspective_parts
from dashboard.settings import ROOT
from dashboard.theme import Tokens
from dashboard.wording import say
from metrics.definition import PERSPECTIVES
from metrics.scorecard import Branch, Card
from metrics.standing import uncounted

_FONT = ROOT / "dashboard" / "app" / "static" / "inter-latin-opsz-normal.woff2"
_LINK = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_ALONE = re.compile(r'<p class="note"><a\b[^>]*?href="([^"]*)"[^>]*>[^<]*</a></p>')
_FIGURE = re.compile(r'<figure>(<figcaption><a [^>]*href="([^"]*)")')
_CRUMBS = re.compile(r'<div class="path">.*?</div>', re.DOTALL)
_SAID = [say(f"xp_fact_{name}") for name in ("period", "against", "through", "part", "scope")]
"""What the head says in other words, or another line does."""
_NAMED = [say(f"xp_fact_{name}") for name in ("load", "until")]
"""What says nothing without its name."""
_HEAD = re.compile(r"<(/?)h1>")
_CSS = """
.alone .cut { margin-top: 56px; border-top: 3px solid var(--ink); padding-top: 16px; }
.alone .cut > h2 { font-size: 20px; line-height: 28px; margin-bottom: 12px; }
.alone .answer h3.said { font-size: 24px; line-height: 31px; font-weight: 600; letter-spacing: -0.015em;
  text-wrap: balance; max-width: 26em; }
.alone nav.parts { display: flex; flex-wrap: wrap; gap: 6px 20px; margin: 12px 0 20px; }
.alone table.meant { width: 100%; border-collapse: collapse; font-size: 13px; line-height: 18px; }
.alone table.meant th, .alone table.meant td { text-align: left; vertical-align: top; padding: 6px 16px 6px 0;
  border-bottom: 1px solid var(--grid); font-weight: 400; }
.alone table.meant th[scope="row"] { font-weight: 600; width: 24%; }
.alone table.meant code { white-space: nowrap; }
@media (max-width: 640px) { .alone table.meant tr { display: block; padding: 8px 0; } .alone table.meant th,
  .alone table.meant td { display: block; width: auto !important; padding: 1px 0; border: 0; }
  .alone table.meant thead { display: none; } .alone table.meant tr { border-bottom: 1px solid var(--grid); } }
@media print { .alone .cut { break-before: page; } .alone nav.parts { display: none; } }
"""


def snapshot(pack: Pack) -> bytes:
    """The whole file. Nothing in it runs, nothing is fetched."""
    title = say("page_title", page=pack.asked.told, company=pack.title)
    return visible(lone_file.document(title, lambda look: _body(pack, look), _font() + _CSS)).encode()


@functools.lru_cache(maxsize=1)
def _font() -> str:
    """Inter within the file, so that it looks the same where nobody has it."""
    inside = base64.b64encode(_FONT.read_bytes()).decode()
    return f'@font-face{{font-family:Inter;font-weight:100 900;src:url("data:font/woff2;base64,{inside}")}}\n'


def _body(pack: Pack, look: Tokens) -> str:
    branches = [branch for branch in pack.board.branches if sentences.provided(branch.cards)]
    parts = [_overview(pack, look), *(_perspective(pack, branch, look) for branch in branches)]
    return _within(_head(pack, branches) + "".join(parts)) + _definitions(pack) + components.foot(pack.facts, "")


def _head(pack: Pack, branches: list[Branch]) -> str:
    against = say("xp_beside", against=wording.period(pack.board.against))
    kept = [f"{name} {text}" if name in _NAMED else text for name, text in content.facts(pack) if name not in _SAID]
    told = " · ".join([pack.title, f"{pack.asked.told} {against}", *kept])
    places = [(say(branch.perspective), f"#p-{branch.perspective}") for branch in branches]
    places.append((say("xp_definitions"), "#definitions"))
    links = "".join(components.anchor(name, address) for name, address in places)
    through = components.data_through(pack.facts, sum(card.result.state == "withheld" for card in pack.cards))
    return (
        f'<p class="note">{esc(told)}</p>{through}'
        f'<nav class="parts" aria-label="{esc(say("xp_contents"))}">{links}</nav>'
    )


def _overview(pack: Pack, look: Tokens) -> str:
    board, currency = pack.board, pack.facts.currency
    facts = pack.facts if pack.sees_all else uncounted(pack.facts)
    first = attention_parts.rail_section(pack.needs, currency, facts.as_of_day, {}, pack.problem)
    changed = f'<p class="sub why">{esc(pack.in_short)}</p>' if pack.in_short else ""
    return (
        f'<div class="top">{components.answer(board, currency, look, facts.as_of_day, changed)}'
        f'{components.ladder(board, look)}</div><div class="body">{rows.board_rows(board, currency, look, {})}'
        f"{components.rail(board, facts, look, {}, first)}</div>"
    )


def _perspective(pack: Pack, branch: Branch, look: Tokens) -> str:
    """The perspective's own page without its way back."""
    part = replace(pack.board, branches=(branch,), score=branch.score, previous_score=branch.previous_score,
                   coverage=branch.coverage)  # fmt: skip
    view = perspective_parts.View(part, pack.facts, {}, look, pack.plans, pack.problem, pack.happened)
    body = _CRUMBS.sub("", perspective_parts.body(view))
    body = _HEAD.sub(lambda found: "</h3>" if found[1] else '<h3 class="said">', body)
    body = _FIGURE.sub(lambda found: f'<figure id="{_place(found[2])[1:]}">{found[1]}', body)
    return f'<section class="cut" id="p-{branch.perspective}"><h2>{esc(say(branch.perspective))}</h2>{body}</section>'


def _within(body: str) -> str:
    """Every link to a page as one to its place in this file; a place that is not there is plain text, or nothing where
    a link to it was all."""
    there = set(re.findall(r' id="([^"]*)"', body)) | {"definitions"}

    def place_of(found: re.Match[str]) -> str:
        place = found[1] if found[1].startswith("#") else _place(found[1])
        return place if place[1:] in there else ""

    def led(found: re.Match[str]) -> str:
        place = place_of(found)
        return f'<a href="{esc(place)}">{found[2]}</a>' if place else found[2]

    return _LINK.sub(led, _ALONE.sub(lambda found: found[0] if place_of(found) else "", body))


def _place(address: str) -> str:
    """The place in this file for an address of the dashboard, as it stands in HTML; '' when there is none."""
    parts = urlsplit(html.unescape(address))
    page = parts.path.strip("/")
    if page == "metric" and (names := parse_qs(parts.query).get("metric")):
        return f"#m-{names[0]}"
    if page == "data_quality":
        return ""
    return f"#p-{page}" if page in PERSPECTIVES else ""


def _definitions(pack: Pack) -> str:
    heads = (say("column_metric"), say("xp_words"), say("xp_receipt_and_definition"))
    head = "".join(f'<th scope="col">{esc(one)}</th>' for one in heads)
    lines = "".join(
        f'<tr><th scope="row">{esc(sentences.title(card.definition))}{_named(card, pack)}</th>'
        f"<td>{esc(pack.words.get(card.definition.metric, ''))}</td>"
        f"<td><code>{esc(pack.fingerprints.get(card.definition.metric, ''))}</code><br>"
        f"<code>{esc(card.definition.hash[:12])}</code></td></tr>"
        for card in pack.cards
    )
    lead = note(command.lead(pack))
    table = f'<table class="meant"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'
    return f'<section class="cut" id="definitions"><h2>{esc(say("xp_definitions"))}</h2>{lead}{table}</section>'


def _named(card: Card, pack: Pack) -> str:
    """What the command above is to be given for this metric."""
    name = command.named(card, pack)
    return f'<br><span class="note">{esc(name)}</span>' if name else ""
