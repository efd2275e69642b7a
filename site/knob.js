// One control of the experiment: its label, its field, and below it a sentence of what it does or of what is wrong.

import { byID, make } from "./dom.js";

/** @typedef {HTMLInputElement | HTMLSelectElement} Knob */

/** @type {(target: EventTarget | null) => target is Knob} */
export const isKnob = (target) => target instanceof HTMLInputElement || target instanceof HTMLSelectElement;

const place = (/** @type {Control} */ { id }) => `knob-${id.replaceAll(".", "-")}`;

/** @param {Control} control */
export function row(control) {
  const id = place(control), help = make("p", { id: `${id}-help` });
  const input = control.choices?.length ? select(control, control.choices) : number(control);
  input.id = id;
  input.dataset.knob = control.id;
  input.setAttribute("aria-describedby", help.id);
  const box = make("div", { className: "knob" }, make("label", { htmlFor: id }, control.label), input, help);
  box.classList.toggle("wide", (control.choices ?? []).some(({ label }) => label.length > 16));
  if (control.usual) {
    // Values to try first, offered while any other can be typed.
    const list = make("datalist", { id: `${id}-usual` }, ...control.usual.map((value) => make("option", { value })));
    input.setAttribute("list", list.id);
    box.append(list);
  }
  return box;
}

/** Shows a control's value. @param {Control} control @param {boolean} changed */
export function fill(control, changed) {
  const input = byID(place(control));
  if (!isKnob(input)) return;
  if (input.value !== control.value) input.value = control.value;
  input.parentElement?.classList.toggle("changed", changed);
  helpOf(input).dataset.help = control.help;
  mark(input, control.wrong);
}

/**
 * Says below a control what was wrong with its value, or else what it does.
 * @param {Knob} input @param {Wrong} wrong
 */
export function mark(input, wrong) {
  const help = helpOf(input);
  input.setAttribute("aria-invalid", String(Boolean(wrong)));
  help.className = wrong ? "wrong" : "";
  help.textContent = wrong ? `${wrong}.` : help.dataset.help ?? "";
}

const helpOf = (/** @type {Knob} */ input) => byID(`${input.id}-help`);

/** @param {Control} control @param {{ value: string, label: string }[]} choices */
function select({ value, mixed }, choices) {
  const field = make("select");
  if (!value) field.add(Object.assign(new Option(mixed, "", true, true), { disabled: true }));
  for (const choice of choices) field.add(new Option(choice.label, choice.value));
  return field;
}

/**
 * A field whose text the program reads: a browser's own numbers pass over a comma here and not there.
 * @param {Control} control
 */
const number = ({ mixed }) =>
  make("input", { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, placeholder: mixed });
