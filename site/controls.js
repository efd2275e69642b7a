// The controls around the pictures: run, speed, scrub, widen, quantity, keys. Everything that is shown comes from the program's
// state, read a few times a second where it has changed; nothing is remembered here that the program knows.

import { Story } from "./story.js";
import { Panes, radios } from "./panes.js";
import { Table } from "./table.js";
import { Knobs } from "./knobs.js";
import { Choice } from "./choose.js";
import { startExports } from "./exports.js";
import { startPictures } from "./pictures.js";
import { startKeys } from "./keys.js";
import { Notice } from "./notice.js";
import { hold, kept } from "./address.js";

const byID = (id) => document.getElementById(id);
const everyMs = 300;
const busyMs = 600; // at full speed: every core has something better to do
const mostFrames = 4; // that one look waits for

/** lost is called where the browser takes the canvas away. What is returned goes on with another program behind the same lab. */
export function start(lab, meter, lost) {
  const read = () => JSON.parse(lab.state());
  const panes = new Panes(lab);
  const story = new Story(lab, {
    speak: (pane) => panes.speak(pane),
    turn: (chapter) => {
      refresh();
      if (chapter !== state.phase && state.moments[chapter] <= state.last) act("scrub", state.moments[chapter]);
    },
  });
  const table = new Table(lab);
  const knobs = new Knobs(lab, () => refresh());
  let phase = "";
  const anew = () => { knobs.show(); refresh(); };
  const choice = new Choice(lab, anew);
  const notice = new Notice(lab, anew);
  let seen = 0;
  let state = read();
  let lastLook = 0;

  // The words wait for a frame in which nothing is drawn, so that none is long. In a hidden tab there are no frames.
  let waiting = 0;
  function follow() {
    if (state.playing && state.speed === "max" && performance.now() - lastLook < busyMs - everyMs / 2) return;
    if (waiting) look();
    else wait(mostFrames);
  }

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
    transport(state);
    choice.show();
    byID("scale").querySelector(`[value=${lab.scale()}]`).checked = true;
    notice.show();
    hold(lab, true);
    const follows = phase !== state.phase && reading();
    phase = state.phase;
    story.show(state);
    if (follows) byID("story").scrollIntoView();
    table.show(state);
  }

  const act = (name, ...args) => { lab.dismiss(); lab[name](...args); refresh(); };
  const toggle = () => act(read().playing ? "pause" : "play");
  byID("play").addEventListener("click", toggle);
  byID("step").addEventListener("click", () => act("step"));
  byID("reset").addEventListener("click", () => act("reset"));
  const widen = (slip) => { act("widen", slip); knobs.show(); };
  byID("widen").addEventListener("click", () => widen(false));
  byID("live").addEventListener("click", () => act("scrub", -1));
  byID("scrub").addEventListener("input", (event) => act("scrub", Number(event.target.value)));
  for (const name of ["speed", "quantity", "scale"]) {
    byID(name).addEventListener("change", (event) => act(name, event.target.value));
  }

  startKeys({ " ": toggle, ".": () => act("step"), w: () => widen(true), r: () => act("reset") });
  radios("scale", JSON.parse(lab.scales()));
  startPictures(lab, lost);
  startExports(lab);
  for (const control of document.querySelectorAll("#transport :disabled, #quantity :disabled, #panel section > .buttons :disabled")) control.disabled = false;
  hold(lab, false);
  anew();
  setInterval(follow, everyMs);

  addEventListener("hashchange", async () => {
    const hash = location.hash, run = await kept();
    if (location.hash !== hash) return; // and the reader has gone on
    lab.open(hash, run);
    hold(lab, false);
    anew();
  });

  return () => {
    startPictures(lab, lost);
    panes.show();
    lab.quantity(byID("quantity").querySelector(":checked").value);
    lab.scale(byID("scale").querySelector(":checked").value);
    anew();
  };
}

/** Whether the reader is in the middle of the story: then the next chapter is shown from its start. */
function reading() {
  const { top } = byID("panel").getBoundingClientRect(), story = byID("story").getBoundingClientRect();
  return story.top < top && story.bottom > top;
}

function transport(state) {
  const play = byID("play");
  play.classList.toggle("playing", state.playing);
  text("play-label", state.playing ? "Pause" : "Play");
  play.disabled = state.done;
  byID("step").disabled = state.done;
  byID("widen").disabled = state.forked || !state.factor;
  text("widen-factor", state.factor ? `×${state.factor}` : "");
  const scrub = byID("scrub");
  scrub.max = state.steps;
  if (document.activeElement !== scrub || state.live) scrub.value = state.step;
  scrub.setAttribute("aria-valuetext", `step ${state.step} of ${state.steps}`);
  text("at", state.step);
  text("of", state.steps);
  byID("live").classList.toggle("on", state.live);
  byID("live").setAttribute("aria-pressed", state.live);
  for (const radio of document.querySelectorAll("[name=speed]")) radio.checked = radio.value === state.speed;
}

function text(id, value) {
  const node = byID(id);
  const s = String(value);
  if (node.textContent !== s) node.textContent = s;
}
