"""Overview: how the organisation does, on one screen."""

import streamlit as st

from dashboard import attention_parts, cache, components, controls, page, rows, theme, wording

scope, load = page.start()
look = theme.tokens()
currency = load.facts.currency
choice, say_through = controls.head(load, scope, "overview")

with page.told():
    board = cache.scorecard(load, scope, choice.period, choice.against, choice.where)

period = wording.period(choice.period)
page.titled(load, wording.say("overview"), choice.named, period)
query = choice.query(load)
needs, problem = cache.needs(load, scope, board)
first = attention_parts.rail_section(needs, load.facts.as_of_day, query, problem)
say_through(board)
question = ("overview", scope, choice.period, choice.against, choice.where, tuple(query.items()), look.name, first)
st.html(
    cache.drawn(
        load,
        question,
        lambda: (
            components.printed_head(load.facts, choice.named, period)
            + f'<div class="top">{components.answer(board, currency, look, load.facts.as_of_day)}'
            f"{components.ladder(board, look)}</div>"
            f'<div class="body">{rows.board_rows(board, currency, look, query)}'
            f"{components.rail(board, load.facts, look, query, first)}</div>"
        ),
    )
)
page.end(load)
