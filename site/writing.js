// What networks are asked to write, and what they wrote, in words.

import { byID, make, setText } from "./dom.js";

export class Writer {
  #texts = "";
  #wrong = ""; // with what was asked for last

  /** @param {Lab} lab @param {() => void} refresh */
  constructor(lab, refresh) {
    const form = byID("write", HTMLFormElement), prompt = byID("prompt", HTMLTextAreaElement);
    const temperature = byID("temperature", HTMLInputElement);
    const write = () => {
      this.#wrong = lab.write(prompt.value, temperature.valueAsNumber);
      refresh();
    };
    temperature.addEventListener("input", () => setText(byID("temperature-at"), temperature.valueAsNumber.toFixed(1)));
    temperature.addEventListener("change", write);
    form.addEventListener("submit", (event) => { event.preventDefault(); write(); });
    prompt.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault(); // with Shift it begins a new line
      write();
    });
  }

  /** @param {Writing} writing */
  show({ offered, busy, refused, texts }) {
    byID("writing").hidden = !offered;
    const wrong = this.#wrong || refused;
    setText(byID("write-said"), wrong ? sentence(wrong) : busy ? "They are writing." : "");
    const now = JSON.stringify(texts);
    if (now === this.#texts) return;
    this.#texts = now;
    byID("written").replaceChildren(...texts.flatMap((w) => [
      make("dt", {}, w.name || "One network still", make("span", { className: "small" },
        `, at step ${w.step}, temperature ${w.temperature}; mean probability of a character ${w.sure}`)),
      make("dd", {}, make("span", { className: "small" }, w.prompt), w.text),
    ]));
  }
}

/** @param {string} words */
const sentence = (words) => `${words[0].toUpperCase()}${words.slice(1)}.`;
