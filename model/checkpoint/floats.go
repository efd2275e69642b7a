package checkpoint

import (
	"encoding/binary"
	"math"
)

// decode turns little-endian elements of type F32 or BF16 into float32; both are exact.
func decode(dst []float32, src []byte, t DType) {
	if t == BF16 {
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
		}
		return
	}
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
}

// encode turns float32 into little-endian elements of type F32, exactly, or BF16, rounded to nearest, ties to even.
func encode(dst []byte, src []float32, t DType) {
	if t == BF16 {
		for i, x := range src {
			binary.LittleEndian.PutUint16(dst[2*i:], bf16(x))
		}
		return
	}
	for i, x := range src {
		binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(x))
	}
}

// bf16 is the upper half of a float32 after rounding. Not-a-number stays one: rounding alone could carry it into
// infinity.
func bf16(x float32) uint16 {
	b := math.Float32bits(x)
	if x != x {
		return uint16(b>>16) | 0x40
	}
	return uint16((b + 0x7fff + b>>16&1) >> 16)
}
