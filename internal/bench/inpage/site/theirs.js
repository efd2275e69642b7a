// Does the same matrix products with TensorFlow.js on its WebAssembly backend, on one thread. Operands are made once; a product is timed
// from the call until its result is there, which for this backend is when the call returns. Nothing is read back.
"use strict";

importScripts("tf-core.min.js", "tf-backend-wasm.min.js");

const ready = (async () => {
  tf.wasm.setWasmPaths(new URL("./", location.href).href);
  tf.wasm.setThreadsCount(1);
  await tf.setBackend("wasm");
  await tf.ready();
})();

const kept = new Map();

// Small numbers that are not all alike, as the Go program has them.
function matrix(batch, rows, cols) {
  const data = new Float32Array(batch * rows * cols);
  for (let i = 0; i < data.length; i++) data[i] = (i % 17 - 8) / 16;
  return batch > 1 ? tf.tensor3d(data, [batch, rows, cols]) : tf.tensor2d(data, [rows, cols]);
}

function product({ form, m, n, k, batch }) {
  const a = form === "TN" ? matrix(batch, k, m) : matrix(batch, m, k);
  const b = form === "NT" ? matrix(batch, n, k) : matrix(batch, k, n);
  return () => tf.matMul(a, b, form === "TN", form === "NT");
}

self.onmessage = async ({ data }) => {
  await ready;
  const { key, lap, ...shape } = JSON.parse(data);
  if (!kept.has(key)) {
    const run = product(shape);
    const first = run();
    const sum = Array.from(first.dataSync().slice(0, shape.m * shape.n)).reduce((s, x) => s + x, 0);
    first.dispose();
    kept.set(key, { run, sum });
  }
  const { run, sum } = kept.get(key);
  let turns = 0;
  const begun = performance.now();
  do {
    run().dispose();
    turns++;
  } while (performance.now() - begun < lap);
  self.postMessage(JSON.stringify({ seconds: (performance.now() - begun) / 1000 / turns / shape.batch, sum, version: tf.version_core, backend: tf.getBackend() }));
};
