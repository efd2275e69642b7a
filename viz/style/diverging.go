package style

import "image/color"

// Diverging is the colour of a number between −1 and 1 of its scale: orange below zero, blue above it, nearly white at
// it. What lies beyond the scale has the colour of its end. Both ends are equally dark, and told apart by who sees
// fewer hues. What is not a number is [NoNumber].
func Diverging(x float32) color.RGBA {
	if x != x {
		return NoNumber
	}
	return diverging[int(max(min(x, 1), -1)*reach)+reach]
}

// NoNumber is the colour of what is not a number.
var NoNumber = rgb(0xb02020)

// reach is how many colours lie on each side of zero.
const reach = 127

var diverging = func() (out [2*reach + 1]color.RGBA) {
	zero := rgb(0xf3f4f6)
	for i := range out {
		middle, end, t := rgb(0xf0b27a), rgb(0xa84a00), float64(i-reach)/reach
		if t > 0 {
			middle, end = rgb(0x8fbbe3), rgb(0x0a4f94)
		}
		if t = max(t, -t); t < 0.5 {
			out[i] = blend(zero, middle, 2*t)
		} else {
			out[i] = blend(middle, end, 2*t-1)
		}
	}
	return out
}()
