// Fetches and compiles WebAssembly programs, and reports every byte that arrives. Addresses are relative to the page's
// folder, and carry the contents' hash, so that a new page never runs with an old program.

const base = new URL("..", import.meta.url);

/**
 * What the manifest says of a file: its bytes, and those of its siblings where it has them.
 * @typedef {{ bytes: number, gzip?: number, brotli?: number, sha256: string }} File
 * @typedef {"bytes" | "gzip" | "brotli"} Form
 * @typedef {(got: number, size: number, form: Form) => void} Came
 */

/** The list of the page's files with their sizes. @returns {Promise<{ files: Record<string, File> }>} */
export async function readManifest() {
  const response = await get("manifest.json", new URL("manifest.json", base), { cache: "no-cache" });
  return response.json().catch(() => { throw new Error("manifest.json is not what it should be"); });
}

/**
 * Fetches a file, or says which one did not come and why.
 * @param {string} name @param {URL} address @param {RequestInit} [options]
 */
async function get(name, address, options) {
  const response = await fetch(address, options).catch(() => { throw new Error(`${name} could not be fetched`); });
  if (!response.ok) throw new Error(`its host answered ${response.status} for ${name}`);
  return response;
}

/**
 * How the manifest calls the forms in which a host may send a file. It knows no size in zstd, which is about as small
 * as brotli.
 * @type {Record<string, Form>}
 */
const forms = { br: "brotli", zstd: "brotli", gzip: "gzip" };

/**
 * Compiles the program while it arrives. came is called with how many bytes of it have been fetched, of how many, and
 * in which form; arrived after the last one. A host that does not compress costs three times the bytes: there, the .gz
 * sibling is unpacked here.
 * @param {string} name @param {File} file @param {Came} came @param {() => void} arrived
 */
export async function fetchProgram(name, file, came, arrived) {
  const address = new URL(`${name}?v=${file.sha256.slice(0, 12)}`, base);
  let response = await get(name, address);
  let form = forms[response.headers.get("content-encoding") ?? ""] ?? "bytes";
  const sibling = file.gzip && form === "bytes" && typeof DecompressionStream === "function" && await gzipped(address);
  if (sibling) {
    response.body?.cancel(); // unread
    [response, form] = [sibling, "gzip"];
  }

  // Where the browser unpacks, the bytes that are seen here are not those that were fetched, which are counted as the
  // same share of what the host says that it sends; where it says nothing, of the page's own file in that form.
  const size = Number(response.headers.get("content-length")) || file[form] || file.bytes;
  let seen = 0, unpacked = 0;
  const see = (/** @type {number} */ n, /** @type {number} */ of) => {
    seen += n;
    came(Math.round(seen / of * size), size, form);
  };
  see(0, size);
  let body = response.body;
  if (!body) throw new Error(`${name} came without contents`);
  if (sibling) body = body.pipeThrough(count((n) => see(n, size))).pipeThrough(new DecompressionStream("gzip"));
  body = body.pipeThrough(count((n) => { unpacked += n; if (!sibling) see(n, file.bytes); }, arrived));
  const headers = { "content-type": "application/wasm" };
  const module = await WebAssembly.compileStreaming(new Response(body, { headers }));
  if (unpacked !== file.bytes) throw new Error(`${name}: ${unpacked} bytes came instead of ${file.bytes}`);
  return module;
}

/**
 * Lets a stream pass, and tells the length of every piece.
 * @param {(length: number) => void} length @param {() => void} [flush]
 * @returns {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>}
 */
function count(length, flush) {
  return new TransformStream({
    transform(piece, controller) {
      length(piece.byteLength);
      controller.enqueue(piece);
    },
    flush,
  });
}

/** The compressed sibling as it is; undefined where the host has none. @param {URL} address */
async function gzipped(address) {
  const sibling = new URL(address);
  sibling.pathname += ".gz";
  const response = await fetch(sibling);
  return response.ok && !response.headers.get("content-encoding") ? response : undefined;
}
