// The page's side of fetching programs: a worker fetches both, and the first worker that trains begins before it is
// asked for.

/**
 * Lets a worker fetch both programs; each is a promise of its own, for the pictures do not wait for the trainer.
 * progress is told how many bytes have come, of how many; report, whether the page has one.
 * @param {(got: number, total: number) => void} progress @param {(there: boolean) => void} report
 */
export function fetchPrograms(progress, report) {
  const worker = new Worker(new URL("fetcher.js", import.meta.url), { type: "module" });
  /** @type {Record<string, { come: (module: WebAssembly.Module) => void, fail: (err: Error) => void }>} */
  const open = {};
  /** @type {(name: string) => Promise<WebAssembly.Module>} */
  const program = (name) => new Promise((come, fail) => { open[name] = { come, fail }; });
  const lab = program("wasm/lab.wasm"), trainer = program("wasm/trainer.wasm");
  trainer.catch(() => {}); // it is awaited last
  let begun = () => {};
  const begins = new Promise((resolve) => { begun = () => resolve(undefined); });
  worker.onmessage = ({ data }) => {
    if ("report" in data) {
      begun();
      report(data.report);
    } else if (data.total) progress(data.got, data.total);
    else if (data.module) open[data.name].come(data.module);
    else open[data.name].fail(new Error(data.error));
  };
  worker.onerror = ({ message }) => {
    const err = new Error(message || "the worker site/fetcher.js could not be started");
    for (const { fail } of Object.values(open)) fail(err);
  };
  const trainerTo = (/** @type {MessagePort} */ port) => worker.postMessage(port, [port]);
  return { begins, lab, trainer, trainerTo, stop: () => worker.terminate() };
}

/**
 * What gives workers to the arms, with the trainer as soon as it is there. The first one begins before it is asked for.
 * @param {ReturnType<typeof fetchPrograms>} programs @returns {() => Worker}
 */
export function workers({ trainer, trainerTo }) {
  const begin = () => new Worker(new URL("worker.js", import.meta.url));
  let early = /** @type {Worker | undefined} */ (begin()), failed = false;
  if (early) early.onerror = () => { failed = true; }; // nobody else listens yet
  const { port1, port2 } = new MessageChannel();
  trainerTo(port1);
  early?.postMessage(port2, [port2]);
  return () => {
    const worker = early ?? begin();
    if (worker !== early) trainer.then((module) => worker.postMessage(module), () => {});
    else if (failed) setTimeout(() => worker.dispatchEvent(new Event("error"))); // to who listens now
    early = undefined;
    return worker;
  };
}
