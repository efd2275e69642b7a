// Package task holds what the networks learn: the next symbol of a text, a table of facts, languages, sums, or where
// in a row to look. A task makes batches from a seed and a step alone, says which labels count, and has a validation
// set with a count of right answers that can be told in words.
//
// It carries its texts and tables, and only programs that train link them: who merely names a task has [Spec], which
// knows its sizes. It knows no network and no experiment.
package task

import (
	"fmt"
	"math"
	"slices"
)

// Ignored is the label of what is not to be predicted: it counts in no loss.
const Ignored = -100

// Task is what a network learns. It is not changed once it is made, and any number of arms may use it at once.
type Task interface {
	// Vocab is the number of symbols, Symbol what is written for one of them.
	Vocab() int
	Symbol(id int32) string

	// Batch fills ids and labels with rows of seq symbols: those that are read, and what follows each of them, or
	// [Ignored]. They depend on (seed, step) only. At least one label of a row counts. It allocates nothing.
	Batch(seed uint64, step, seq int, ids, labels []int32)

	// Live is what the validation loss is measured on while a network learns, Full what it is measured on in the end.
	Live(seq int) Set
	Full(seq int) Set

	// Questions are all that there is to know, where that is asked while a network learns: a row each, in which one
	// label counts, in the order of the table of [Spec.Side]. No rows otherwise.
	Questions() Set

	// Sample fills ids and labels with rows of seq symbols on which networks can be compared: where a part of the task
	// is held out, of that.
	Sample(seq int, ids, labels []int32)

	// Class is in which of [Spec.Classes] the symbol at a place of a row is, below 0 where it is in none. It follows
	// from what is read up to there.
	Class(row []int32, at int) int

	// Floor is the training loss of a reader who knows everything that can be known, in nats a label that counts; NaN
	// where that cannot be told.
	Floor(seq int) float64
}

// Measure is what an arm can do, as a count that can be told in words: of the answers asked for, how many it has right.
type Measure struct {
	Name  string `json:"name"`
	Value int    `json:"value"`
	Of    int    `json:"of"`
}

// String is "facts known: 503 of 576".
func (m Measure) String() string {
	return fmt.Sprintf("%s: %s of %s", m.Name, Thousands(m.Value), Thousands(m.Of))
}

// Set is a number of rows of one length. In each of them as many labels count.
type Set struct {
	Rows, Seq int
	Fill      func(row int, ids, labels []int32) // seq of each
}

// From is the set without the rows before one.
func (s Set) From(row int) Set {
	fill := s.Fill
	s.Rows -= row
	s.Fill = func(i int, ids, labels []int32) { fill(row+i, ids, labels) }
	return s
}

// all fills ids and labels with the rows of a set, from the first on.
func (s Set) all(ids, labels []int32) {
	for row := range s.Rows {
		at, end := row*s.Seq, (row+1)*s.Seq
		s.Fill(row, ids[at:end], labels[at:end])
	}
}

// each calls f with the labels of a set that count.
func (s Set) each(f func(label int32)) {
	ids, labels := make([]int32, s.Seq), make([]int32, s.Seq)
	for row := range s.Rows {
		s.Fill(row, ids, labels)
		for _, y := range labels {
			if y != Ignored {
				f(y)
			}
		}
	}
}

// Chance is what the best guess gets on a set that never looks at the question: the loss, in nats a label, of the
// probabilities that its labels have, and how many of them are right where always the most frequent one is answered.
func (s Set) Chance() (loss float64, right, of int) {
	count := map[int32]int{}
	s.each(func(y int32) { count[y]++; of++ })
	shares := make([]int, 0, len(count))
	for _, n := range count {
		shares = append(shares, n)
	}
	slices.Sort(shares) // sums of one order
	for _, n := range shares {
		p := float64(n) / float64(of)
		loss -= p * math.Log(p)
		right = max(right, n)
	}
	return loss, right, of
}
