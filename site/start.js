// Starts the program of the pictures, and another in its place where the browser has taken its canvas away: what was
// drawn cannot be had again from a lost canvas, but the run does not live there.

import { run } from "./gorun.js";
import { canvas, withoutGames } from "./pictures.js";

/**
 * Starts the program, which puts its functions into bridge. just is called immediately before, when nothing can fail
 * any more. Returns what ends it, and a promise that is broken when it ends of itself.
 * @param {WebAssembly.Module} module @param {Bridge} bridge @param {import("./meter.js").Meter} meter
 * @param {() => void} [just]
 */
export async function startProgram(module, bridge, meter, just = () => {}) {
  const over = new AbortController();
  const ready = new Promise((resolve) => { bridge.ready = () => resolve(undefined); });
  let asBefore = () => {};
  const { ended, drop } = await run(module, (ms) => meter.add(ms), () => {
    just();
    asBefore = withoutGames(over.signal);
  });
  await Promise.race([ready, ended]);
  asBefore();
  const lab = /** @type {Lab} */ (bridge); // it has put its functions there
  const end = () => {
    lab.end();
    over.abort();
    drop();
    canvas().remove();
  };
  return { lab, ended, end };
}

/** Waits until a picture can be drawn at all. */
export async function drawable() {
  for (;;) {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext(); // a page gets few of them
    if (context) return;
    await new Promise((again) => { setTimeout(again, 500); });
  }
}
