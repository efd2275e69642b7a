// What wasm_exec.js, Go's own script, offers to those who start a program. Its other members are not named here, so
// that nobody uses them.
declare class Go {
  importObject: WebAssembly.Imports;
  exit: (code: number) => void;
  run(instance: WebAssembly.Instance): Promise<void>;
}
