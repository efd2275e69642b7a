// What can be chosen about the pictures that look inside networks, while one is in sight, and their twin in numbers.

import { byID, first, make, parsed } from "./dom.js";

export class Insides {
  #lab;
  #refresh;
  #shape = "";
  #said = "";
  #numbers = byID("inside-numbers", HTMLDetailsElement);

  /** @param {Lab} lab @param {() => void} refresh */
  constructor(lab, refresh) {
    this.#lab = lab;
    this.#refresh = refresh;
    this.#numbers.addEventListener("toggle", () => this.#tell());
  }

  show() {
    const choices = parsed(this.#lab.choices());
    byID("inside").hidden = choices.length === 0;
    byID("inside-range").hidden = !choices.some(({ id }) => id === "range");
    this.#numbers.hidden = !choices.some(({ id }) => id === "arm"); // others have their numbers elsewhere
    const shape = JSON.stringify(choices.map(({ id, options }) => [id, options]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(choices);
    }
    for (const { id, chosen } of choices) byID(`look-${id}`, HTMLSelectElement).selectedIndex = chosen;
    this.#tell();
  }

  /** The choices anew; that which has the focus keeps it. @param {Looked[]} choices */
  #build(choices) {
    const focus = document.activeElement?.id;
    byID("looks").replaceChildren(...choices.map(({ id, label, options }) => {
      const select = make("select", { id: `look-${id}` }, ...options.map((option) => make("option", {}, option)));
      select.addEventListener("change", () => {
        this.#lab.choose(id, select.selectedIndex);
        this.#refresh();
      });
      return make("div", { className: "knob" }, make("label", { htmlFor: select.id }, label), select);
    }));
    if (focus?.startsWith("look-")) document.getElementById(focus)?.focus();
  }

  /** What is seen in numbers, where the reader has opened the table of them. */
  #tell() {
    const tables = this.#numbers.open ? parsed(this.#lab.numbers()) : [];
    const said = JSON.stringify(tables);
    if (said === this.#said) return;
    this.#said = said;
    first(".scroll", HTMLElement, this.#numbers).replaceChildren(...tables.flatMap(({ title, says, heads, rows }) => [
      make("p", { className: "small" }, says ? `${title}: ${says}` : title),
      make("table", { hidden: rows.length === 0 },
        make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
        make("tbody", {}, ...rows.map(([name, ...cells]) =>
          make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((cell) => make("td", {}, cell)))))),
    ]));
  }
}
