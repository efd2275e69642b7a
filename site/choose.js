// The choice among the experiments that the program brings along.

import { byID, make, parsed } from "./dom.js";

export class Choice {
  #lab;
  #examples;
  #shown = "";
  #about = "";
  #select = byID("chosen", HTMLSelectElement);

  /** @param {Lab} lab @param {() => void} chosen */
  constructor(lab, chosen) {
    this.#lab = lab;
    this.#examples = parsed(lab.examples());
    const [first, ...others] = this.#examples;
    const options = (/** @type {Example[]} */ list) => list.map(({ name, title }) => new Option(title, name));
    this.#select.append(
      ...options([first]),
      make("optgroup", { label: "Lessons" }, ...options(others.filter(({ lesson }) => lesson))),
      make("optgroup", { label: "More, and parts of the paper" }, ...options(others.filter(({ lesson }) => !lesson))),
    );
    this.#select.addEventListener("change", () => {
      lab.example(this.#select.value);
      chosen();
    });
    this.#select.disabled = false;
  }

  /** Shows which one runs, and what it is about; a changed one is the reader's own. */
  show() {
    const name = this.#lab.chosen();
    // The text says what the first is about.
    const about = name === this.#examples[0].name ? "" : this.#lab.about();
    if (name === this.#shown && about === this.#about) return;
    this.#shown = name;
    this.#about = about;
    this.#select.querySelector("[value='']")?.remove();
    if (!name) this.#select.prepend(new Option("Your own", ""));
    this.#select.value = name;
    byID("chosen-about").textContent = about;
  }
}
