// The experiment's controls, made from the program's table of knobs. Changes are collected and run together, on purpose: a slip of
// the hand should not throw a run away.

const byID = (id) => document.getElementById(id);

export class Knobs {
  #lab;
  #applied;
  #open = new Set(); // the folded groups that the reader has opened
  #shape = "";

  constructor(lab, applied) {
    this.#lab = lab;
    this.#applied = applied;
    const form = byID("knobs");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#run("apply"); });
    byID("undo").addEventListener("click", () => this.#act("undo"));
    byID("default").addEventListener("click", () => this.#run("defaults"));
    form.addEventListener("input", ({ target }) => { if (target.matches("input")) this.#type(target); });
    form.addEventListener("change", ({ target }) => this.#change(target));
    form.addEventListener("keydown", (event) => { // before the change that would come with it
      if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
      event.preventDefault();
      this.#type(event.target);
      if (!byID("apply").disabled) this.#run("apply");
    });
  }

  #act(name) {
    this.#lab.dismiss();
    const wrong = this.#lab[name]();
    this.show(wrong);
    this.#applied();
    return wrong;
  }

  /** Runs another experiment, and takes the reader to where it can be seen. */
  #run(name) {
    if (this.#act(name)) return;
    byID("panel").scrollTop = 0;
    byID("play").focus({ preventScroll: true });
  }

  /** While somebody types, the control says what is wrong, and the form is left alone. */
  #type(input) {
    const wrong = this.#lab.change(input.dataset.knob, input.value);
    mark(input, wrong);
    this.#sum(this.#controls());
  }

  #change(input) {
    this.#lab.dismiss();
    this.#applied();
    this.#lab.change(input.dataset.knob, input.value);
    this.show();
    if (!input.isConnected) byID(input.id)?.focus({ preventScroll: true });
  }

  #controls() { return JSON.parse(this.#lab.controls()); }

  /** Shows the draft in the program's hands. wrong is what was wrong with running it, if anything. */
  show(wrong) {
    const draft = this.#controls();
    const shape = JSON.stringify(draft.controls.map(({ id, label, group, choices, value, mixed }) => [id, label, group, choices, Boolean(choices) && !value, mixed]));
    if (shape !== this.#shape) this.#build(draft); // else whoever is on the way from one control to another would lose it
    this.#shape = shape;
    for (const control of draft.controls) fill(control, draft.changed.includes(control.id));
    for (const fold of byID("knob-groups").querySelectorAll("details")) {
      const changed = fold.querySelectorAll(".changed").length;
      fold.firstElementChild.textContent = changed ? `${fold.dataset.group} (${changed} changed)` : fold.dataset.group;
    }
    this.#sum(draft, wrong);
  }

  #build({ controls }) {
    const groups = new Map();
    for (const control of controls) {
      if (!groups.has(control.group)) groups.set(control.group, { folded: control.folded, rows: [] });
      groups.get(control.group).rows.push(row(control));
    }
    byID("knob-groups").replaceChildren(...[...groups].map(([name, { folded, rows }]) => (folded ? this.#fold(name, rows) : group(name, rows))));
  }

  /** Says how the draft differs from what runs, and whether it can run. */
  #sum({ changed, problem }, wrong) {
    const n = changed.length;
    const why = wrong || problem;
    const waiting = n && `${n} ${n === 1 ? "change is" : "changes are"} not yet running`;
    byID("pending").textContent = waiting ? `${waiting}${why && `, and cannot be: ${why}`}.` : why ? `${why}.` : "";
    byID("pending").classList.toggle("wrong", Boolean(why));
    byID("apply").disabled = n === 0 || problem !== "";
    byID("undo").disabled = n === 0 && problem === "";
    byID("default").disabled = false;
  }

  #fold(name, rows) {
    const fold = Object.assign(document.createElement("details"), { open: this.#open.has(name) });
    fold.dataset.group = name;
    fold.append(document.createElement("summary"), ...rows);
    fold.addEventListener("toggle", () => { if (fold.open) this.#open.add(name); else this.#open.delete(name); });
    return fold;
  }
}

function group(name, rows) {
  const set = document.createElement("fieldset");
  set.append(Object.assign(document.createElement("legend"), { textContent: name }), ...rows);
  return set;
}

const place = ({ id }) => `knob-${id.replaceAll(".", "-")}`;

function row(control) {
  const id = place(control);
  const box = Object.assign(document.createElement("div"), { className: "knob" });
  box.classList.toggle("wide", (control.choices ?? []).some(({ label }) => label.length > 16));
  const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: control.label });
  const input = control.choices?.length ? select(control) : number(control);
  input.id = id;
  input.dataset.knob = control.id;
  const help = Object.assign(document.createElement("p"), { id: `${id}-help` });
  input.setAttribute("aria-describedby", help.id);
  box.append(label, input, help);
  if (control.usual) box.append(usual(input, control.usual));
  return box;
}

function fill(control, changed) {
  const input = byID(place(control));
  if (input.value !== control.value) input.value = control.value;
  input.parentElement.classList.toggle("changed", changed);
  byID(input.getAttribute("aria-describedby")).dataset.help = control.help;
  mark(input, control.wrong);
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
  for (const choice of choices) s.add(new Option(choice.label, choice.value));
  return s;
}

/** A field whose text the program reads: a browser's own numbers pass over a comma here and not there. */
function number({ mixed }) {
  return Object.assign(document.createElement("input"), { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, placeholder: mixed });
}

/** Says below a control what was wrong with its value, or else what it does. */
function mark(input, wrong) {
  const help = byID(input.getAttribute("aria-describedby"));
  input.setAttribute("aria-invalid", Boolean(wrong));
  help.className = wrong ? "wrong" : "";
  help.textContent = wrong ? `${wrong}.` : help.dataset.help;
}
