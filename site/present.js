// The Lab before an audience: one large picture, words of a size that the last row reads, and the keys that a remote
// control has. It is a look of the page and not another page: what runs goes on, on the way there and back.

import { byID, first, parsed } from "./dom.js";
import { used } from "./keys.js";
import { mode } from "./mode.js";

const root = document.documentElement;

// As many times a window is as wide and as high as its smallest type: one of 1920 by 1080 pixels has 24 of them then.
const [across, down, leastType] = [80, 45, 15];

/**
 * What the keys of remote controls ask for, and of who has none.
 * @typedef {"next" | "back" | "blank" | "play"} Ask
 * @type {Record<string, Ask>}
 */
const asks = { pagedown: "next", arrowright: "next", pageup: "back", arrowleft: "back", b: "blank", ".": "blank",
  " ": "play" };

const writes = "textarea, select, input:not([type=radio], [type=checkbox], [type=range])";

export class Present {
  #lab;
  #does;
  #acted;
  #on = false;
  #played = false; // before the screen was blank
  #panel = byID("panel");
  #screen = byID("blank");

  /**
   * does is what the page's own controls do; acted is called when anything was done.
   * @param {Lab} lab
   * @param {{ goOn: () => void, play: () => void, widen: () => void, pin: (pane: string) => void }} does
   * @param {() => void} acted
   */
  constructor(lab, does, acted) {
    this.#lab = lab;
    this.#does = does;
    this.#acted = acted;
    const on = (/** @type {string} */ id, /** @type {() => void} */ act) => byID(id).addEventListener("click", act);
    on("present", () => {
      history.pushState(null, "", `?present${location.hash}`);
      lab.pause();
      this.#look();
    });
    on("leave", () => this.#leave());
    on("present-next", () => this.#ask("next"));
    on("present-back", () => this.#ask("back"));
    on("blank", () => this.#ask("blank"));
    addEventListener("popstate", () => this.#look());
    addEventListener("resize", () => { if (this.#on) this.#size(); });
    addEventListener("keydown", (event) => this.#key(event), true); // before anything on the page hears of it
    this.#look();
  }

  /** Shows the pictures as they are to look, after their program was started anew. */
  again() {
    this.#lab.lone(this.#on);
    this.#lab.untold((this.#on || mode.embed) && mode.hide.has("text"));
    this.#size();
  }

  /** Looks as the address says. */
  #look() {
    const on = !mode.embed && new URLSearchParams(location.search).has("present");
    if (on === this.#on) return;
    this.#on = on;
    if (on && mode.hide.size) root.dataset.hide = [...mode.hide].join(" ");
    if (!on) delete root.dataset.hide;
    if (on) root.dataset.mode = "present";
    else delete root.dataset.mode;
    this.#screen.hidden = true;
    this.again();
    dispatchEvent(new Event("resize")); // the pictures have another place
    if (!on) byID("present").focus({ preventScroll: true });
    this.#acted();
  }

  #leave() {
    const panes = mode.panes.length ? `?pane=${mode.panes.join(",")}` : "";
    history.pushState(null, "", `${location.pathname}${panes}${location.hash}`);
    this.#look();
  }

  /** The size of type; elsewhere it is that of the address, but for one that was of a presentation. */
  #size() {
    const fits = Math.max(Math.min(innerWidth / across, innerHeight / down), leastType);
    const type = this.#on ? mode.type || fits : 0;
    root.style.setProperty("--type", type ? `${type}px` : "");
    this.#lab.type(type || (mode.present ? 0 : mode.type));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target } = event, ask = asks[key.toLowerCase()], blank = !this.#screen.hidden;
    if (!this.#on || !(target instanceof Element) || target.closest("dialog") || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (key === "Escape") {
      if (document.fullscreenElement) return; // it leaves that
      if (!blank && (target.matches("select") || this.#lab.pin())) return; // it closes that
      event.preventDefault();
      event.stopImmediatePropagation();
      if (blank) this.#ask("blank");
      else this.#leave();
      return;
    }
    if (!ask || !byID("keys", HTMLInputElement).checked || target.matches(writes)) return;
    if (!key.startsWith("Page") && !blank && used(target, key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#lab.touch();
    if (!event.repeat) this.#ask(blank ? "blank" : ask);
  }

  /** @param {Ask} ask */
  #ask(ask) {
    if (ask === "next") this.#next();
    if (ask === "back") this.#back();
    if (ask === "play") this.#does.play();
    if (ask === "blank") this.#blank();
    this.#acted();
  }

  /** Makes the screen blank and the run wait, or ends that. */
  #blank() {
    const blank = this.#screen.hidden;
    this.#screen.hidden = !blank;
    if (blank) {
      this.#played = parsed(this.#lab.state()).playing;
      this.#lab.pause();
    } else if (this.#played) this.#lab.play();
  }

  /**
   * Goes on, whatever that is now: to the rest of the words, to the next stage of an update in slow motion, to what the
   * chapter asks for, to the next chapter; or the run is played, or hurried to the next chapter of its lesson.
   */
  #next() {
    const lab = this.#lab, { act, due, goes, title, shown, chapters } = parsed(lab.story());
    const slow = parsed(lab.slow()), { playing, done } = parsed(lab.state());
    const seen = slow.shown && !slow.asked;
    if (this.#more()) this.#panel.scrollBy({ top: this.#panel.clientHeight * 0.8 });
    else if (seen && (slow.stage < slow.stages.length - 1 || act === "update" || lab.pin())) lab.slowStep(1);
    else if (due && this.#do(act)) { /* and the chapter goes on */ } else if (goes) this.#does.goOn();
    else if (!playing && !done) lab.play();
    else if (!done && title && shown + 1 < chapters.length) lab.turn(shown + 1);
  }

  /** Whether there are words below those that are in sight. */
  #more() {
    const { scrollHeight, clientHeight, scrollTop } = this.#panel;
    return scrollHeight - clientHeight - scrollTop > 8;
  }

  /** Does what a chapter asks for, unless that is under way. @param {string} act as viz/story.Do names it */
  #do(act) {
    const lab = this.#lab, [kind, to] = act.split(":"), [control, value] = (to ?? "").split("=");
    if (kind === "widen") this.#does.widen();
    else if (kind === "pin") this.#does.pin(to);
    else if (kind === "update") this.#does.pin("update");
    else if (kind === "seeds" && parsed(lab.seeds()).state !== "playing") lab.sow(8);
    else if (kind === "turn" && value) {
      first(`[name=${control}][value="${value}"]`, HTMLInputElement).click();
    } else return false;
    return true;
  }

  #back() {
    const lab = this.#lab, slow = parsed(lab.slow()), { shown } = parsed(lab.story());
    if (slow.shown && !slow.asked && slow.stage > 0) lab.slowStep(-1);
    else if (lab.pin()) this.#does.pin("");
    else if (shown > 0) lab.turn(shown - 1);
  }
}
