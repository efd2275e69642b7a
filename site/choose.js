// The choice among the experiments that the program brings along.

const byID = (id) => document.getElementById(id);

export class Choice {
  #lab;
  #examples;
  #shown;
  #about;

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
      chosen();
    });
    select.disabled = false;
  }

  /** Shows which one runs, and what it is about; a changed one is the reader's own. */
  show() {
    const name = this.#lab.chosen();
    const about = name === this.#examples[0].name ? "" : this.#lab.about(); // the text says what the first is about
    if (name === this.#shown && about === this.#about) return;
    this.#shown = name;
    this.#about = about;
    const select = byID("chosen");
    select.querySelector("[value='']")?.remove();
    if (!name) select.prepend(new Option("Your own", ""));
    select.value = name;
    byID("chosen-about").textContent = about;
  }
}
