// What the Lab needs from a browser, and the plain sentence where it is missing.

// A function that uses one SIMD instruction: browsers without SIMD do not validate it.
const simd = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0,
  253, 15, 253, 98, 11]);

/** The sentence to show where the programs cannot run, or "". */
export function missing() {
  if (typeof WebAssembly !== "object" || typeof Worker !== "function") {
    return "The Lab trains a network inside this page, with WebAssembly and Web Workers. " +
      "This browser has them not, or has them switched off.";
  }
  if (!WebAssembly.validate(simd)) {
    return "The Lab trains with WebAssembly SIMD, which this browser does not have. " +
      "Chrome or Edge 91, Firefox 114, Safari 16.4 and newer have it.";
  }
  return "";
}

/** The sentence to show where the pictures cannot be drawn, or "". A browser takes its time to find out. */
export function unseen() {
  if (!document.createElement("canvas").getContext("webgl2")) {
    return "The pictures are drawn with WebGL 2, which this browser does not have or has switched off. " +
      "Hardware acceleration in its settings may bring it back.";
  }
  return "";
}
