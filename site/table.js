// The twin of the pictures in text: a table of arms, a polite live region, and what went wrong with the way back.

import { byID, first, grouped, make, parsed, setText } from "./dom.js";
import { Experts } from "./experts.js";
import { armWord } from "./marks.js";

const quietMs = 5000; // between two sentences of the live region while a run is playing

/**
 * @typedef {{ row: HTMLElement, chip: HTMLButtonElement, train: HTMLElement, val: HTMLElement, lock: HTMLElement,
 *   lr: HTMLElement }} Row what an arm has in the table, and the button that hides it
 */

export class Table {
  #lab;
  #acted;
  /** @type {Row[]} */
  #rows = [];
  #shape = "";
  #said = "";
  #saidAt = 0;
  #event = "";
  #failures = "";
  #exactly = "";
  #exact = byID("exact", HTMLDetailsElement);
  #experts;

  /** acted is called when the reader has hidden or shown an arm. @param {Lab} lab @param {() => void} acted */
  constructor(lab, acted) {
    this.#lab = lab;
    this.#experts = new Experts(lab);
    this.#acted = acted;
    this.#exact.addEventListener("toggle", () => this.#digits(parsed(lab.state())));
  }

  /** @param {State} state */
  show(state) {
    const shape = JSON.stringify(state.arms.map(({ name, style }) => [name, style]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(state.arms);
    }
    setText(byID("table-step"), grouped(state.step));
    setText(byID("val-head"), state.fullVal ? "Full val" : "Val");
    setText(first("[data-slot=losses]", HTMLElement), state.lossesSaid);
    setText(first("[data-slot=network]", HTMLElement), state.network);
    this.#experts.show(state);
    state.arms.forEach((arm, i) => fill(this.#rows[i], arm, state.fullVal));
    this.#choose(state.arms);
    this.#digits(state);
    const busy = state.arms.filter(({ doing }) => doing).map(({ name, doing }) => `${name} is ${doing}.`);
    setText(byID("doing"), busy.join(" "));
    this.#fail(state);
    this.#say(state);
  }

  /** @param {Arm[]} arms */
  #build(arms) {
    const cell = (/** @type {string} */ className) => make("td", { className });
    this.#rows = arms.map((arm, i) => {
      const [train, val, lock, lr] = ["train", "val", "lock", "lr"].map(cell);
      const chip = make("button", { type: "button" }, armWord(arm));
      chip.addEventListener("click", () => {
        if (chip.getAttribute("aria-disabled") === "true") return;
        this.#lab.hide(i, chip.getAttribute("aria-pressed") === "true");
        this.#acted();
      });
      const row = make("tr", {}, make("th", { scope: "row" }, armWord(arm)), train, val, lock, lr);
      return { row, chip, train, val, lock, lr };
    });
    first("#arms tbody", HTMLElement).replaceChildren(...this.#rows.map(({ row }) => row));
    byID("shown-arms").replaceChildren(...this.#rows.map(({ chip }) => chip));
  }

  /** Which arms are shown, in pictures and tables; the last one stays. @param {Arm[]} arms */
  #choose(arms) {
    const shown = arms.filter(({ hidden }) => !hidden).length;
    arms.forEach(({ hidden }, i) => {
      const { chip, row } = this.#rows[i], last = shown === 1 && !hidden;
      row.hidden = hidden;
      chip.setAttribute("aria-pressed", String(!hidden));
      chip.setAttribute("aria-disabled", String(last));
      chip.title = last ? "The last one stays" : `${hidden ? "Show" : "Hide"} it in pictures and tables`;
    });
  }

  /**
   * Every number with all its digits, where the reader has opened the table of them: a column an arm.
   * @param {State} state
   */
  #digits({ arms: all, valOn, facts, measure, shown }) {
    const arms = all.filter(({ hidden }) => !hidden);
    const lines = this.#exact.open ? [...(facts ? counted(measure, shown) : []), ...exact(valOn)] : [];
    const rows = lines.map(([name, of]) => [name, ...arms.map((arm) => of(arm) || "–")]);
    const said = JSON.stringify([rows, arms.map(({ name, style }) => [name, style])]);
    if (said === this.#exactly) return;
    this.#exactly = said;
    const heads = arms.map((arm) => make("th", { scope: "col" }, armWord(arm)));
    first("thead", HTMLElement, this.#exact).replaceChildren(make("tr", {}, make("td"), ...heads));
    first("tbody", HTMLElement, this.#exact).replaceChildren(...rows.map(([name, ...values]) =>
      make("tr", {}, make("th", { scope: "row" }, name), ...values.map((value) => make("td", {}, value)))));
  }

  /** @param {State} state */
  #fail({ arms, broken }) {
    const failed = arms.map((arm, i) => ({ ...arm, i })).filter((arm) => arm.state === "failed");
    const key = JSON.stringify([failed.map(({ i, err }) => [i, err]), broken]);
    if (key === this.#failures) return;
    this.#failures = key;
    byID("failures").replaceChildren(...failed.map((arm) => {
      if (broken && arm.i === broken.arm) return this.#broke(arm, broken);
      if (arm.diverged) return make("div", {}, make("p", {}, armWord(arm), arm.err.slice(arm.name.length)));
      const again = make("button", { type: "button" }, "Start again");
      again.setAttribute("aria-label", `Start ${arm.name} again`);
      again.addEventListener("click", () => this.#lab.restart(arm.i));
      const box = make("div", {}, make("p", {}, armWord(arm), arm.err.slice(arm.name.length)), again);
      box.setAttribute("role", "alert");
      return box;
    }));
  }

  /** Says what broke, and the two ways on. @param {Arm} arm @param {Broken} broken */
  #broke(arm, { said, back, goBack, smaller, anew }) {
    const way = (/** @type {string} */ words, /** @type {string} */ label, /** @type {() => Wrong} */ act) => {
      const button = make("button", { type: "button" }, label);
      button.addEventListener("click", act);
      return make("div", {}, make("p", {}, words), button);
    };
    const box = make("div", { className: "broken" }, make("p", {}, armWord(arm), said.slice(arm.name.length)),
      way(back, goBack, () => this.#lab.goBack()), way(smaller, anew, () => this.#lab.smaller()));
    box.setAttribute("role", "alert");
    return box;
  }

  /** Speaks at once when something happens, and rarely while numbers merely change. @param {State} state */
  #say(state) {
    const event = [state.playing, state.done, state.forked, state.phase].join();
    const now = performance.now(), quiet = event === this.#event && state.playing && now - this.#saidAt < quietMs;
    if (state.describe === this.#said || quiet) return;
    this.#event = event;
    this.#said = state.describe;
    this.#saidAt = now;
    byID("live-region").textContent = state.describe;
  }
}

/** @param {Row} cells @param {Arm} arm @param {boolean} full */
function fill({ train, val, lock, lr }, arm, full) {
  const { pairs, locked, said, diverged } = arm.lock;
  setText(train, arm.diverged ? "diverged" : four(arm.trainLoss));
  setText(val, arm.diverged ? "diverged" : four(full ? arm.fullValLoss : arm.valLoss));
  setText(lock, diverged ? "diverged" : said || "–");
  lock.classList.toggle("locked", pairs > 0 && locked === pairs);
  setText(lr, arm.lrNew ? (1000 * Number(arm.lrNew)).toFixed(2) : "–");
}

const four = (/** @type {string} */ digits) => (digits ? Number(digits).toFixed(4) : "–");

const since = (/** @type {Arm} */ { facts }) => facts.of > 0 && facts.since >= 0;

/** @type {(text: string) => string} */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @typedef {[name: string, of: (arm: Arm) => string]} Line */

/** @type {(measure: string, shown: string) => Line[]} the same rows of a task that asks for all there is to know */
const counted = (measure, shown) => [
  [capital(measure), ({ facts }) => facts.said],
  .../** @type {Line[]} */ (shown ? [[capital(shown), ({ facts }) => facts.shown]] : []),
  ["Learnt since the count before", (arm) => (since(arm) ? String(arm.facts.learnt) : "")],
  ["Forgotten since then", (arm) => (since(arm) ? String(arm.facts.forgotten) : "")],
  ["Counted at step", ({ facts }) => (facts.of ? grouped(facts.step) : "")],
];

/** @type {(valOn: string) => [name: string, of: (arm: Arm) => string][]} the rows of the exact values */
const exact = (valOn) => [
  ["Train loss", ({ trainLoss }) => trainLoss],
  [`Validation loss, ${valOn}`, ({ valLoss }) => valLoss],
  ["Full validation loss", ({ fullValLoss }) => fullValLoss],
  ["Validation loss before the widening", ({ valLossBefore }) => valLossBefore],
  ["Validation loss after it", ({ valLossAfter }) => valLossAfter],
  ["Mean RMS ratio before the widening", ({ rmsRatioBefore }) => rmsRatioBefore],
  ["Mean RMS ratio after it", ({ rmsRatioAfter }) => rmsRatioAfter],
  ["Mean RMS ratio, were it not scaled", ({ rmsRatioUnscaled, factorless }) =>
    (factorless ? "it is not" : rmsRatioUnscaled)],
  ["Largest change of a block’s ratio", ({ rmsRatioChange: change }) =>
    change && `${(100 * Number(change)).toPrecision(3)} %`],
  ["Learning rate, new", ({ lrNew }) => lrNew],
  ["Learning rate, old", ({ lrOld }) => lrOld],
  ["Pairs measured at step", ({ lock }) => (lock.pairs ? grouped(lock.step) : "")],
  ["Weights, mean cosine", ({ lock }) => lock.weight],
  ["Weights, mean distance", ({ lock }) => lock.dist],
  ["Gradients, mean cosine", ({ lock }) => lock.grad],
  ["Validation loss measured at step", ({ valLoss, valLossAt }) => (valLoss ? grouped(valLossAt) : "")],
];
