// Which of the pictures the words speak of: it is marked among the others, and where there is room for one only it is
// the one that is shown, until the reader chooses another.

import { byID, first, make, parsed } from "./dom.js";

const one = matchMedia("(max-width: 860px), " +
  "(max-width: 1000px) and (orientation: landscape) and (max-height: 600px)"); // as in style.css

export class Panes {
  #lab;
  #spoken = "";

  /** @param {Lab} lab */
  constructor(lab) {
    this.#lab = lab;
    radios("panes", parsed(lab.panes()));
    byID("panes").addEventListener("change", () => this.show());
    one.addEventListener("change", () => this.show());
    this.show();
  }

  /** The words speak of a picture now. @param {string} pane */
  speak(pane) {
    if (pane === this.#spoken) return;
    this.#spoken = pane;
    first(`[value=${pane}]`, HTMLInputElement, byID("panes")).checked = true;
    this.show();
  }

  /** Tells the program which picture, or which of them, is wanted. */
  show() {
    byID("panes").hidden = !one.matches;
    if (one.matches) this.#lab.pane(first(":checked", HTMLInputElement, byID("panes")).value, "");
    else this.#lab.pane("", this.#spoken);
  }
}

/** Fills a row of choices, of which the first holds. @param {string} name @param {Named[]} choices */
export function radios(name, choices) {
  byID(name).append(...choices.map(({ id, label }, i) => make("label", {},
    make("input", { type: "radio", name, value: id, checked: i === 0 }), make("span", {}, label))));
}
