package task

import (
	"math/rand/v2"
	"strconv"
)

// Sums are (a + b) mod p for all a and b below p. One is written "a b =", and what follows is the label. Part of the
// pairs is held out: no batch has them. Who knows the others by heart knows nothing of these.
type Sums struct {
	modulus int32
	split   []bool  // see [Spec.Split]
	shown   []int32 // the pairs a·modulus + b that batches have, ascending
	live    []int32 // and those that the validation loss is of: all that batches have not, or, where that is none, all
}

// sumLen is the number of symbols of a sum as it is asked, and so of a row.
const sumLen = 3

// NewSums are the sums of a spec.
func NewSums(s Spec) *Sums {
	t := &Sums{modulus: int32(s.Modulus), split: s.Split()}
	for pair := range int32(s.Questions()) {
		if t.split == nil || !t.split[pair] {
			t.shown = append(t.shown, pair)
		}
		if t.split == nil || t.split[pair] {
			t.live = append(t.live, pair)
		}
	}
	return t
}

// Split says of every question whether it is held out; it is nil where none is. A pair of numbers and the same in the
// other order are held out together: to turn a sum round is not to have understood it. Who holds out any holds out one
// at least, however small the share; [MaxValidation] leaves some to be trained on.
func (s Spec) Split() []bool {
	if s.Kind != KindSums || s.Validation == 0 {
		return nil
	}
	p := s.Modulus
	var rng rand.PCG
	rng.Seed(s.Table, tableStream)
	order := make([]int32, p*(p+1)/2)
	shuffle(&rng, order)
	held, of := make([]bool, p*p), max(1, int(s.Validation*float64(len(order))))
	next := 0
	for a := range p {
		for b := range a + 1 {
			out := int(order[next]) < of
			held[a*p+b], held[b*p+a] = out, out
			next++
		}
	}
	return held
}

// Vocab is the number of numbers, and the sign that a sum is asked with.
func (t *Sums) Vocab() int { return int(t.modulus) + 1 }

// Symbol is a number or the sign.
func (t *Sums) Symbol(id int32) string {
	if id == t.modulus {
		return "="
	}
	return strconv.Itoa(int(id))
}

// ask fills a row with a sum.
func (t *Sums) ask(pair int32, ids, labels []int32) {
	a, b := pair/t.modulus, pair%t.modulus
	ids[0], ids[1], ids[2] = a, b, t.modulus
	labels[0], labels[1], labels[2] = Ignored, Ignored, (a+b)%t.modulus
}

// Batch fills ids and labels with random sums that are not held out, one a row. They depend on (seed, step) only.
func (t *Sums) Batch(seed uint64, step, _ int, ids, labels []int32) {
	var rng rand.PCG
	rng.Seed(seed, uint64(step))
	for at := 0; at < len(ids); at += sumLen {
		t.ask(t.shown[rng.Uint64()%uint64(len(t.shown))], ids[at:], labels[at:])
	}
}

// Questions are all sums.
func (t *Sums) Questions() Set {
	return Set{Rows: int(t.modulus * t.modulus), Seq: sumLen, Fill: func(row int, ids, labels []int32) {
		t.ask(int32(row), ids, labels)
	}}
}

// Full are the sums that are held out, each asked alone; all where none is.
func (t *Sums) Full(int) Set {
	return Set{Rows: len(t.live), Seq: sumLen, Fill: func(row int, ids, labels []int32) {
		t.ask(t.live[row], ids, labels)
	}}
}

// Live is the same: there are few of them, and their rows are short.
func (t *Sums) Live(int) Set { return t.Full(sumLen) }

// Sample are sums that are held out.
func (t *Sums) Sample(_ int, ids, labels []int32) {
	for at := 0; at < len(ids); at += sumLen {
		t.ask(t.live[at/sumLen%len(t.live)], ids[at:], labels[at:])
	}
}

// Class is 1 for a pair that is held out. What comes before the sign is in none.
func (t *Sums) Class(row []int32, at int) int {
	if at < sumLen-1 {
		return -1
	}
	if t.split != nil && t.split[row[0]*t.modulus+row[1]] {
		return 1
	}
	return 0
}

// Floor is zero: a sum is certain.
func (t *Sums) Floor(int) float64 { return 0 }
