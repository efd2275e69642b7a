// The Lab in another page: it does what that page asks for, in four words, tells it how the run stands, and hands over
// the keys that it does not use itself. Nothing is trained while it is out of sight. What it says holds no more than
// the words below, so that any page may hear it.

import { used } from "./keys.js";
import { mode } from "./mode.js";

/** What the other page may ask for, and what it is told. */
const asks = ["play", "pause", "rest"];
/** @typedef {"ready" | "playing" | "paused" | "key"} Says */

/** Keys that are handed over, and what they ask for where slides are shown. @type {Record<string, string>} */
const handed = { pagedown: "next", arrowright: "next", n: "next", pageup: "back", arrowleft: "back", p: "back",
  escape: "escape", b: "blank", ".": "blank", f: "fullscreen", s: "notes", o: "overview" };

const everyMs = 200;

/**
 * Begins what the page begins with: at once, or in another page as soon as it is seen. acted is called when the run was
 * played or stopped here.
 * @param {Lab} lab @param {() => void} acted
 */
export function startFrame(lab, acted) {
  if (mode.embed) new Frame(lab, acted);
  else if (!lab.rested()) lab.play();
}

class Frame {
  #lab;
  #acted;
  #seen = false;
  #plays = false; // wanted, once it has come to its beginning and is seen
  #stopped = false; // it is to stand still on its way there too
  #ready = false; // the other page knows that it has come there
  #said = "";
  #heard = false;

  /** @param {Lab} lab @param {() => void} acted */
  constructor(lab, acted) {
    this.#lab = lab;
    this.#acted = acted;
    if (this.#playing()) lab.pause(); // until it is seen
    let within = false;
    const look = () => this.#see(within && !document.hidden);
    new IntersectionObserver((entries) => {
      within = entries[entries.length - 1].isIntersecting;
      look();
    }).observe(document.body);
    document.addEventListener("visibilitychange", look);
    if (parent !== window) {
      addEventListener("message", (event) => this.#hear(event));
      addEventListener("keydown", (event) => this.#key(event));
    }
    document.addEventListener("click", follow);
    setInterval(() => this.#tell(), everyMs);
  }

  #playing() { return JSON.parse(this.#lab.state()).playing; }

  /** @param {boolean} seen */
  #see(seen) {
    if (seen === this.#seen) return;
    this.#seen = seen;
    if (seen) return this.#goOn();
    const playing = this.#playing();
    if (this.#lab.rested()) this.#plays = playing; // whoever wanted it
    if (playing) this.#lab.pause();
    this.#acted();
  }

  /** Plays where that is wanted and can be seen. */
  #goOn() {
    if (this.#seen && (this.#plays || !this.#lab.rested() && !this.#stopped)) this.#lab.play(true);
    this.#acted();
  }

  /** Hears the page that shows this one, and nobody else. @param {MessageEvent} event */
  #hear({ source, data }) {
    if (source !== parent || typeof data !== "object" || data === null || Object.keys(data).length !== 1) return;
    if (!asks.includes(data.sparkling)) return;
    this.#lab.patient(); // and another program, where the canvas was lost meanwhile
    this.#heard = true;
    this.#plays = data.sparkling === "play";
    this.#stopped = data.sparkling === "pause";
    if (this.#stopped) this.#lab.pause();
    if (data.sparkling === "rest") {
      this.#lab.rest();
      this.#ready = false;
    }
    this.#goOn();
  }

  /** Tells how the run stands, where that is another than was told. */
  #tell() {
    const now = this.#playing() ? "playing" : "paused"; // asked first: every question lets the run go on
    if (!this.#seen && now === "playing") this.#lab.pause(); // whoever has played it
    if (this.#lab.rested() && !this.#ready) {
      this.#ready = true;
      this.#say("ready");
      if (this.#plays) this.#goOn();
    }
    if (now !== this.#said) this.#say(now);
    this.#said = now;
  }

  /** @param {Says} what @param {string} [key] */
  #say(what, key) {
    if (parent !== window) parent.postMessage(key ? { sparkling: what, key } : { sparkling: what }, "*");
  }

  /** Hands a key over, where the other page has asked for anything and no one here uses it. @param {KeyboardEvent} e */
  #key(e) {
    const { key, target } = e, asked = handed[key.toLowerCase()];
    if (!asked || !this.#heard || e.defaultPrevented || e.isComposing) return;
    if (e.ctrlKey || e.metaKey || e.altKey || !(target instanceof Element) || target.closest("dialog")) return;
    const paging = key.startsWith("Page"); // those of a remote control: from wherever nothing is written
    if (target.matches(writes) || !paging && (used(target, key) || target.matches("select"))) return;
    e.preventDefault();
    this.#say("key", asked);
  }
}

const writes = "textarea, input:not([type=radio], [type=checkbox], [type=range])";

/** A link within the page makes no entry of the history, and others open beside. @param {MouseEvent} event */
function follow(event) {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  if (!link || event.defaultPrevented) return;
  if (link.pathname === location.pathname && link.hash && link.id !== "whole") {
    event.preventDefault();
    location.replace(link.hash);
  } else {
    link.target = "_blank";
    link.rel = "noopener";
  }
}
