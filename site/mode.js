// How the page is shown: the Lab itself, a part of another page (?embed), or before an audience (?present). The address
// says it before its #, which holds what runs. It is read once, strictly: what is not understood is named in a sentence
// that can be seen, and the rest holds.

/**
 * @typedef {object} Mode
 * @property {boolean} embed in another page
 * @property {boolean} present before an audience
 * @property {Set<string>} hide parts that are left out, of parts
 * @property {string[]} panes the pictures that are shown, at most two; none for those that the story chooses
 * @property {number} at the step that is run to at full speed before anything is waited for; 0 for none
 * @property {number} until the step that another page does not play it beyond; 0 for none
 * @property {number} type CSS pixels of the smallest text; 0 as it is designed, before an audience for the window
 * @property {string[]} wrong a sentence for each thing that was not understood
 */

/** What can be left out with hide. */
export const parts = ["text", "bar", "speed", "scrub", "picture", "widen"];

const smallest = 14; // CSS pixels of the words in embed.css
const mostCharacters = 300;
const mostPanes = 2;
const mostSteps = 1_000_000;
const [leastType, mostType] = [8, 64];

/** @param {string[]} names */
const list = (names) => `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;

/** @typedef {(mode: Mode, value: string) => string} Reads takes a value, or says what is wrong with it */
/** @type {Record<string, Reads>} */
const readers = {
  embed: (mode, value) => { mode.embed = true; return value && "It takes no value."; },
  present: (mode, value) => { mode.present = true; return value && "It takes no value."; },
  hide(mode, value) {
    const names = value.split(","), unknown = names.find((name) => !parts.includes(name));
    for (const name of names) if (parts.includes(name)) mode.hide.add(name);
    return unknown === undefined ? "" : `“${unknown}” cannot be hidden; ${list(parts)} can.`;
  },
  pane(mode, value) {
    const names = value.split(",");
    if (names.length > mostPanes) return `At most ${mostPanes} pictures can be shown.`;
    if (!names.every((name) => /^[a-z]{1,20}$/.test(name))) return "A picture’s name is of small letters.";
    mode.panes = [...new Set(names)]; // the program knows which there are
    return "";
  },
  at: (mode, value) => { mode.at = whole(value, 1, mostSteps) ?? 0; return mode.at ? "" : within(1, mostSteps); },
  until(mode, value) {
    mode.until = whole(value, 1, mostSteps) ?? 0;
    return mode.until ? "" : within(1, mostSteps);
  },
  type(mode, value) {
    mode.type = whole(value, leastType, mostType) ?? 0;
    return mode.type ? "" : within(leastType, mostType);
  },
};

const known = Object.keys(readers);

const leastAlike = 4; // letters of a name that may be mistyped: what is shorter is one letter from too much

/** Whether a name may have been meant as one of those that are known. @param {string} name */
const meant = (name) => {
  const typed = name.toLowerCase();
  return known.some((own) => typed === own || own.length >= leastAlike && (typed.startsWith(own) || slip(typed, own)));
};

/**
 * Whether one letter was left out, put in or mistaken, or two have changed places.
 * @param {string} typed @param {string} own
 */
function slip(typed, own) {
  let i = 0, tail = 0;
  while (i < own.length && typed[i] === own[i]) i++;
  const least = Math.min(typed.length, own.length) - i;
  while (tail < least && typed[typed.length - 1 - tail] === own[own.length - 1 - tail]) tail++;
  const [more, less] = [typed.length - i - tail, own.length - i - tail]; // letters between what is alike
  return more <= 1 && less <= 1 || more === 2 && less === 2 && typed[i] === own[i + 1] && typed[i + 1] === own[i];
}

/** @param {string} value @param {number} least @param {number} most */
const whole = (value, least, most) => (/^[1-9][0-9]{0,6}$/.test(value) && Number(value) >= least &&
  Number(value) <= most ? Number(value) : undefined);

const within = (/** @type {number} */ least, /** @type {number} */ most) =>
  `Allowed is a whole number from ${least} to ${most.toLocaleString("en")}.`;

/** What an address says between its ? and its #. @param {string} search @returns {Mode} */
export function parse(search) {
  /** @type {Mode} */
  const mode = { embed: false, present: false, hide: new Set(), panes: [], at: 0, until: 0, type: 0, wrong: [] };
  const all = [...new URLSearchParams(search)], names = new Set(all.map(([name]) => name));
  const said = all.filter(([name]) => names.has("embed") || meant(name)); // whoever embeds has written all of it
  if (`${new URLSearchParams(said)}`.length > mostCharacters) {
    mode.wrong.push(`What this address says after its ? is longer than ${mostCharacters} characters, and is not read.`);
    return mode;
  }
  const seen = new Set();
  for (const [name, value] of said) {
    const shown = value ? `${name}=${value}` : name, read = known.includes(name) ? readers[name] : undefined;
    let why = "";
    if (!read) why = `This page knows ${list(known)}.`;
    else if (seen.has(name)) why = "It is there twice; the first holds.";
    else why = read(mode, value);
    const sentence = `The address says “${shown}”, which is not understood. ${why}`;
    if (why && !mode.wrong.includes(sentence)) mode.wrong.push(sentence);
    seen.add(name);
  }
  if (mode.embed && mode.present) {
    mode.present = false;
    mode.wrong.push("The address says both “embed” and “present”; embed holds.");
  }
  if (mode.hide.size && !mode.embed && !mode.present) {
    mode.hide.clear();
    mode.wrong.push("The address says “hide”, which holds only beside “embed” or “present”.");
  }
  return mode;
}

export const mode = parse(location.search);

const { dataset } = document.documentElement;
if (mode.embed) dataset.mode = "embed";
if (mode.present) dataset.mode = "present";
if (mode.hide.size) dataset.hide = [...mode.hide].join(" ");
if (mode.embed && mode.type > smallest) {
  document.documentElement.style.setProperty("--zoom", String(mode.type / smallest));
}
