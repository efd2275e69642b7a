// What each expert gets, as a table that is made while somebody has it open.

import { byID, first, make, parsed, setText } from "./dom.js";

export class Experts {
  #lab;
  #box = byID("experts", HTMLDetailsElement);
  #shown = "";

  /** @param {Lab} lab */
  constructor(lab) {
    this.#lab = lab;
    this.#box.addEventListener("toggle", () => this.#fill());
  }

  /** @param {State} state */
  show({ experts }) {
    setText(first("[data-slot=experts]", HTMLElement), experts);
    this.#box.hidden = experts === "";
    this.#fill();
  }

  #fill() {
    if (!this.#box.open) return;
    const json = this.#lab.experts();
    if (json === this.#shown) return;
    this.#shown = json;
    const { said, head, rows } = parsed(json);
    setText(first("p", HTMLElement, this.#box), said);
    first("thead", HTMLElement, this.#box).replaceChildren(make("tr", {},
      ...(head ?? []).map((name) => make("th", { scope: "col" }, name))));
    first("tbody", HTMLElement, this.#box).replaceChildren(...(rows ?? []).map(([name, ...cells]) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...cells.map((cell) => make("td", {}, cell)))));
  }
}
