// A worker that fetches and compiles the programs while the page's own thread is busy. The pictures come first; the
// trainer's bytes follow theirs. It says how many bytes there are to fetch, how many have come, and hands over what is
// compiled or why it is not there. The first worker that trains gets its program through a port of its own: it can
// begin while the pictures take the page's thread.

import { readManifest, fetchProgram } from "./program.js";

const order = ["wasm/lab.wasm", "wasm/trainer.wasm"];

/** @type {Promise<MessagePort>} */
const first = new Promise((come) => { self.onmessage = ({ data }) => come(data); });

async function programs() {
  const { files } = await readManifest();
  postMessage({ report: "report/index.html" in files });
  // Of each program that has begun: bytes that came, of how many.
  /** @type {Record<string, { got: number, size: number }>} */
  const sent = {};
  for (const name of order) {
    /** @type {import("./program.js").Came} */
    const came = (got, size, form) => {
      sent[name] = { got, size };
      // What follows comes in the same form.
      const list = order.map((other) => sent[other] ?? { got: 0, size: files[other][form] || files[other].bytes });
      const sum = (/** @type {"got" | "size"} */ what) => list.reduce((all, one) => all + one[what], 0);
      postMessage({ got: sum("got"), total: sum("size") });
    };
    await new Promise((arrived) => {
      fetchProgram(name, files[name], came, () => arrived(undefined))
        .then((module) => hand(name, module), (err) => postMessage({ name, error: err.message }));
    });
  }
}

/** @param {string} name @param {WebAssembly.Module} module */
async function hand(name, module) {
  if (name === "wasm/trainer.wasm") (await first).postMessage(module);
  postMessage({ name, module });
}

programs().catch((err) => { for (const name of order) postMessage({ name, error: err.message }); });
