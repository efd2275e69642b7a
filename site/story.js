// Shows what the program tells: the words of a chapter with their numbers, a question before an event, and what goes on
// from there. What stands where, and when it is time for the next, the program knows.

import { all, byID, first, make, parsed, setText } from "./dom.js";
import { armWord } from "./marks.js";
import { Terms } from "./terms.js";
import { Seeds } from "./seeds.js";
import { Lessons } from "./lessons.js";

export class Story {
  #lab;
  #acted;
  #open;
  #terms;
  #seeds;
  #lessons;
  #chapters = ""; // that are listed
  #shown = -1;
  #said = /** @type {Record<string, string>} */ ({}); // how what stands in a place is built
  #goes = byID("go-on", HTMLButtonElement);

  /**
   * acted is called when the reader has done something to the story; open opens a picture.
   * @param {Lab} lab @param {() => void} acted @param {(pane: string) => void} open
   */
  constructor(lab, acted, open) {
    this.#lab = lab;
    this.#acted = acted;
    this.#open = open;
    this.#terms = new Terms(parsed(lab.glossary()));
    this.#seeds = new Seeds({
      another: () => { lab.another(); acted(); },
      eight: () => { lab.sow(8); acted(); },
      open: (seed) => { lab.openSeed(seed); acted(); },
    });
    this.#lessons = new Lessons(lab);
    // Who presses a key anywhere is there, and who points at what the story shows.
    const shows = "#story, #motion, #inside, #panes, body > canvas";
    for (const kind of ["pointerdown", "keydown", "wheel"]) {
      document.addEventListener(kind, ({ target }) => {
        if (kind === "keydown" || target instanceof Element && target.closest(shows)) lab.touch();
      }, { passive: true, capture: true });
    }
    this.#goes.addEventListener("click", () => this.goOn());
  }

  /** Goes on, if there is anything to go on to. */
  goOn() {
    if (!this.#lab.waits()) return false;
    this.#lab.goOn();
    this.#acted();
    return true;
  }

  /** Shows the page as it is now, and says whether it was turned. @param {State} state @param {Sown} sown */
  show(state, sown) {
    const page = parsed(this.#lab.story());
    this.#list(page);
    this.#words("told", page.text, state.arms);
    this.#words("notes", page.notes, state.arms);
    this.#question(page, state.arms);
    this.#do(page, state.arms);
    this.#lessons.show(page);
    this.#goes.setAttribute("aria-disabled", String(!page.goes));
    setText(this.#goes, page.due ? "Skip this" : "Continue");
    setText(byID("goes-in"), page.soon);
    byID("goes").hidden = !page.goes && !page.holds;
    this.#seeds.show(page.outcome, sown.outcomes ?? []);
    const turned = page.shown !== this.#shown;
    this.#shown = page.shown;
    return turned;
  }

  /** The chapters, of which one is shown and one is where the run has come to. @param {Page} page */
  #list({ lesson, chapters, shown, now }) {
    const nav = byID("chapters"), listed = lesson + chapters.map(({ id }) => id).join();
    if (listed !== this.#chapters) {
      this.#chapters = listed;
      nav.replaceChildren(...chapters.map(({ id, title }, i) => {
        const button = make("button", { type: "button" }, `${i + 1} `, make("span", {}, title));
        button.dataset.chapter = id;
        button.addEventListener("click", () => { this.#lab.turn(i); this.#acted(); });
        return button;
      }));
    }
    all("button", HTMLButtonElement, nav).forEach((button, i) => {
      button.classList.toggle("now", i === now && i !== shown);
      if (i === shown) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
  }

  /** @param {Page} page @param {Arm[]} arms */
  #question({ ask, choices }, arms) {
    const box = byID("ask"), asked = JSON.stringify([ask, choices]), had = box.contains(document.activeElement);
    if (asked === this.#said.ask) return;
    this.#said.ask = asked;
    box.hidden = !ask.length;
    byID("asked").replaceChildren(...ask.map((run) => this.#run(run, arms)));
    byID("choices").replaceChildren(...choices.map((choice, i) => {
      const button = make("button", { type: "button" }, choice);
      button.addEventListener("click", () => { this.#lab.answer(i); this.#acted(); });
      return button;
    }));
    if (had) this.#goes.focus();
  }

  /** What the reader is to do. @param {Page} page @param {Arm[]} arms */
  #do({ do: runs, did }, arms) {
    const box = byID("do"), said = JSON.stringify([runs, did]);
    if (said === this.#said.do) return;
    this.#said.do = said;
    box.hidden = !runs.length;
    box.classList.toggle("did", did);
    byID("do-says").replaceChildren(...runs.map((run) => this.#run(run, arms)), did ? " That is done." : "");
  }

  /**
   * Puts paragraphs in their place; where only numbers are others than before, nothing else is touched, so that a word
   * that is explained stays so.
   * @param {string} id @param {Told[]} paragraphs @param {Arm[]} arms
   */
  #words(id, paragraphs, arms) {
    const shape = JSON.stringify([arms.map(({ name, style }) => [name, style]), paragraphs.map((p) =>
      [p.style, p.list, p.items.map((item) => item.map((run) => [run.kind, run.kind === "number" ? "" : run.text]))])]);
    const place = byID(id);
    if (shape !== this.#said[id]) {
      this.#said[id] = shape;
      place.replaceChildren(...paragraphs.map((p) => this.#paragraph(p, arms)));
      return;
    }
    const numbers = paragraphs.flatMap(({ items }) => items.flat()).filter(({ kind }) => kind === "number");
    all(".measured", HTMLElement, place).forEach((node, i) => setText(node, numbers[i].text));
  }

  /** @param {Told} paragraph @param {Arm[]} arms */
  #paragraph({ style, list, items }, arms) {
    const runs = (/** @type {Run[]} */ item) => item.map((run) => this.#run(run, arms));
    if (!list) return make("p", { className: style }, ...items.flatMap(runs));
    const line = (/** @type {Run[]} */ item) => (style === "results" // whose values stand below each other
      ? [...runs(item.slice(0, 1)), make("span", { className: "value" }, ...runs(item.slice(1)))] : runs(item));
    return make("ul", { className: style || "arms" }, ...items.map((item) => make("li", {}, ...line(item))));
  }

  /** A link leads somewhere, or it opens a picture or turns a control. @param {string} text @param {string} href */
  #link(text, href) {
    const [, does, to] = href.match(/^(open|turn):(.*)/) ?? [];
    if (!does) return make("a", { href }, text);
    const button = make("button", { type: "button", className: "open" }, text);
    const [name, value] = to.split("=");
    button.addEventListener("click", () => {
      if (does === "open") this.#open(to);
      if (to === "seeds" && document.documentElement.dataset.mode === "present") {
        this.#lab.sow(8); // what asks for them is not seen there
        this.#acted();
      } else if (to === "seeds") {
        byID("sow-form").scrollIntoView({ block: "center" });
        byID("sow").focus({ preventScroll: true });
      }
      if (does === "turn") first(`[name=${name}][value="${value}"]`, HTMLInputElement).click();
    });
    return button;
  }

  /** @param {Run} run @param {Arm[]} arms @returns {Node | string} */
  #run({ text, kind, arm, term, href }, arms) {
    switch (kind) {
      case "number": return make("span", { className: "measured" }, text);
      case "arm": return arms[arm] ? armWord(arms[arm]) : text;
      case "term": return this.#terms.word(text, term);
      case "link": return this.#link(text, href);
      case "stress": return make("b", {}, text);
      default: return text;
    }
  }
}
