// A small editor for metric definitions: coloured text under a transparent textarea, so that typing, selecting, undo
// and screen readers are the browser's own. Lines wrap; their numbers stand beside them.
const WAIT = 700; // milliseconds without a key before the text is checked
const KEY = /^(\s*(?:- )?)([A-Za-z_]\w*)(?=:(?:\s|$))/;
const editors = new WeakMap();

// One kind per character: key, comment, text in quotes, plain.
function kinds(line) {
  const found = new Array(line.length).fill("");
  const key = KEY.exec(line);
  if (key) found.fill("key", key[1].length, key[0].length);
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const letter = line[at];
    if (quote) {
      found[at] = "quoted";
      if (letter === quote) quote = "";
    } else if (letter === "'" || letter === '"') {
      const opens = at === 0 || /[\s([{,=:]/.test(line[at - 1]);
      if (opens && line.indexOf(letter, at + 1) > 0) { quote = letter; found[at] = "quoted"; }
    } else if (letter === "#" && (at === 0 || /\s/.test(line[at - 1]))) {
      found.fill("comment", at);
      break;
    }
  }
  return found;
}

function row(line, number, marks) {
  const made = document.createElement("div");
  made.className = marks.length ? "row wrong" : "row";
  made.dataset.number = number;
  const found = kinds(line);
  marks.forEach((mark) => {
    for (let at = mark.column - 1; at < Math.min(mark.column - 1 + mark.length, line.length); at++) found[at] = "fault";
  });
  for (let at = 0, end; at < line.length; at = end) {
    for (end = at + 1; end < line.length && found[end] === found[at]; end++);
    const span = document.createElement("span");
    span.className = found[at];
    span.textContent = line.slice(at, end);
    made.append(span);
  }
  return made;
}

function begin(root) {
  const area = root.querySelector("textarea");
  const shown = root.querySelector(".shown");
  const editor = { revision: null, first: 1, marks: [], checked: "", timer: 0, send: () => {}, sent: null };
  const draw = () => {
    const marks = area.value === editor.checked ? editor.marks : [];
    const rows = area.value.split("\n").map((line, at) => {
      const number = editor.first + at;
      return row(line, number, marks.filter((mark) => mark.line === number));
    });
    shown.replaceChildren(...rows);
  };
  const tell = () => {
    clearTimeout(editor.timer);
    if (area.value === editor.sent) return;
    editor.sent = area.value;
    editor.send({ revision: editor.revision, text: area.value });
  };
  editor.take = (data) => {
    area.setAttribute("aria-label", data.label);
    root.querySelector(".wb-editor-hint").textContent = data.hint;
    area.maxLength = data.most;
    editor.first = data.first;
    editor.marks = data.marks;
    editor.checked = data.text;
    if (editor.revision !== data.revision) {
      clearTimeout(editor.timer);
      editor.revision = data.revision;
      editor.sent = data.text;
      area.value = data.text;
    }
    area.setAttribute("aria-invalid", String(data.marks.length > 0));
    draw();
  };
  area.addEventListener("input", () => {
    draw();
    clearTimeout(editor.timer);
    editor.timer = setTimeout(tell, WAIT);
  });
  area.addEventListener("blur", tell);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); tell(); }
    if (event.key === "Escape") area.blur();
  });
  return editor;
}

export default function ({ data, parentElement, setStateValue }) {
  let editor = editors.get(parentElement);
  if (!editor) {
    editor = begin(parentElement);
    editors.set(parentElement, editor);
  }
  editor.send = (draft) => setStateValue("draft", draft);
  editor.take(data);
}
