// What this page keeps in the browser's storage, few and bounded: states of runs, of this tab and this address only,
// and the reader's own texts, for all tabs. A browser that keeps nothing, or has no room, is borne: then a reload
// begins anew. In another page nothing is kept.

import { mode } from "./mode.js";

const name = `sparkling-lab ${location.pathname}`; // other pages of the same host have names of their own
const mostRuns = 12;
const mostBytes = 48e6; // of all runs
export const mostRun = 24e6;
const longestMs = 7 * 24 * 3600e3;
const mostTexts = 6;
const mostTextBytes = 24e6; // of all texts
const mostRemoved = 200; // names of texts that were removed

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
  if (mode.embed) return Promise.reject(new Error("in another page nothing is kept"));
  return opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 3);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore("runs"); // the states
        request.result.createObjectStore("list"); // when each was stored, its size, and the text that it learns
      }
      if (oldVersion < 2) request.result.createObjectStore("texts");
      request.result.createObjectStore("removed"); // when a text was, by its name: no tab keeps a run of it
    };
    done(request).then((db) => {
      db.onversionchange = () => db.close(); // a newer page, in another tab
      resolve(db);
    }, reject);
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
 * Keeps a run in the place of the one of the same address, unless its text was removed, in whichever tab; the oldest of
 * the others go where there are too many.
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
  const transaction = db.transaction(["runs", "list", "removed"], "readwrite");
  const [runs, list] = [transaction.objectStore("runs"), transaction.objectStore("list")];
  if (run.text && await done(transaction.objectStore("removed").getKey(run.text))) return;
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
  list.put({ time: now, size: run.data.byteLength, text: run.text }, key);
  await finished(transaction);
}

/** The reader's own texts, the newest first. @returns {Promise<OwnText[]>} */
export async function ownTexts() {
  try {
    const db = await database();
    return newest(await done(db.transaction("texts").objectStore("texts").getAll()));
  } catch { return []; }
}

/** @param {OwnText[]} texts */
const newest = (texts) => texts.sort((a, b) => b.time - a.time);

/**
 * Keeps a text; the oldest of the others go where there are too many. Errs where the browser keeps nothing, or has no
 * room.
 * @param {OwnText} text
 */
export async function putText(text) {
  const db = await database();
  const given = db.transaction("removed", "readwrite"); // its runs may be kept again, also where it has no room itself
  given.objectStore("removed").delete(text.name);
  await finished(given);
  const transaction = db.transaction("texts", "readwrite"), texts = transaction.objectStore("texts");
  let left = mostTextBytes - text.bytes.byteLength;
  newest(await done(texts.getAll())).filter(({ name: of }) => of !== text.name).forEach(({ name: of, bytes }, i) => {
    left -= bytes.byteLength;
    if (left < 0 || i >= mostTexts - 1) texts.delete(of);
  });
  texts.put(text, text.name);
  await finished(transaction);
}

/**
 * Removes a text, and with it all runs that learn it, of all tabs, none of which keeps one until it is given again.
 * @param {string} text its name
 */
export async function removeText(text) {
  const db = await database();
  const transaction = db.transaction(["runs", "list", "texts", "removed"], "readwrite");
  const [runs, list] = [transaction.objectStore("runs"), transaction.objectStore("list")];
  const removed = transaction.objectStore("removed");
  const [names, times] = await Promise.all([done(removed.getAllKeys()), done(removed.getAll())]);
  const newestFirst = names.map((of, i) => ({ of, time: times[i] })).sort((a, b) => b.time - a.time);
  for (const { of } of newestFirst.slice(mostRemoved - 1)) removed.delete(of);
  removed.put(Date.now(), text);
  const [keys, entries] = await Promise.all([done(list.getAllKeys()), done(list.getAll())]);
  keys.forEach((key, i) => {
    if (entries[i].text !== text) return;
    runs.delete(key);
    list.delete(key);
  });
  transaction.objectStore("texts").delete(text);
  await finished(transaction);
}
