// The same experiment over several seeds: what starts, pauses and stops that, how far it is, and what it came to, in
// words and tables. The picture beside says the same.

import { all, byID, first, make, parsed, setText } from "./dom.js";
import { armWord } from "./marks.js";
import { save } from "./exports.js";

export class Sweep {
  #acted;
  #shown = "";
  #wrong = ""; // with what was asked for last
  #count = byID("sow-count", HTMLInputElement);
  #go = byID("sow", HTMLButtonElement);
  #pause = byID("sow-pause", HTMLButtonElement);
  #stop = byID("sow-stop", HTMLButtonElement);

  /** acted is called when the reader has done something. @param {Lab} lab @param {() => void} acted */
  constructor(lab, acted) {
    this.#acted = acted;
    byID("sow-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#do(() => lab.sow(this.#count.valueAsNumber || 0));
    });
    this.#count.addEventListener("input", () => { this.#name(); });
    this.#pause.addEventListener("click", () => this.#do(() => {
      if (parsed(lab.seeds()).state === "playing") lab.sowPause();
      else return lab.sowOn();
      return "";
    }));
    this.#stop.addEventListener("click", () => { this.#do(() => { lab.sowStop(); return ""; }); this.#go.focus(); });
    byID("sown-runs").addEventListener("click", ({ target }) => {
      const button = target instanceof Element && target.closest("button");
      if (!(button instanceof HTMLButtonElement)) return;
      this.#do(() => lab.openSeed(button.dataset.seed ?? ""));
      byID("trouble").scrollIntoView(); // which says what is seen now, and goes back
    });
    byID("sown-csv").addEventListener("click", () => {
      const csv = lab.seedsCSV();
      setText(byID("sown-said"), csv instanceof Error ? `The numbers could not be written: ${csv.message}.`
        : `Saved as ${save(new Blob([csv], { type: "text/csv" }), lab, "csv", "seeds")}.`);
    });
  }

  /** @param {() => Wrong} what */
  #do(what) {
    this.#wrong = what();
    this.#acted();
  }

  /** What the button does, with the number that is chosen. */
  #name() {
    const n = this.#count.valueAsNumber;
    setText(this.#go, n >= 2 ? `Run ${n} seeds` : "Run");
  }

  /** @param {State} state @param {Sown} seeds */
  show({ arms }, seeds) {
    const { state, done, said } = seeds, under = state === "playing" || state === "paused";
    this.#name();
    this.#pause.hidden = this.#stop.hidden = !under;
    setText(this.#pause, state === "playing" ? "Pause" : "Go on");
    const bar = byID("sow-bar", HTMLProgressElement);
    bar.hidden = !under;
    bar.value = done;
    setText(byID("sow-said"), this.#wrong ? `${this.#wrong[0].toUpperCase()}${this.#wrong.slice(1)}.` : said);
    byID("sow-said").classList.toggle("wrong", Boolean(this.#wrong));
    byID("sown").hidden = !state;
    const { rows, runs, measured, minus } = seeds;
    if (!rows || !runs) return;
    byID("sown-found").hidden = !rows.some(({ mean, lost }) => mean || lost);
    const now = JSON.stringify([arms.map(({ name, style }) => [name, style]), rows, runs.map(({ cells }) => cells)]);
    if (now !== this.#shown) {
      this.#shown = now;
      this.#build(arms, seeds);
    }
    setText(byID("sown-measured"), measured);
    setText(first("[data-slot=minus]", HTMLElement), minus ? `− ${minus}` : "");
    const going = runs.filter(({ cells }) => !cells);
    all(".how-far", HTMLElement, byID("sown-runs")).forEach((cell, i) => setText(cell, going[i].said));
  }

  /** @param {Arm[]} arms @param {Sown} seeds */
  #build(arms, { rows, runs, sentences }) {
    const focused = document.activeElement, at = focused instanceof HTMLElement ? focused.dataset.seed : undefined;
    const cell = (/** @type {string} */ text, className = "") => make("td", { className }, text || "–");
    first("tbody", HTMLElement, byID("sown-arms")).replaceChildren(...(rows ?? []).map((row) => make("tr", {},
      make("th", { scope: "row" }, armWord(arms[row.arm])), cell(row.mean), cell(row.diff), cell(row.diffRange),
      cell(row.better))));
    byID("sown-words").replaceChildren(...(sentences ?? []).map((words) => make("li", {}, words)));
    first("thead tr", HTMLElement, byID("sown-runs")).replaceChildren(make("th", { scope: "col" }, "Seed"),
      ...(rows ?? []).map(({ arm }) => make("th", { scope: "col" }, armWord(arms[arm]))));
    first("tbody", HTMLElement, byID("sown-runs")).replaceChildren(...(runs ?? []).map(({ seed, cells, said }) => {
      const name = make("th", { scope: "row" }), line = make("tr", {}, name);
      if (!cells) {
        name.append(seed);
        line.append(make("td", { className: "how-far", colSpan: rows?.length ?? 1 }, said));
        return line;
      }
      const button = make("button", { type: "button" }, `Open ${seed}`);
      button.dataset.seed = seed;
      button.setAttribute("aria-label", `Open the run of seed ${seed}`);
      name.append(button);
      line.append(...cells.map((text) => cell(text)));
      return line;
    }));
    if (at) all("button", HTMLElement, byID("sown-runs")).find((button) => button.dataset.seed === at)?.focus();
  }
}
