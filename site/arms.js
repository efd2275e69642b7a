// The arms of the experiment as a list: each is named, given another place or removed, and others are added. What the
// difference of any two is, the program says. Changes to which arms there are wait, as other changes do, until the
// experiment is run; a name holds at once.

import { all, first, make, setText } from "./dom.js";
import { fill, row } from "./knob.js";
import { armWord } from "./marks.js";

export const group = "Arms"; // of the program's controls

/**
 * @typedef {{ item: HTMLElement, word: HTMLElement, note: HTMLElement, differs: HTMLElement,
 *   up: HTMLButtonElement, down: HTMLButtonElement, remove: HTMLButtonElement }} Item what an arm has in the list
 */

export class Arms {
  #lab;
  #changed;
  #shape = "";
  /** @type {Item[]} */
  #items = [];
  #help = make("p", { className: "small" });
  #list = make("ol", { id: "arm-list" });
  #add = select("arm-add", "Add an arm");
  #adds = make("button", { type: "button", id: "arm-adds" }, "Add");
  #said = make("p", { id: "arms-said", className: "small" });
  #pair = [select("differs-a", "What differs between"), select("differs-b", "and")];
  #differs = make("p", { id: "differs", className: "small" });
  box = make("fieldset", { id: "arm-box" });

  /**
   * changed is called when the reader has changed the arms.
   * @param {Lab} lab @param {() => void} changed
   */
  constructor(lab, changed) {
    this.#lab = lab;
    this.#changed = changed;
    this.#said.setAttribute("role", "status");
    this.#differs.setAttribute("role", "status");
    const [a, b] = this.#pair;
    this.box.append(
      make("legend", {}, group),
      this.#help,
      this.#list,
      make("div", { className: "add" }, ...this.#add.nodes, this.#adds),
      this.#said,
      make("div", { className: "pair" }, ...a.nodes, ...b.nodes),
      this.#differs,
    );
    this.#adds.addEventListener("click", () => {
      const arm = this.#added(), wrong = lab.addArm(this.#add.field.value);
      if (!wrong) this.#add.field.value = ""; // the next proposal is another
      this.#act(wrong, "name", arm);
    });
    for (const { field } of this.#pair) field.addEventListener("change", () => this.#difference());
    // They are no controls of the experiment.
    for (const { field } of [this.#add, a, b]) {
      for (const kind of ["input", "change"]) field.addEventListener(kind, (event) => event.stopPropagation());
    }
  }

  /** Where the arm comes that is to be added: behind that which it is a copy of, or behind all. */
  #added() {
    const copied = this.#add.field.selectedIndex;
    return copied < this.#items.length ? copied + 1 : this.#items.length;
  }

  /**
   * Shows what came of something, and leaves the reader with the arm that it was done to, or that stands there now.
   * @param {Wrong} wrong @param {string} part of the arm, that has the focus then @param {number} arm
   */
  #act(wrong, part, arm) {
    this.#changed();
    this.#said.classList.toggle("wrong", Boolean(wrong));
    if (wrong) {
      setText(this.#said, `${wrong[0].toUpperCase()}${wrong.slice(1)}.`);
      return;
    }
    const { item } = this.#items[Math.min(arm, this.#items.length - 1)];
    const parts = all(`[data-part=${part}]:enabled, [data-part=name]`, HTMLElement, item);
    (parts.find((e) => e.dataset.part === part) ?? parts[0]).focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  }

  /** @param {Draft} draft */
  show({ arms, additions, controls, changed, said }) {
    const own = controls.filter((control) => control.group === group);
    const shape = JSON.stringify(own.map(({ id, choices, value, mixed }) => [id, choices, choices && !value && mixed]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(arms.length, own);
    }
    arms.forEach((arm, i) => update(this.#items[i], arm));
    for (const control of own) {
      fill(control, changed.includes(control.id));
      if (!control.choices) fieldOf(this.#list, control).setAttribute("placeholder", control.mixed);
    }
    this.#said.classList.remove("wrong");
    setText(this.#said, said);
    options(this.#add.field, additions, additions[arms.length]?.value);
    const names = arms.map(({ name }, i) => ({ value: String(i), label: name }));
    this.#pair.forEach(({ field }, k) => options(field, names, String(Math.max(arms.length - 2 + k, 0))));
    this.#difference();
  }

  #difference() {
    const [a, b] = this.#pair.map(({ field }) => Number(field.value));
    setText(this.#differs, this.#lab.difference(a, b));
  }

  /**
   * Makes the list anew; whoever is in it stays at the same control of the same place.
   * @param {number} n @param {Control[]} controls
   */
  #build(n, controls) {
    const here = document.activeElement, at = here && this.#list.contains(here) ? here.id : "";
    this.#items = [...Array(n).keys()].map((i) => this.#item(i, n));
    this.#list.replaceChildren(...this.#items.map(({ item }) => item));
    controls.forEach((control) => {
      const i = Number(control.id.match(/\d+/)?.[0]), box = row(control);
      const { item, differs } = this.#items[i];
      item.insertBefore(box, differs);
      const field = fieldOf(item, control);
      field.dataset.part = control.id.split(".")[1];
      if (field instanceof HTMLInputElement) Object.assign(field, { inputMode: "text", maxLength: 40 });
      field.setAttribute("aria-label", control.label);
      setText(first("label", HTMLElement, box), control.choices ? "Does" : "Name");
    });
    if (at) document.getElementById(at)?.focus({ preventScroll: true });
    const help = (/** @type {string} */ part) => controls.find(({ id }) => id.endsWith(part))?.help ?? "";
    this.#help.replaceChildren(make("b", {}, "Name "), help("name"), make("br"), make("b", {}, "Does "),
      help("treatment"));
  }

  /** @param {number} i @param {number} n @returns {Item} */
  #item(i, n) {
    const button = (/** @type {string} */ part, /** @type {string} */ sign, /** @type {boolean} */ disabled) => {
      const made = make("button", { type: "button", id: `arm${i}-${part}`, disabled }, sign);
      made.dataset.part = part;
      return made;
    };
    const up = button("up", "↑", i === 0), down = button("down", "↓", i === n - 1);
    const remove = button("remove", "Remove", n === 1);
    up.addEventListener("click", () => this.#act(this.#lab.moveArm(i, i - 1), "up", i - 1));
    down.addEventListener("click", () => this.#act(this.#lab.moveArm(i, i + 1), "down", i + 1));
    remove.addEventListener("click", () => this.#act(this.#lab.removeArm(i), "remove", i));
    const word = make("span"), note = make("small"), differs = make("p", { className: "differs" });
    const head = make("div", { className: "head" }, word, note, make("span", { className: "tools" }, up, down, remove));
    return { item: make("li", {}, head, differs), word, note, differs, up, down, remove };
  }
}

/** Says of which arm an item is. @param {Item} item @param {DraftArm} arm */
function update({ word, note, differs, up, down, remove }, arm) {
  word.replaceChildren(armWord(arm));
  setText(note, arm.new ? "not yet running" : "");
  setText(differs, `${arm.about} ${arm.differs || "The others are compared with it."}`.trim());
  for (const [button, does] of /** @type {const} */ ([[up, "up"], [down, "down"]])) {
    button.setAttribute("aria-label", `Move ${arm.name} ${does}`);
  }
  remove.setAttribute("aria-label", `Remove ${arm.name}`);
}

/** The field of a control. @param {ParentNode} within @param {Control} control */
const fieldOf = (within, { id }) => first(`[data-knob="${id}"]`, HTMLElement, within);

/** A choice with its label. @param {string} id @param {string} label */
function select(id, label) {
  const input = make("select", { id });
  return { field: input, nodes: [make("label", { htmlFor: id }, label), input] };
}

/**
 * Fills a choice, which keeps its value if that is still one.
 * @param {HTMLSelectElement} input @param {Choice[]} list @param {string} [usual]
 */
function options(input, list, usual = "") {
  const had = input.value, said = JSON.stringify(list);
  if (input.dataset.list === said) return;
  input.dataset.list = said;
  input.replaceChildren(...list.map(({ label, value }) => new Option(label, value)));
  input.value = list.some(({ value }) => value === had) ? had : usual;
}
