// What scripts that a worker imports, and programs that it runs, put into its global scope.

/** Go's script has a file system of its own, in which a program writes what a terminal would show. */
declare var fs: { writeSync(file: number, piece: Uint8Array): number };

/** The benchmark's program. */
declare var bench: (job: unknown) => unknown;

/** TensorFlow.js, as far as the benchmark uses it. */
declare namespace tf {
  interface Tensor {
    dispose(): void;
    dataSync(): Float32Array;
  }
  const wasm: { setWasmPaths(folder: string): void; setThreadsCount(n: number): void };
  function env(): { set(flag: string, value: boolean): void };
  function setBackend(name: string): Promise<boolean>;
  function getBackend(): string;
  function ready(): Promise<void>;
  function tensor2d(values: Float32Array, shape: [number, number]): Tensor;
  function tensor3d(values: Float32Array, shape: [number, number, number]): Tensor;
  function matMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor;
}
