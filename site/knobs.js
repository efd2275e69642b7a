// The experiment's controls, made from the program's table of knobs. Changes are collected and run together, on
// purpose: a slip of the hand should not throw a run away.

import { all, byID, make, parsed } from "./dom.js";
import { Arms, group as armsGroup } from "./arms.js";
import { fill, isKnob, mark, row } from "./knob.js";

/** @typedef {import("./knob.js").Knob} Knob */

export class Knobs {
  #lab;
  #applied;
  #arms;
  /** @type {Set<string>} the folded groups that the reader has opened */
  #open = new Set();
  #shape = "";

  /** @param {Lab} lab @param {() => void} applied */
  constructor(lab, applied) {
    this.#lab = lab;
    this.#applied = applied;
    this.#arms = new Arms(lab, () => { lab.dismiss(); applied(); this.show(); });
    const form = byID("knobs");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#run(() => lab.apply()); });
    byID("undo").addEventListener("click", () => this.#act(() => lab.undo()));
    byID("first-minute").addEventListener("click", () => this.#run(() => lab.defaults()));
    form.addEventListener("input", ({ target }) => { if (target instanceof HTMLInputElement) this.#type(target); });
    form.addEventListener("change", ({ target }) => { if (isKnob(target)) this.#change(target); });
    form.addEventListener("keydown", (event) => { // before the change that would come with it
      if (event.key !== "Enter" || event.isComposing || !(event.target instanceof HTMLInputElement)) return;
      event.preventDefault();
      if (event.target.dataset.part === "name") { // which holds at once, and is no experiment to be run
        this.#change(event.target);
        return;
      }
      this.#type(event.target);
      if (!byID("apply", HTMLButtonElement).disabled) this.#run(() => lab.apply());
    });
  }

  /** @param {() => Wrong} what */
  #act(what) {
    this.#lab.dismiss();
    const wrong = what();
    this.show(wrong);
    this.#applied();
    return wrong;
  }

  /** Runs another experiment, and takes the reader to where it can be seen. @param {() => Wrong} what */
  #run(what) {
    if (this.#act(what)) return;
    byID("panel").scrollTop = 0;
    byID("play").focus({ preventScroll: true });
  }

  /**
   * While somebody types, the control says what is wrong, and the form is left alone.
   * @param {HTMLInputElement} input
   */
  #type(input) {
    const wrong = this.#turn(input);
    mark(input, wrong);
    this.#sum(this.#controls());
  }

  /** @param {Knob} input */
  #change(input) {
    this.#lab.dismiss();
    if (input.dataset.part === "name") this.#call(input);
    else this.#turn(input);
    this.#applied();
    this.show();
    if (!input.isConnected) document.getElementById(input.id)?.focus({ preventScroll: true });
  }

  /** @param {Knob} input */
  #turn(input) { return this.#lab.change(input.dataset.knob ?? "", input.value); }

  /** Gives an arm its name, in the run too. @param {Knob} input */
  #call(input) { return this.#lab.callArm(Number(input.dataset.knob?.match(/\d+/)?.[0]), input.value); }

  #controls() { return parsed(this.#lab.controls()); }

  /**
   * Shows the draft in the program's hands. wrong is what was wrong with running it, if anything.
   * @param {Wrong} [wrong]
   */
  show(wrong) {
    const draft = this.#controls();
    const controls = draft.controls.filter(({ group }) => group !== armsGroup);
    const shape = JSON.stringify(controls.map(({ id, label, group, choices, value, mixed }) =>
      [id, label, group, choices, Boolean(choices) && !value, mixed]));
    // Else whoever is on the way from one control to another would lose it.
    if (shape !== this.#shape) this.#build(draft.controls);
    this.#shape = shape;
    for (const control of controls) fill(control, draft.changed.includes(control.id));
    this.#arms.show(draft);
    for (const fold of all("details", HTMLDetailsElement, byID("knob-groups"))) {
      const changed = fold.querySelectorAll(".changed").length, name = fold.dataset.group ?? "";
      const summary = fold.querySelector("summary");
      if (summary) summary.textContent = changed ? `${name} (${changed} changed)` : name;
    }
    this.#sum(draft, wrong);
  }

  /** @param {Control[]} controls */
  #build(controls) {
    /** @type {Map<string, { folded: boolean, rows: Node[] }>} */
    const groups = new Map();
    for (const control of controls) {
      const group = groups.get(control.group) ?? { folded: control.folded, rows: [] };
      groups.set(control.group, group);
      if (control.group !== armsGroup) group.rows.push(row(control));
    }
    byID("knob-groups").replaceChildren(...[...groups].map(([name, { folded, rows }]) => {
      if (name === armsGroup) return this.#arms.box;
      return folded ? this.#fold(name, rows) : make("fieldset", {}, make("legend", {}, name), ...rows);
    }));
  }

  /** Says how the draft differs from what runs, and whether it can run. @param {Draft} draft @param {Wrong} [wrong] */
  #sum({ changed, rearranged, problem }, wrong) {
    const n = changed.length + rearranged, why = wrong || problem, pending = byID("pending");
    if (n) {
      const waiting = `${n} ${n === 1 ? "change is" : "changes are"} not yet running`;
      pending.textContent = `${waiting}${why && `, and cannot be: ${why}`}.`;
    } else pending.textContent = why && `${why}.`;
    pending.classList.toggle("wrong", Boolean(why));
    byID("apply", HTMLButtonElement).disabled = n === 0 || problem !== "";
    byID("undo", HTMLButtonElement).disabled = n === 0 && problem === "";
    byID("first-minute", HTMLButtonElement).disabled = false;
  }

  /** @param {string} name @param {Node[]} rows */
  #fold(name, rows) {
    const fold = make("details", { open: this.#open.has(name) }, make("summary"), ...rows);
    fold.dataset.group = name;
    fold.addEventListener("toggle", () => { if (fold.open) this.#open.add(name); else this.#open.delete(name); });
    return fold;
  }
}
