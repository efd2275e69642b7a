// What a reader can take along: the numbers, the picture, the link.

const byID = (id) => document.getElementById(id);
const say = (sentence) => { byID("taken").textContent = sentence; };

export function startExports(lab) {
  byID("save-csv").addEventListener("click", () => {
    const csv = lab.csv();
    if (csv instanceof Error) return say(`The numbers could not be written: ${csv.message}.`);
    save(new Blob([csv], { type: "text/csv" }), "sparkling-lab.csv");
    say("Saved: one row a step, exact values.");
  });
  byID("save-png").addEventListener("click", () => picture(lab, (blob) => {
    save(blob, "sparkling-lab.png");
    say("Saved: the pictures as they are on screen.");
  }));
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

function save(blob, name) {
  const a = document.createElement("a");
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}

/** The pictures as they are now, as a PNG. */
export function picture(lab, use) {
  lab.picture((pixels, width, height) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
    canvas.toBlob(use, "image/png");
  });
}
