// The reader's own text: it is pasted, dropped or opened, looked at before it runs, learnt, kept and removed. What is
// true of it the program that trains says.

import { startDrop } from "./drop.js";
import { lookAt } from "./look.js";
import { byID, make, parsed, setText } from "./dom.js";

const restMs = 400; // after which a reader has typed
const mostShown = 100_000; // characters; to lay out more would keep the page busy for long

export class OwnTexts {
  #lab;
  #texts;
  #acted;
  #looks = new AbortController();
  /** @type {OwnText | undefined} what was looked at, and can be learnt */
  #seen;
  #want = "";
  #kept = "";

  /**
   * acted is called after another run has begun.
   * @param {Lab} lab @param {import("./texts.js").Texts} texts @param {() => void} acted
   */
  constructor(lab, texts, acted) {
    this.#lab = lab;
    this.#texts = texts;
    this.#acted = acted;
    const area = byID("own-text", HTMLTextAreaElement), file = byID("own-file", HTMLInputElement);
    const open = (/** @type {File} */ from) => { area.value = ""; this.#look(from, from.name); };
    let rest = 0;
    area.addEventListener("input", () => {
      clearTimeout(rest);
      this.#away(area.value && "Reading it…"); // what was looked at before is not what stands here
      rest = setTimeout(() => { if (area.value) this.#look(new Blob([area.value]), ""); }, restMs);
    });
    area.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text.length <= mostShown) return;
      event.preventDefault();
      area.value = "";
      this.#look(new Blob([text]), "");
    });
    file.addEventListener("change", () => {
      if (file.files?.length) open(file.files[0]);
      file.value = ""; // the same may be opened again
    });
    startDrop((from) => { this.#show(); open(from); }, (sentence) => { this.#show(); this.#away(sentence); });
    byID("own-open").addEventListener("click", () => file.click());
    byID("own-go").addEventListener("click", () => { this.#show(); area.focus({ preventScroll: true }); });
    byID("own-run").addEventListener("click", () => this.#run());
    byID("own-away").addEventListener("click", () => { area.value = ""; this.#away(); area.focus(); });
    area.disabled = false;
    for (const id of ["own-open", "own-go"]) byID(id, HTMLButtonElement).disabled = false;
  }

  /** Brings the section into sight. */
  #show() { byID("own").scrollIntoView({ block: "start" }); }

  /** @param {Blob} from @param {string} called */
  async #look(from, called) {
    const { rows, in: where, want, told, most } = parsed(this.#lab.texts()), name = called || "What was pasted";
    this.#away(`Reading ${called || "it"}…`);
    const { signal } = this.#looks;
    /** @type {Uint8Array<ArrayBuffer>} */
    let bytes;
    try {
      bytes = new Uint8Array(await from.slice(0, most + 1).arrayBuffer());
    } catch {
      if (!signal.aborted) this.#away(`${name} could not be read: it may be a folder, or gone.`);
      return;
    }
    const look = signal.aborted ? undefined : await lookAt(this.#lab.worker(), bytes, rows, signal);
    if (signal.aborted || !look) return;
    if (look.wrong !== undefined) return this.#away(`${name} cannot be learnt: ${look.wrong}.`);
    const { task, said, symbols } = look;
    this.#seen = { name: task.text, called, task: JSON.stringify(task), said: said[0], bytes, time: Date.now() };
    if (want && want === task.text) return this.#run();
    const other = want ? `This is another text than the one that is asked for, which has ${told}. ` : "";
    setText(byID("own-said"), `${other}${called ? `${called}: ` : ""}${said.join(" ")}`);
    byID("own-symbols").replaceChildren(...symbols.map((symbol) => make("bdi", {}, symbol)));
    setText(byID("own-link"), task.content
      ? "It is short, so links to its runs carry all of it: whoever gets one can read it."
      : "Links to its runs do not carry it, only its length, its number of symbols and its hash" +
        `${called ? ", and the name of the file" : ""}: whoever opens one is asked for the text.`);
    setText(byID("own-in"), `It takes the place of the text of ${where}.`);
    byID("own-seen").hidden = false;
  }

  /** Puts away what was looked at. @param {string} [sentence] why, or what comes */
  #away(sentence = "") {
    this.#looks.abort();
    this.#looks = new AbortController();
    this.#seen = undefined;
    byID("own-seen").hidden = true;
    setText(byID("own-said"), sentence);
  }

  async #run() {
    const seen = this.#seen;
    if (!seen) return;
    byID("own-text", HTMLTextAreaElement).value = "";
    this.#away();
    const lost = this.#texts.add(seen); // it can be given to workers from now on
    this.learn(seen.name);
    setText(byID("own-said"), await lost);
    this.show();
  }

  /** Learns a text that is here. @param {string} name */
  learn(name) {
    const text = this.#texts.get(name);
    if (!text) return;
    this.#lab.dismiss();
    this.#lab.learn(text.task, text.called);
    this.#acted();
    byID("panel").scrollTop = 0;
    byID("play").focus({ preventScroll: true });
  }

  /** Those that are here, as choices. @returns {{ value: string, label: string }[]} */
  choices() { return this.#texts.list().map((text) => ({ value: text.name, label: `Your text: ${label(text)}` })); }

  /** Shows which text is asked for, and which are kept. */
  show() {
    const { want, told } = parsed(this.#lab.texts());
    if (want !== this.#want) {
      this.#want = want;
      byID("own-want").hidden = !want;
      setText(byID("own-want"),
        want && `A run waits for its text, which has ${told}. Give it here, and the run goes on.`);
    }
    const kept = this.#texts.list().filter(({ name }) => this.#texts.kept(name));
    const names = JSON.stringify(kept.map(({ name }) => name));
    if (names === this.#kept) return;
    this.#kept = names;
    byID("own-kept").hidden = !kept.length;
    byID("own-list").replaceChildren(...kept.map((text) => this.#row(text)));
  }

  /** @param {OwnText} text */
  #row(text) {
    const learn = make("button", { type: "button" }, "Learn it"), remove = make("button", { type: "button" }, "Remove");
    learn.setAttribute("aria-label", `Learn ${label(text)}`);
    remove.setAttribute("aria-label", `Remove ${label(text)} from this browser`);
    learn.addEventListener("click", () => this.learn(text.name));
    remove.addEventListener("click", async () => {
      try {
        await this.#texts.remove(text.name);
        const carried = parsed(text.task).content && parsed(this.#lab.texts()).runs === text.name
          ? " The address of this page still carries it until another run is chosen, and the browser's history may."
          : "";
        setText(byID("own-said"),
          `${label(text)} is removed from this browser, with the runs of it that were kept.${carried}`);
      } catch {
        setText(byID("own-said"), `${label(text)} could not be removed: the browser refused it.`);
      }
      this.show();
      byID("own-text").focus({ preventScroll: true }); // the button is gone
    });
    const size = `${(text.bytes.byteLength / 1000).toPrecision(3)} kB`;
    return make("li", {}, make("span", {}, make("b", {}, label(text)), `, ${size}`), learn, remove);
  }
}

/** What a text is called here: by its file, or by how it begins. @param {OwnText} text */
function label({ called, bytes }) {
  const begins = new TextDecoder().decode(bytes.subarray(0, 120)).replace(/\s+/g, " ").trim();
  return called || `“${[...begins].slice(0, 24).join("")}…”`;
}
