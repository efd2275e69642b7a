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
  const [pictures, training] = ["wasm/lab.wasm", "wasm/trainer.wasm"].map((name) => ({ name, file: manifest.files[name] }));
  const got = progress(pictures.file.bytes + training.file.bytes);
  // The pictures come first and do not wait for the trainer, whose bytes follow theirs while they start.
  let trainer;
  const lab = await fetchProgram(pictures, got, () => { trainer = fetchProgram(training, got); });
  trainer.catch(() => {}); // it is awaited below

  const go = new Go();
  const meter = new Meter(go);
  let code = 0;
  go.exit = (c) => { code = c; };
  const train = (worker) => trainer.then((module) => worker.postMessage(module), () => {});
  const ready = new Promise((resolve) => {
    // What the page gives to its program; the program adds its functions to the same object and calls ready.
    window.sparkling = { train, worker: new URL("worker.js", import.meta.url).href, ready: resolve };
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
  await trainer;
  byID("loading").hidden = true;
}

load().catch((err) => {
  console.error(err);
  fail(`The program could not be loaded (${err.message}).`);
});
