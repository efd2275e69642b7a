// The keys that the page names, and no others: where the focus is on the pictures or on the bar below them, without any other key held, unless
// the reader has switched them off.

const setting = "keys"; // in the browser's storage: "off", or nothing

/** actions: by key, as the page names them. */
export function startKeys(actions) {
  const on = document.getElementById("keys");
  on.checked = stored() !== "off";
  on.addEventListener("change", () => store(on.checked ? undefined : "off"));
  document.addEventListener("keydown", (event) => {
    const action = actions[event.key.toLowerCase()];
    if (!action || !on.checked || !event.target.closest("body > canvas, #transport") || used(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) action();
  });
}

/** A key belongs to the control it is pressed in where that control would use it. */
const used = ({ target, key }) => key === " " && target.matches("button, input");

// A browser may keep nothing, and says so in its own way.
function stored() {
  try { return localStorage.getItem(setting); } catch { return null; }
}

function store(value) {
  try {
    if (value) localStorage.setItem(setting, value);
    else localStorage.removeItem(setting);
  } catch { /* it holds for this visit */ }
}
