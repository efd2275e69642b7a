// The experiment's controls, made from the program's table of knobs. Changes are collected and run together, on purpose: a slip of
// the hand should not throw a run away.

const byID = (id) => document.getElementById(id);

export class Knobs {
  #lab;
  #applied;

  constructor(lab, applied) {
    this.#lab = lab;
    this.#applied = applied;
    byID("knobs").addEventListener("submit", (event) => { event.preventDefault(); this.#act("apply"); });
    byID("undo").addEventListener("click", () => this.#act("undo"));
    byID("default").addEventListener("click", () => this.#act("defaults"));
    byID("knobs").addEventListener("change", (event) => this.#change(event.target));
  }

  #act(name) {
    const wrong = this.#lab[name]();
    this.show();
    if (wrong) byID("pending").textContent = wrong;
    this.#applied();
  }

  #change(input) {
    const wrong = this.#lab.change(input.dataset.knob, input.value);
    if (wrong) {
      mark(input, wrong);
      return;
    }
    this.show();
    byID(input.id)?.focus({ preventScroll: true });
  }

  /** Builds the form from the draft in the program's hands. */
  show() {
    const { controls, changed, problem } = JSON.parse(this.#lab.controls());
    const groups = new Map();
    for (const control of controls) {
      if (!groups.has(control.group)) groups.set(control.group, []);
      groups.get(control.group).push(row(control, changed.includes(control.id)));
    }
    byID("knob-groups").replaceChildren(...[...groups].map(([name, rows]) => {
      const set = document.createElement("fieldset");
      const legend = Object.assign(document.createElement("legend"), { textContent: name });
      set.append(legend, ...rows);
      return set;
    }));
    const n = changed.length;
    byID("pending").textContent = problem || (n ? `${n} ${n === 1 ? "change is" : "changes are"} not yet running.` : "");
    byID("apply").disabled = n === 0;
    byID("undo").disabled = n === 0;
    byID("default").disabled = false;
  }
}

function row(control, changed) {
  const id = `knob-${control.id.replaceAll(".", "-")}`;
  const box = Object.assign(document.createElement("div"), { className: changed ? "knob changed" : "knob" });
  const label = Object.assign(document.createElement("label"), { htmlFor: id, textContent: control.label });
  const input = control.choices?.length ? select(control) : number(control);
  input.id = id;
  input.dataset.knob = control.id;
  const help = Object.assign(document.createElement("p"), { id: `${id}-help`, textContent: control.help });
  input.setAttribute("aria-describedby", help.id);
  box.append(label, input, help);
  return box;
}

function select({ choices, value }) {
  const s = document.createElement("select");
  for (const choice of choices) s.add(new Option(choice.label, choice.value, false, choice.value === value));
  return s;
}

function number({ min, max, step, value }) {
  return Object.assign(document.createElement("input"), { type: "number", inputMode: "decimal", min, max, step: step || "any", value });
}

function mark(input, sentence) {
  input.setAttribute("aria-invalid", "true");
  const help = byID(input.getAttribute("aria-describedby"));
  help.className = "wrong";
  help.textContent = sentence;
}
