package kernels

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io"
)

// What NVRTC made of the text is written by the command in nvrtc/cmd, and held equal to the text by a test.
//
//go:embed ptx
var compiled embed.FS

// Architecture is what the kernels of a GPU of a compute capability are compiled for, as "sm_80". It errs for GPUs that
// cannot run any.
func Architecture(major, minor int) (string, error) {
	switch {
	case major >= 9:
		return "sm_90", nil
	case major == 8:
		return "sm_80", nil
	}
	return "", fmt.Errorf("this GPU has compute capability %d.%d; the kernels need 8.0 (A100) or a later one", major,
		minor)
}

// PTX is the text that the driver compiles for a GPU: all kernels, for one of the architectures that [Architecture]
// returns.
func PTX(arch string) ([]byte, error) {
	data, err := compiled.ReadFile("ptx/" + arch + ".ptx.gz")
	if err != nil {
		return nil, fmt.Errorf("there are no kernels for %q", arch)
	}
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// Report is what the compiler says of every kernel: a line of comment, a line of headings, and a line a kernel and
// architecture: registers of a thread, bytes of shared memory of a block, bytes of a thread's local memory, and bytes
// that were spilled there.
func Report() (string, error) {
	data, err := compiled.ReadFile("ptx/report.txt")
	return string(data), err
}
