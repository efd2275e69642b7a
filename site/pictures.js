// The canvas of the pictures has a page's manners, not a game's: it hears where the pointer is, and leaves everything
// else to the browser.

import { first } from "./dom.js";

/** Ebitengine's canvas, while there is one. */
export const canvas = () => first("body > canvas", HTMLCanvasElement);

// What Ebitengine wants to hear of its canvas in order to prevent what the browser would do, or to load the page again.
const games = new Set(["keydown", "keyup", "mousedown", "mouseup", "mousemove", "wheel", "touchstart", "touchend",
  "touchmove", "contextmenu", "dragover", "drop", "webglcontextlost"]);

/**
 * From now on, and until the function that is returned is called, canvases are not asked for that; and who asks to hear
 * of anything else, of a canvas, the document or the window, hears of it until the signal says that it is over.
 * @param {AbortSignal} signal
 */
export function withoutGames(signal) {
  const { addEventListener } = EventTarget.prototype;
  const asked = [HTMLCanvasElement.prototype, document, window];
  for (const target of asked) {
    /** @type {(this: EventTarget, ...asked: Parameters<typeof addEventListener>) => void} */
    const listen = function listen(type, listener, options) {
      if (target === HTMLCanvasElement.prototype && games.has(type)) return;
      const wants = typeof options === "object" ? options : { capture: options };
      addEventListener.call(this, type, listener, { ...wants, signal });
    };
    Object.assign(target, { addEventListener: listen });
  }
  return () => { for (const target of asked) Reflect.deleteProperty(target, "addEventListener"); };
}

/**
 * Ebitengine's canvas gets a name and a place in the order of focus, and tells the program where a pointer is and what
 * is clicked on; lost is called where it is lost, and pressed where a click has done something.
 * @param {Lab} lab @param {() => void} lost @param {() => void} pressed
 */
export function startPictures(lab, lost, pressed) {
  const c = canvas();
  c.tabIndex = 0;
  c.style.outline = "";
  c.setAttribute("role", "img");
  c.setAttribute("aria-label", "Pictures of the run: loss, pairs of neurons, divergence of gradients, RMS. " +
    "The table of arms says the same in numbers.");
  first(".skip", HTMLElement).after(c); // who uses a keyboard meets the way past the pictures first
  const point = (/** @type {PointerEvent} */ { offsetX, offsetY }) => {
    c.style.cursor = lab.point(offsetX, offsetY) ? "pointer" : "";
  };
  c.addEventListener("pointerdown", point);
  c.addEventListener("pointermove", point);
  c.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType !== "touch") lab.point(); // where a finger was stays in sight
  });
  c.addEventListener("click", ({ offsetX, offsetY }) => { if (lab.press(offsetX, offsetY)) pressed(); });
  c.addEventListener("webglcontextlost", lost);
  if (c.getContext("webgl2")?.isContextLost()) lost(); // before anybody listened
}
