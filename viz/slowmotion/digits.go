package slowmotion

import (
	"math"
	"strconv"
	"strings"
)

// Digits says how many digits numbers are written with.
type Digits bool

// The ways: four digits, with a minus as in print; or as many as give the same float32 back, as a program reads them.
const (
	Few Digits = false
	All Digits = true
)

// Number writes a number.
func (d Digits) Number(x float32) string {
	if d == All {
		return strconv.FormatFloat(float64(x), 'g', -1, 32)
	}
	switch {
	case x != x:
		return "no number"
	case math.IsInf(float64(x), 0):
		return "infinite"
	}
	size, power, _ := strings.Cut(strconv.FormatFloat(math.Abs(float64(x)), 'g', 4, 32), "e")
	if math.Signbit(float64(x)) {
		size = "−" + size
	}
	if n, err := strconv.Atoi(power); err == nil {
		size += "×10" + raised(n)
	}
	return size
}

// raised is an exponent.
func raised(n int) string {
	return strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷",
		"8", "⁸", "9", "⁹").Replace(strconv.Itoa(n))
}
