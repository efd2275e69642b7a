// Does the same matrix products with TensorFlow.js on its WebAssembly backend, on one thread. Operands are made once; a
// product is timed from the call until its result is there, which for this backend is when the call returns. Nothing is
// read back.
"use strict";

importScripts("tf-core.min.js", "tf-backend-wasm.min.js");

const ready = (async () => {
  tf.wasm.setWasmPaths(new URL("./", location.href).href);
  tf.wasm.setThreadsCount(1);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  await tf.setBackend("wasm");
  await tf.ready();
})();

/** @type {Map<string, { run: () => tf.Tensor, sum: number }>} */
const kept = new Map();

// The shape of a product, or of a batch of them.
/** @typedef {{ form: string, m: number, n: number, k: number, batch: number }} Shape */

/**
 * Operands as the Go program has them (shapes.Operands), the same in every place of a batch.
 * @param {number} batch @param {[rows: number, cols: number][]} sizes
 */
function operands(batch, ...sizes) {
  let seed = 1;
  return sizes.map(([rows, cols]) => {
    const one = Float32Array.from({ length: rows * cols }, () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
      return Math.fround(seed) / 2 ** 31;
    });
    if (batch === 1) return tf.tensor2d(one, [rows, cols]);
    const all = new Float32Array(batch * one.length);
    for (let i = 0; i < batch; i++) all.set(one, i * one.length);
    return tf.tensor3d(all, [batch, rows, cols]);
  });
}

/** @param {Shape} shape */
function product({ form, m, n, k, batch }) {
  const [a, b] = operands(batch, form === "TN" ? [k, m] : [m, k], form === "NT" ? [n, k] : [k, n]);
  return () => tf.matMul(a, b, form === "TN", form === "NT");
}

/** Does a product once, and keeps how to do it again. @param {Shape} shape */
function begin(shape) {
  const run = product(shape), first = run();
  const sum = Array.from(first.dataSync().slice(0, shape.m * shape.n)).reduce((s, x) => s + x, 0);
  first.dispose();
  return { run, sum };
}

self.onmessage = async ({ data }) => {
  await ready;
  const { key, ms, ...shape } = JSON.parse(data);
  const { run, sum } = kept.get(key) ?? begin(shape);
  kept.set(key, { run, sum });
  let calls = 0;
  const begun = performance.now();
  do {
    run().dispose();
    calls++;
  } while (performance.now() - begun < ms);
  const seconds = (performance.now() - begun) / 1000 / calls / shape.batch;
  self.postMessage(JSON.stringify({ seconds, sum, backend: tf.getBackend() }));
};
