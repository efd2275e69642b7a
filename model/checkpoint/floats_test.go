package checkpoint_test

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// Every F16 is read exactly, and written as the bits that it was.
func TestHalvesComeBack(t *testing.T) {
	var was, is [2]byte
	var x [1]float32
	for bits := range 1 << 16 {
		binary.LittleEndian.PutUint16(was[:], uint16(bits))
		checkpoint.Decode(x[:], was[:], checkpoint.F16)
		checkpoint.Encode(is[:], x[:], checkpoint.F16)
		if x[0] != x[0] {
			checkpoint.Decode(x[:], is[:], checkpoint.F16)
			require.True(t, x[0] != x[0], "%x stays not-a-number", bits)
			continue
		}
		require.Equal(t, was, is, "%x", bits)
	}
}

// F16 is rounded to nearest, ties to even, down to its smallest steps and up to infinity.
func TestHalfIsRoundedToNearestEven(t *testing.T) {
	inf := float32(math.Inf(1))
	for x, want := range map[float32]float32{
		1: 1, 1 + 1.0/2048: 1, 1 + 3.0/2048: 1 + 2.0/1024, -1 - 1.0/1024: -1 - 1.0/1024, 65504: 65504, 65519: 65504,
		65520: inf, -1e30: -inf, 1.0 / (1 << 24): 1.0 / (1 << 24), 1.0 / (1 << 25): 0, 3.0 / (1 << 25): 2.0 / (1 << 24),
		2047.5 / (1 << 25): 1.0 / (1 << 14), inf: inf,
	} {
		var b [2]byte
		var got [1]float32
		checkpoint.Encode(b[:], []float32{x}, checkpoint.F16)
		checkpoint.Decode(got[:], b[:], checkpoint.F16)
		assert.Equal(t, want, got[0], "%g", x)
	}
}
