// A file that is dropped anywhere on the page. While one is held over it, the page says what becomes of it.

import { byID } from "./dom.js";

/** @param {(file: File) => void} take @param {(sentence: string) => void} refuse */
export function startDrop(take, refuse) {
  const hint = byID("drop");
  const over = (/** @type {DragEvent} */ event) => {
    if (!event.dataTransfer?.types.includes("Files")) return null;
    event.preventDefault();
    event.stopPropagation(); // the pictures have no use for it
    return event.dataTransfer;
  };
  addEventListener("dragover", (event) => {
    const held = over(event);
    if (!held) return;
    held.dropEffect = "copy";
    hint.hidden = false;
  }, true);
  addEventListener("dragleave", ({ relatedTarget }) => { if (!relatedTarget) hint.hidden = true; }, true);
  addEventListener("drop", (event) => {
    const files = over(event)?.files;
    hint.hidden = true;
    if (files?.length === 1) take(files[0]);
    else if (files) refuse("One file at a time, please: a network learns one text.");
  }, true);
}
