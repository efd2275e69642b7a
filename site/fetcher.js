// A worker that fetches and compiles the programs while the page's own thread is busy. The pictures come first; the trainer's bytes
// follow theirs. It says how many bytes there are, how many have come, and hands over what is compiled or why it is not there.

import { readManifest, fetchProgram } from "./program.js";

const order = ["wasm/lab.wasm", "wasm/trainer.wasm"];

async function all() {
  const { files } = await readManifest();
  postMessage({ total: order.reduce((sum, name) => sum + files[name].bytes, 0), report: "report/index.html" in files });
  for (const name of order) {
    await new Promise((arrived) => {
      fetchProgram(name, files[name], (got) => postMessage({ got }), arrived)
        .then((module) => postMessage({ name, module }), (err) => postMessage({ name, error: err.message }));
    });
  }
}

all().catch((err) => { for (const name of order) postMessage({ name, error: err.message }); });
