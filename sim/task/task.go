// Package task holds what the networks learn: the next character of a text. It cuts the text into windows and batches,
// and keeps a validation split apart.
//
// It carries the text itself, so only programs that train import it. It knows no network and no experiment.
package task

import (
	_ "embed"
	"math/rand/v2"
	"slices"
	"sync"
)

//go:embed opticks.txt
var opticks string

// Text is a text as symbol numbers.
type Text struct {
	symbols []rune // by number, ascending
	ids     []int32
	train   int // the first train characters are for training, the rest for validation
}

// valFraction is one part in valFraction of the text is the validation split, at its end.
const valFraction = 20

// Symbols is the number of symbols in Newton's Opticks, for those that do not carry the text.
const Symbols = 47

var (
	once   sync.Once
	newton *Text
)

// Opticks is Newton's Opticks; see SOURCE.md. A function, not a variable: a program that never calls it does not carry
// the text.
func Opticks() *Text {
	once.Do(func() { newton = New(opticks) })
	return newton
}

// New numbers the symbols of a text in ascending order.
func New(s string) *Text {
	runes := []rune(s)
	number := make([]int32, slices.Max(runes)+1) // by rune: a worker numbers the text each time that it starts
	for _, r := range runes {
		number[r] = 1
	}
	t := &Text{ids: make([]int32, len(runes)), train: len(runes) - len(runes)/valFraction}
	for r, there := range number {
		if there != 0 {
			number[r] = int32(len(t.symbols))
			t.symbols = append(t.symbols, rune(r))
		}
	}
	for i, r := range runes {
		t.ids[i] = number[r]
	}
	return t
}

// Vocab is the number of symbols.
func (t *Text) Vocab() int { return len(t.symbols) }

// Len is the number of characters, and of those that training sees.
func (t *Text) Len() (all, train int) { return len(t.ids), t.train }

// Decode turns symbol numbers into text.
func (t *Text) Decode(ids []int32) string {
	out := make([]rune, len(ids))
	for i, id := range ids {
		out[i] = t.symbols[id]
	}
	return string(out)
}

// Window fills ids with the characters from offset at on, and labels with the character after each.
func (t *Text) Window(at int, ids, labels []int32) {
	copy(ids, t.ids[at:at+len(ids)])
	copy(labels, t.ids[at+1:at+1+len(labels)])
}

// Batch fills ids and labels with windows of seq characters from random places of the training part. They depend on
// (seed, step) only.
func (t *Text) Batch(seed uint64, step, seq int, ids, labels []int32) {
	var rng rand.PCG
	rng.Seed(seed, uint64(step))
	places := uint64(t.train - seq)
	for i := 0; i < len(ids); i += seq {
		t.Window(int(rng.Uint64()%places), ids[i:i+seq], labels[i:i+seq])
	}
}

// ValWindows are the offsets of n windows spread evenly over the validation split.
func (t *Text) ValWindows(n, seq int) []int {
	room := len(t.ids) - t.train - seq - 1
	at := make([]int, n)
	for i := range at {
		at[i] = t.train + room*i/max(n-1, 1)
	}
	return at
}

// AllValWindows are the offsets of all windows of the validation split that do not overlap.
func (t *Text) AllValWindows(seq int) []int {
	var at []int
	for i := t.train; i+seq+1 <= len(t.ids); i += seq {
		at = append(at, i)
	}
	return at
}
