// The slides: reveal.js turns them, the Labs in them play while they are seen, and a presenter's view in another window
// follows and leads. With ?preview, as that view shows them, nothing plays and no key is heard.

import Reveal from "./reveal/reveal.mjs";
import { Embeds } from "./embeds.js";

const preview = new URLSearchParams(location.search).has("preview");

await Reveal.initialize({
  width: 1920, height: 1080, margin: 0, minScale: 0.05, maxScale: 4, center: false, display: "flex",
  transition: "none", backgroundTransition: "none", hash: true, controls: !preview, progress: !preview,
  controlsTutorial: false, keyboard: !preview, touch: !preview, overview: !preview, help: true,
  // who shows this page leads it through nothing but its address; on a phone it stays a page of slides
  postMessage: false, postMessageEvents: false, scrollActivationWidth: null, preloadIframes: false,
  autoPlayMedia: false, pdfSeparateFragments: false,
});

if (!preview) {
  const embeds = new Embeds(act);
  const channel = new BroadcastChannel("sparkling-slides");
  const place = () => ({ sparkling: "at", at: Reveal.getIndices().h });
  const stands = () => !Reveal.isPaused() && !Reveal.isOverview();
  const turned = () => {
    const now = Reveal.getCurrentSlide();
    embeds.turn(now, now.nextElementSibling, stands());
    channel.postMessage(place());
  };
  const events = ["slidechanged", "paused", "resumed", "overviewshown", "overviewhidden"];
  for (const event of events) Reveal.on(event, turned);
  channel.addEventListener("message", ({ data }) => {
    if (data?.sparkling === "where") channel.postMessage(place());
    if (data?.sparkling === "go" && data.to === "next") Reveal.next();
    if (data?.sparkling === "go" && data.to === "back") Reveal.prev();
  });
  Reveal.addKeyBinding({ keyCode: 83, key: "S", description: "Presenter view" }, present);
  turned();
}

/** Does what a key asked for that was pressed in a Lab. @param {string} asked */
function act(asked) {
  /** @type {Map<string, () => void>} */
  const acts = new Map(Object.entries({
    next: () => Reveal.next(),
    back: () => Reveal.prev(),
    blank: () => Reveal.togglePause(),
    overview: () => Reveal.toggleOverview(),
    escape: () => window.focus(),
    notes: present,
    fullscreen: () => { document.documentElement.requestFullscreen().catch(() => {}); },
  }));
  acts.get(asked)?.();
}

function present() {
  window.open("presenter.html", "sparkling-presenter", "popup,width=1200,height=800");
}
