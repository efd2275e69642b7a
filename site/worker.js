// The Web Worker of one arm: it gets the compiled trainer, starts it, and answers pings. Everything else is the trainer's.
"use strict";

importScripts("../wasm/wasm_exec.js");

// One message is the compiled module. Training messages that come before the trainer listens are kept for it.
const early = [];
self.onmessage = ({ data }) => {
  if (data instanceof WebAssembly.Module) start(data);
  else if (data === "ping") self.postMessage("pong"); // it is alive, and waits
  else early.push(data);
};

async function start(module) {
  const go = new Go();
  let code = 0;
  go.exit = (c) => { code = c; };
  const instance = await WebAssembly.instantiate(module, go.importObject);
  const running = go.run(instance); // returns here as soon as the program waits for messages
  const train = self.onmessage;
  self.onmessage = (event) => {
    if (event.data === "ping") self.postMessage("pong");
    else train(event);
  };
  for (const data of early.splice(0)) self.onmessage({ data });
  await running;
  // A Go program that runs out of memory or panics ends; the page cannot see that from outside.
  throw new Error(`the training program stopped with code ${code}`);
}

self.onunhandledrejection = (event) => {
  event.preventDefault();
  setTimeout(() => { throw event.reason; }); // as an error event, which reaches the page
};
