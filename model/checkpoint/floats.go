package checkpoint

import (
	"encoding/binary"
	"math"
)

// Size is the bytes of one element; 0 for a type that no file of ours may hold.
func (t DType) Size() int { return int(sizes[t]) }

// Float reports whether a type is one that weights and states may have: F32, BF16 or F16.
func (t DType) Float() bool { return t == F32 || t == BF16 || t == F16 }

// Decode turns little-endian elements of a type that is [DType.Float] into float32, exactly.
func Decode(dst []float32, src []byte, t DType) {
	switch t {
	case BF16:
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(src[2*i:])) << 16)
		}
	case F16:
		for i := range dst {
			dst[i] = fromHalf(binary.LittleEndian.Uint16(src[2*i:]))
		}
	default:
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
		}
	}
}

// Encode turns float32 into little-endian elements of a type that is [DType.Float]: F32 exactly, BF16 and F16 rounded
// to nearest, ties to even.
func Encode(dst []byte, src []float32, t DType) {
	switch t {
	case BF16:
		for i, x := range src {
			binary.LittleEndian.PutUint16(dst[2*i:], bf16(x))
		}
	case F16:
		for i, x := range src {
			binary.LittleEndian.PutUint16(dst[2*i:], half(x))
		}
	default:
		for i, x := range src {
			binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(x))
		}
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

// fromHalf is a number of IEEE 754 binary16: a sign, 5 bits of exponent and 10 of fraction.
func fromHalf(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, int(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0: // below the smallest normal number all lie 2^-24 apart
		x := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(x) | sign)
	case 0x1f: // infinity, or not-a-number
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | uint32(exponent+112)<<23 | fraction<<13)
}

// half rounds to binary16. What is too large becomes infinite, as it does in other programs, and not-a-number stays
// one.
func half(x float32) uint16 {
	b := math.Float32bits(x)
	sign, size := uint16(b>>16&0x8000), b&0x7fffffff
	switch {
	case size > 0x7f800000:
		return sign | 0x7e00
	case size >= 0x477ff000: // from 65520 on the nearest number is beyond the largest, 65504
		return sign | 0x7c00
	case size < 0x38800000: // below 2^-14: a whole number of steps of 2^-24
		steps := float64(math.Float32frombits(size)) * (1 << 24)
		return sign | uint16(math.RoundToEven(steps))
	}
	return sign | uint16((size-112<<23+0xfff+size>>13&1)>>13)
}
