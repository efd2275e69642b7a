// Starts the page: says plainly what is missing, loads the two programs with exact progress, starts the pictures, and
// hands over to the controls. Knows how programs are loaded, nothing of what they do.

import { missing, unseen } from "./needs.js";
import { Meter } from "./meter.js";
import { start as startControls } from "./controls.js";
import { startProgram, drawable } from "./start.js";
import { Keeper } from "./keeper.js";
import { hold, kept } from "./address.js";
import { marks } from "./lessons.js";
import { byID, first } from "./dom.js";
import { fetchPrograms, workers } from "./load.js";
import { Texts } from "./texts.js";
import { mode } from "./mode.js";
import { refuse } from "./refused.js";

// The classic script beside this one says what is wrong, also where this one does not come.
const fail = (/** @type {string} */ sentence) => window.explain?.(sentence);
const message = (/** @type {unknown} */ err) => (err instanceof Error ? err.message : String(err));
document.documentElement.setAttribute("data-begun", "");

/**
 * Shows how much of both programs has been fetched, of how much there is to fetch.
 * @param {number} got @param {number} total
 */
function progress(got, total) {
  const mb = (/** @type {number} */ n) => (n / 1e6).toFixed(1);
  byID("progress", HTMLProgressElement).value = got / total;
  byID("progress-text").textContent = got < total
    ? `Loading the program: ${mb(got)} of ${mb(total)} MB`
    : "Starting the program";
}

async function load() {
  const lacking = missing();
  if (lacking) return fail(lacking);
  const programs = fetchPrograms(progress, (there) => { byID("report").hidden = !there; });
  const worker = workers(programs);
  await Promise.race([programs.begins, programs.lab]); // what takes the page's thread now costs no time
  const without = unseen();
  if (without) {
    programs.stop();
    worker().terminate();
    return fail(without);
  }
  const texts = new Texts();
  const [lab, run] = await Promise.all([programs.lab, kept(), texts.load()]);
  await pictures(lab, texts, {
    worker, run, has: (name) => texts.has(name), give: (to, task) => texts.give(to, task),
    begin: mode.embed || mode.present || mode.at || mode.until ? { at: mode.at, until: mode.until } : undefined,
  });
  byID("stage").hidden = true;
  if (!window.explain) byID("problem").hidden = true; // nobody else has
  await programs.trainer;
  programs.stop();
  byID("loading").hidden = true;
}

/**
 * Starts the pictures, and again where the browser takes their canvas away. What the page gives to its program is in
 * bridge, where the program puts its functions.
 * @param {WebAssembly.Module} module @param {Texts} texts @param {Bridge} bridge
 */
async function pictures(module, texts, bridge) {
  const meter = new Meter();
  const begin = async (/** @type {() => void} */ just) => {
    bridge.marks = marks();
    const program = await startProgram(module, bridge, meter, just);
    bridge.run = undefined; // it has been taken up
    program.lab.type(mode.type);
    program.lab.untold(mode.hide.has("text"));
    program.ended.catch((err) => {
      console.error(err);
      fail("The program of the pictures has stopped. This should not happen. " +
        "Loading the page again starts it, with the run as it was kept last.");
    });
    return program;
  };
  let program = await begin(() => Object.assign(window, { sparkling: bridge }));
  const { lab } = program;
  performance.mark("pictures");
  lab.stats = () => meter.stats();
  const keeper = new Keeper(lab);
  const again = async () => {
    lab.blind();
    byID("blind").hidden = false;
    await drawable();
    const state = await keeper.now();
    const before = program;
    hold(lab, false);
    program = await begin(() => {
      before.end();
      bridge.run = { ...state, why: "The browser took the canvas of the pictures away, and they are drawn anew." };
    });
    goOn();
    byID("blind").hidden = true;
  };
  const goOn = startControls(lab, meter, texts, () => again().catch((err) => {
    console.error(err);
    fail(`The pictures could not be drawn anew: ${message(err)}. ` +
      "Loading the page again starts it, with the run as it was kept last.");
  }));
}

// The address is the experiment's: going to the text leaves it alone.
first(".skip", HTMLAnchorElement).addEventListener("click", (event) => {
  event.preventDefault();
  byID("story").focus();
});

refuse(mode.wrong);
load().catch((err) => {
  console.error(err);
  fail(`The program could not be loaded: ${message(err)}.`);
});
