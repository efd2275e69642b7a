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
  #document = "";
  #open;

  /**
   * another is called where the reader wants another seed, eight where eight of them, and open to see the run of one.
   * @param {{ another: () => void, eight: () => void, open: (seed: string) => void }} deeds
   */
  constructor({ another, eight, open }) {
    this.#open = open;
    byID("another").addEventListener("click", another);
    byID("eight").addEventListener("click", eight);
    byID("forget").addEventListener("click", () => {
      store(read().filter(({ document }) => document !== this.#document));
      byID("strip").hidden = true;
      byID("another").focus();
    });
  }

  /**
   * Shows what a run came to among the others, of which some were run at once; null, that it has not.
   * @param {Outcome | null} outcome @param {Outcome[]} found
   */
  show(outcome, found) {
    byID("again").hidden = !outcome;
    const now = JSON.stringify([outcome, found.length]);
    if (!outcome || this.#shown === now) {
      if (!outcome) this.#shown = "";
      return;
    }
    const { document, seed } = outcome;
    const kept = read(), mine = kept.find((k) => k.document === document) ?? { document, dots: [] };
    for (const { document: of, seed: each, more, of: all } of [...found, outcome]) {
      if (of === document) mine.dots = [...mine.dots.filter((dot) => dot.seed !== each), { seed: each, more, of: all }];
    }
    mine.dots = mine.dots.slice(-mostDots);
    store([mine, ...kept.filter((k) => k !== mine)].slice(0, mostDocuments));
    this.#shown = now;
    this.#document = document;
    this.#draw(mine.dots, new Set(found.map((run) => run.seed).filter((each) => each !== seed)));
  }

  /** @param {Dot[]} dots the newest is the last @param {Set<string>} opens whose runs can be seen */
  #draw(dots, opens) {
    const newest = dots[dots.length - 1], all = dots.map(({ more }) => more);
    const low = fifty * Math.floor(Math.min(0, ...all) / fifty), high = fifty * Math.ceil(Math.max(1, ...all) / fifty);
    const at = (/** @type {number} */ v) => (v - low) / (high - low);
    const place = byID("dots");
    place.dataset.newest = newest.seed;
    place.replaceChildren(...dots.map((dot) => {
      const ways = opens.has(dot.seed) ? "; press to open that run" : "";
      const says = `Seed ${dot.seed}: SPARKLING knows ${difference(dot.more)} Copy${ways}`;
      const button = make("button", { type: "button", title: says }, "");
      button.setAttribute("aria-label", says);
      button.style.left = `${100 * at(dot.more)}%`;
      button.classList.toggle("newest", dot === newest);
      if (opens.has(dot.seed)) button.addEventListener("click", () => this.#open(dot.seed));
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
