// The Web Worker of one arm: it gets the compiled trainer, starts it, answers pings, and says why the trainer has
// ended. Everything else is the trainer's.
"use strict";

importScripts("../wasm/wasm_exec.js");

// A host that sends no headers gives this worker no policy, and what index.html says holds for the page alone. Nothing
// here asks anybody for anything from now on, so the ways to do so go, wherever the worker has them from.
for (const way of ["fetch", "XMLHttpRequest", "WebSocket", "WebTransport", "EventSource", "importScripts", "Worker"]) {
  for (let from = self; from; from = Object.getPrototypeOf(from)) Reflect.deleteProperty(from, way);
}

// One message is the compiled module, or the port that it will come through. Training messages that come before the
// trainer listens are kept for it.
/** @type {unknown[]} */
const early = [];

/** @param {MessageEvent} event */
function receive({ data }) {
  if (data instanceof WebAssembly.Module) start(data).catch((err) => end(err.message));
  else if (data instanceof MessagePort) data.onmessage = receive;
  else if (data === "ping") self.postMessage("pong"); // it is alive, and waits
  else early.push(data);
}
self.onmessage = receive;

// A Go program that panics or gets no memory writes why, and ends.
let written = "";
const write = self.fs.writeSync;
self.fs.writeSync = (file, piece) => {
  written = (written + new TextDecoder().decode(piece)).slice(0, 4000);
  return write.call(self.fs, file, piece);
};

/** @param {WebAssembly.Module} module */
async function start(module) {
  const go = new Go();
  go.exit = (code) => end(written || `the training program stopped with code ${code}`);
  const instance = await WebAssembly.instantiate(module, go.importObject);
  go.run(instance); // goes on here as soon as the program waits for messages
  const train = self.onmessage; // the program's own
  if (!train || train === receive) return; // it has ended already
  self.onmessage = (event) => {
    if (event.data === "ping") self.postMessage("pong");
    else train.call(self, event);
  };
  for (const data of early.splice(0)) self.onmessage(new MessageEvent("message", { data }));
}

/** Tells the page, as its last word, why this worker ends. @param {string} why */
function end(why) {
  const memory = /out of memory|cannot allocate memory|makeslice: len out of range/i.test(why);
  self.postMessage({ failed: memory
    ? "the browser gave its worker no more memory; a smaller network needs less"
    : why.trim().split("\n", 1)[0] });
  self.close();
}
