// What this page keeps in the browser's storage: states of runs, few and bounded, of this tab and this address only. A
// browser that keeps nothing, or has no room, is borne: then a reload begins anew.

const name = `sparkling-lab ${location.pathname}`; // other pages of the same host have names of their own
const mostRuns = 12;
const mostBytes = 48e6; // of all runs
export const mostRun = 24e6;
const longestMs = 7 * 24 * 3600e3;

/** This tab's own mark: it outlives a reload and comes back with a restored tab, and no other tab has it. */
function tab() {
  return sessionStorage.tab ??= `${Date.now()}-${Math.random()}`;
}

/** @type {<T>(request: IDBRequest<T>) => Promise<T>} */
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @type {(transaction: IDBTransaction) => Promise<void>} */
const finished = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = transaction.onerror = () => reject(transaction.error);
});

/** @type {Promise<IDBDatabase> | undefined} */
let opened;
function database() {
  return opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("runs"); // the states
      request.result.createObjectStore("list"); // when each was stored, and its size
    };
    done(request).then(resolve, reject);
    request.onblocked = () => reject(new Error("another version of the page holds the storage"));
  });
}

/**
 * The kept run of an address in this tab, or undefined.
 * @param {string} address @returns {Promise<KeptRun | undefined>}
 */
export async function get(address) {
  try {
    const db = await database();
    return await done(db.transaction("runs").objectStore("runs").get(`${tab()} ${address}`));
  } catch { return undefined; }
}

/**
 * Keeps a run in the place of the one of the same address; the oldest of the others go where there are too many.
 * @param {KeptRun} run
 */
export async function put(run) {
  if (run.data.byteLength > mostRun) return;
  try {
    const db = await database();
    await write(db, run, mostBytes).catch(() => write(db, run, run.data.byteLength)); // no room: alone, then
  } catch { /* nothing is kept */ }
}

/** @param {IDBDatabase} db @param {KeptRun} run @param {number} most bytes of all runs */
async function write(db, run, most) {
  const transaction = db.transaction(["runs", "list"], "readwrite");
  const [runs, list] = [transaction.objectStore("runs"), transaction.objectStore("list")];
  const key = `${tab()} ${run.address}`, now = Date.now();
  const [keys, entries] = await Promise.all([done(list.getAllKeys()), done(list.getAll())]);
  const others = keys.map((of, i) => ({ of, ...entries[i] })).filter(({ of }) => of !== key);
  others.sort((a, b) => b.time - a.time);
  let left = most - run.data.byteLength;
  others.forEach(({ of, time, size }, i) => {
    left -= size;
    if (left >= 0 && i < mostRuns - 1 && now - time < longestMs) return;
    runs.delete(of);
    list.delete(of);
  });
  runs.put(run, key);
  list.put({ time: now, size: run.data.byteLength }, key);
  await finished(transaction);
}
