// The experiment's controls, made from the program's table of knobs. Changes are collected and run together, on purpose: a slip of
// the hand should not throw a run away.

const byID = (id) => document.getElementById(id);

export class Knobs {
  #lab;
  #applied;
  #open = new Set(); // the folded groups that the reader has opened

  constructor(lab, applied) {
    this.#lab = lab;
    this.#applied = applied;
    byID("knobs").addEventListener("submit", (event) => { event.preventDefault(); this.#act("apply"); });
    byID("undo").addEventListener("click", () => this.#act("undo"));
    byID("default").addEventListener("click", () => this.#act("defaults"));
    byID("knobs").addEventListener("change", (event) => this.#change(event.target));
  }

  #act(name) {
    this.#lab.dismiss();
    this.show(this.#lab[name]());
    this.#applied();
  }

  #change(input) {
    this.#lab.dismiss();
    this.#applied();
    const wrong = this.#lab.change(input.dataset.knob, input.value);
    if (wrong) {
      mark(input, wrong);
      return;
    }
    this.show();
    byID(input.id)?.focus({ preventScroll: true });
  }

  /** Builds the form from the draft in the program's hands. wrong is what was wrong with running it, if anything. */
  show(wrong) {
    const { controls, changed, problem } = JSON.parse(this.#lab.controls());
    const groups = new Map();
    for (const control of controls) {
      if (!groups.has(control.group)) groups.set(control.group, { folded: control.folded, rows: [] });
      groups.get(control.group).rows.push(row(control, changed.includes(control.id)));
    }
    byID("knob-groups").replaceChildren(...[...groups].map(([name, { folded, rows }]) => (folded ? this.#fold(name, rows) : group(name, rows))));
    const n = changed.length;
    const why = wrong || problem;
    byID("pending").textContent = n ? `${n} ${n === 1 ? "change is" : "changes are"} not yet running${why && `, and cannot be: ${why}`}.` : wrong ?? "";
    byID("pending").classList.toggle("wrong", why !== "");
    byID("apply").disabled = n === 0 || problem !== "";
    byID("undo").disabled = n === 0;
    byID("default").disabled = false;
  }

  #fold(name, rows) {
    const fold = Object.assign(document.createElement("details"), { open: this.#open.has(name) });
    const changed = rows.filter((r) => r.classList.contains("changed")).length;
    fold.append(Object.assign(document.createElement("summary"), { textContent: changed ? `${name} (${changed} changed)` : name }), ...rows);
    fold.addEventListener("toggle", () => { if (fold.open) this.#open.add(name); else this.#open.delete(name); });
    return fold;
  }
}

function group(name, rows) {
  const set = document.createElement("fieldset");
  set.append(Object.assign(document.createElement("legend"), { textContent: name }), ...rows);
  return set;
}

function row(control, changed) {
  const id = `knob-${control.id.replaceAll(".", "-")}`;
  const box = Object.assign(document.createElement("div"), { className: "knob" });
  box.classList.toggle("changed", changed);
  box.classList.toggle("wide", (control.choices ?? []).some(({ label }) => label.length > 16));
  const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: control.label });
  const input = control.choices?.length ? select(control) : number(control);
  input.id = id;
  input.dataset.knob = control.id;
  const help = Object.assign(document.createElement("p"), { id: `${id}-help`, textContent: control.help });
  input.setAttribute("aria-describedby", help.id);
  box.append(label, input, help);
  if (control.usual) box.append(usual(input, control.usual));
  return box;
}

/** Values to try first, offered while any other can be typed. */
function usual(input, values) {
  const list = Object.assign(document.createElement("datalist"), { id: `${input.id}-usual` });
  list.append(...values.map((value) => Object.assign(document.createElement("option"), { value })));
  input.setAttribute("list", list.id);
  return list;
}

function select({ choices, value, mixed }) {
  const s = document.createElement("select");
  if (!value) s.add(Object.assign(new Option(mixed, "", true, true), { disabled: true }));
  for (const choice of choices) s.add(new Option(choice.label, choice.value, false, choice.value === value));
  return s;
}

function number({ min, max, step, value, mixed }) {
  return Object.assign(document.createElement("input"), { type: "number", inputMode: "decimal", min, max, step: step || "any", value, placeholder: value ? "" : mixed });
}

function mark(input, sentence) {
  input.setAttribute("aria-invalid", "true");
  const help = byID(input.getAttribute("aria-describedby"));
  help.className = "wrong";
  help.textContent = sentence;
}
