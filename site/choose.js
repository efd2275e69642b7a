// The choice among the experiments that the program brings along.

const byID = (id) => document.getElementById(id);

export class Choice {
  #lab;
  #examples;
  #shown;

  constructor(lab, chosen) {
    this.#lab = lab;
    this.#examples = JSON.parse(lab.examples());
    const select = byID("chosen");
    const groups = [["", this.#examples.slice(0, 1)], ["Lessons", this.#examples.filter((x) => x.lesson)], ["Parts of the paper", this.#examples.slice(1).filter((x) => !x.lesson)]];
    for (const [label, list] of groups) {
      const to = label ? Object.assign(document.createElement("optgroup"), { label }) : select;
      to.append(...list.map(({ name, title }) => new Option(title, name)));
      if (label) select.append(to);
    }
    select.addEventListener("change", () => {
      lab.example(select.value);
      history.replaceState(null, "", `#${select.value}`);
      chosen();
    });
    select.disabled = false;
  }

  /** Shows which one runs; a changed one is the reader's own. */
  show() {
    const name = this.#lab.chosen();
    if (name === this.#shown) return;
    this.#shown = name;
    const select = byID("chosen");
    select.querySelector("[value='']")?.remove();
    if (!name) select.prepend(new Option("Your own", ""));
    select.value = name;
    const example = this.#examples.find((x) => x.name === name);
    const first = example === this.#examples[0]; // the text says what that is about
    byID("chosen-about").textContent = example ? (first ? "" : example.about) : "One of the experiments, changed, or from a link.";
  }
}
