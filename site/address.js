// The address holds the experiment that runs, so that a reload, a bookmark and a copied address give it again. In
// another page it stays as that page wrote it, and no entry of the history is made; a link holds it.

import { get } from "./store.js";
import { byID, parsed } from "./dom.js";
import { mode } from "./mode.js";

const fragment = () => decodeURIComponent(location.hash.slice(1));

const first = "facts"; // runs where the address names nothing
let made = ""; // what the address was last made

/**
 * Makes the address that of what runs. Where another experiment runs than before, entry is true: to go to one of the
 * named ones is an entry of the history. Else the address itself was the reason.
 * @param {Lab} lab @param {boolean} entry
 */
export function hold(lab, entry) {
  if (parsed(lab.texts()).want) return; // it holds what waits for its reader's text
  const is = lab.address();
  if (entry && is === made) return; // the reader may just be going elsewhere
  made = is;
  if (mode.embed) {
    byID("whole", HTMLAnchorElement).href = `${location.pathname}#${is}`;
    return;
  }
  if (location.hash === `#${is}` || (!location.hash && is === first)) return;
  if (entry && is === lab.chosen()) history.pushState(null, "", `#${is}`);
  else history.replaceState(null, "", `#${is}`);
}

/** What was kept of the run that the address holds, or undefined: a lesson has one, whatever its chapter. */
export function kept() {
  try { return get(fragment().split("/")[0] || first); } catch { return undefined; } // a damaged address
}
