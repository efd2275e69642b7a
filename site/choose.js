// The choice among the experiments that the program brings along.

import { byID, make, parsed } from "./dom.js";

export class Choice {
  #lab;
  #own;
  #texts = "";
  #group = make("optgroup", { label: "Your own texts" });
  #examples;
  #shown = "";
  #about = "";
  #select = byID("chosen", HTMLSelectElement);

  /** @param {Lab} lab @param {import("./owntext.js").OwnTexts} own @param {() => void} chosen */
  constructor(lab, own, chosen) {
    this.#lab = lab;
    this.#own = own;
    this.#examples = parsed(lab.examples());
    const [first, ...others] = this.#examples;
    const options = (/** @type {Example[]} */ list) => list.map(({ name, title }) => new Option(title, name));
    this.#select.append(
      ...options([first]),
      make("optgroup", { label: "With a lesson of their own" }, ...options(others.filter(({ lesson }) => lesson))),
      make("optgroup", { label: "More, and parts of the paper" }, ...options(others.filter(({ lesson }) => !lesson))),
    );
    this.#select.addEventListener("change", () => {
      if (this.#group.contains(this.#select.selectedOptions[0])) return own.learn(this.#select.value);
      lab.example(this.#select.value);
      chosen();
    });
    this.#select.disabled = false;
  }

  /** Shows which one runs, and what it is about; a changed one is the reader's own, but for its seed. */
  show() {
    this.#texted();
    const { runs } = parsed(this.#lab.texts());
    const name = this.#lab.chosen() || (this.#texts.includes(JSON.stringify(runs)) ? runs : "");
    // The text says what the first is about.
    const said = this.#lab.about(), about = said === this.#examples[0].about ? "" : said;
    const shown = name || this.#lab.called() || "Your own";
    if (shown === this.#shown && about === this.#about) return;
    this.#shown = shown;
    this.#about = about;
    this.#select.querySelector("[value='']")?.remove();
    if (!name) this.#select.prepend(new Option(shown, ""));
    this.#select.value = name;
    byID("chosen-about").textContent = about;
  }

  /** Offers the reader's own texts. */
  #texted() {
    const choices = this.#own.choices(), said = JSON.stringify(choices);
    if (said === this.#texts) return;
    this.#texts = said;
    this.#shown = "?"; // what is chosen may have gone with the old ones
    this.#group.replaceChildren(...choices.map(({ value, label }) => new Option(label, value)));
    if (choices.length) this.#select.append(this.#group);
    else this.#group.remove();
  }
}
