// The Labs in the slides. Each is a still until its slide is shown: then its page is loaded over that, and plays as
// soon as it says that it can. It is paused when the slide is left. One plays at most, and the last few stay loaded.

const most = 3; // loaded at a time: one that is seen, the one before, and the one behind it

/** @typedef {{ place: HTMLElement, frame: HTMLIFrameElement }} Lab */

export class Embeds {
  /** The loaded ones, the last used first. @type {Lab[]} */
  #labs = [];
  /** @type {Lab | undefined} */
  #shown;
  #plays = false; // what is shown is to play

  /** @param {(asked: string) => void} key does what a key asks for that was pressed in a Lab and is not the Lab's */
  constructor(key) {
    addEventListener("message", ({ source, origin, data }) => {
      const lab = this.#labs.find(({ frame }) => frame.contentWindow === source);
      if (!lab || origin !== location.origin || typeof data !== "object" || data === null) return;
      if (data.sparkling === "ready") this.#ready(lab);
      if (data.sparkling === "playing" && lab !== this.#shown) tell(lab, "pause");
      if (data.sparkling === "key" && lab === this.#shown && typeof data.key === "string") key(data.key);
    });
  }

  /**
   * A slide is shown, and another comes behind it.
   * @param {Element} slide @param {Element | null} after @param {boolean} plays whether what is shown may move
   */
  turn(slide, after, plays) {
    const place = find(slide), before = this.#shown;
    if (before && before.place !== place) {
      tell(before, "pause");
      if (document.activeElement === before.frame) before.frame.blur(); // keys are the slides' again
    }
    this.#shown = place ? this.#load(place) : undefined;
    this.#plays = plays;
    // where it does not hear yet it is told when it is ready
    if (this.#shown) tell(this.#shown, plays ? "play" : "pause");
    const coming = after && find(after);
    if (coming && !place) this.#load(coming); // while nothing else needs the machine
  }

  /** @param {Lab} lab */
  #ready(lab) {
    lab.place.dataset.state = "live";
    if (lab === this.#shown && this.#plays) tell(lab, "play");
  }

  /** @param {HTMLElement} place @returns {Lab} */
  #load(place) {
    const at = this.#labs.findIndex((lab) => lab.place === place);
    const lab = at < 0 ? open(place) : this.#labs.splice(at, 1)[0];
    this.#labs.unshift(lab);
    for (const old of this.#labs.splice(most)) close(old);
    return lab;
  }
}

/** @param {Element} slide @returns {HTMLElement | null} */
const find = (slide) => slide.querySelector(".embed");

/** @param {HTMLElement} place @returns {Lab} */
function open(place) {
  const frame = document.createElement("iframe");
  frame.title = place.dataset.title ?? "";
  frame.src = place.dataset.lab ?? "";
  place.append(frame);
  place.dataset.state = "loading";
  return { place, frame };
}

/** @param {Lab} lab */
function close(lab) {
  lab.frame.remove();
  delete lab.place.dataset.state;
}

/** @param {Lab} lab @param {"play" | "pause"} what */
function tell(lab, what) {
  lab.frame.contentWindow?.postMessage({ sparkling: what }, location.origin);
}
