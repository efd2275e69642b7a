// The controls around the pictures: run, speed, scrub, widen, quantity, keys. Everything that is shown comes from the
// program's state, read a few times a second where it has changed; nothing is remembered here that the program knows.

import { Story } from "./story.js";
import { Panes, radios } from "./panes.js";
import { Table } from "./table.js";
import { Insides } from "./inside.js";
import { SlowMotion } from "./update.js";
import { Sweep } from "./sweep.js";
import { Writer } from "./writing.js";
import { Knobs } from "./knobs.js";
import { Choice } from "./choose.js";
import { OwnTexts } from "./owntext.js";
import { startExports } from "./exports.js";
import { startEmbedding } from "./embedding.js";
import { startPictures } from "./pictures.js";
import { startKeys } from "./keys.js";
import { Notice } from "./notice.js";
import { startFrame } from "./frame.js";
import { refuse } from "./refused.js";
import { mode } from "./mode.js";
import { Present } from "./present.js";
import { hold, kept } from "./address.js";
import { all, byID, first, grouped, parsed, setText } from "./dom.js";

/** @typedef {import("./meter.js").Meter} Meter */

const everyMs = 300;
const busyMs = 600; // at full speed: every core has something better to do
const mostFrames = 4; // that one look waits for
const narrow = matchMedia("(max-width: 860px)");

/**
 * lost is called where the browser takes the canvas away. What is returned goes on with another program behind the same
 * lab.
 * @param {Lab} lab @param {Meter} meter @param {import("./texts.js").Texts} texts @param {() => void} lost
 */
export function start(lab, meter, texts, lost) {
  const read = () => parsed(lab.state());
  let state = read();
  let sown = parsed(lab.seeds());
  let seen = 0;
  let lastLook = 0;
  const panes = new Panes(lab);
  const story = new Story(lab, () => { lab.dismiss(); anew(); },
    (pane) => { panes.pin(pane); refresh(); });
  const table = new Table(lab, () => refresh());
  const insides = new Insides(lab, () => refresh());
  const slow = new SlowMotion(lab, () => refresh());
  const sweep = new Sweep(lab, () => anew());
  const writer = new Writer(lab, () => refresh());
  const knobs = new Knobs(lab, () => refresh());
  const anew = () => { knobs.show(); refresh(); };
  const own = new OwnTexts(lab, texts, anew);
  const choice = new Choice(lab, own, anew);
  const notice = new Notice(lab, anew);

  // The words wait for a frame in which nothing is drawn, so that none is long. In a hidden tab there are no frames.
  let waiting = 0;
  function follow() {
    const busy = state.playing && state.speed === "max" || sown.state === "playing";
    if (busy && performance.now() - lastLook < busyMs - everyMs / 2) return;
    if (waiting) look();
    else wait(mostFrames);
  }

  /** @param {number} frames */
  function wait(frames) {
    waiting = requestAnimationFrame(() => {
      if (meter.quiet() || frames <= 1) look();
      else wait(frames - 1);
    });
  }

  function look() {
    cancelAnimationFrame(waiting);
    waiting = 0;
    const changes = lab.changes();
    if (changes !== seen) refresh();
    seen = changes;
  }

  // Whether pictures and words stay as they are until somebody does something.
  lab.still = () => lab.settled() && !waiting && lab.changes() === seen;

  function refresh() {
    lastLook = performance.now();
    state = read();
    sown = parsed(lab.seeds());
    transport(state, lab.waits());
    choice.show();
    panes.show();
    first(`[value="${lab.quantity()}"]`, HTMLInputElement, byID("quantity")).checked = true;
    first(`[value=${lab.scale()}]`, HTMLInputElement, byID("scale")).checked = true;
    first(`[value=${lab.colouring()}]`, HTMLInputElement, byID("colouring")).checked = true;
    byID("colouring").hidden = !state.facts;
    const news = notice.show();
    own.show();
    hold(lab, true);
    const reads = reading();
    if (story.show(state, sown) && !news) {
      // Where the panel is small, there is room for a chapter only below the title of its lesson.
      if (narrow.matches && !byID("lesson").hidden) byID("chapters").scrollIntoView();
      else if (reads) byID("story").scrollIntoView();
    }
    table.show(state);
    slow.show();
    sweep.show(state, sown);
    writer.show(state.writing);
    insides.show();
  }

  /** Shows the pictures that the address names, and no others. */
  function only() {
    const wrong = lab.only(...mode.panes);
    refuse(wrong ? [`The address says “pane=${mode.panes.join(",")}”, but ${wrong}.`] : []);
  }

  const act = (/** @type {() => void} */ what) => { lab.dismiss(); what(); refresh(); };
  const toggle = () => act(() => (read().playing ? lab.pause() : lab.play()));
  const space = () => story.goOn() || toggle();
  const step = () => act(() => lab.step());
  const reset = () => act(() => lab.reset());
  const widen = (/** @type {boolean} */ slip) => { act(() => lab.widen(slip)); knobs.show(); };
  byID("play").addEventListener("click", () => mode.embed && read().playing && story.goOn() || toggle());
  byID("step").addEventListener("click", step);
  byID("to-start").addEventListener("click", reset);
  byID("widen").addEventListener("click", () => widen(false));
  byID("live").addEventListener("click", () => act(() => lab.scrub(-1)));
  const scrub = byID("scrub", HTMLInputElement);
  scrub.addEventListener("input", () => act(() => lab.scrub(Number(scrub.value))));
  byID("speed").addEventListener("change", () => act(() => lab.speed(checked("speed"))));
  byID("quantity").addEventListener("change", () => act(() => lab.quantity(checked("quantity"))));
  byID("scale").addEventListener("change", () => act(() => lab.scale(checked("scale"))));
  byID("colouring").addEventListener("change", () => act(() => lab.colouring(checked("colouring"))));

  const through = (/** @type {number} */ by) => { slow.step(by); refresh(); };
  startKeys(() => lab.waits(), () => slow.seen, { " ": space, ".": step, w: () => widen(true), r: reset,
    arrowleft: () => through(-1), arrowright: () => through(1) });
  radios("scale", parsed(lab.scales()));
  radios("colouring", parsed(lab.colourings()));
  startPictures(lab, lost, () => panes.show());
  startExports(lab);
  startEmbedding(lab);
  const present = new Present(lab, { goOn: () => story.goOn(), play: space, widen: () => widen(false),
    pin: (pane) => panes.pin(pane) }, anew);
  for (const part of ["#transport", "#quantity", "#sow-form", "#panel section > .buttons"]) {
    for (const control of all(`${part} :disabled`, HTMLElement)) control.removeAttribute("disabled");
  }
  hold(lab, false);
  only();
  anew();
  setInterval(follow, everyMs);
  startFrame(lab, () => refresh());

  addEventListener("hashchange", async () => {
    const hash = location.hash, run = await kept();
    if (location.hash !== hash) return; // and the reader has gone on
    lab.open(hash, run);
    hold(lab, false);
    anew();
  });

  return () => {
    startPictures(lab, lost, () => panes.show());
    only();
    panes.pin(byID("pane", HTMLSelectElement).value);
    lab.quantity(checked("quantity"));
    lab.scale(checked("scale"));
    lab.colouring(checked("colouring"));
    present.again();
    anew();
  };
}

/** What is chosen in a row of choices. @param {string} id */
const checked = (id) => first(":checked", HTMLInputElement, byID(id)).value;

/** Whether the reader is in the middle of the story: then the next chapter is shown from its start. */
function reading() {
  const { top } = byID("panel").getBoundingClientRect(), story = byID("story").getBoundingClientRect();
  return story.top < top && story.bottom > top;
}

/** waits: for its reader, though it plays. @param {State} state @param {boolean} waits */
function transport(state, waits) {
  const play = byID("play", HTMLButtonElement);
  play.classList.toggle("playing", state.playing && !(mode.embed && waits));
  const goes = mode.embed && state.playing && waits; // there the bar may be all that is in sight
  setText(byID("play-label"), goes ? "Continue" : state.playing ? "Pause" : "Play");
  play.title = state.playing && waits ? "The run waits for you: go on with the text" : "";
  play.disabled = state.done;
  byID("step", HTMLButtonElement).disabled = state.done;
  byID("widen", HTMLButtonElement).disabled = state.forked || !state.factor;
  setText(byID("widen-factor"), state.factor ? `×${state.factor}` : "");
  const scrub = byID("scrub", HTMLInputElement);
  scrub.max = String(state.steps);
  if (document.activeElement !== scrub || state.live) scrub.value = String(state.step);
  scrub.setAttribute("aria-valuetext", `step ${grouped(state.step)} of ${grouped(state.steps)}`);
  setText(byID("at"), grouped(state.step));
  setText(byID("of"), grouped(state.steps));
  byID("live").classList.toggle("on", state.live);
  byID("live").setAttribute("aria-pressed", String(state.live));
  for (const radio of all("[name=speed]", HTMLInputElement)) radio.checked = radio.value === state.speed;
}
