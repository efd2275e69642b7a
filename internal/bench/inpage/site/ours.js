// Runs our program in a Web Worker and passes jobs to it.
"use strict";

importScripts("wasm_exec.js");

const go = new Go();
const ready = WebAssembly.instantiateStreaming(fetch("worker.wasm"), go.importObject).then(({ instance }) => {
  go.run(instance);
});

self.onmessage = async ({ data }) => {
  await ready;
  self.postMessage(self.bench(data));
};
