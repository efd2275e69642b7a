//go:build !amd64 && !wasm

package workload

// putPast would be put past the caches: there is no way to write it here.
var putPast func([]float32)
