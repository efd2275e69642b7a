// What a reader can take along: the numbers, the picture, the link.

const byID = (id) => document.getElementById(id);
const say = (sentence) => { byID("taken").textContent = sentence; };

export function startExports(lab) {
  byID("save-csv").addEventListener("click", () => {
    const csv = lab.csv();
    if (csv instanceof Error) return say(`The numbers could not be written: ${csv.message}.`);
    const name = save(new Blob([csv], { type: "text/csv" }), lab, "csv");
    say(`Saved as ${name}: one row a step and arm. Each begins with the experiment, its seed and version; the columns say their units.`);
  });
  byID("save-png").addEventListener("click", async () => {
    const canvas = await picture(lab);
    canvas.toBlob((blob) => say(!blob ? "The browser could not make the picture." : `Saved as ${save(blob, lab, "png")}: the pictures that are on screen, twice as large.`), "image/png");
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

/** Saves a file under the name of the experiment and its seed, and returns its name. */
function save(blob, lab, kind) {
  const { name, seed } = JSON.parse(lab.state());
  const words = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  const a = document.createElement("a");
  a.href = URL.createObjectURL(blob);
  a.download = `sparkling-${words || "experiment"}-seed-${seed}.${kind}`;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
  return a.download;
}

/** The pictures, drawn anew with so many pixels to one of the page's. */
export const pictures = (lab, scale) => new Promise((done) => {
  lab.picture((pixels, width, height) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    done(canvas);
  }, scale);
});

/** What is saved of them: under a title that says what they are of. */
export async function picture(lab) {
  const drawn = await pictures(lab, 2);
  const { name, seed, step, steps } = JSON.parse(lab.state());
  const top = 104, left = 36;
  const canvas = Object.assign(document.createElement("canvas"), { width: drawn.width, height: drawn.height + top });
  const ink = canvas.getContext("2d");
  ink.fillStyle = "#fff";
  ink.fillRect(0, 0, canvas.width, canvas.height);
  ink.drawImage(drawn, 0, top);
  const write = (words, font, hue, y) => {
    Object.assign(ink, { font: `${font} system-ui, sans-serif`, fillStyle: hue });
    ink.fillText(words, left, y, canvas.width - 2 * left);
  };
  write(`SPARKLING Lab: ${name}`, "600 36px", "#1b1f24", 52);
  write(`seed ${seed}, step ${step} of ${steps}`, "26px", "#57606a", 90);
  return canvas;
}
