package task

import "math/rand/v2"

// Facts is a table (a, b) → c of letters, as random as it was drawn: there is nothing in it but what has to be known.
// It is written " abc abc …", a space, two letters and the answer, and read from random places of an endless text in
// which one fact follows another by chance. Nothing is held out.
type Facts struct {
	letters int32
	answers bool    // only they count as labels
	table   []int32 // symbols of the answers, by a·letters + b
}

// A fact as it is written: the roles of its symbols.
const (
	space = iota
	first
	second
	answer
	factLen
)

// spaceSymbol is the number of the space; letters follow it.
const spaceSymbol = 0

// NewFacts draws the answers of letters² facts; the same seed gives the same table.
func NewFacts(letters int, seed uint64, answersOnly bool) *Facts {
	f := &Facts{letters: int32(letters), answers: answersOnly, table: make([]int32, letters*letters)}
	var rng rand.PCG
	rng.Seed(seed, tableStream)
	for i := range f.table {
		f.table[i] = 1 + int32(rng.Uint64()%uint64(letters))
	}
	return f
}

// Steps that no run comes to: no batch is drawn with the numbers of the table, of the sample or of a validation set.
const (
	tableStream  = 1 << 63
	sampleStream = 1<<63 + 1
	liveStream   = 1<<63 + 2
	fullStream   = 1<<63 + 3
)

// Vocab is the number of letters, and the space.
func (f *Facts) Vocab() int { return int(f.letters) + 1 }

// Symbol is a space or a letter.
func (f *Facts) Symbol(id int32) string { return (" " + letters)[id : id+1] }

// at is the symbol of a fact that has a role.
func (f *Facts) at(fact, role int32) int32 {
	switch role {
	case space:
		return spaceSymbol
	case first:
		return 1 + fact/f.letters
	case second:
		return 1 + fact%f.letters
	}
	return f.table[fact]
}

// Batch fills ids and labels with rows of seq symbols, each from a random place of a text of random facts. They depend
// on (seed, step) only.
func (f *Facts) Batch(seed uint64, step, seq int, ids, labels []int32) {
	f.batch(seed, uint64(step), seq, ids, labels)
}

func (f *Facts) batch(seed, stream uint64, seq int, ids, labels []int32) {
	var rng rand.PCG
	rng.Seed(seed, stream)
	draw := func(n int) int32 { return int32(rng.Uint64() % uint64(n)) }
	for row := 0; row < len(ids); row += seq {
		role, fact := draw(factLen), draw(len(f.table))
		for i := row; i < row+seq; i++ {
			ids[i] = f.at(fact, role)
			if role++; role == factLen {
				role, fact = space, draw(len(f.table))
			}
			if labels[i] = f.at(fact, role); f.answers && role != answer {
				labels[i] = Ignored
			}
		}
	}
}

// Sample are rows of a text that no run reads.
func (f *Facts) Sample(seq int, ids, labels []int32) { f.batch(0, sampleStream, seq, ids, labels) }

// Questions asks for every fact alone: the row " abc", in which what follows " ab" counts, and nothing that comes later
// is seen.
func (f *Facts) Questions() Set {
	return Set{Rows: len(f.table), Seq: factLen, Fill: func(row int, ids, labels []int32) {
		for role := range ids {
			ids[role], labels[role] = f.at(int32(row), int32(role)), Ignored
		}
		labels[second] = f.table[row]
	}}
}

// Full are the questions, whatever seq is.
func (f *Facts) Full(int) Set { return f.Questions() }

// Live is the same: there are few of them, and their rows are short.
func (f *Facts) Live(int) Set { return f.Questions() }
