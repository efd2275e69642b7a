// The words answer to what happens: a chapter for each phase of the run, with the numbers that were measured. A reader may turn back;
// the next event turns the page again. The text in the page stands where the program says that it is true of what runs; what can be said of
// anything else is told. No number of a result is written down here or in the page.

import { armWord } from "./marks.js";
import { cosines, digits, spoken, told } from "./lessons.js";

export class Story {
  #phase = "";
  #turned = ""; // the chapter the reader has turned to
  #shape = "";
  #opened = "";
  #notes = document.querySelectorAll("[data-beta2]");
  #first; // the example whose text is in the page
  #said = "";
  #state;
  #reader;

  /** reader.speak is told which picture the words speak of, and reader.turn that the reader turns to a chapter. */
  constructor(lab, reader) {
    this.#reader = reader;
    this.#first = JSON.parse(lab.examples())[0].name;
    for (const button of document.querySelectorAll("#chapters button")) {
      button.addEventListener("click", () => {
        reader.turn(button.dataset.chapter);
        this.#turned = button.dataset.chapter;
        this.#open(this.#state);
      });
    }
  }

  show(state) {
    this.#state = state;
    const shape = JSON.stringify(state.arms.map(({ name, role, look, about }) => [name, role, look, about]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#names(state);
    }
    this.#numbers(state);
    if (state.phase !== this.#phase) {
      this.#phase = state.phase;
      this.#turned = "";
    }
    this.#open(state);
  }

  #open(state) {
    const shown = this.#turned || this.#phase;
    const first = state.told === this.#first;
    if (!first) this.#tell(shown, state);
    const opened = [shown, this.#phase, state.told, state.done].join();
    if (opened === this.#opened) return;
    this.#opened = opened;
    this.#reader.speak(spoken(state.told, shown));
    for (const article of document.querySelectorAll("article[data-chapter]")) article.hidden = !first || article.dataset.chapter !== shown;
    document.getElementById("told").hidden = first;
    document.getElementById("outcome").hidden = shown !== "end" || !state.done;
    for (const button of document.querySelectorAll("#chapters button")) {
      const chapter = button.dataset.chapter;
      button.classList.toggle("now", chapter === this.#phase && chapter !== shown);
      if (chapter === shown) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  }

  // The text of any other experiment than the first. It is replaced only where it says something else now.
  #tell(chapter, state) {
    const paragraphs = told(chapter, state);
    if (chapter === "learning") paragraphs.push(this.#list(state.arms));
    const said = JSON.stringify([state.name, paragraphs.map((p) => p.textContent)]);
    if (said === this.#said) return;
    this.#said = said;
    document.getElementById("told").replaceChildren(...paragraphs);
  }

  #list(arms) {
    const list = Object.assign(document.createElement("ul"), { className: "arms" });
    list.append(...arms.map((arm) => {
      const item = document.createElement("li");
      item.append(armWord(arm), arm.about ? `: ${arm.about}` : "");
      return item;
    }));
    return list;
  }

  // What depends on which arms there are. The first text stands beside its own arms only, which have their roles.
  #names({ arms }) {
    slot("arms").replaceChildren(...this.#list(arms).children);
    for (const node of document.querySelectorAll("[data-arm]")) {
      const arm = arms.find(({ role }) => role === node.dataset.arm);
      node.replaceChildren(...(arm ? [armWord(arm)] : []));
    }
    slot("results").replaceChildren(...arms.map((arm) => {
      const item = document.createElement("li");
      item.append(armWord(arm), document.createElement("output"));
      return item;
    }));
  }

  #numbers(state) {
    const role = (name) => state.arms.find((arm) => arm.role === name);
    for (const name of ["factor", "fork", "beta2", "windows"]) {
      for (const node of slots(name)) set(node, name === "factor" ? `×${state.factor}` : state[name]);
    }
    for (const note of this.#notes) note.hidden = (note.dataset.beta2 === "paper") !== (Number(state.beta2) === 0.95);
    set(slot("did"), state.did.join(" "));

    const free = role("asymmetric")?.lock, glued = role("copy")?.lock;
    set(slot("now"), free?.pairs && glued?.pairs ? `At step ${glued.step} ${glued.locked} of ${glued.pairs} pairs of ${role("copy").name} are equal to the last bit, and ${free.locked} of ${free.pairs} of ${role("asymmetric").name}.` : "");
    set(slot("cos"), free?.pairs ? `${parted(free)}; ${steps(free.step - state.fork)} after the fork the mean cosine of the halves is ${cosines(free)}.` : "");
    const rho = role("sparkling")?.rho;
    if (rho) set(slot("rho"), rho);
    set(slot("locked"), glued?.pairs ? `${glued.locked === glued.pairs ? "Still glued: " : ""}${glued.locked} of ${glued.pairs} pairs are equal to the last bit.` : "");
    [...slot("results").children].forEach((item, i) => set(item.lastElementChild, state.arms[i].lost ? "diverged" : digits(state.arms[i].whole, 4)));
    set(slot("verdict"), verdict(role));
  }
}

const steps = (n) => `${n} ${n === 1 ? "step" : "steps"}`;
const parted = ({ locked, pairs, diverged }) => {
  if (diverged) return `${diverged} of ${pairs} pairs have diverged and are no numbers any more`;
  return locked ? `${locked} of ${pairs} pairs are still equal` : "One step, and they are two neurons";
};

/** What the end shows, from the numbers of this run and nothing else: all of them are losses on the whole held-out text. */
function verdict(role) {
  const held = (name) => (role(name)?.whole ? Number(role(name).whole) : NaN);
  const small = held("small"), copy = held("copy"), asymmetric = held("asymmetric"), sparkling = held("sparkling");
  const by = (a, b) => `${Math.abs(a - b).toFixed(3)} ${a < b ? "below" : "above"}`;
  const parts = [];
  if (copy > 0 && small > 0) {
    const as = Math.abs(copy - small) < 0.01 ? ", as if it had never been widened" : "";
    parts.push(`On the whole text Copy ended ${by(copy, small)} the small network${as}.`);
  }
  if (asymmetric > 0 && copy > 0) parts.push(`Emptying the copies’ memory ended ${by(asymmetric, copy)} Copy.`);
  if (sparkling > 0 && asymmetric > 0) parts.push(`The second warm-up ended ${by(sparkling, asymmetric)} that.`);
  return parts.join(" ");
}

// The places for numbers in the text; all of them are in the page from the start.
const places = {};
const slots = (name) => places[name] ??= [...document.querySelectorAll(`[data-slot=${name}]`)];
const slot = (name) => slots(name)[0];

function set(node, v) {
  const s = String(v);
  if (node.textContent !== s) node.textContent = s;
}
