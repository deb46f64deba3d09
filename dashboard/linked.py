"""Links inside our HTML: a plain click stays in the session, everything else is the browser's business.

The HTML is written by st.html, which cleans it; this component only listens. It writes the new address as the browser
would and tells the page that the address has changed, which Streamlit answers as it answers Back and Forward: one
run, no new session. A click with a modifier, a middle click or "open in new tab" follows the real address, so links
can be copied and shared.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
export default function () {
  const onClick = (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const anchor = event.target.closest && event.target.closest(".stHtml a[href]");
    if (!anchor || anchor.target || new URL(anchor.href).origin !== location.origin) return;
    event.preventDefault();
    if (anchor.href === location.href) return;
    history.pushState({}, "", anchor.href);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    document.querySelector(".stMain")?.scrollTo(0, 0);
  };
  document.addEventListener("click", onClick);
  return () => document.removeEventListener("click", onClick);
}
"""

_listener = st.components.v2.component("scorecard_links", js=_SCRIPT, isolate_styles=False)


def listen() -> None:
    """Mount the listener; once per run, before the page."""
    with st.container(key="links"):
        _listener(key="links_listener")
