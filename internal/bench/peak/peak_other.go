//go:build !goexperiment.simd && !amd64 && !wasm

package peak

// Without the experiment Go has vectors on no other machine.
func vectors() []Peak { return nil }
