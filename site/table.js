// The twin of the pictures in text: a table of arms, a polite live region, and what went wrong with the way back.

import { armWord } from "./marks.js";

const quietMs = 5000; // between two sentences of the live region while a run is playing

export class Table {
  #lab;
  #rows = [];
  #shape = "";
  #said = "";
  #saidAt = 0;
  #event = "";
  #failures = "";

  constructor(lab) { this.#lab = lab; }

  show(state) {
    const shape = JSON.stringify(state.arms.map(({ name, look }) => [name, look]));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#build(state.arms);
    }
    set(document.getElementById("table-step"), state.step);
    state.arms.forEach((arm, i) => this.#row(this.#rows[i], arm, state.windows));
    set(document.getElementById("doing"), state.arms.filter(({ doing }) => doing).map(({ name, doing }) => `${name} is ${doing}.`).join(" "));
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

  #row({ cells: [train, held, lock, lr] }, arm, windows) {
    value(train, arm.train);
    value(held, arm.held);
    held.title = arm.held && `${arm.held} on ${windows} windows, measured at step ${arm.heldAt}`;
    set(lock, arm.lock.pairs ? `${arm.lock.locked}/${arm.lock.pairs}` : "–");
    lock.title = arm.lock.pairs ? `mean cosine at step ${arm.lock.step}: weights ${arm.lock.weight || "none"}, gradients ${arm.lock.grad || "none"}` : "";
    lock.classList.toggle("locked", arm.lock.pairs > 0 && arm.lock.locked === arm.lock.pairs);
    set(lr, arm.lrNew ? (1000 * arm.lrNew).toFixed(2) : "–");
    lr.title = arm.lrNew && `new parameters ${arm.lrNew}, old parameters ${arm.lrOld}`;
  }

  #fail(arms) {
    const failed = arms.map((arm, i) => ({ ...arm, i })).filter((arm) => arm.state === "failed");
    const key = JSON.stringify(failed.map(({ i, err }) => [i, err]));
    if (key === this.#failures) return;
    this.#failures = key;
    document.getElementById("failures").replaceChildren(...failed.map((arm) => {
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
    document.getElementById("live-region").textContent = state.describe;
  }
}

function value(cell, exact) {
  set(cell, exact ? Number(exact).toFixed(4) : "–");
  cell.title = exact;
}

function set(node, v) {
  const s = String(v);
  if (node.textContent !== s) node.textContent = s;
}
