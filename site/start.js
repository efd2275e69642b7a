// Starts the program of the pictures, and another in its place where the browser has taken its canvas away: what was drawn cannot be had
// again from a lost canvas, but the run does not live there.

import { withoutGames } from "./pictures.js";

/**
 * Starts the program, which puts its functions into bridge. just is called immediately before, when nothing can fail any more.
 * Returns what ends it, and a promise that is broken when it ends of itself.
 */
export async function startProgram(module, bridge, meter, just = () => {}) {
  const go = new Go();
  meter.watch(go);
  let code = 0;
  go.exit = (c) => { code = c; };
  const ready = new Promise((resolve) => { bridge.ready = resolve; });
  const instance = await WebAssembly.instantiate(module, go.importObject);
  just();
  const asBefore = withoutGames();
  const ended = go.run(instance).then(() => { throw new Error(`the program ended with code ${code}`); });
  ended.catch(() => {}); // whoever has started it looks
  await Promise.race([ready, ended]);
  asBefore();
  return { ended, end: () => end(go, bridge) };
}

/** Ends a program that still waits for timers, messages and frames: none of them reaches it any more, and its memory is given back. */
function end(go, bridge) {
  bridge.end();
  go._resume = () => {};
  for (const timer of go._scheduledTimeouts.values()) clearTimeout(timer);
  go._scheduledTimeouts.clear();
  go._inst = go.mem = go._values = undefined;
  document.querySelector("body > canvas").remove();
}

/** Waits until a picture can be drawn at all. */
export async function drawable() {
  for (;;) {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext(); // a page gets few of them
    if (context) return;
    await new Promise((again) => setTimeout(again, 500));
  }
}
