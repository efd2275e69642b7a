// What a reader can take along: the numbers, the picture, the link.

import { byID, make, parsed } from "./dom.js";

const say = (/** @type {string} */ sentence) => { byID("taken").textContent = sentence; };

/** @param {Lab} lab */
export function startExports(lab) {
  byID("save-csv").addEventListener("click", () => {
    const csv = lab.csv();
    if (csv instanceof Error) return say(`The numbers could not be written: ${csv.message}.`);
    const name = save(new Blob([csv], { type: "text/csv" }), lab, "csv");
    return say(`Saved as ${name}: one row a step and arm. Each begins with the experiment, its seed and version; ` +
      "the columns say their units.");
  });
  byID("save-experts").addEventListener("click", () => {
    const csv = lab.expertsCSV();
    if (csv instanceof Error) return say(`The numbers could not be written: ${csv.message}.`);
    const name = save(new Blob([csv], { type: "text/csv" }), lab, "experts.csv");
    return say(`Saved as ${name}: one row an expert, layer and step, with how many symbols of each kind it gets.`);
  });
  byID("save-png").addEventListener("click", async () => {
    const canvas = await picture(lab);
    canvas.toBlob((blob) => say(blob
      ? `Saved as ${save(blob, lab, "png")}: the pictures that are on screen, twice as large.`
      : "The browser could not make the picture."), "image/png");
  });
  byID("copy-link").addEventListener("click", async () => {
    const address = new URL(`#${lab.address()}`, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      say("Copied. It is in the address bar too.");
    } catch {
      say(`The link is in the address bar: ${address}`);
    }
  });
}

/**
 * Saves a file under the name of the experiment and its seed, or what else it is of, and returns its name.
 * @param {Blob} blob @param {Lab} lab @param {string} kind @param {string} [of]
 */
export function save(blob, lab, kind, of) {
  const { name, seed } = parsed(lab.state());
  const words = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  const download = `sparkling-${words || "experiment"}-${of ?? `seed-${seed}`}.${kind}`;
  const link = make("a", { href: URL.createObjectURL(blob), download });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  return link.download;
}

/**
 * A canvas and its ink.
 * @param {number} width @param {number} height
 * @returns {[HTMLCanvasElement, CanvasRenderingContext2D]}
 */
function blank(width, height) {
  const canvas = make("canvas", { width, height }), ink = canvas.getContext("2d");
  if (!ink) throw new Error("this browser draws nothing into a canvas");
  return [canvas, ink];
}

/**
 * The pictures, drawn anew with so many pixels to one of the page's.
 * @param {Lab} lab @param {number} scale @returns {Promise<HTMLCanvasElement>}
 */
export const pictures = (lab, scale) => new Promise((done) => {
  lab.picture((pixels, width, height) => {
    const [canvas, ink] = blank(width, height);
    ink.putImageData(new ImageData(pixels, width, height), 0, 0);
    done(canvas);
  }, scale);
});

/** What is saved of them: under a title that says what they are of. @param {Lab} lab */
export async function picture(lab) {
  const drawn = await pictures(lab, 2);
  const { name, seed, step, steps } = parsed(lab.state());
  const top = 104, left = 36;
  const [canvas, ink] = blank(drawn.width, drawn.height + top);
  ink.fillStyle = "#fff";
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.drawImage(drawn, 0, top);
  /** @type {(words: string, font: string, fillStyle: string, y: number) => void} */
  const write = (words, font, fillStyle, y) => {
    Object.assign(ink, { font: `${font} system-ui, sans-serif`, fillStyle });
    ink.fillText(words, left, y, canvas.width - 2 * left);
  };
  write(`SPARKLING Lab: ${name}`, "600 36px", "#1b1f24", 52);
  write(`seed ${seed}, step ${step} of ${steps}`, "26px", "#57606a", 90);
  return canvas;
}
