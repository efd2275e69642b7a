// One update in slow motion in words and numbers, below the story while the picture of it is in sight: the same stages,
// with buttons that go through them.

import { byID, make, parsed, setText } from "./dom.js";

export class SlowMotion {
  #lab;
  #section = byID("motion");
  #digits = byID("motion-digits", HTMLInputElement);
  #said = "";

  /** @param {Lab} lab @param {() => void} acted */
  constructor(lab, acted) {
    this.#lab = lab;
    const on = (/** @type {string} */ id, /** @type {() => void} */ act) =>
      byID(id).addEventListener("click", () => { act(); acted(); });
    on("motion-back", () => lab.slowStep(-1));
    on("motion-on", () => lab.slowStep(1));
    on("motion-next", () => lab.slowNext());
    this.#digits.addEventListener("change", () => { lab.slowDigits(this.#digits.checked); acted(); });
    byID("motion-stages").addEventListener("click", ({ target }) => {
      const stage = target instanceof Element && target.closest("button")?.value;
      if (stage) lab.slowStep(Number(stage) - parsed(lab.slow()).stage);
      acted();
    });
  }

  /** Whether the picture is in sight. */
  get seen() { return !this.#section.hidden; }

  /** Goes on or back, where the picture is in sight. @param {number} by */
  step(by) {
    if (this.seen) this.#lab.slowStep(by);
  }

  show() {
    const json = this.#lab.slow();
    if (json === this.#said) return;
    this.#said = json;
    const { shown, title, asked, stage, stages, next, short, verdict, late, digits, halves, hue } = parsed(json);
    this.#section.hidden = !shown;
    if (!shown) return;
    this.#section.style.setProperty("--hue", hue);
    setText(byID("motion-where"), asked || title);
    byID("motion-shown").hidden = asked !== "";
    if (asked) return;
    this.#stages(stages, stage);
    setText(byID("motion-says"), stages[stage].says);
    byID("motion-lines").replaceChildren(...stages[stage].lines.map((line) => block(line, halves)));
    byID("motion-verdict").hidden = !short;
    setText(byID("motion-short"), short);
    setText(byID("motion-long"), verdict);
    setText(byID("motion-late"), late);
    byID("motion-back", HTMLButtonElement).disabled = stage === 0;
    setText(byID("motion-on"), next);
    this.#digits.checked = digits;
  }

  /** The stages keep their buttons, and so the focus. @param {SlowStage[]} stages @param {number} at */
  #stages(stages, at) {
    const list = byID("motion-stages");
    while (list.childElementCount < stages.length) {
      const button = make("button", { type: "button", value: String(list.childElementCount) });
      list.append(make("li", {}, button));
    }
    stages.forEach(({ title, alike }, i) => {
      const button = /** @type {HTMLButtonElement} */ (list.children[i].firstElementChild);
      const text = alike && alike !== "shared" ? `${title} ${sign[alike]}` : title;
      setText(button, text);
      button.ariaLabel = alike ? `${title}: ${words[alike]}` : title;
      button.ariaCurrent = i === at ? "step" : null;
    });
  }
}

/** @type {Record<string, string>} */
const sign = { same: "=", other: "≠", shared: "" };
/** @type {Record<string, string>} */
const words = { same: "the same bits in both halves", other: "other bits in the two halves",
  shared: "one number for both halves" };

/**
 * A line: its rule, what it is, and for each half the numbers and the result.
 * @param {SlowLine} line @param {string[]} halves
 */
function block({ name, rule, words: about, filled, values, alike }, halves) {
  const rows = values.map((value, i) => {
    const whose = alike === "shared" ? "both halves" : halves[i];
    const numbers = filled?.[i] ? `${filled[i]} = ` : "";
    return make("li", {}, make("span", { className: "half" }, whose), make("span", { className: "measured" }, numbers,
      make("b", {}, value)));
  });
  const box = make("div", { className: `line ${alike}` }, make("p", {}, make("b", {}, name), rule ? ` = ${rule}` : ""),
    make("p", { className: "small" }, about), make("ul", {}, ...rows));
  if (words[alike]) box.append(make("p", { className: "alike" }, `${sign[alike]} ${words[alike]}`.trim()));
  return box;
}
