// The presenter's view: notes, the slide that is shown, the next one, and the time. It follows the slides in another
// window of this browser, and its keys and buttons turn them.

const channel = new BroadcastChannel("sparkling-slides");
const notes = [...document.querySelectorAll("#notes article")];

/** @param {string} id @returns {HTMLElement} */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {string} id @returns {HTMLIFrameElement} */
const frame = (id) => /** @type {HTMLIFrameElement} */ (element(id).querySelector("iframe"));

let shown = -1, begun = 0;

/** @param {HTMLIFrameElement} view @param {number} slide */
function show(view, slide) {
  const address = new URL(`index.html?preview#/${slide}`, location.href);
  if (view.src) view.contentWindow?.location.replace(address);
  else view.src = address.href;
}

/** @param {number} slide */
function follow(slide) {
  if (slide === shown || !notes[slide]) return;
  if (shown >= 0 && !begun) begin();
  shown = slide;
  element("place").textContent = `Slide ${slide + 1} of ${notes.length}`;
  notes.forEach((article, i) => article.toggleAttribute("hidden", i !== slide));
  element("notes").scrollTop = 0;
  const last = slide + 1 === notes.length;
  show(frame("now"), slide);
  if (!last) show(frame("then"), slide + 1);
  frame("then").hidden = last;
  /** @type {HTMLElement} */ (element("then").querySelector("p")).hidden = !last;
}

channel.addEventListener("message", ({ data }) => {
  if (data?.sparkling === "at" && Number.isInteger(data.at)) follow(data.at);
});

/** @param {"next" | "back"} to */
const go = (to) => channel.postMessage({ sparkling: "go", to });

function begin() {
  begun = Date.now();
  tick();
}

function tick() {
  const passed = begun ? Math.floor((Date.now() - begun) / 1000) : 0;
  element("elapsed").textContent = `${Math.floor(passed / 60)}:${String(passed % 60).padStart(2, "0")}`;
  element("clock").textContent = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

element("back").addEventListener("click", () => go("back"));
element("next").addEventListener("click", () => go("next"));
element("reset").addEventListener("click", begin);
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const pressed = event.target instanceof HTMLButtonElement && (event.key === " " || event.key === "Enter");
  const to = { ArrowRight: "next", PageDown: "next", n: "next", " ": "next", ArrowLeft: "back", PageUp: "back",
    p: "back" }[event.key];
  if (!to || pressed) return;
  event.preventDefault();
  go(to === "next" ? "next" : "back");
});

setInterval(tick, 1000);
tick();
channel.postMessage({ sparkling: "where" });
