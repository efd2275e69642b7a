//go:build linux && amd64

package emulated

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// Device opens the library's device with its kernels. The test closes both, and memory of the device that it has taken
// by [Bench.Taken].
func (l *Library) Device(t testing.TB) *Bench {
	t.Helper()
	d, err := driver.Open(l.path, 0)
	require.NoError(t, err)
	b := &Bench{Device: d, Taken: driver.NewMemory(d), kernels: map[string]*driver.Kernel{}}
	require.NoError(t, d.Do(func() (err error) {
		b.module, err = d.Load([]byte("emulated"))
		return err
	}))
	t.Cleanup(func() {
		_ = d.Do(func() error {
			b.Taken.Release()
			return nil
		})
		_ = d.Close()
	})
	return b
}

// Bench is a device on which a test runs single kernels. All is done in functions that [driver.Device.Do] is given.
type Bench struct {
	*driver.Device
	Taken   *driver.Memory
	module  *driver.Module
	kernels map[string]*driver.Kernel
}

// Run launches a kernel by its name.
func (b *Bench) Run(name string, grid driver.Grid, threads, shared int, args *driver.Args) {
	k, ok := b.kernels[name]
	if !ok {
		k = b.module.Kernel(name)
		b.kernels[name] = k
	}
	b.Launch(k, grid, threads, shared, args)
}

// Put is a buffer on the bench with a copy of numbers, and of nothing more.
func Put[T driver.Element](b *Bench, x []T) driver.Buffer {
	kind := driver.F32
	switch any(x).(type) {
	case []uint16:
		kind = driver.BF16
	case []int32:
		kind = driver.I32
	case []byte:
		kind = driver.U8
	}
	to := b.Taken.Take(kind, len(x))
	driver.Put(b.Device, to, x)
	return to
}

// Get is a copy of a buffer's numbers; after an error they are anything.
func Get[T driver.Element](b *Bench, from driver.Buffer) []T {
	x := make([]T, from.Len())
	_ = driver.Get(b.Device, x, from)
	return x
}
