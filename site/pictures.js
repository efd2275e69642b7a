// The canvas of the pictures has a page's manners, not a game's: it hears where the pointer is, and leaves everything else to the browser.

// What Ebitengine wants to hear of its canvas in order to prevent what the browser would do, or to load the page again.
const games = new Set(["keydown", "keyup", "mousedown", "mouseup", "mousemove", "wheel", "touchstart", "touchend", "touchmove", "contextmenu", "dragover", "drop",
  "webglcontextlost"]);

/** Keeps canvases from being asked for that, from now on and until the function that is returned is called. */
export function withoutGames() {
  const listen = EventTarget.prototype.addEventListener;
  HTMLCanvasElement.prototype.addEventListener = function (type, ...rest) {
    if (!games.has(type)) listen.call(this, type, ...rest);
  };
  return () => { delete HTMLCanvasElement.prototype.addEventListener; };
}

/** Ebitengine's canvas gets a name and a place in the order of focus, and tells the program where a pointer is; lost is called where it is lost. */
export function startPictures(lab, lost) {
  const c = document.querySelector("body > canvas");
  c.tabIndex = 0;
  c.style.outline = "";
  c.setAttribute("role", "img");
  c.setAttribute("aria-label", "Pictures of the run: loss, pairs of neurons, divergence of gradients, RMS. The table of arms says the same in numbers.");
  document.body.prepend(c);
  for (const type of ["pointerdown", "pointermove"]) c.addEventListener(type, ({ offsetX, offsetY }) => lab.point(offsetX, offsetY));
  c.addEventListener("pointerleave", ({ pointerType }) => { if (pointerType !== "touch") lab.point(); }); // where a finger was stays in sight
  c.addEventListener("webglcontextlost", lost);
  if (c.getContext("webgl2")?.isContextLost()) lost(); // before anybody listened
}
