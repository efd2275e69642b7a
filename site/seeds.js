// The strip of dots beside the verdict: what every run of the same experiment came to, one dot a seed. They are kept in
// the browser's storage, few and bounded, until the reader removes them.

import { byID, make, setText } from "./dom.js";

const name = `sparkling-lab seeds ${location.pathname}`;
const mostDots = 60; // of an experiment
const mostDocuments = 8;
const fifty = 50; // the strip begins and ends at a multiple of it

/** @typedef {{ seed: string, more: number, of: number }} Dot */
/** @typedef {{ document: string, dots: Dot[] }} Kept the experiment that ran last is the first of a list of them */

export class Seeds {
  #shown = "";

  /** another is called where the reader wants another seed. @param {() => void} another */
  constructor(another) {
    byID("another").addEventListener("click", another);
    byID("forget").addEventListener("click", () => {
      store(read().filter(({ document }) => document !== this.#shown));
      byID("strip").hidden = true;
      byID("another").focus();
    });
  }

  /** Shows what a run came to among the others; undefined, that it has not. @param {Outcome | null} outcome */
  show(outcome) {
    byID("again").hidden = !outcome;
    if (!outcome) {
      this.#shown = "";
      return;
    }
    const { document, seed, more, of } = outcome;
    if (this.#shown === document && byID("dots").dataset.newest === seed) return;
    const kept = read(), mine = kept.find((k) => k.document === document) ?? { document, dots: [] };
    mine.dots = [...mine.dots.filter((dot) => dot.seed !== seed), { seed, more, of }].slice(-mostDots);
    store([mine, ...kept.filter((k) => k !== mine)].slice(0, mostDocuments));
    this.#shown = document;
    this.#draw(mine.dots);
  }

  /** @param {Dot[]} dots the newest is the last */
  #draw(dots) {
    const newest = dots[dots.length - 1], all = dots.map(({ more }) => more);
    const low = fifty * Math.floor(Math.min(0, ...all) / fifty), high = fifty * Math.ceil(Math.max(1, ...all) / fifty);
    const at = (/** @type {number} */ v) => (v - low) / (high - low);
    const place = byID("dots");
    place.dataset.newest = newest.seed;
    place.replaceChildren(...dots.map((dot) => {
      const says = `Seed ${dot.seed}: SPARKLING knows ${difference(dot.more)} Copy`;
      const button = make("button", { type: "button", title: says }, "");
      button.setAttribute("aria-label", says);
      button.style.left = `${100 * at(dot.more)}%`;
      button.classList.toggle("newest", dot === newest);
      for (const kind of ["pointerenter", "focus", "click"]) {
        button.addEventListener(kind, () => setText(byID("dot-says"), says));
      }
      return make("li", {}, button);
    }));
    byID("zero").style.left = `${100 * at(0)}%`;
    setText(byID("dots-low"), low);
    setText(byID("dots-high"), high);
    const mean = all.reduce((sum, v) => sum + v, 0) / all.length, above = all.filter((v) => v > 0).length;
    setText(byID("dot-says"), dots.length > 1 ? `${above} of ${dots.length} seeds above 0, mean ${Math.round(mean)}.`
      : "Every run leaves a dot here: facts that SPARKLING knows more than Copy.");
    byID("strip").hidden = false;
  }
}

/** @param {number} more */
const difference = (more) => (more < 0 ? `${-more} fewer than` : more ? `${more} more than` : "as many as");

// A browser may keep nothing, and anybody may have written there: what is not ours counts for nothing.
/** @returns {Kept[]} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "[]");
    const whole = (/** @type {Dot} */ { seed, more, of }) => /^\d{1,20}$/.test(seed) && Number.isInteger(more) &&
      Math.abs(more) <= of;
    return kept.slice(0, mostDocuments).map((/** @type {Kept} */ k) => ({ document: String(k.document),
      dots: k.dots.filter(whole).slice(-mostDots) }));
  } catch { return []; }
}

/** @param {Kept[]} kept */
function store(kept) {
  try { localStorage.setItem(name, JSON.stringify(kept)); } catch { /* they hold for this visit */ }
}
