// Says what of the address was not understood, above the pictures, until the reader has taken note.

import { byID, make } from "./dom.js";

/** Adds sentences to those that are said. @param {string[]} sentences */
export function refuse(sentences) {
  if (!sentences.length) return;
  const box = byID("refused");
  byID("refused-says").append(...sentences.map((sentence) => make("p", {}, sentence)));
  byID("refused-close").onclick = () => {
    byID("refused-says").replaceChildren();
    box.hidden = true;
  };
  box.hidden = false;
}
