// The twin of the pictures in text: a table of arms, a polite live region, and what went wrong with the way back.

import { armWord } from "./marks.js";

const byID = (id) => document.getElementById(id);
const quietMs = 5000; // between two sentences of the live region while a run is playing

export class Table {
  #lab;
  #rows = [];
  #shape = "";
  #said = "";
  #saidAt = 0;
  #event = "";
  #failures = "";
  #exactly = "";

  constructor(lab) {
    this.#lab = lab;
    byID("exact").addEventListener("toggle", () => this.#exact(JSON.parse(lab.state())));
  }

  show(state) {
    const shape = JSON.stringify(state.arms.map(({ name, look }) => [name, look]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(state.arms);
    }
    set(byID("table-step"), state.step);
    set(byID("held-head"), state.whole ? "Whole text" : "Held-out");
    set(document.querySelector("[data-slot=losses]"), state.losses);
    state.arms.forEach((arm, i) => this.#row(this.#rows[i], arm, state.whole));
    this.#exact(state);
    set(byID("doing"), state.arms.filter(({ doing }) => doing).map(({ name, doing }) => `${name} is ${doing}.`).join(" "));
    this.#fail(state.arms);
    this.#say(state);
  }

  #build(arms) {
    const body = document.querySelector("#arms tbody");
    body.replaceChildren();
    this.#rows = arms.map((arm) => {
      const row = body.insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.append(armWord(arm));
      row.append(head);
      return { row, cells: ["train", "held", "lock", "lr"].map((name) => Object.assign(row.insertCell(), { className: name })) };
    });
  }

  #row({ cells: [train, held, lock, lr] }, arm, whole) {
    set(train, arm.lost ? "diverged" : four(arm.train));
    set(held, arm.lost ? "diverged" : four(whole ? arm.whole : arm.held));
    set(lock, arm.lock.diverged ? "diverged" : arm.lock.pairs ? `${arm.lock.locked}/${arm.lock.pairs}` : "–");
    lock.classList.toggle("locked", arm.lock.pairs > 0 && arm.lock.locked === arm.lock.pairs);
    set(lr, arm.lrNew ? (1000 * arm.lrNew).toFixed(2) : "–");
  }

  // Every number with all its digits, where the reader has opened the table of them: a column an arm.
  #exact({ arms, windows }) {
    const box = byID("exact");
    const rows = box.open ? [
      ["Train", ({ train }) => train],
      [`Held-out, ${windows} windows`, ({ held }) => held],
      ["Held-out, whole text", ({ whole }) => whole],
      ["Held-out before the widening", ({ before }) => before],
      ["Held-out after it", ({ after }) => after],
      ["Learning rate, new", ({ lrNew }) => lrNew],
      ["Learning rate, old", ({ lrOld }) => lrOld],
      ["Pairs measured at step", ({ lock }) => lock.pairs && lock.step],
      ["Weights, mean cosine", ({ lock }) => lock.weight],
      ["Weights, mean distance", ({ lock }) => lock.dist],
      ["Gradients, mean cosine", ({ lock }) => lock.grad],
      ["Held-out measured at step", ({ held, heldAt }) => held && String(heldAt)],
    ].map(([name, of]) => [name, ...arms.map((arm) => of(arm) || "–")]) : [];
    const said = JSON.stringify(rows);
    if (said === this.#exactly) return;
    this.#exactly = said;
    const cell = (kind, scope, ...content) => {
      const c = Object.assign(document.createElement(kind), scope && { scope });
      c.append(...content);
      return c;
    };
    const line = (...cells) => {
      const tr = document.createElement("tr");
      tr.append(...cells);
      return tr;
    };
    box.querySelector("thead").replaceChildren(line(cell("td"), ...arms.map((arm) => cell("th", "col", armWord(arm)))));
    box.querySelector("tbody").replaceChildren(...rows.map(([name, ...values]) => line(cell("th", "row", name), ...values.map((v) => cell("td", "", v)))));
  }

  #fail(arms) {
    const failed = arms.map((arm, i) => ({ ...arm, i })).filter((arm) => arm.state === "failed");
    const key = JSON.stringify(failed.map(({ i, err }) => [i, err]));
    if (key === this.#failures) return;
    this.#failures = key;
    byID("failures").replaceChildren(...failed.map((arm) => {
      const box = document.createElement("div");
      box.setAttribute("role", "alert");
      const sentence = document.createElement("p");
      sentence.append(armWord(arm), arm.err.slice(arm.name.length));
      const again = document.createElement("button");
      again.type = "button";
      again.textContent = "Start again";
      again.setAttribute("aria-label", `Start ${arm.name} again`);
      again.addEventListener("click", () => this.#lab.restart(arm.i));
      box.append(sentence, again);
      return box;
    }));
  }

  // Speaks at once when something happens, and rarely while numbers merely change.
  #say(state) {
    const event = [state.playing, state.done, state.forked, state.phase].join();
    const now = performance.now();
    if (state.describe === this.#said || (event === this.#event && state.playing && now - this.#saidAt < quietMs)) return;
    this.#event = event;
    this.#said = state.describe;
    this.#saidAt = now;
    byID("live-region").textContent = state.describe;
  }
}

const four = (exact) => (exact ? Number(exact).toFixed(4) : "–");

function set(node, v) {
  const s = String(v);
  if (node.textContent !== s) node.textContent = s;
}
