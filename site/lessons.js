// The list of lessons, with how far the reader has come in each, which this browser keeps, but not in another page;
// and, above the story, the lesson that is told.

import { byID, make, parsed, setText } from "./dom.js";
import { mode } from "./mode.js";

const setting = `sparkling-lab lessons ${location.pathname}`; // in the browser's storage, as in store.js

/** How far the reader had come when they were here last, or undefined. */
export function marks() {
  if (mode.embed) return undefined;
  try { return localStorage.getItem(setting) ?? undefined; } catch { return undefined; }
}

/** @param {string} progress */
function keep(progress) {
  if (mode.embed) return;
  try { localStorage.setItem(setting, progress); } catch { /* it holds for this visit */ }
}

export class Lessons {
  #lab;
  #list = byID("lessons", HTMLDetailsElement);
  #listed = "";
  #kept;

  /** @param {Lab} lab */
  constructor(lab) {
    this.#lab = lab;
    this.#kept = lab.progress();
  }

  /** @param {Page} page */
  show({ title, learn, next }) {
    byID("lesson").hidden = !title;
    setText(byID("lesson-title"), title && `Lesson ${title}`);
    setText(byID("lesson-learn"), learn);
    byID("next").hidden = !next;
    const link = byID("next-lesson", HTMLAnchorElement);
    if (next) link.hash = next.address;
    setText(link, next ? `Next lesson: ${next.title}` : "");
    const listed = this.#lab.lessons();
    if (listed === this.#listed) return;
    this.#listed = listed;
    const offers = parsed(listed), done = offers.filter((offer) => offer.done).length;
    setText(byID("lessons-done"), done ? `${done} of ${offers.length} done` : `${offers.length} short ones`);
    byID("lesson-list").replaceChildren(...offers.map((offer) => this.#item(offer)));
    const progress = this.#lab.progress();
    if (progress !== this.#kept) keep(progress);
    this.#kept = progress;
  }

  /** @param {Offer} offer */
  #item({ title, learn, address, said, done, now }) {
    const link = make("a", { href: `#${address}` }, title);
    if (now) link.setAttribute("aria-current", "true");
    link.addEventListener("click", () => {
      this.#list.open = false;
      byID("story").focus();
    });
    const state = said && make("span", { className: done ? "done" : "" }, said);
    return make("li", {}, link, " ", state, make("p", {}, learn));
  }
}
