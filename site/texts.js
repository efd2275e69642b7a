// The reader's own texts: those that the browser keeps, and those that were given in this visit. They go to the workers
// that train, and nowhere else.

import { ownTexts, putText, removeText } from "./store.js";
import { parsed } from "./dom.js";

const most = 6; // more than there are runs on the page

export class Texts {
  /** @type {Map<string, OwnText>} by name, the one that was used last at the end */
  #here = new Map();
  /** @type {Set<string>} names of those that the browser keeps */
  #kept = new Set();

  /** Takes up what the browser keeps. */
  async load() {
    for (const text of (await ownTexts()).reverse()) {
      this.#here.set(text.name, text);
      this.#kept.add(text.name);
    }
  }

  /** @param {string} name */
  has(name) { return this.#here.has(name); }

  /** Gives a worker the text that its task names, or carries. @param {Worker} worker @param {Json<Task>} task */
  give(worker, task) {
    const { text, content } = parsed(task), here = this.#here.get(text);
    if (here) this.#use(here);
    const bytes = content ? new TextEncoder().encode(content) : here?.bytes;
    if (bytes) worker.postMessage({ text: bytes, task });
  }

  /** Those that are here, the one that was used last first. */
  list() { return [...this.#here.values()].reverse(); }

  /** @param {string} name */
  get(name) { return this.#here.get(name); }

  /** @param {string} name */
  kept(name) { return this.#kept.has(name); }

  /**
   * Takes a text, which the browser is to keep. Returns a sentence where it does not.
   * @param {OwnText} text
   */
  async add(text) {
    this.#use(text);
    for (const name of [...this.#here.keys()].slice(0, -most)) this.#here.delete(name);
    try {
      await putText(text);
    } catch (err) {
      const full = err instanceof DOMException && err.name === "QuotaExceededError";
      return `This browser ${full ? "has no room to keep the text" : "does not keep the text"}: it is learnt all the ` +
        "same, and after a reload you will be asked for it again.";
    }
    this.#kept = new Set((await ownTexts()).map(({ name }) => name));
    return "";
  }

  /**
   * Removes a text from the browser's storage. What learns it now goes on until the page is left.
   * @param {string} name
   */
  async remove(name) {
    await removeText(name);
    this.#kept.delete(name);
  }

  /** @param {OwnText} text */
  #use(text) {
    this.#here.delete(text.name);
    this.#here.set(text.name, text);
  }
}
