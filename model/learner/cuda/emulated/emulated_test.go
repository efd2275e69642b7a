//go:build linux && amd64

package emulated_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
)

func TestTheTextOfAllKernelsRuns(t *testing.T) {
	l := emulated.Build(t)
	d := l.Device(t)
	var got []float32
	require.NoError(t, d.Do(func() error {
		x := emulated.Put(d, []float32{1, 2, 3})
		y := emulated.Put(d, []float32{10, 20, 30})
		z := d.Memory.Take(driver.F32, 3)
		d.Run("add", driver.Over(3, 256), 256, 0, d.Args().Buf(z, x, y).Wide(3))
		got = emulated.Get[float32](d, z)
		return nil
	}))
	require.Equal(t, []float32{11, 22, 33}, got)
	require.Equal(t, 1, l.Launches("add"))
}
