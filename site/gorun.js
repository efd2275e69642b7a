// Runs a Go program that is measured and that can be dropped. Of Go's own script it uses what that offers to whoever
// starts a program, and of the program that whatever sets it to work calls a function that it exports.

/** @typedef {(a: unknown, b: unknown) => unknown} Work a function that a program exports: none has more arguments */

/**
 * Runs a program; just is called before it begins, when nothing can fail any more, and worked is told for how many
 * milliseconds it was at work. Returns what drops it, and a promise that is broken when it ends of itself.
 * @param {WebAssembly.Module} module @param {(ms: number) => void} worked @param {() => void} just
 */
export async function run(module, worked, just) {
  const go = new Go();
  let code = 0, inside = false, dropped = false;
  go.exit = (c) => { code = c; };
  const instance = await WebAssembly.instantiate(module, go.importObject);

  // Go's script stays in a timer's turn until the program has taken notice of it, and one that is dropped never does.
  const { setTimeout } = window;
  const timer = (/** @type {() => void} */ call, /** @type {number} */ ms) => setTimeout(() => {
    if (!dropped) call();
  }, ms);

  /** @type {(work: Work, a: unknown, b: unknown) => unknown} */
  const enter = (work, a, b) => {
    if (dropped) return undefined;
    inside = true;
    Object.assign(window, { setTimeout: timer });
    const begun = performance.now();
    try { return work(a, b); } finally {
      worked(performance.now() - begun);
      Object.assign(window, { setTimeout });
      inside = false;
    }
  };

  // Go's script gets an instance whose functions are entered through the one above.
  /** @type {WebAssembly.Exports} */
  const exports = {};
  for (const [name, value] of Object.entries(instance.exports)) {
    const work = /** @type {Work} */ (value);
    exports[name] = typeof value === "function"
      ? (/** @type {unknown} */ a, /** @type {unknown} */ b) => (inside ? work(a, b) : enter(work, a, b))
      : value;
  }
  just();
  const ended = go.run(Object.create(WebAssembly.Instance.prototype, { exports: { value: exports } }))
    .then(() => { throw new Error(`the program ended with code ${code}`); });
  ended.catch(() => {}); // whoever has started it looks

  // From now on nothing reaches it. Its memory is given back as soon as nobody refers to what it has given away.
  const drop = () => { dropped = true; };
  return { ended, drop };
}
