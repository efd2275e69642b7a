package viz

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTicksSayExactlyWhereTheyStand(t *testing.T) {
	for v, says := range map[float64]string{0: "0", 1.75: "1.75", 0.025: "0.025", -0.3: "-0.3", 1000: "1000",
		100_250: "100250", 125_000: "125000", 3 * 0.1: "0.3", 1.23455: "1.23455", 4e-6: "0.000004"} {
		assert.Equal(t, says, number(v))
	}
	for _, r := range [][3]float64{{1.7, 2.25, 4}, {1.2341, 1.2349, 6}, {100_000, 101_000, 5}, {0, 3e6, 6},
		{-0.00004, 0.00003, 5}, {0, 2e-6, 3}} {
		list := ticks(r[0], r[1], r[2])
		require.NotEmpty(t, list)
		for _, tick := range list {
			told, err := strconv.ParseFloat(number(tick), 64)
			require.NoError(t, err)
			assert.InDelta(t, tick, told, (r[1]-r[0])*1e-3)
		}
	}
}
