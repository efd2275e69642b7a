// A worker that fetches and compiles the programs while the page's own thread is busy. The pictures come first; the trainer's bytes
// follow theirs. It says how many bytes there are to fetch, how many have come, and hands over what is compiled or why it is not there.
// The first worker that trains gets its program through a port of its own: it can begin while the pictures take the page's thread.

import { readManifest, fetchProgram } from "./program.js";

const order = ["wasm/lab.wasm", "wasm/trainer.wasm"];

const first = new Promise((come) => { self.onmessage = ({ data }) => come(data); });

async function all() {
  const { files } = await readManifest();
  postMessage({ report: "report/index.html" in files });
  const sent = {}; // of each program that has begun: bytes that came, of how many
  for (const name of order) {
    const came = (got, size, form) => {
      sent[name] = { got, size };
      const list = order.map((other) => sent[other] ?? { got: 0, size: files[other][form] || files[other].bytes }); // what follows comes in the same form
      postMessage({ got: list.reduce((sum, { got }) => sum + got, 0), total: list.reduce((sum, { size }) => sum + size, 0) });
    };
    await new Promise((arrived) => {
      fetchProgram(name, files[name], came, arrived)
        .then((module) => hand(name, module), (err) => postMessage({ name, error: err.message }));
    });
  }
}

async function hand(name, module) {
  if (name === "wasm/trainer.wasm") (await first).postMessage(module);
  postMessage({ name, module });
}

all().catch((err) => { for (const name of order) postMessage({ name, error: err.message }); });
