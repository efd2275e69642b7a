// Lets the program that trains look at a text before it is learnt, in a worker of its own: what it says is true of the
// run, for it reads the text as it does there.

/** @typedef {{ task: Task, said: string[], symbols: string[], wrong?: undefined }} Look */

/**
 * What is to be told of a text, or what is wrong with it. rows is the task that the text would take the place of.
 * @param {Worker} worker @param {Uint8Array<ArrayBuffer>} bytes @param {Task} rows @param {AbortSignal} signal
 * @returns {Promise<Look | { wrong: string }>}
 */
export function lookAt(worker, bytes, rows, signal) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((said) => {
    const end = (/** @type {Look | { wrong: string }} */ what) => { worker.terminate(); said(what); };
    port1.onmessage = ({ data }) => end(JSON.parse(data));
    worker.onmessage = ({ data }) => { if (data?.failed) end({ wrong: data.failed }); };
    worker.onerror = ({ message }) => end({ wrong: message || "its worker, site/worker.js, could not be started" });
    signal.addEventListener("abort", () => end({ wrong: "another one was given" }));
    worker.postMessage({ text: bytes, task: JSON.stringify(rows), port: port2 }, [port2]);
  });
}
