// What has to be seen comes first on the panel: a sentence with a way on from there, and which earlier run is kept.

import { byID, parsed } from "./dom.js";

export class Notice {
  #lab;
  #said = "";

  /** acted is called after a reader has taken one of the ways. @param {Lab} lab @param {() => void} acted */
  constructor(lab, acted) {
    this.#lab = lab;
    byID("way").addEventListener("click", () => { lab.way(); acted(); });
    byID("back").addEventListener("click", () => { lab.back(); acted(); });
  }

  /** Brings it up to date, and says whether there is something new that has to be seen. */
  show() {
    const said = this.#lab.notice(), before = this.#lab.before();
    if (said + before === this.#said) return false;
    this.#said = said + before;
    const { text, wrong, way } = parsed(said);
    const box = byID("notice"), sentence = byID("notice-text");
    box.hidden = !text;
    box.classList.toggle("wrong", wrong);
    byID("way").hidden = !way;
    if (way) byID("way").textContent = way;
    const kept = before && `The run before is kept: ${before}.`, told = byID("before-text");
    const news = text !== "" && sentence.textContent !== text || kept !== "" && told.textContent !== kept;
    sentence.textContent = text;
    byID("before").hidden = !before;
    told.textContent = kept;
    if (news) byID("panel").scrollTop = 0;
    return news;
  }
}
