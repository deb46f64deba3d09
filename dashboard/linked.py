"""Links inside our HTML: a plain click stays in the session, everything else is the browser's business.

The HTML is written by st.html, which cleans it; this component only listens. It writes the new address as the browser
would and tells the page that the address has changed, which Streamlit answers as it answers Back and Forward: one
run, no new session. A click with a modifier, a middle click or "open in new tab" follows the real address, so links
can be copied and shared. The menu keeps the period, the comparison and the filter; on a phone its drawer
closes behind the reader and starts closed.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
const KEPT = ["period", "against", "department", "team", "agent", "channel"];
const PHONE = 768;
let begun = false;
export default function () {
  const closeDrawer = () => {
    if (window.innerWidth >= PHONE) return;
    Object.keys(localStorage).filter((key) => key.startsWith("stSidebarCollapsed")).forEach((key) => {
      localStorage.removeItem(key);
    });
    const open = document.querySelector('[data-testid="stSidebar"][data-collapsed="false"]');
    open?.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  };
  const land = () => {
    if (!location.hash) return;
    const until = Date.now() + 8000;
    const look = () => {
      const found = document.getElementById(location.hash.slice(1));
      if (found && !document.querySelector('[data-test-script-state="running"]')) found.scrollIntoView();
      else if (Date.now() < until && location.hash) setTimeout(look, 100);
    };
    setTimeout(look, 100);
  };
  const go = (address) => {
    history.pushState({}, "", address);
    window.dispatchEvent(new PopStateEvent("popstate", { state: {} }));
    document.querySelector(".stMain")?.scrollTo(0, 0);
    land();
  };
  const hasModifier = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  const isOrdinary = (event) => !event.defaultPrevented && event.button === 0 && !hasModifier(event);
  const onClick = (event) => {
    const anchor = isOrdinary(event) && event.target.closest && event.target.closest(".stHtml a[href]");
    if (!anchor || anchor.target || new URL(anchor.href).origin !== location.origin) return;
    event.preventDefault();
    if (anchor.href === location.href) { land(); return; }
    go(anchor.href);
  };
  const onMenu = (event) => {
    const menu = '[data-testid^="stTopNav"][href], [data-testid="stSidebarNavLink"]';
    const anchor = isOrdinary(event) && event.target.closest && event.target.closest(menu);
    if (!anchor || new URL(anchor.href).origin !== location.origin) return;
    event.preventDefault();
    event.stopPropagation();
    const address = new URL(anchor.href);
    const here = new URL(location.href).searchParams;
    KEPT.filter((name) => here.has(name)).forEach((name) => address.searchParams.set(name, here.get(name)));
    if (address.href !== location.href) go(address.href);
    setTimeout(closeDrawer, 50);
  };
  // Streamlit puts the sections of its drawer as <div> into a <ul>: said as what they are, for screen readers.
  const mend = () => {
    document.querySelectorAll('[data-testid="stSidebarNavItems"] > div:not([role])').forEach((section) => {
      section.setAttribute("role", "listitem");
      section.querySelectorAll("li").forEach((item) => item.setAttribute("role", "none"));
    });
  };
  const onGo = (event) => go(event.detail); // search and keys, which know the address but not the way
  const watch = new MutationObserver(mend);
  watch.observe(document.body, { childList: true, subtree: true });
  mend();
  if (!begun) {
    begun = true;
    closeDrawer();
    land();
  }
  document.addEventListener("click", onMenu, true);
  document.addEventListener("click", onClick);
  document.addEventListener("scorecard:go", onGo);
  return () => {
    watch.disconnect();
    document.removeEventListener("click", onMenu, true);
    document.removeEventListener("click", onClick);
    document.removeEventListener("scorecard:go", onGo);
  };
}
"""

_listener = st.components.v2.component("scorecard_links", js=_SCRIPT, isolate_styles=False)


def listen() -> None:
    """Mount the listener; once per run, before the page."""
    with st.container(key="links"):
        _listener(key="links_listener")
