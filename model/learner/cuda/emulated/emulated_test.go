//go:build linux && amd64

package emulated_test

import (
	_ "embed"
	"encoding/binary"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

//go:embed testdata/probe.cu
var probe string

// probed is the emulator with the kernels of testdata.
func probed(t *testing.T) *emulated.Library {
	t.Helper()
	common, err := os.ReadFile("../kernels/common.cu")
	require.NoError(t, err)
	return emulated.BuildText(t, string(common)+probe)
}

func TestNothingRunsBeforeTheHostWaits(t *testing.T) {
	l := probed(t)
	d := l.Device(t)
	require.NoError(t, d.Do(func() error {
		x, y := emulated.Put(d, []float32{1, 2, 3}), d.Taken.Take(driver.F32, 3)
		d.Run("twice", driver.Over(3, 32), 32, 0, d.Args().Buf(y, x).Int(3))
		for range 5 { // doubled in its place
			d.Run("twice", driver.Over(3, 32), 32, 0, d.Args().Buf(y, y).Int(3))
		}
		assert.Equal(t, 6, l.Launches(""))
		assert.Equal(t, []float32{64, 128, 192}, emulated.Get[float32](d, y))
		return nil
	}))
	assert.Equal(t, 6, l.Launches("twice"))
	assert.Negative(t, l.Launches("nothing"))
}

func TestMemoryBeginsAsNotANumberAndIsCounted(t *testing.T) {
	l := probed(t)
	before := l.Used()
	d := l.Device(t)
	require.NoError(t, d.Do(func() error {
		for _, x := range emulated.Get[float32](d, d.Taken.Take(driver.F32, 1000)) {
			assert.True(t, math.IsNaN(float64(x)))
		}
		d.Taken.Take(driver.BF16, 7)
		return d.Wait()
	}))
	counted := driver.NewMemory(nil)
	counted.Take(driver.F32, 1000)
	counted.Take(driver.BF16, 7)
	assert.EqualValues(t, 4000+16, counted.Bytes())
	assert.Equal(t, counted.Bytes(), l.Used()-before)
	require.NoError(t, d.Do(func() error {
		d.Taken.Release()
		return nil
	}))
	assert.Equal(t, before, l.Used())
	assert.Equal(t, before+4016, l.MostUsed())
}

func TestMemoryThatIsNotAKernelsOwnIsSaid(t *testing.T) {
	for name, test := range map[string]struct {
		index int64
		says  string
	}{
		"behind":     {4, "16 bytes behind the start of a buffer of 16"},
		"before":     {-1500, "bytes before a buffer of 16"},
		"far behind": {1000, "4000 bytes behind the start of a buffer of 16"},
	} {
		t.Run(name, func(t *testing.T) {
			d := probed(t).Device(t)
			err := d.Do(func() error {
				x, y := d.Taken.Take(driver.F32, 4), d.Taken.Take(driver.F32, 1)
				d.Run("peek", driver.Grid{1, 1, 1}, 1, 0, d.Args().Buf(y, x).Wide(test.index))
				return d.Wait()
			})
			require.ErrorContains(t, err, test.says)
			assert.ErrorContains(t, err, "kernel peek, block (0, 0, 0), thread 0")
			assert.Equal(t, err, d.Do(func() error { return nil }), "the first error stays")
		})
	}
	t.Run("shared", func(t *testing.T) {
		d := probed(t).Device(t)
		assert.ErrorContains(t, d.Do(func() error {
			d.Run("beyond", driver.Grid{1, 1, 1}, 32, 256, d.Args().Int(256))
			return d.Wait()
		}), "0 bytes behind 256 of dynamic shared memory")
	})
}

func TestEveryBlockFindsSharedMemoryAsNotANumber(t *testing.T) {
	d := probed(t).Device(t)
	require.NoError(t, d.Do(func() error {
		y := d.Taken.Take(driver.F32, 3*64)
		d.Zero(y)
		d.Run("found", driver.Grid{3, 1, 1}, 32, 128, d.Args().Buf(y))
		for _, x := range emulated.Get[float32](d, y) {
			assert.True(t, math.IsNaN(float64(x)))
		}
		return nil
	}))
}

func TestAMissingBarrierIsSeen(t *testing.T) {
	l := probed(t)
	for _, kernel := range []string{"pass_on", "pass_on_in_warp"} {
		run := func() []byte {
			d := l.Device(t)
			var got []int32
			if d.Do(func() error {
				y := d.Taken.Take(driver.I32, 64)
				d.Run(kernel, driver.Grid{1, 1, 1}, 64, 0, d.Args().Buf(y))
				got = emulated.Get[int32](d, y)
				return nil
			}) != nil {
				return nil
			}
			out, _ := binary.Append(nil, binary.LittleEndian, got)
			return out
		}
		l.SameInEveryOrder(t, run)
		l.EveryBarrierCounts(t, nil, run)
	}
	var ours []string
	for _, b := range l.Barriers() {
		if b.Kernel == "copies" || b.Kernel == "multiply" {
			ours = append(ours, b.Text)
		}
	}
	assert.Equal(t, []string{"copies_wait<0>()", "copies_wait<1>()", "__syncwarp()"}, ours)
}

func TestThreadsThatWaitForEachOtherForEverAreSaid(t *testing.T) {
	d := probed(t).Device(t)
	assert.ErrorContains(t, d.Do(func() error {
		d.Run("parted", driver.Grid{1, 1, 1}, 64, 0, d.Args())
		return d.Wait()
	}), "its threads wait for each other at different barriers")
}

func TestLanesAskEachOther(t *testing.T) {
	d := probed(t).Device(t)
	require.NoError(t, d.Do(func() error {
		y, f := d.Taken.Take(driver.I32, 7*32), d.Taken.Take(driver.F32, 32)
		d.Run("lanes", driver.Grid{1, 1, 1}, 32, 0, d.Args().Buf(y, f))
		got, floats := emulated.Get[int32](d, y), emulated.Get[float32](d, f)
		var thirds uint32
		for i := range 32 {
			if i%3 == 0 {
				thirds |= 1 << i
			}
		}
		for i := range 32 {
			down, up := i, i
			if i+3 < 32 {
				down = i + 3
			}
			if i >= 3 {
				up = i - 3
			}
			for j, want := range []int{i ^ 5, 7, down, up, i ^ 4, int(int32(thirds)), 3} {
				assert.EqualValues(t, want, got[32*j+i], "row %d, lane %d", j, i)
			}
			assert.Equal(t, float32(i^1)/2, floats[i])
		}
		return nil
	}))
}

// A copy that nobody waits for has not happened in two of the orders, and has in the others.
func TestACopyHappensAsLateAsItsWaitAllows(t *testing.T) {
	l := probed(t)
	src := make([]int32, 64*4)
	for i := range src {
		src[i] = int32(i)
	}
	whole, part := src[:128], make([]int32, 128)
	for i := range part {
		switch i % 4 {
		case 0:
			part[i] = int32(128 + i)
		case 1:
			part[i] = int32(128+i) & 0xffff
		}
	}
	none := make([]int32, 128)
	for i := range none {
		none[i] = -1
	}
	for order := range emulated.Orders {
		for mode, want := range [][2][]int32{{whole, part}, {whole, none}, {none, none}} {
			if order == 1 || order == 2 {
				want = [2][]int32{whole, part}
			}
			d := l.Device(t)
			l.Order(order)
			require.NoError(t, d.Do(func() error {
				x, y := emulated.Put(d, src), d.Taken.Take(driver.I32, len(src))
				d.Run("copies", driver.Grid{1, 1, 1}, 32, 0, d.Args().Buf(y, x).Int(mode))
				got := emulated.Get[int32](d, y)
				assert.Equal(t, want[0], got[:128], "order %d, mode %d", order, mode)
				assert.Equal(t, want[1], got[128:], "order %d, mode %d", order, mode)
				return nil
			}))
		}
	}
}

func TestMatrixInstructionsHaveTheLayoutOfPTX(t *testing.T) {
	d := probed(t).Device(t)
	a, b, bt := make([]uint16, 16*16), make([]uint16, 16*8), make([]uint16, 8*16)
	at := func(i, j int) float32 { return float32(i*3 - j*5 + i*j%7) }
	bf16 := func(x float32) uint16 { return uint16(math.Float32bits(x) >> 16) } // of integers that it holds exactly
	for i := range 16 {
		for j := range 16 {
			a[i*16+j] = bf16(at(i, j))
		}
		for j := range 8 {
			b[i*8+j], bt[j*16+i] = bf16(at(j, i)), bf16(at(j, i))
		}
	}
	var want []float32
	for i := range 16 {
		for j := range 8 {
			s := float32(0)
			for k := range 16 {
				s += at(i, k) * at(j, k)
			}
			want = append(want, s)
		}
	}
	require.NoError(t, d.Do(func() error {
		x, y := emulated.Put(d, a), d.Taken.Take(driver.F32, 16*8)
		for transposed, z := range []driver.Buffer{emulated.Put(d, b), emulated.Put(d, bt)} {
			d.Run("multiply", driver.Grid{1, 1, 1}, 32, 0, d.Args().Buf(y, x, z).Int(transposed))
			assert.Equal(t, want, emulated.Get[float32](d, y))
		}
		return nil
	}))
}

func TestArgumentsArriveByValue(t *testing.T) {
	l := probed(t)
	type several struct {
		x    uint64
		i, j int32
		f    float32
	}
	d := l.Device(t)
	require.NoError(t, d.Do(func() error {
		x, y := emulated.Put(d, []float32{1, 10, 100}), d.Taken.Take(driver.F32, 1)
		s := several{x.Address(), 1, 2, 0.5}
		d.Run("arguments", driver.Grid{1, 1, 1}, 1, 0, driver.Struct(d.Args().Buf(y), &s).Wide(1000).Int(-3))
		s.i = 0 // it was copied
		assert.Equal(t, []float32{10 + 50 + 1000 - 3}, emulated.Get[float32](d, y))
		return nil
	}))
	for name, launch := range map[string]func(*emulated.Bench, driver.Buffer){
		"too few": func(d *emulated.Bench, y driver.Buffer) {
			d.Run("twice", driver.Grid{1, 1, 1}, 1, 0, d.Args().Buf(y, y))
		},
		"too many": func(d *emulated.Bench, y driver.Buffer) {
			d.Run("twice", driver.Grid{1, 1, 1}, 1, 0, d.Args().Buf(y, y).Int(1, 1))
		},
		"more threads than its bounds": func(d *emulated.Bench, y driver.Buffer) {
			d.Run("arguments", driver.Grid{1, 1, 1}, 65, 0, driver.Struct(d.Args().Buf(y), &several{}).Wide(1).Int(1))
		},
	} {
		d := l.Device(t)
		assert.ErrorContains(t, d.Do(func() error {
			launch(d, d.Taken.Take(driver.F32, 4))
			return nil
		}), "invalid argument", name)
	}
}
