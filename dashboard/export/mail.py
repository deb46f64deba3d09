"""The weekly e-mail as a file a mail program opens: text, HTML with the ladder as a picture, the board pack attached.

The same bytes for the same load, definitions, period and recipients. Nothing is sent.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from dashboard import components, marks, score_axis, sentences, wording
from dashboard.board import attention as attention_parts
from dashboard.components import esc, rich
from dashboard.export import content, content_reasons, pictures
from dashboard.export.pack import Pack
from dashboard.export.pictures import PRINT
from dashboard.export.safe_text import visible
from dashboard.wording import say
from data_checks.errors import RequestError
from metrics.scorecard import Branch, Scorecard

_ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]\\:]+@[^@\s,;<>\"()\[\]\\:]+")
_PICTURE = "ladder@scorecard"


def digest(pack: Pack, pdf: bytes, sender: str, recipients: Sequence[str]) -> bytes:
    """The message. Raises RequestError for what is no address."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _line(_subject(pack))
    if sender:
        message["From"] = _address(sender)
    if recipients:
        message["To"] = tuple(_address(one) for one in recipients)
    message["Date"] = pack.facts.loaded_at.replace(tzinfo=dt.UTC, microsecond=0)
    message["Message-ID"] = f"<{_name(pack, sender, recipients)}@scorecard.invalid>"
    message.set_content(visible(_text(pack)))
    message.add_alternative(visible(_html(pack)), subtype="html")
    shown = message.get_payload()[1]  # type: ignore[index]
    picture = pictures.png_of_svg(_ladder(pack.board))
    shown.add_related(picture, "image", "png", cid=f"<{_PICTURE}>", filename="ladder.png", disposition="inline")  # type: ignore[union-attr]
    message.add_attachment(pdf, "application", "pdf", filename=f"board-pack-{_id(pack)}.pdf")
    for number, part in enumerate(one for one in message.walk() if one.is_multipart()):
        part.set_boundary(f"=_scorecard_{number}_{_name(pack, sender, recipients)[:12]}")
    return message.as_bytes()


def _subject(pack: Pack) -> str:
    board, period = pack.board, pack.asked.told
    if board.score is None:
        return say("xp_mail_subject_none", title=pack.title, period=period)
    return say("xp_mail_subject", title=pack.title, period=period, score=wording.score(board.score))


def _line(text: str) -> str:
    return " ".join(visible(text).split())


def _address(text: str) -> Address:
    """'ann@example.com', or 'Ann Bell <ann@example.com>'."""
    name, sign, rest = text.strip().partition("<")
    found = rest.removesuffix(">").strip() if sign else name.strip()
    try:
        if not _ADDRESS.fullmatch(found) or bool(sign) != rest.endswith(">"):
            raise ValueError
        return Address(display_name=_line(name) if sign else "", addr_spec=found)
    except (ValueError, IndexError):
        raise RequestError(f"'{visible(text)}' is no e-mail address; write ann@example.com.") from None


def _name(pack: Pack, sender: str, recipients: Sequence[str]) -> str:
    """One message for one board to the same people, however often it is composed."""
    told = (pack.facts.load_id, pack.title, _id(pack), str(pack.board.against.start), sender, *recipients,
            *sorted(f"{metric}{mark}" for metric, mark in pack.fingerprints.items()))  # fmt: skip
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _id(pack: Pack) -> str:
    until = f"-as-of-{pack.asked.until}" if pack.asked.until else ""
    return f"{pack.board.period.start}-{pack.board.period.grain}{until}"


def _changes(pack: Pack) -> list[str]:
    return [
        content_reasons.told_plainly(one, pack)[0] if one.found is not None else one.why_not for one in pack.changes
    ]


def _missed(pack: Pack) -> list[str]:
    return attention_parts.lines(pack.needs, pack.facts.as_of_day)


def _text(pack: Pack) -> str:
    board, currency = pack.board, pack.facts.currency
    summary = " ".join(one for one in (content.summary(pack).replace("**", ""), pack.in_short) if one)
    counts = ", ".join(text for _, text in components.counted(board))
    parts = [pack.title, sentences.answer(board, currency), summary, counts]
    parts.append("\n".join(f"{name:24} {score}" for name, score in _scores(board)))
    for head, lines in _lists(pack):
        parts.append("\n".join([head, *(f"- {line}" for line in lines)]))
    parts += [say("xp_mail_attached"), "\n".join(f"{name}: {told}" for name, told in content.facts(pack))]
    return "\n\n".join(parts) + "\n"


def _lists(pack: Pack) -> list[tuple[str, list[str]]]:
    against = wording.period(pack.board.against, pack.board.period)
    found = [(say("xp_mail_missed"), _missed(pack)), (say("xp_mail_changed", against=against), _changes(pack))]
    return [(head, lines) for head, lines in found if lines]


def _scores(board: Scorecard) -> list[tuple[str, str]]:
    found: list[tuple[str, Scorecard | Branch]] = [(say("overall"), board)]
    found += [(say(one.perspective), one) for one in board.branches if sentences.provided(one.cards)]
    return [(name, say("no_score") if one.score is None else wording.score(one.score)) for name, one in found]


def _html(pack: Pack) -> str:
    """Tables and inline styles only: that is what mail programs read."""
    board, currency, look = pack.board, pack.facts.currency, PRINT
    small = f"font-size:13px;line-height:18px;color:{look.ink3}"
    parts = [
        f'<p style="{small};margin:0">{esc(pack.title)} · {esc(pack.asked.told)}</p>',
        f'<h1 style="font-size:24px;line-height:31px;margin:8px 0;color:{look.ink}">'
        f"{esc(sentences.answer(board, currency))}</h1>",
        *(f'<p style="margin:0 0 12px">{rich(one)}</p>' for one in (content.summary(pack), pack.in_short) if one),
        f'<img src="cid:{_PICTURE}" width="560" alt="{esc(_spoken(board))}" style="max-width:100%;height:auto">',
    ]
    for head, lines in _lists(pack):
        items = "".join(f'<li style="margin:0 0 6px">{esc(line)}</li>' for line in lines)
        parts.append(
            f'<h2 style="font-size:16px;line-height:22px;margin:20px 0 6px;color:{look.ink}">{esc(head)}</h2>'
            f'<ul style="margin:0;padding-left:20px">{items}</ul>'
        )
    told = " · ".join(f"{name}: {text}" for name, text in content.facts(pack))
    parts.append(f'<p style="margin:20px 0 4px">{esc(say("xp_mail_attached"))}</p><p style="{small}">{esc(told)}</p>')
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{esc(_subject(pack))}</title></head>'
        f'<body style="margin:0;padding:24px;background:#fff;color:{look.ink2};font:15px/22px Inter,Arial,sans-serif">'
        f'<div style="max-width:600px">{"".join(parts)}</div></body></html>\n'
    )


def _spoken(board: Scorecard) -> str:
    return "; ".join(f"{name} {score}" for name, score in _scores(board))


def _ladder(board: Scorecard) -> str:
    """The score ladder as one SVG."""
    rungs: list[tuple[str, Scorecard | Branch]] = [(say("overall"), board)]
    rungs += [(say(one.perspective), one) for one in board.branches if sentences.provided(one.cards)]
    drawn = ""
    for place, (name, one) in enumerate(rungs):
        cards = sentences.cards_of(board) if isinstance(one, Scorecard) else one.cards
        word = "no_goal" if one.score is None else score_axis.standing_of(one.score, cards)
        axis, _ = pictures.on_axis(marks.ladder(one.score, one.previous_score, word, PRINT, "", place == 0), 5)
        y, weight = place * 34, 600 if place == 0 else 400
        score = say("no_score") if one.score is None else wording.score(one.score)
        text = f'y="{y + 22}" fill="{PRINT.ink}"'
        drawn += f'<text x="0" {text} font-size="14" font-weight="{weight}">{html.escape(name)}</text>'
        drawn += f'<text x="560" {text} font-size="15" font-weight="600" text-anchor="end">{html.escape(score)}</text>'
        drawn += axis.replace("<svg ", f'<svg x="190" y="{y + 2}" width="310" height="32" ', 1)
    height = len(rungs) * 34 + 6
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="560" height="{height}" viewBox="0 0 560 {height}" '
        f'font-family="Inter"><rect width="560" height="{height}" fill="#FFFFFF"/>{drawn}</svg>'
    )
