//go:build linux || darwin

// Package openblas is the peer OpenBLAS: its single-precision matrix product on one thread, called without cgo. The
// library is used where the machine has it; nothing is installed here.
package openblas

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/sparkling-lab/sparkling/model/compute"
)

// Library is an OpenBLAS on one thread. It belongs to one goroutine.
type Library struct {
	Core string // the processor that its kernels are made for, as it says itself

	handle, sgemm uintptr
	args          *arguments
}

// arguments are what a Fortran routine gets by address; they stay where they are while it runs.
type arguments struct {
	n, t                byte
	one, zero           float32
	rows, cols, depth   int32
	strideA, strideB, c int32
}

// names of the library's file.
var names = []string{
	"libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
}

// Open loads the library on one thread, with its kernels for a processor, or for this machine where core is empty: it
// settles which ones it takes while it is loaded, by the environment. It errs where it takes others.
func Open(core string) (*Library, error) {
	os.Setenv("OPENBLAS_NUM_THREADS", "1")
	os.Setenv("OPENBLAS_L2_SIZE", "")
	os.Setenv("OPENBLAS_CORETYPE", core)
	var handle uintptr
	for _, name := range names {
		if h, err := purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL); err == nil {
			handle = h
			break
		}
	}
	if handle == 0 {
		return nil, errors.New(Missing)
	}
	l := &Library{handle: handle, args: &arguments{n: 'N', t: 'T', one: 1}}
	corename, err := purego.Dlsym(handle, "openblas_get_corename")
	if err == nil {
		var is func() string
		purego.RegisterFunc(&is, corename)
		l.Core = is()
		l.sgemm, err = purego.Dlsym(handle, "sgemm_")
	}
	if err == nil && core != "" && l.Core != core {
		err = fmt.Errorf("this OpenBLAS takes kernels for %s where it is told %s", l.Core, core)
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Close unloads the library; the next one may have other kernels.
func (l *Library) Close() { _ = purego.Dlclose(l.handle) }

// MatMul sets dst = a·b in the given form. The routine thinks in columns: it is given dstᵀ = bᵀ·aᵀ. It is the Fortran
// one because all its arguments are addresses, which makes the way from Go short; [Library.Nothing] goes the same
// way.
func (l *Library) MatMul(form compute.Form, dst, a, b compute.Mat) {
	depth := a.Cols
	if form == compute.TN {
		depth = a.Rows
	}
	l.call(form, dst.Cols, dst.Rows, depth, dst, a, b)
}

// Nothing calls the routine for a product without rows: the cost of getting there and back, which is not the library's.
func (l *Library) Nothing(_ compute.Form, dst, a, b compute.Mat) {
	l.call(compute.NN, 0, 0, 0, dst, a, b)
}

func (l *Library) call(form compute.Form, rows, cols, depth int, dst, a, b compute.Mat) {
	x := l.args
	x.rows, x.cols, x.depth = int32(rows), int32(cols), int32(depth)
	x.strideA, x.strideB, x.c = int32(a.Stride), int32(b.Stride), int32(dst.Stride)
	transA, transB := &x.n, &x.n
	switch form {
	case compute.NT:
		transB = &x.t
	case compute.TN:
		transA = &x.t
	}
	purego.SyscallN(l.sgemm, address(transB), address(transA), address(&x.rows), address(&x.cols), address(&x.depth),
		address(&x.one), address(&b.Data[0]), address(&x.strideB), address(&a.Data[0]), address(&x.strideA),
		address(&x.zero), address(&dst.Data[0]), address(&x.c))
	runtime.KeepAlive(x)
	runtime.KeepAlive(dst.Data)
	runtime.KeepAlive(a.Data)
	runtime.KeepAlive(b.Data)
}

func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
