// The keys that the page names, and no others: where the focus is on the pictures or on the bar below them, without any
// other key held, unless the reader has switched them off.

import { byID } from "./dom.js";

const setting = "keys"; // in the browser's storage: "off", or nothing

/**
 * actions: by key, as the page names them. While the story is held Space goes on with it from the text too, and where
 * nothing has the focus; while an update is seen in slow motion the arrows go through it from wherever they do nothing
 * else.
 * @param {() => boolean} held @param {() => boolean} seen @param {Record<string, () => void>} actions
 */
export function startKeys(held, seen, actions) {
  const on = byID("keys", HTMLInputElement);
  on.checked = stored() !== "off";
  on.addEventListener("change", () => store(on.checked ? undefined : "off"));
  document.addEventListener("keydown", (event) => {
    const { target, key } = event, action = actions[key.toLowerCase()];
    if (!action || !on.checked || !(target instanceof Element)) return;
    const told = key === " " && (target === document.body || target.closest("#story")) && held();
    const through = key.startsWith("Arrow") && seen();
    if (key.startsWith("Arrow") && !through) return; // whoever shows this page may want it
    if (!told && !through && !target.closest("body > canvas, #transport") || used(target, key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) action();
  });
}

/** A key belongs to the control that it is pressed in, if that uses it. @param {Element} target @param {string} key */
export const used = (target, key) => (key.startsWith("Arrow") ? target.matches("input, select, textarea, .scroll")
  : key === " " && target.matches("button, input, a, select"));

// A browser may keep nothing, and says so in its own way.
function stored() {
  try { return localStorage.getItem(setting); } catch { return null; }
}

/** @param {string} [value] */
function store(value) {
  try {
    if (value) localStorage.setItem(setting, value);
    else localStorage.removeItem(setting);
  } catch { /* it holds for this visit */ }
}
