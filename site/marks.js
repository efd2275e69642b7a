// The mark of an arm: hue, dash and marker, the same as in the pictures. A coloured word in the text is the legend.

const svg = "http://www.w3.org/2000/svg";
const shapes = {
  small: { dash: "1.5 2.5", mark: ["circle", { cx: 14, cy: 5, r: 3 }] },
  copy: { dash: "5 3", mark: ["rect", { x: 11, y: 2, width: 6, height: 6 }] },
  asymmetric: { dash: "6 2 1.5 2", mark: ["path", { d: "M14 1l4 7.2h-8z" }] },
  sparkling: { dash: "", mark: ["path", { d: "M14 .6L18.4 5 14 9.4 9.6 5z" }] },
  drop: { dash: "2.5 2", mark: ["path", { d: "M14 9l-4-7.2h8z" }] },
  other: { dash: "8 2 2 2", mark: ["path", { d: "M10 4h8v2h-8zM13 1h2v8h-2z" }] },
};

function element(name, attributes) {
  const e = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  return e;
}

/** A word with its mark. */
export function armWord({ name, role }) {
  const { dash, mark } = shapes[role];
  const picture = element("svg", { viewBox: "0 0 28 10", "aria-hidden": "true" });
  picture.append(
    element("path", { d: "M0 5h28", "stroke-width": 2, fill: "none", ...(dash && { "stroke-dasharray": dash }) }),
    element(mark[0], { ...mark[1], stroke: "none" }),
  );
  const word = document.createElement("span");
  word.className = `arm ${role}`;
  word.append(picture, name);
  return word;
}
