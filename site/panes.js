// Which of the pictures the words speak of: it is marked among the others, and where there is room for one only it is the one that is shown, until
// the reader chooses another.

const byID = (id) => document.getElementById(id);
const one = matchMedia("(max-width: 860px), (max-width: 1000px) and (orientation: landscape) and (max-height: 600px)"); // as in style.css

export class Panes {
  #lab;
  #spoken = "";

  constructor(lab) {
    this.#lab = lab;
    radios("panes", JSON.parse(lab.panes()));
    byID("panes").addEventListener("change", () => this.show());
    one.addEventListener("change", () => this.show());
    this.show();
  }

  /** The words speak of a picture now. */
  speak(pane) {
    if (pane === this.#spoken) return;
    this.#spoken = pane;
    byID("panes").querySelector(`[value=${pane}]`).checked = true;
    this.show();
  }

  /** Tells the program which picture, or which of them, is wanted. */
  show() {
    byID("panes").hidden = !one.matches;
    this.#lab.pane(one.matches ? byID("panes").querySelector(":checked").value : "", one.matches ? "" : this.#spoken);
  }
}

/** Fills a row of choices, of which the first holds. */
export function radios(name, choices) {
  byID(name).append(...choices.map(({ id, label }, i) => {
    const item = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name, value: id, checked: i === 0 });
    item.append(radio, Object.assign(document.createElement("span"), { textContent: label }));
    return item;
  }));
}
