// Two workers, one at work at a time: ask(which, job) is a promise of what it answers.

/** @type {Record<string, Worker>} */
const workers = {};

window.ask = (which, job) => new Promise((resolve, reject) => {
  const worker = workers[which] ??= new Worker(`${which}.js`);
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => reject(new Error(event.message));
  worker.postMessage(job);
});
