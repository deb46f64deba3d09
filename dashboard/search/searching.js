const KEPT = ["period", "against", "department", "team", "agent", "channel"];
const KEPT_BY = { page: KEPT, metric: KEPT, team: KEPT.slice(0, 2), department: KEPT.slice(0, 2), agent: KEPT.slice(0, 2) };
const PARTS = ["team", "department", "agent"];
const MOST = 10, NEAR = 5, PATIENCE = 1500;
let state = null; // what the newest run has sent
let ask = () => {}, askTicket = () => {};
let sought = ""; // the ticket that Enter asked for
let how = "exact"; // what is listed: exact names, a metric of a part, or names that come near
let begun = 0; // when `g` was typed
let shown = [], at = 0;

const make = (tag, attributes = {}, ...inside) => {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.append(...inside);
  return made;
};
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const isTyping = (target) =>
  target.closest && target.closest("input, textarea, select, [contenteditable=true], [role=listbox], [role=dialog], dialog");
const go = (address, kept) => {
  const to = new URL(address, location.origin);
  const here = new URL(location.href).searchParams;
  kept.filter((name) => here.has(name) && !to.searchParams.has(name)).forEach((name) => to.searchParams.set(name, here.get(name)));
  if (to.href !== location.href) document.dispatchEvent(new CustomEvent("scorecard:go", { detail: to.href }));
};

// How well an entry answers: every word must be in it; 0 is best, null is not at all.
const rank = (entry, wanted) => {
  const title = plain(entry.title), all = `${title} ${plain(entry.also)}`;
  if (!wanted.every((word) => all.includes(word))) return null;
  const first = wanted[0];
  if (title.startsWith(first)) return 0;
  if (title.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(first))) return 1;
  return title.includes(first) ? 2 : 3;
};
const best = (ranked) => ranked.filter(([value]) => value !== null).sort((one, other) => one[0] - other[0]).slice(0, MOST).map(([, entry]) => entry);
// "csat south": a metric that has some of the words, of a team, department or agent whose name has the others.
const together = (entries, wanted) =>
  best(entries.filter((entry) => entry.kind === "metric").flatMap((metric) => {
    const all = plain(`${metric.title} ${metric.also}`), others = wanted.filter((word) => !all.includes(word));
    if (!others.length || others.length === wanted.length) return [];
    const how = rank(metric, wanted.filter((word) => !others.includes(word)));
    const parts = entries.filter((part) => PARTS.includes(part.kind) && others.every((word) => plain(part.title).includes(word)));
    return parts.map((part) => [how, { kind: "metric", title: `${metric.title} · ${part.title}`, address: `${metric.address}&${part.address.split("?")[1]}`, kept: KEPT.slice(0, 2) }]);
  }));
// How many letters differ, two exchanged ones counting once; more than `most` is too many.
const apart = (one, other, most) => {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let older = [], old = [...Array(other.length + 1).keys()];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      row[j] = Math.min(old[j] + 1, row[j - 1] + 1, old[j - 1] + (one[i - 1] !== other[j - 1]));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], older[j - 2] + 1);
    }
    [older, old] = [old, row];
  }
  return old[other.length];
};
// How far the nearest words of a title are from the words wanted; null is too far.
const off = (entry, wanted) => {
  const words = plain(entry.title).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  let sum = 0;
  for (const word of wanted) {
    const most = word.length < 4 ? 0 : word.length < 6 ? 1 : 2;
    const least = Math.min(...words.map((one) => (one.startsWith(word) ? 0 : apart(word, one, most))));
    if (least > most) return null;
    sum += least;
  }
  return sum + words.length / 100; // the shorter name of two that are as near
};
const find = (text) => {
  const wanted = plain(text).split(/\s+/).filter(Boolean), entries = [...state.index, ...state.agents];
  how = "exact";
  if (!wanted.length) return state.index.filter((entry) => entry.kind === "page").slice(0, MOST);
  const exact = best(entries.map((entry) => [rank(entry, wanted), entry]));
  if (exact.length) return exact;
  const parted = together(entries, wanted);
  if (parted.length) return parted;
  how = "near";
  return best(entries.map((entry) => [off(entry, wanted), entry])).slice(0, NEAR);
};
// Nothing has this name and it holds a digit: it may be a ticket's number.
const mayBeTicket = (text) => state.tickets && !shown.length && /\d/.test(text);
const told = (text) => {
  const words = state.words;
  if (!text) return words.search_start;
  if (mayBeTicket(text)) return sought !== text ? words.search_ticket : state.ticket.asked === text ? words.search_ticket_none : words.search_ticket_asked;
  if (!shown.length) return words.search_none;
  if (how === "near") return words.search_near;
  return shown.length === 1 ? words.search_found_one : shown.length === MOST ? words.search_first : words.search_found.replace("{n}", shown.length);
};

const box = () => document.getElementById("find");
const field = () => document.getElementById("find-words");
const draw = () => {
  const list = document.getElementById("find-list"), words = state.words, text = field().value.trim();
  shown = find(text);
  at = Math.min(at, Math.max(shown.length - 1, 0));
  list.replaceChildren(
    ...shown.map((entry, place) => {
      const kind = make("span", { class: "kind" }, words[`search_${entry.kind}`]);
      const option = make("li", { role: "option", id: `find-${place}`, "aria-selected": String(place === at) }, make("span", {}, entry.title), kind);
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(place));
      return option;
    }),
  );
  field().setAttribute("aria-expanded", String(shown.length > 0));
  if (shown.length) field().setAttribute("aria-activedescendant", `find-${at}`);
  else field().removeAttribute("aria-activedescendant");
  document.getElementById(`find-${at}`)?.scrollIntoView({ block: "nearest" });
  document.getElementById("find-said").textContent = told(text).replace("{words}", () => text);
};
const take = (place) => {
  const entry = shown[place];
  if (!entry) return seek(field().value.trim());
  box().close();
  go(entry.address, entry.kept || KEPT_BY[entry.kind]);
};
// The server alone knows which tickets there are, and is asked at Enter.
const seek = (text) => {
  if (!mayBeTicket(text)) return;
  sought = text;
  draw();
  if (state.ticket.asked === text) arrive();
  else askTicket(text);
};
const arrive = () => {
  if (!box().open || !sought || sought !== state.ticket.asked || field().value.trim() !== sought || !state.ticket.address) return;
  box().close();
  go(state.ticket.address, KEPT.slice(0, 2));
};
const open = () => {
  document.getElementById("keys")?.close();
  if (!box().open) box().showModal();
  field().value = "";
  at = 0;
  sought = "";
  draw();
  field().focus();
};
const explain = () => {
  box().close();
  if (!document.getElementById("keys").open) document.getElementById("keys").showModal();
};
let waiting = 0;
const typed = () => {
  at = 0;
  sought = "";
  draw();
  if (!state.asks) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => ask(field().value.trim()), 200);
};
const onField = (event) => {
  if (event.isComposing) return;
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1 };
  if (event.key in moves && shown.length) {
    at = (moves[event.key] + shown.length) % shown.length;
    draw();
  } else if (event.key === "Enter") take(at);
  else return;
  event.preventDefault();
};

const stepPeriod = (by) => {
  if (!document.querySelector(".st-key-choice_period")) return;
  const here = new URL(location.href);
  const now = state.periods.indexOf(here.searchParams.get("period") || state.period);
  const next = state.periods[now + by];
  if (now < 0 || !next) return;
  if (next === state.period) here.searchParams.delete("period");
  else here.searchParams.set("period", next);
  go(here.href, []);
};
const onKey = (event) => {
  if (!state || event.isComposing) return;
  const isFind = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const isCommand = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
  if (!isFind && (isCommand || isTyping(event.target))) return;
  const isSecond = begun && event.timeStamp - begun < PATIENCE;
  const way = isSecond && state.go[event.key];
  const does = { "/": open, "?": explain, "[": () => stepPeriod(-1), "]": () => stepPeriod(1) }[event.key];
  begun = event.key === "g" && !isSecond ? event.timeStamp : 0;
  if (isFind) open();
  else if (way) go(way[1], KEPT);
  else if (does) does();
  else if (!begun) return;
  event.preventDefault();
  event.stopPropagation();
};

const line = (keys, text) => [make("dt", {}, ...keys.flatMap((key) => (Array.isArray(key) ? [` ${key[0]} `, make("kbd", {}, key[1])] : [make("kbd", {}, key)]))), make("dd", {}, text)];
const build = (parent) => {
  const words = state.words;
  const button = make("button", { type: "button", class: "find-open", "aria-haspopup": "dialog", "aria-keyshortcuts": "/ Control+K", title: words.search_open },
    make("span", { class: "glass", "aria-hidden": "true" }), make("span", { class: "word" }, words.search), make("kbd", { "aria-hidden": "true" }, "/"));
  button.setAttribute("aria-label", words.search_open);
  button.addEventListener("click", open);
  const input = make("input", { id: "find-words", type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": "find-list", "aria-autocomplete": "list",
    "aria-label": words.search_hint, placeholder: words.search_hint, autocomplete: "off", spellcheck: "false", maxlength: "80" });
  input.addEventListener("input", typed);
  input.addEventListener("keydown", onField);
  const help = make("button", { type: "button", class: "way" }, words.keys);
  help.addEventListener("click", explain);
  const found = make("dialog", { id: "find", class: "flow", "aria-label": words.search });
  found.append(input, make("ul", { id: "find-list", role: "listbox", "aria-label": words.search }),
    make("div", { class: "under" }, make("p", { id: "find-said", role: "status" }), help));
  const close = make("button", { type: "button", class: "way", autofocus: "" }, words.keys_close);
  const keys = make("dialog", { id: "keys", class: "flow", "aria-labelledby": "keys-head" });
  const or = words.keys_or, then = words.keys_then;
  const list = make("dl", { tabindex: "0", "aria-labelledby": "keys-head" }, ...line(["/", [or, "Ctrl K"]], words.keys_search), ...line(["["], words.keys_previous), ...line(["]"], words.keys_next),
    ...line(["?"], words.keys_help), ...line(["Esc"], words.keys_escape),
    ...Object.entries(state.go).flatMap(([letter, [name]]) => line(["g", [then, letter]], words.keys_go.replace("{page}", name))));
  close.addEventListener("click", () => keys.close());
  keys.append(make("h2", { id: "keys-head" }, words.keys), list, make("div", { class: "under" }, close));
  [found, keys].forEach((one) => one.addEventListener("click", (event) => event.target === one && one.close()));
  parent.replaceChildren(button, found, keys);
};
export default function ({ data, parentElement, setStateValue }) {
  state = data;
  ask = (words) => setStateValue("words", words);
  askTicket = (words) => setStateValue("ticket", words);
  if (!parentElement.querySelector("#find")) build(parentElement);
  else if (box().open) {
    draw();
    arrive();
  }
  document.addEventListener("keydown", onKey, true);
  return () => document.removeEventListener("keydown", onKey, true);
}
