// Package emulated is a CUDA driver for tests that needs no GPU: the text of the kernels, compiled by g++ over headers
// that are CUDA on a CPU, as a library that takes the place of the driver's. Host code goes its real way with it. It
// shows wrong results, missing barriers, memory that is not a kernel's own, and what happens where a call fails. It
// shows no speed, no conflicts of banks, and no rounding of real tensor cores. No program of ours links it.
package emulated
