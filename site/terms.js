// Words that the glossary explains: a click, a touch or a key on one brings what it means below its paragraph, and
// takes it away again, as Escape does.

import { make } from "./dom.js";

export class Terms {
  #means = /** @type {Record<string, string>} */ ({});
  /** @type {{ word: HTMLElement, note: HTMLElement } | undefined} */
  #open;

  /** @param {{ term: string, means: string }[]} glossary */
  constructor(glossary) {
    for (const { term, means } of glossary) this.#means[term] = means;
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#open?.note.isConnected) return;
      event.preventDefault();
      this.#close();
    }, true);
  }

  /** A word with its meaning behind it. @param {string} text @param {string} term */
  word(text, term) {
    const word = make("button", { type: "button", className: "term" }, text);
    word.setAttribute("aria-expanded", "false");
    word.addEventListener("click", () => this.#toggle(word, term));
    return word;
  }

  /** @param {HTMLElement} word @param {string} term */
  #toggle(word, term) {
    const was = this.#open?.word;
    this.#close();
    if (was === word) return;
    const note = make("p", { className: "meaning" }, make("b", {}, term), `: ${this.#means[term]}`);
    note.setAttribute("role", "status");
    (word.closest("p, li") ?? word).after(note);
    word.setAttribute("aria-expanded", "true");
    this.#open = { word, note };
  }

  #close() {
    this.#open?.note.remove();
    this.#open?.word.setAttribute("aria-expanded", "false");
    this.#open = undefined;
  }
}
