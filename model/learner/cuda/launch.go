package cuda

import (
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// kernels are those of a module, found as they are first launched.
type kernels struct {
	dev    *driver.Device
	module *driver.Module
	found  map[string]*driver.Kernel

	profile *profile // nil but where time is looked at
}

// launch runs a kernel of that name on blocks of threads, with the arguments of the device's Args.
func (k *kernels) launch(name string, grid driver.Grid, threads, shared int, args *driver.Args) {
	f, ok := k.found[name]
	if !ok {
		f = k.module.Kernel(name)
		k.found[name] = f
	}
	if k.profile != nil {
		k.profile.mark(k.dev, name)
	}
	k.dev.Launch(f, grid, threads, shared, args)
}

const (
	rowThreads  = 128 // of a block that works on one row
	eachThreads = 256 // of a block that works on as many elements
)

// rows runs one block a row.
func (k *kernels) rows(name string, rows int, args *driver.Args) {
	k.launch(name, driver.Grid{rows, 1, 1}, rowThreads, 0, args)
}

// each runs one thread an element.
func (k *kernels) each(name string, n int, args *driver.Args) {
	k.launch(name, driver.Over(n, eachThreads), eachThreads, 0, args)
}

// columns runs a thread for 8 elements of n, in rows of so many columns, or for one where 8 do not divide these.
func (k *kernels) columns(name string, n, cols int, args *driver.Args) {
	const together = 8
	if cols%together == 0 {
		n /= together
	}
	k.each(name, n, args)
}

// warps runs a warp a row.
func (k *kernels) warps(name string, rows int, args *driver.Args) {
	const lanes = 32
	k.launch(name, driver.Over(rows, eachThreads/lanes), eachThreads, 0, args)
}
