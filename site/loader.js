// Starts the page: says plainly what is missing, loads the two programs with exact progress, starts the pictures, and hands over
// to the controls. Knows how programs are loaded, nothing of what they do.

import { missing } from "./needs.js";
import { readManifest, fetchProgram } from "./program.js";
import { Meter } from "./meter.js";
import { start as startControls } from "./controls.js";

const byID = (id) => document.getElementById(id);

/** Shows one sentence in the place of the pictures, with a button that tries again. */
function fail(sentence) {
  const p = byID("problem");
  p.textContent = sentence;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Load again";
  again.addEventListener("click", () => location.reload());
  p.append(again);
  p.hidden = false;
  byID("loading").hidden = true;
  byID("stage").hidden = false;
}

/** Shows how much of both programs is here, of how much there is. */
function progress(total) {
  let got = 0;
  const mb = (n) => (n / 1e6).toFixed(1);
  const show = () => {
    byID("progress").value = got / total;
    byID("progress-text").textContent = got < total ? `Loading the program: ${mb(got)} of ${mb(total)} MB` : "Starting the program";
  };
  show();
  return (n) => { got += n; show(); };
}

async function load() {
  const lacking = missing();
  if (lacking) return fail(lacking);

  const manifest = await readManifest();
  byID("report").hidden = !manifest.files["report/index.html"];
  const names = ["wasm/trainer.wasm", "wasm/lab.wasm"];
  const got = progress(names.reduce((sum, name) => sum + manifest.files[name].bytes, 0));
  const [trainer, lab] = await Promise.all(names.map((name) => fetchProgram(name, manifest.files[name], got)));

  const go = new Go();
  const meter = new Meter(go);
  let code = 0;
  go.exit = (c) => { code = c; };
  const ready = new Promise((resolve) => {
    // What the page gives to its program; the program adds its functions to the same object and calls ready.
    window.sparkling = { trainer, worker: new URL("worker.js", import.meta.url).href, ready: resolve };
  });
  const running = go.run(await WebAssembly.instantiate(lab, go.importObject));
  const ended = running.then(() => { throw new Error(`the program ended with code ${code}`); });
  ended.catch((err) => {
    console.error(err);
    fail("The program of the pictures has stopped. This should not happen; loading the page again starts it afresh.");
  });
  await Promise.race([ready, ended]);
  performance.mark("pictures");
  Object.assign(window.sparkling, { stats: () => meter.stats(), clear: () => meter.clear() });
  startControls(window.sparkling, meter);
  byID("stage").hidden = true;
}

load().catch((err) => {
  console.error(err);
  fail(`The program could not be loaded (${err.message}).`);
});
