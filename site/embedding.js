// Writes the line with which what runs here becomes a part of another page or a slide. Nobody sees what is copied but
// who asked for it.

import { all, byID, first, make, parsed } from "./dom.js";
import { parts } from "./mode.js";

/** How the parts are called. @type {Record<string, string>} */
const called = { text: "the text", bar: "the whole bar", speed: "speeds", scrub: "the slider of steps",
  picture: "the choice of the picture", widen: "Widen" };
const loopback = ["localhost", "127.0.0.1", "[::1]"];

/** @param {Lab} lab */
export function startEmbedding(lab) {
  const dialog = byID("embedding", HTMLDialogElement), line = byID("embedding-line", HTMLTextAreaElement);
  const pane = byID("embedding-pane", HTMLSelectElement), half = byID("embedding-half", HTMLSelectElement);
  const at = byID("embedding-at", HTMLInputElement), type = byID("embedding-type", HTMLSelectElement);
  byID("embedding-hide").append(...parts.map((name) => make("label", {},
    make("input", { type: "checkbox", value: name }), ` ${called[name]}`)));

  /** What stands before the # of the address. */
  function query() {
    const panes = [pane.value, pane.value && half.value].filter(Boolean);
    const hidden = all(":checked", HTMLInputElement, byID("embedding-hide")).map(({ value }) => value);
    const said = [panes.length && `pane=${panes.join(",")}`, hidden.length && `hide=${hidden.join(",")}`,
      at.valueAsNumber > 0 && `at=${at.valueAsNumber}`, type.value && `type=${type.value}`];
    return ["embed", ...said.filter(Boolean)].join("&");
  }

  function write() {
    half.disabled = !pane.value;
    const wrong = at.validity.valid ? "" : `A step is a whole number from 0 to ${at.max}.`;
    byID("embedding-said").textContent = wrong;
    byID("embedding-copy", HTMLButtonElement).disabled = wrong !== "";
    const src = new URL(`?${query()}#${lab.address()}`, location.href).href, { name } = parsed(lab.state());
    const aspect = first(":checked", HTMLInputElement, byID("embedding-aspect")).value;
    line.value = wrong ? "" : `<iframe src="${quoted(src)}" title="${quoted(`SPARKLING Lab: ${name}`)}"\n` +
      `  style="width: 100%; aspect-ratio: ${aspect}; border: 0" loading="lazy"></iframe>`;
  }

  byID("embed-this").addEventListener("click", () => {
    const { step, steps } = parsed(lab.state()), lesson = parsed(lab.story()).title !== "";
    const panes = parsed(lab.panes()).map(({ id, label }) => new Option(label, id));
    pane.replaceChildren(new Option("those that the text chooses", ""), ...panes);
    half.replaceChildren(new Option("nothing else", ""), ...panes.map((option) => option.cloneNode(true)));
    pane.value = lab.pin();
    at.max = String(steps);
    at.value = String(lesson ? 0 : step); // a lesson has its chapter
    byID("embedding-here").hidden = !loopback.includes(location.hostname);
    byID("embedding-text").hidden = parsed(lab.texts()).runs === "";
    write();
    dialog.showModal();
  });
  dialog.addEventListener("input", write);
  line.addEventListener("focus", () => line.select());
  byID("embedding-close").addEventListener("click", () => dialog.close());
  byID("embedding-copy").addEventListener("click", async () => {
    line.select();
    const copied = await navigator.clipboard.writeText(line.value).then(() => true, () => false);
    byID("embedding-said").textContent = copied ? "Copied." : "The browser does not let this page copy: the line is " +
      "selected, and your own keys copy it.";
  });
}

/** A text in a value of HTML. @param {string} text */
const quoted = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;")
  .replace(/>/g, "&gt;");
