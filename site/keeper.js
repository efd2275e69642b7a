// Keeps the state of what runs in the browser's storage: now and then while it trains, and soon after anything else has
// happened. In another page it only gives it to who asks.

import { put, mostRun } from "./store.js";
import { mode } from "./mode.js";

const lookMs = 500;
const everyMs = 4000; // while it trains, and
const share = 200; // times what the last one took of this page's time, but
const mostMs = 15_000;

export class Keeper {
  #lab;
  #seen = 0;
  #stage = "";
  #asked = 0; // when
  #every = everyMs;
  /** @type {((run: KeptRun) => void)[]} who waits for the next state of what runs */
  #waiting = [];

  /** @param {Lab} lab */
  constructor(lab) {
    this.#lab = lab;
    this.#seen = lab.changes();
    setInterval(() => this.#look(), lookMs);
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.#look(true); });
    addEventListener("pagehide", () => this.#take()); // what has been saved is given away at least
  }

  /** The state of what runs, as soon as all arms have given theirs. @returns {Promise<KeptRun>} */
  now() {
    this.#save();
    return new Promise((come) => { this.#waiting.push(come); });
  }

  #look(soon = false) {
    this.#take();
    if (mode.embed) return;
    const changes = this.#lab.changes(), stage = this.#lab.stage();
    const waits = stage === this.#stage && !soon && performance.now() - this.#asked < this.#every;
    if (changes === this.#seen || waits) return;
    this.#seen = changes;
    this.#stage = stage;
    if (this.#lab.stateBytes() <= mostRun) this.#save();
  }

  #save() {
    this.#asked = performance.now();
    this.#lab.save();
  }

  #take() {
    const begun = performance.now();
    for (const run of this.#lab.kept()) {
      this.#every = Math.min(Math.max(everyMs, share * (performance.now() - begun)), mostMs);
      put(run);
      if (run.runs) for (const come of this.#waiting.splice(0)) come(run);
    }
  }
}
