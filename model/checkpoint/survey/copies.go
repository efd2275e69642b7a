package survey

import (
	"math"
	"slices"
)

// Copies says how many coordinates of an axis are copies of one before them.
type Copies struct {
	Coordinates int
	// Equal are those whose weights, all of them, have the bits of another's. As long as optimizer states are equal
	// too, they get equal updates and stay copies for ever.
	Equal int
	// Locked are those of which that is true of the optimizer states that the folder holds, too; Equal where it holds
	// none.
	Locked int
	// Out are those whose fan-out weights are equal: the fan-in weights of copies may have been split unevenly.
	Out int
	// Apart is how far a copy lies behind its original, where that is the same for all that are Equal, as a widening
	// leaves it; else 0.
	Apart int
}

// add counts two lists of coordinates together.
func (c *Copies) add(x Copies) {
	switch {
	case x.Equal == 0:
	case c.Equal == 0:
		c.Apart = x.Apart
	case c.Apart != x.Apart:
		c.Apart = 0
	}
	c.Coordinates, c.Equal = c.Coordinates+x.Coordinates, c.Equal+x.Equal
	c.Locked, c.Out = c.Locked+x.Locked, c.Out+x.Out
}

// digests are 64 bits for every coordinate of an axis, of all numbers that belong to it: coordinates with equal digests
// have equal numbers, but for a chance of the square of their number in 2^64. So a network needs to be read once only,
// in any order, and no two coordinates are ever compared.
type digests struct {
	all, out []uint64 // of all that was read; of fan-out weights
	weights  []uint64 // all, when the weights were read
}

func newDigests(n int) *digests {
	d := &digests{all: make([]uint64, n), out: make([]uint64, n)}
	for i := range n {
		d.all[i], d.out[i] = 1, 1
	}
	return d
}

// fold takes 64 bits into a digest.
func fold(digest, bits uint64) uint64 {
	digest = (digest ^ bits) * 0x9e3779b97f4a7c15
	return digest ^ digest>>32
}

// rows takes in a matrix whose rows are the coordinates; they are fan-out.
func (d *digests) rows(x []float32, cols int) {
	for i := range d.all {
		row := uint64(1)
		for _, v := range x[i*cols : (i+1)*cols] {
			row = fold(row, uint64(math.Float32bits(v)))
		}
		d.all[i] = fold(d.all[i], row)
		if d.weights == nil {
			d.out[i] = fold(d.out[i], row)
		}
	}
}

// columns takes in a matrix whose columns are the coordinates.
func (d *digests) columns(x []float32, fanIn bool) {
	n := len(d.all)
	for at := 0; at < len(x); at += n {
		for i, v := range x[at : at+n] {
			d.all[i] = fold(d.all[i], uint64(math.Float32bits(v)))
		}
		if fanIn || d.weights != nil {
			continue
		}
		for i, v := range x[at : at+n] {
			d.out[i] = fold(d.out[i], uint64(math.Float32bits(v)))
		}
	}
}

// mark notes that all weights were taken in.
func (d *digests) mark() { d.weights = slices.Clone(d.all) }

// copies counts coordinates that have the digest of one before them.
func (d *digests) copies() Copies {
	c := Copies{Coordinates: len(d.all)}
	var apart map[int]bool
	c.Equal, apart = repeated(d.weights)
	c.Locked, _ = repeated(d.all)
	c.Out, _ = repeated(d.out)
	for by := range apart {
		if len(apart) == 1 {
			c.Apart = by
		}
	}
	return c
}

// repeated counts values that were there before, and says by how much each lies behind the one before it.
func repeated(x []uint64) (n int, apart map[int]bool) {
	last := map[uint64]int{}
	apart = map[int]bool{}
	for i, v := range x {
		if j, ok := last[v]; ok {
			n++
			apart[i-j] = true
		}
		last[v] = i
	}
	return n, apart
}
