// Package nvrtc compiles the text of kernels in development, without a GPU and without a driver: to PTX, which is
// committed, and to machine code, of which only the compiler's report is kept. The compiler is NVIDIA's own run-time
// one as Debian has it, fetched into a cache folder. The program links neither: it loads PTX that lies in it.
package nvrtc
