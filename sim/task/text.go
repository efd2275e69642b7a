package task

import (
	_ "embed"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

//go:embed opticks.txt
var opticks string

// Text is a text as symbol numbers; what is learnt is the next one. Its end is the validation split.
type Text struct {
	symbols []rune   // by number, ascending, but for the shared one, which is the last
	kinds   []uint8  // of symbols, see [Spec.Classes]
	ids     []uint16 // as small as they can be: every worker of the page has its own
	train   int      // the first train characters are for training, the rest is the validation split

	rare   []rune // those that share the last number, ascending
	shared int    // characters of the text that have it
}

// valPart says that one part in so many of a text is its validation split; of a short one, that is minVal characters:
// the shortest text of any alphabet still has rows to read and rows to be held out.
const (
	valPart = 20
	minVal  = 200
)

// split is how many of so many characters are for training.
func split(all int) int { return all - min(max(all/valPart, minVal), all/2) }

// Symbols is the number of symbols in Newton's Opticks, for those that do not carry the text.
const Symbols = 47

// ValWindows is the number of fixed windows of the validation split that are read while a network learns.
const ValWindows = 16

var (
	once   sync.Once
	newton *Text
)

// Opticks is Newton's Opticks; see SOURCE.md. A function, not a variable: a program that never calls it does not carry
// the text.
func Opticks() *Text {
	once.Do(func() { newton = number(opticks) })
	return newton
}

// number numbers the symbols of a text in ascending order. Beyond [MaxSymbols] less one the rarest share the last
// number.
func number(text string) *Text {
	all, most := 0, rune(0)
	for _, r := range text {
		all++
		most = max(most, r)
	}
	count := make([]int32, most+1) // by rune: a worker numbers the text each time that it starts
	for _, r := range text {
		count[r]++
	}
	t := &Text{ids: make([]uint16, 0, all), train: split(all)}
	for r, n := range count {
		if n != 0 {
			t.symbols = append(t.symbols, rune(r))
		}
	}
	if len(t.symbols) > MaxSymbols {
		slices.SortStableFunc(t.symbols, func(a, b rune) int { return int(count[b] - count[a]) })
		t.rare = slices.Clone(t.symbols[MaxSymbols-1:])
		slices.Sort(t.rare)
		t.symbols = t.symbols[:MaxSymbols-1]
		slices.Sort(t.symbols)
		t.symbols = append(t.symbols, sharedSymbol)
	}
	id := count // from now on the number of each
	for _, r := range t.rare {
		t.shared += int(count[r])
		id[r] = MaxSymbols - 1
	}
	for i, r := range t.symbols {
		if t.rare == nil || i < MaxSymbols-1 {
			id[r] = int32(i)
		}
	}
	for _, r := range text {
		t.ids = append(t.ids, uint16(id[r]))
	}
	t.kinds = kinds(t.symbols)
	return t
}

// Vocab is the number of symbols.
func (t *Text) Vocab() int { return len(t.symbols) }

// Symbol is a character.
func (t *Text) Symbol(id int32) string { return string(t.symbols[id]) }

// Len is the number of characters, and of those that training sees.
func (t *Text) Len() (all, train int) { return len(t.ids), t.train }

// Window fills ids with the characters from offset at on, and labels with the character after each.
func (t *Text) Window(at int, ids, labels []int32) {
	for i, id := range t.ids[at : at+len(ids)] {
		ids[i] = int32(id)
	}
	for i, id := range t.ids[at+1 : at+1+len(labels)] {
		labels[i] = int32(id)
	}
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

// Live are [ValWindows] windows, spread evenly over the validation split.
func (t *Text) Live(seq int) Set { return t.evenly(ValWindows, seq) }

// Sample are windows that are spread evenly over the validation split.
func (t *Text) Sample(seq int, ids, labels []int32) {
	t.evenly(len(ids)/seq, seq).all(ids, labels)
}

// Questions are none: nobody knows how a text goes on.
func (t *Text) Questions() Set { return Set{} }

func (t *Text) evenly(rows, seq int) Set {
	last := len(t.ids) - t.train - seq - 1
	return t.set(rows, seq, func(i int) int { return t.train + last*i/max(rows-1, 1) })
}

// Full are all windows of the validation split that do not overlap.
func (t *Text) Full(seq int) Set {
	return t.set((len(t.ids)-t.train-1)/seq, seq, func(i int) int { return t.train + i*seq })
}

func (t *Text) set(rows, seq int, at func(row int) int) Set {
	return Set{Rows: rows, Seq: seq, Fill: func(row int, ids, labels []int32) { t.Window(at(row), ids, labels) }}
}

// Floor is not known: nobody can tell how well a text can be foreseen.
func (t *Text) Floor(int) float64 { return math.NaN() }
