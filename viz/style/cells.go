package style

import (
	"image/color"
	"math"
)

// Hole is the cell of a fact that a network knows nothing of.
var Hole = rgb(0xe7eaee)

// Neutral is the colour of a network that is no single arm's.
var Neutral = rgb(0x20262e)

// Sure is the cell of a fact whose right answer a network gives a probability, in 255ths, and whether it has it right.
// The nearer to the full colour the surer; by the root of the probability, for among many symbols that of the likeliest
// is small. What is known is darker throughout than what is not. All arms' hues are about as dark, so that cells of
// several arms can be compared.
func Sure(full color.RGBA, sure uint8, right bool) color.RGBA {
	root := math.Sqrt(float64(sure) / 255)
	if right {
		return blend(Hole, full, known+(1-known)*root)
	}
	return blend(Hole, full, known*root)
}

// known is how far the colour of a fact that is known for no reason is from that of a hole.
const known = 0.4

// Expert is the colour of an expert in a table of facts: light where the answer is not the right one. There are as many
// as can be told apart, also by who sees fewer hues, and after [Experts] they begin again.
func Expert(expert int, right bool) color.RGBA {
	c := experts[expert%len(experts)]
	if !right {
		c = blend(rgb(0xffffff), c, 0.3)
	}
	return c
}

// Band is the colour of what an expert gets over time and in all: a light one, beside what is to be looked at.
func Band(expert int) color.RGBA { return blend(rgb(0xffffff), Expert(expert, true), 0.6) }

// Experts is how many experts have a colour of their own.
const Experts = 8

// experts differ in lightness as well as in hue, and none is near an arm's.
var experts = [Experts]color.RGBA{
	rgb(0x332288), rgb(0x6ab8e0), rgb(0xc4566b), rgb(0xd9b84a),
	rgb(0x117733), rgb(0x882255), rgb(0x999933), rgb(0xaa4499),
}

// blend is a to b by share t.
func blend(a, b color.RGBA, t float64) color.RGBA {
	f := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + (float64(y)-float64(x))*t)) }
	return color.RGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), 255}
}
