// Keeps the state of what runs in the browser's storage: now and then while it trains, and soon after anything else has happened.

import { put } from "./store.js";

const lookMs = 500;
const everyMs = 4000; // while it trains

export class Keeper {
  #lab;
  #seen = 0;
  #asked = 0; // when
  #waiting = []; // who waits for the next state of what runs

  constructor(lab) {
    this.#lab = lab;
    this.#seen = lab.changes();
    setInterval(() => this.#look(), lookMs);
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.#save(); });
    addEventListener("pagehide", () => this.#take()); // what has been saved is given away at least
  }

  /** The state of what runs, as soon as all arms have given theirs. */
  now() {
    this.#save();
    return new Promise((come) => this.#waiting.push(come));
  }

  #look() {
    this.#take();
    const changes = this.#lab.changes(), playing = this.#lab.playing();
    if (changes === this.#seen || playing && performance.now() - this.#asked < everyMs) return;
    this.#seen = changes;
    this.#save();
  }

  #save() {
    this.#asked = performance.now();
    this.#lab.save();
  }

  #take() {
    for (const run of this.#lab.kept()) {
      put(run);
      if (run.runs) for (const come of this.#waiting.splice(0)) come(run);
    }
  }
}
