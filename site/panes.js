// Which picture the reader wants to see alone: the story's choice, or one that stays until it is let go again. The same
// choice is made by a click on a picture's heading, and taken back by Escape.

import { byID, make, parsed } from "./dom.js";

export class Panes {
  #lab;
  #choice = byID("pane", HTMLSelectElement);
  #listed = "";

  /** @param {Lab} lab */
  constructor(lab) {
    this.#lab = lab;
    this.#choice.addEventListener("change", () => this.pin(this.#choice.value));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || !lab.pin()) return;
      if (document.fullscreenElement || document.querySelector("dialog[open]")) return; // it leaves that
      event.preventDefault();
      this.pin("");
    });
  }

  /** Shows one picture alone, or the story's choice where there is no name. @param {string} pane */
  pin(pane) {
    this.#lab.pin(pane);
    this.show();
  }

  /** Brings the choice up to date: another experiment may have other pictures. */
  show() {
    const panes = this.#lab.panes();
    const alone = parsed(this.#lab.alone()), listed = panes + alone.join();
    if (listed !== this.#listed) {
      this.#listed = listed;
      const all = parsed(panes), labels = alone.map((id) => all.find((pane) => pane.id === id)?.label);
      const others = all.filter(({ id }) => alone.length !== 1 || id !== alone[0]);
      const choices = [{ id: "", label: labels.join(", ") || "Story" }, ...others];
      this.#choice.replaceChildren(...choices.map(({ id, label }) => make("option", { value: id }, label)));
    }
    this.#choice.value = this.#lab.pin();
  }
}

/** Fills a row of choices, of which the first holds. @param {string} name @param {Named[]} choices */
export function radios(name, choices) {
  byID(name).append(...choices.map(({ id, label }, i) => make("label", {},
    make("input", { type: "radio", name, value: id, checked: i === 0 }), make("span", {}, label))));
}
