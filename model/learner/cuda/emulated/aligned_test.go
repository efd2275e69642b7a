//go:build device && linux && amd64

package emulated_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

func TestAVectorThatIsNotAlignedIsSaid(t *testing.T) {
	for i, wrong := range []bool{false, true} {
		d := probed(t).Device(t)
		err := d.Do(func() error {
			x, y := d.Taken.Take(driver.F32, 4), d.Taken.Take(driver.F32, 1)
			d.Run("peek2", driver.Grid{1, 1, 1}, 1, 0, d.Args().Buf(y, x).Int(i))
			return d.Wait()
		})
		if wrong {
			assert.ErrorContains(t, err, "kernel peek2, block (0, 0, 0), thread 0: an access that is not aligned")
		} else {
			require.NoError(t, err)
		}
	}
}
