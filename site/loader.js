// Starts the page: says plainly what is missing, loads the two programs with exact progress, starts the pictures, and hands over
// to the controls. Knows how programs are loaded, nothing of what they do.

import { missing, unseen } from "./needs.js";
import { Meter } from "./meter.js";
import { start as startControls } from "./controls.js";
import { startProgram, drawable } from "./start.js";
import { Keeper } from "./keeper.js";
import { hold, kept } from "./address.js";

const byID = (id) => document.getElementById(id);

// The classic script beside this one says what is wrong, also where this one does not come.
const fail = (sentence) => window.explain?.(sentence);
document.documentElement.setAttribute("data-begun", "");

/** Shows how much of both programs has been fetched, of how much there is to fetch. */
function progress(got, total) {
  const mb = (n) => (n / 1e6).toFixed(1);
  byID("progress").value = got / total;
  byID("progress-text").textContent = got < total ? `Loading the program: ${mb(got)} of ${mb(total)} MB` : "Starting the program";
}

/** Lets a worker fetch both programs; each is a promise of its own, for the pictures do not wait for the trainer. */
function fetchPrograms() {
  const worker = new Worker(new URL("fetcher.js", import.meta.url), { type: "module" });
  const open = {};
  const program = (name) => new Promise((come, fail) => { open[name] = { come, fail }; });
  const lab = program("wasm/lab.wasm"), trainer = program("wasm/trainer.wasm");
  trainer.catch(() => {}); // it is awaited last
  let begun;
  const begins = new Promise((resolve) => { begun = resolve; });
  worker.onmessage = ({ data }) => {
    if ("report" in data) {
      begun();
      byID("report").hidden = !data.report;
    } else if (data.total) progress(data.got, data.total);
    else if (data.module) open[data.name].come(data.module);
    else open[data.name].fail(new Error(data.error));
  };
  worker.onerror = ({ message }) => { for (const { fail } of Object.values(open)) fail(new Error(message || "the worker site/fetcher.js could not be started")); };
  return { begins, lab, trainer, trainerTo: (port) => worker.postMessage(port, [port]), stop: () => worker.terminate() };
}

/** What gives workers to the arms, with the trainer as soon as it is there. The first one begins before it is asked for. */
function workers({ trainer, trainerTo }) {
  const begin = () => new Worker(new URL("worker.js", import.meta.url));
  let first = begin(), failed = false;
  first.onerror = () => { failed = true; }; // nobody else listens yet
  const { port1, port2 } = new MessageChannel();
  trainerTo(port1);
  first.postMessage(port2, [port2]);
  return () => {
    const worker = first ?? begin();
    if (worker !== first) trainer.then((module) => worker.postMessage(module), () => {});
    else if (failed) setTimeout(() => worker.dispatchEvent(new Event("error"))); // to who listens now
    first = undefined;
    return worker;
  };
}

async function load() {
  let lacking = missing();
  if (lacking) return fail(lacking);
  const programs = fetchPrograms();
  const worker = workers(programs);
  await Promise.race([programs.begins, programs.lab]); // what takes the page's thread now costs no time
  lacking = unseen();
  if (lacking) {
    programs.stop();
    worker().terminate();
    return fail(lacking);
  }
  const [lab, run] = await Promise.all([programs.lab, kept()]);
  await pictures(lab, { worker, run });
  byID("stage").hidden = true;
  if (!window.explain) byID("problem").hidden = true; // nobody else has
  await programs.trainer;
  programs.stop();
  byID("loading").hidden = true;
}

/** Starts the pictures, and again where the browser takes their canvas away. What the page gives to its program is in bridge, where the program puts its functions. */
async function pictures(lab, bridge) {
  const meter = new Meter();
  let keeper, goOn;
  const begin = async (just) => {
    const program = await startProgram(lab, bridge, meter, just);
    bridge.run = undefined; // it has been taken up
    program.ended.catch((err) => {
      console.error(err);
      fail("The program of the pictures has stopped. This should not happen. Loading the page again starts it, with the run as it was kept last.");
    });
    return program;
  };
  const again = async () => {
    bridge.blind();
    byID("blind").hidden = false;
    await drawable();
    const state = await keeper.now();
    const before = program;
    hold(bridge, false);
    program = await begin(() => {
      before.end();
      bridge.run = { ...state, why: "The browser took the canvas of the pictures away, and they are drawn anew." };
    });
    goOn();
    byID("blind").hidden = true;
  };
  const lost = () => again().catch((err) => {
    console.error(err);
    fail(`The pictures could not be drawn anew: ${err.message}. Loading the page again starts it, with the run as it was kept last.`);
  });
  let program = await begin(() => { window.sparkling = bridge; });
  performance.mark("pictures");
  bridge.stats = () => meter.stats();
  keeper = new Keeper(bridge);
  goOn = startControls(bridge, meter, lost);
}

// The address is the experiment's: going to the text leaves it alone.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byID("story").focus();
});

load().catch((err) => {
  console.error(err);
  fail(`The program could not be loaded: ${err.message}.`);
});
