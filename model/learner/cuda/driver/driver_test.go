//go:build linux && amd64

package driver_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

// one is the emulator with one kernel.
func one(t *testing.T) *emulated.Library {
	t.Helper()
	return emulated.BuildText(t, `extern "C" __global__ void __launch_bounds__(128) scale(float *x, float by, int n) {
	const int i = blockIdx.x * blockDim.x + threadIdx.x;
	if (i < n) x[i] *= by;
}
`)
}

func TestWhatIsMissingIsSaidInOneSentence(t *testing.T) {
	l := one(t)
	for name, test := range map[string]struct {
		library string
		fail    func()
		says    string
	}{
		"no library": {"libcuda-of-nobody.so.1", func() {}, "there is no CUDA driver on this machine: " +
			"libcuda-of-nobody.so.1 was not found; it comes with NVIDIA's driver for the GPU"},
		"no driver": {"libm.so.6", func() {}, "the CUDA driver is too old: it has no cuInit"},
		"no GPU": {l.Path(), func() { l.Fail("cuInit", 1, 100) },
			"the CUDA driver finds no GPU on this machine"},
		"does not start": {l.Path(), func() { l.Fail("cuInit", 1, 999) },
			"the CUDA driver does not start: the GPU failed at cuInit: an error that a test asked for (CUDA error " +
				"999)"},
		"old": {l.Path(), func() { l.Version(11040) },
			"the CUDA driver is too old: it knows CUDA up to 11.4, and the kernels need 11.8"},
		"newer than it": {l.Path(), func() { l.Fail("cuModuleLoadData", 1, 222) },
			"the CUDA driver is too old: it does not know the PTX version of the kernels"},
		"not PTX": {l.Path(), func() { l.Fail("cuModuleLoadData", 1, 218) },
			"the CUDA driver does not compile the kernels: their PTX is not valid"},
	} {
		t.Run(name, func(t *testing.T) {
			l.Reset()
			test.fail()
			d, err := driver.Open(test.library, 11080)
			if err == nil {
				err = d.Do(func() error {
					_, err := d.Load([]byte("text"))
					return err
				})
			}
			assert.EqualError(t, err, test.says)
		})
	}
}

func TestADeviceSaysWhatItIs(t *testing.T) {
	l := one(t)
	l.Memory(1 << 20)
	d := l.Device(t)
	assert.Equal(t, "emulated GPU", d.Name)
	assert.Equal(t, []int{9, 0, 132, 227 << 10, 1 << 20, 12040},
		[]int{d.Major, d.Minor, d.SMs, d.Shared, int(d.Memory), d.Driver})
	require.NoError(t, d.Do(func() error {
		d.Taken.Take(driver.U8, 1<<18)
		assert.EqualValues(t, 3<<18, d.Free())
		return nil
	}))
}

func TestTooLittleMemoryIsAnErrorWithItsSizes(t *testing.T) {
	l := one(t)
	l.Memory(10_000)
	d := l.Device(t)
	err := d.Do(func() error {
		d.Taken.Take(driver.F32, 2000)
		d.Taken.Take(driver.BF16, 1501)
		return nil
	})
	assert.EqualError(t, err, "the GPU has too little memory: 3008 bytes more were asked for, and 2000 of its 10000 "+
		"are free")
	var of *driver.MemoryError
	assert.ErrorAs(t, err, &of)
	assert.EqualValues(t, 8000, d.Taken.Bytes())
}

// Sizes that do not divide the memory on the way, and are more than it.
func TestCopiesKeepEveryNumber(t *testing.T) {
	d := one(t).Device(t)
	for _, n := range []int{1, 3, 1000, 1<<20 + 1, 3<<20 + 5} {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(i) / 7
		}
		require.NoError(t, d.Do(func() error {
			m := driver.NewMemory(d.Device)
			defer m.Release()
			b, c := m.Take(driver.F32, n+2), m.Take(driver.F32, n)
			d.Zero(b)
			driver.Put(d.Device, b.Slice(1, n+1), x)
			got := make([]float32, n+2)
			if err := driver.Get(d.Device, got, b); err != nil {
				return err
			}
			assert.True(t, same(x, got[1:n+1]), "%d numbers", n)
			assert.Equal(t, []float32{0, 0}, []float32{got[0], got[n+1]})
			d.Copy(c, b.From(1).Slice(0, n))
			assert.NoError(t, driver.Get(d.Device, got[:n], c))
			assert.True(t, same(x, got[:n]), "%d numbers", n)
			return nil
		}))
	}
}

func same(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestWhatIsPutMayChangeAtOnce(t *testing.T) {
	d := one(t).Device(t)
	require.NoError(t, d.Do(func() error {
		x := []int32{1, 2, 3}
		b := d.Taken.Take(driver.I32, 3)
		driver.Put(d.Device, b, x)
		x[0] = 9
		assert.NoError(t, driver.Get(d.Device, x, b))
		assert.Equal(t, []int32{1, 2, 3}, x)
		return nil
	}))
}

func TestNumbersOfAnotherKindAreRefused(t *testing.T) {
	m := driver.NewMemory(nil)
	b := m.Take(driver.BF16, 4)
	assert.PanicsWithValue(t, "4 elements of type float32 for a buffer of 4 of bfloat16", func() {
		driver.Put(nil, b, make([]float32, 4))
	})
	assert.PanicsWithValue(t, "5 elements of type uint16 for a buffer of 4 of bfloat16", func() {
		driver.Put(nil, b, make([]uint16, 5))
	})
	assert.PanicsWithValue(t, "elements 2 to 5 of a buffer of 4", func() { b.Slice(2, 5) })
	assert.Equal(t, []int{2, 4}, []int{b.From(2).Len(), b.From(2).Bytes()})
}

func TestALaunchAllocatesNothing(t *testing.T) {
	d := one(t).Device(t)
	require.NoError(t, d.Do(func() error {
		x := emulated.Put(d, make([]float32, 200))
		s := struct{ a, b int }{}
		assert.Zero(t, testing.AllocsPerRun(20, func() {
			d.Run("scale", driver.Over(200, 128), 128, 0, d.Args().Buf(x).Float(2).Int(200))
			driver.Struct(d.Args(), &s)
			d.Zero(x)
			d.Copy(x, x)
			_ = d.Wait()
		}))
		return nil
	}))
}

func TestAfterAnErrorNothingMoreIsDone(t *testing.T) {
	l := one(t)
	d := l.Device(t)
	err := d.Do(func() error {
		x := emulated.Put(d, []float32{1})
		l.Fail("cuLaunchKernel", 2, 1)
		for range 4 {
			d.Run("scale", driver.Grid{1, 1, 1}, 1, 0, d.Args().Buf(x).Float(2).Int(1))
		}
		return nil
	})
	assert.EqualError(t, err, "kernel scale, [1 1 1] blocks of 1 threads, 0 bytes of shared memory: the GPU failed at "+
		"cuLaunchKernel: invalid argument (CUDA error 1)")
	assert.Equal(t, 1, l.Launches("scale"))
	assert.Equal(t, err, d.Err())
	assert.Equal(t, err, d.Close())
	assert.EqualError(t, d.Do(nil), "the device is closed")
}

// Whatever call fails while a device is opened, used and closed is said, and no memory stays behind.
func TestAnErrorOfEachCallIsSaid(t *testing.T) {
	l := one(t)
	use := func() (err error) {
		d, err := driver.Open(l.Path(), 11080)
		if err != nil {
			return err
		}
		defer func() {
			if e := d.Close(); err == nil {
				err = e
			}
		}()
		return d.Do(func() error {
			m := driver.NewMemory(d)
			defer m.Release()
			module, err := d.Load([]byte("text"))
			if err != nil {
				return err
			}
			defer module.Unload()
			k, b := module.Kernel("scale"), m.Take(driver.F32, 3)
			d.Registers(k)
			d.Free()
			e := d.Event()
			defer e.Close()
			d.Zero(b)
			e.Record()
			driver.Put(d, b, []float32{1, 2, 3})
			d.Launch(k, driver.Grid{1, 1, 1}, 32, 50<<10, d.Args().Buf(b).Float(2).Int(3))
			d.Copy(b, b)
			e.Since(e)
			return driver.Get(d, make([]float32, 3), b)
		})
	}
	require.NoError(t, use())
	for _, name := range driver.Symbols() {
		if name == "cuGetErrorString" || name == "cuDevicePrimaryCtxRelease_v2" { // of which nothing is asked
			continue
		}
		for _, code := range []int{1, 700} {
			before, held := l.Used(), l.Contexts()
			l.Fail(name, 1, code)
			assert.ErrorContains(t, use(), fmt.Sprint(code), name)
			assert.Equal(t, before, l.Used(), name)
			assert.Equal(t, held, l.Contexts(), "%s: devices that hold the context", name)
			l.Reset()
		}
	}
}

func TestADeviceBelongsToItsThread(t *testing.T) {
	d := one(t).Device(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	d.Zero(driver.Buffer{})
	assert.ErrorContains(t, d.Wait(), "invalid device context")
}

func TestEventsMeasureTime(t *testing.T) {
	d := one(t).Device(t)
	require.NoError(t, d.Do(func() error {
		from, to := d.Event(), d.Event()
		x := emulated.Put(d, make([]float32, 1000))
		from.Record()
		d.Run("scale", driver.Over(1000, 128), 128, 0, d.Args().Buf(x).Float(2).Int(1000))
		to.Record()
		assert.Positive(t, to.Since(from))
		from.Close()
		to.Close()
		return nil
	}))
}
