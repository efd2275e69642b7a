// Runs our program in a Web Worker and passes jobs to it.
"use strict";

importScripts("wasm_exec.js");

const go = new Go();
const ready = WebAssembly.instantiateStreaming(fetch("worker.wasm"), go.importObject).then(({ instance }) => {
  const { mem } = instance.exports;
  if (!(mem instanceof WebAssembly.Memory)) throw new Error("the program exports no memory");
  self.memory = () => mem.buffer.byteLength;
  go.run(instance);
});

self.onmessage = async ({ data }) => {
  await ready;
  self.postMessage(self.bench(data));
};
