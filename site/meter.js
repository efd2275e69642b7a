// Measures what the program costs the main thread, whether for a picture, a message of a worker or a timer: its time,
// summed from one animation frame to the next, is the cost of that frame. Frames in which hardly anything was done are
// left out.

const kept = 300; // frames
const hardlyMs = 0.5;

export class Meter {
  #costs = new Float64Array(kept);
  #times = new Float64Array(kept);
  #count = 0;
  #busy = 0;

  constructor() {
    const frame = (/** @type {number} */ now) => {
      if (!this.quiet()) {
        this.#costs[this.#count % kept] = this.#busy;
        this.#times[this.#count % kept] = now;
        this.#count++;
      }
      this.#busy = 0;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** The program has been at work for so many milliseconds. @param {number} ms */
  add(ms) { this.#busy += ms; }

  /** Whether hardly anything has been done since the present animation frame began. */
  quiet() { return this.#busy < hardlyMs; }

  /** Of the newest frames; times in milliseconds. @returns {Stats} */
  stats() {
    const n = Math.min(this.#count, kept);
    if (n < 2) return { frames: n, fps: 0, mean: 0, p95: 0, max: 0 };
    const sorted = this.#costs.slice(0, n).sort();
    const newest = this.#times[(this.#count - 1) % kept];
    const oldest = this.#times[this.#count > kept ? this.#count % kept : 0];
    return {
      frames: n,
      fps: (n - 1) * 1000 / (newest - oldest),
      mean: sorted.reduce((a, b) => a + b, 0) / n,
      p95: sorted[Math.min(n - 1, Math.floor(0.95 * n))],
      max: sorted[n - 1],
    };
  }
}
