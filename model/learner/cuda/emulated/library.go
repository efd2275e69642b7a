//go:build linux && amd64

package emulated

import (
	"path/filepath"
	"testing"

	"github.com/ebitengine/purego"
	"github.com/stretchr/testify/require"
)

// Library is an emulated driver. Its settings are those of the whole program; a test that ends sets them back.
type Library struct {
	path     string
	barriers []Barrier
	of       functions
}

// functions are those of the library that tests hold it with.
type functions struct {
	order, version, leaveOut func(int32)
	shared                   func(int32)
	memory                   func(uint64)
	used, most               func() uint64
	contexts                 func() int32
	launches                 func(string) int64
	fail                     func(string, int64, int32)
	hits                     func(int32) int64
	reset                    func()
}

func open(t testing.TB, path string) *Library {
	t.Helper()
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	require.NoError(t, err)
	l := &Library{path: path}
	for name, f := range map[string]any{
		"emu_order": &l.of.order, "emu_version": &l.of.version, "emu_leave_out": &l.of.leaveOut,
		"emu_most_shared": &l.of.shared, "emu_contexts": &l.of.contexts,
		"emu_memory": &l.of.memory, "emu_used": &l.of.used, "emu_most": &l.of.most, "emu_launches": &l.of.launches,
		"emu_fail": &l.of.fail, "emu_hits": &l.of.hits, "emu_reset": &l.of.reset,
	} {
		purego.RegisterLibFunc(f, handle, name)
	}
	l.of.reset()
	t.Cleanup(l.of.reset)
	return l
}

// Path is where the library lies.
func (l *Library) Path() string { return l.path }

// Env is the variable with which a program that is started finds the library as the driver's. EMU_MEMORY=bytes,
// EMU_ORDER=0..3, EMU_VERSION=12040 and EMU_FAIL=function:nth:code beside it are [Library.Memory], [Library.Order],
// [Library.Version] and [Library.Fail] there.
func (l *Library) Env() string { return "LD_LIBRARY_PATH=" + filepath.Dir(l.path) }

// Orders is in how many orders threads can take turns, see [Library.Order].
const Orders = 4

// Order sets in which of the orders, from 0, the threads of a block take turns from now on.
func (l *Library) Order(n int) { l.of.order(int32(n)) }

// Memory sets how much memory the device has, in bytes; 8 GiB where nothing is said.
func (l *Library) Memory(bytes int64) { l.of.memory(uint64(bytes)) }

// Shared sets how much shared memory a block may have where its kernel asks for it, in bytes; 227 KiB where nothing is
// said.
func (l *Library) Shared(bytes int) { l.of.shared(int32(bytes)) }

// Version sets the newest CUDA that the driver knows, 12040 where nothing is said, which is 12.4.
func (l *Library) Version(v int) { l.of.version(int32(v)) }

// Fail makes the nth call from now on, from 1, of a function of the driver, such as cuMemAlloc_v2, fail with a code.
// From 700 on it is one after which the device does nothing more.
func (l *Library) Fail(function string, nth, code int) { l.of.fail(function, int64(nth), int32(code)) }

// Used is how much memory is taken at present, in bytes.
func (l *Library) Used() int64 { return int64(l.of.used()) }

// MostUsed is how much memory was taken at once, at most.
func (l *Library) MostUsed() int64 { return int64(l.of.most()) }

// Contexts is how many devices hold the context of the program at present.
func (l *Library) Contexts() int { return int(l.of.contexts()) }

// Launches is how often a kernel was launched, of all kernels where the name is empty, and -1 where there is none.
func (l *Library) Launches(kernel string) int { return int(l.of.launches(kernel)) }

// Barriers are those of the text, in order.
func (l *Library) Barriers() []Barrier { return l.barriers }

// LeaveOut leaves out a barrier of [Library.Barriers] from now on, none below 0.
func (l *Library) LeaveOut(barrier int) { l.of.leaveOut(int32(barrier)) }

// Reset sets everything back to how it was when the library was loaded, but for memory that is still taken.
func (l *Library) Reset() { l.of.reset() }

// Hits is how often threads came to a barrier.
func (l *Library) Hits(barrier int) int { return int(l.of.hits(int32(barrier))) }
