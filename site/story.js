// The words answer to what happens: a chapter for each phase of the run, with the numbers that were measured. A reader
// may turn back; the next event turns the page again. The text in the page stands where the program says that it is
// true of what runs; what can be said of anything else is told. No number of a result is written down here or in the
// page.

import { all, byID, make, parsed, setText } from "./dom.js";
import { armWord } from "./marks.js";
import { cosines, digits, spoken, told } from "./lessons.js";

/** @typedef {{ speak(pane: string): void, turn(chapter: Chapter): void }} Reader */

export class Story {
  /** @type {Chapter | ""} */
  #phase = "";
  /** @type {Chapter | ""} the chapter that the reader has turned to */
  #turned = "";
  #shape = "";
  #opened = "";
  #chapters = all("#chapters button", HTMLButtonElement);
  #articles = all("article[data-chapter]", HTMLElement);
  #notes = all("[data-beta2]", HTMLElement);
  #first; // the example whose text is in the page
  #said = "";
  #reader;
  /** @type {State | undefined} */
  #state;

  /**
   * reader.speak is told which picture the words speak of, and reader.turn that the reader turns to a chapter.
   * @param {Lab} lab @param {Reader} reader
   */
  constructor(lab, reader) {
    this.#reader = reader;
    this.#first = parsed(lab.examples())[0].name;
    for (const button of this.#chapters) {
      button.addEventListener("click", () => {
        const chapter = chapterOf(button);
        reader.turn(chapter);
        this.#turned = chapter;
        if (this.#state) this.#open(this.#state, chapter);
      });
    }
  }

  /** @param {State} state */
  show(state) {
    this.#state = state;
    const shape = JSON.stringify(state.arms.map(({ name, role, style, about }) => [name, role, style, about]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      names(state.arms);
    }
    this.#numbers(state);
    if (state.phase !== this.#phase) {
      this.#phase = state.phase;
      this.#turned = "";
    }
    this.#open(state, this.#turned || state.phase);
  }

  /** @param {State} state @param {Chapter} shown */
  #open(state, shown) {
    const first = state.exampleText === this.#first;
    if (!first) this.#tell(shown, state);
    const opened = [shown, this.#phase, state.exampleText, state.done].join();
    if (opened === this.#opened) return;
    this.#opened = opened;
    this.#reader.speak(spoken(state.exampleText, shown));
    for (const article of this.#articles) article.hidden = !first || chapterOf(article) !== shown;
    byID("told").hidden = first;
    byID("outcome").hidden = shown !== "end" || !state.done;
    for (const button of this.#chapters) {
      const chapter = chapterOf(button);
      button.classList.toggle("now", chapter === this.#phase && chapter !== shown);
      if (chapter === shown) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  }

  /**
   * The text of any other experiment than the first. It is replaced only where it says something else now.
   * @param {Chapter} chapter @param {State} state
   */
  #tell(chapter, state) {
    const paragraphs = told(chapter, state);
    const said = JSON.stringify([state.name, chapter, this.#shape, paragraphs.map((p) => p.textContent)]);
    if (said === this.#said) return;
    this.#said = said;
    const lists = chapter === "learning" ? [make("ul", { className: "arms" }, ...items(state.arms))] : [];
    byID("told").replaceChildren(...paragraphs, ...lists);
  }

  /** @param {State} state */
  #numbers(state) {
    const role = (/** @type {string} */ name) => state.arms.find((arm) => arm.role === name);
    fill("factor", `×${state.factor}`);
    fill("fork", state.fork);
    fill("beta2", state.beta2);
    fill("val-on", state.valOn);
    for (const note of this.#notes) note.hidden = (note.dataset.beta2 === "paper") !== (Number(state.beta2) === 0.95);
    fill("effects", state.effects.join(" "));

    const free = role("asymmetric"), glued = role("copy"), rho = role("sparkling")?.rho;
    fill("now", free?.lock.pairs && glued?.lock.pairs ? `At step ${glued.lock.step} ${pairs(glued)} of ${glued.name} ` +
      `are equal to the last bit, and ${free.lock.locked} of ${free.lock.pairs} of ${free.name}.` : "");
    fill("cos", free?.lock.pairs ? `${parted(free.lock)}; ${steps(free.lock.step - state.fork)} after the fork the ` +
      `mean cosine of the halves is ${cosines(free.lock)}.` : "");
    if (rho) fill("rho", rho);
    const still = glued?.lock.locked === glued?.lock.pairs ? "Still glued: " : "";
    fill("locked", glued?.lock.pairs ? `${still}${pairs(glued)} are equal to the last bit.` : "");
    all("[data-slot=results] output", HTMLElement).forEach((output, i) => {
      const { diverged, fullValLoss } = state.arms[i];
      setText(output, diverged ? "diverged" : digits(fullValLoss, 4));
    });
    fill("verdict", verdict(role));
  }
}

/** The chapter that a button or an article names. */
const chapterOf = (/** @type {HTMLElement} */ { dataset }) => /** @type {Chapter} */ (dataset.chapter);

/** The arms with what each is about. @param {Arm[]} arms */
const items = (arms) => arms.map((arm) => make("li", {}, armWord(arm), arm.about ? `: ${arm.about}` : ""));

/**
 * What depends on which arms there are. The first text stands beside its own arms only, which have their roles.
 * @param {Arm[]} arms
 */
function names(arms) {
  for (const node of slots("arms")) node.replaceChildren(...items(arms));
  for (const node of all("[data-arm]", HTMLElement)) {
    const arm = arms.find(({ role }) => role === node.dataset.arm);
    node.replaceChildren(...(arm ? [armWord(arm)] : []));
  }
  for (const node of slots("results")) {
    node.replaceChildren(...arms.map((arm) => make("li", {}, armWord(arm), make("output"))));
  }
}

const steps = (/** @type {number} */ n) => `${n} ${n === 1 ? "step" : "steps"}`;
const pairs = (/** @type {Arm} */ { lock }) => `${lock.locked} of ${lock.pairs} pairs`;
const parted = (/** @type {Lock} */ { locked, pairs: of, diverged }) => {
  if (diverged) return `${diverged} of ${of} pairs have diverged and are no numbers any more`;
  return locked ? `${locked} of ${of} pairs are still equal` : "One step, and they are two neurons";
};

/**
 * What the end shows, from the numbers of this run and nothing else: all of them are full validation losses.
 * @param {(role: string) => Arm | undefined} role
 */
function verdict(role) {
  const loss = (/** @type {string} */ name) => Number(role(name)?.fullValLoss || NaN);
  const small = loss("small"), copy = loss("copy"), asymmetric = loss("asymmetric"), sparkling = loss("sparkling");
  const parts = [];
  if (copy > 0 && small > 0) {
    const as = Math.abs(copy - small) < 0.01 ? ", as if it had never been widened" : "";
    parts.push(`On the full validation split Copy ended ${apart(copy, small)} the small network${as}.`);
  }
  if (asymmetric > 0 && copy > 0) parts.push(`Emptying the copies’ memory ended ${apart(asymmetric, copy)} Copy.`);
  if (sparkling > 0 && asymmetric > 0) parts.push(`The second warm-up ended ${apart(sparkling, asymmetric)} that.`);
  return parts.join(" ");
}

/** By how much a loss is below or above another. @param {number} a @param {number} b */
const apart = (a, b) => `${Math.abs(a - b).toFixed(3)} ${a < b ? "below" : "above"}`;

// The places for numbers in the text; all of them are in the page from the start.
/** @type {Record<string, HTMLElement[]>} */
const places = {};
const slots = (/** @type {string} */ name) => places[name] ??= all(`[data-slot=${name}]`, HTMLElement);

/** @param {string} name @param {string | number} value */
function fill(name, value) {
  for (const node of slots(name)) setText(node, value);
}
