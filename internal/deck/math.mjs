// Sets formulas as MathML: a list of them comes in as JSON, with whether each is on display, and the list of what they
// became goes out, in the same order. One that is no TeX has a problem instead.

import temml from "temml";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const formulas = JSON.parse(Buffer.concat(chunks).toString("utf8"));

process.stdout.write(JSON.stringify(formulas.map(({ tex, display }) => {
  try {
    return { HTML: temml.renderToString(tex, { displayMode: display, throwOnError: true, xml: true, trust: false }) };
  } catch (error) {
    return { Problem: String(error.message ?? error).split("\n")[0] };
  }
})));
