// The mark of an arm: hue, dash and marker, as the program gives them. A coloured word in the text is the legend.

import { make } from "./dom.js";

const svg = "http://www.w3.org/2000/svg";

/** @type {Record<string, [name: string, attributes: Record<string, string | number>]>} */
const shapes = {
  disc: ["circle", { cx: 14, cy: 5, r: 3 }],
  square: ["rect", { x: 11, y: 2, width: 6, height: 6 }],
  triangle: ["path", { d: "M14 1l4 7.2h-8z" }],
  diamond: ["path", { d: "M14 .6L18.4 5 14 9.4 9.6 5z" }],
  wedge: ["path", { d: "M14 9l-4-7.2h8z" }],
  cross: ["path", { d: "M10 3.8h2.8V1h2.4v2.8H18v2.4h-2.8V9h-2.4V6.2H10z" }],
  pillar: ["rect", { x: 12.2, y: 1, width: 3.6, height: 8 }],
  beam: ["rect", { x: 10, y: 3.2, width: 8, height: 3.6 }],
};

/** @param {string} name @param {Record<string, string | number>} attributes */
function element(name, attributes) {
  const e = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, String(value));
  return e;
}

/** A word with its mark. @param {{ name: string, style: Style }} arm */
export function armWord({ name, style: { hue, dash, marker } }) {
  const [shape, place] = shapes[marker];
  const picture = element("svg", { viewBox: "0 0 28 10", "aria-hidden": "true" });
  picture.append(
    element("path", { d: "M0 5h28", "stroke-width": 2, fill: "none", ...(dash && { "stroke-dasharray": dash }) }),
    element(shape, { ...place, stroke: "none" }),
  );
  // The name goes in its own direction among our words.
  const word = make("span", { className: "arm" }, picture, make("bdi", {}, name));
  word.style.color = hue;
  return word;
}
