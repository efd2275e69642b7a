// Fetches and compiles WebAssembly programs, and reports every byte that arrives. Addresses are relative to the page's folder, and
// carry the contents' hash, so that a new page never runs with an old program.

const base = new URL("..", import.meta.url);

/** The list of the page's files with their sizes. */
export async function readManifest() {
  const response = await fetch(new URL("manifest.json", base), { cache: "no-cache" });
  if (!response.ok) throw new Error(`manifest.json: ${response.status}`);
  return response.json();
}

/**
 * Compiles the program while it arrives. got is called with the number of (unpacked) bytes of each piece, arrived after the last one.
 * A host that does not compress costs three times the bytes: there, the .gz sibling is unpacked here.
 */
export async function fetchProgram(name, file, got, arrived) {
  const address = new URL(`${name}?v=${file.sha256.slice(0, 12)}`, base);
  let response = await fetch(address);
  if (response.ok && file.gzip && !response.headers.get("content-encoding") && typeof DecompressionStream === "function") {
    response = (await gzipped(address)) ?? response;
  }
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  let counted = 0;
  const body = response.body.pipeThrough(new TransformStream({
    transform(piece, controller) {
      counted += piece.byteLength;
      got(piece.byteLength);
      controller.enqueue(piece);
    },
    flush: arrived,
  }));
  const module = await WebAssembly.compileStreaming(new Response(body, { headers: { "content-type": "application/wasm" } }));
  if (counted !== file.bytes) throw new Error(`${name}: ${counted} bytes came instead of ${file.bytes}`);
  return module;
}

/** The compressed sibling, unpacked; undefined where the host has none. */
async function gzipped(address) {
  const sibling = new URL(address);
  sibling.pathname += ".gz";
  const response = await fetch(sibling);
  if (!response.ok || response.headers.get("content-encoding")) return undefined;
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip")));
}
