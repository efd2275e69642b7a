package task

import (
	"math"
	"math/rand/v2"
)

// Languages are random sources of letters, all over one alphabet: in each, what may follow a letter follows from that
// letter alone, and from nothing before it. A row begins with the name of its language and goes on in it, so the same
// letter is to be followed otherwise in every row that has another name.
type Languages struct {
	count, letters int32
	follow         []int32 // letters, by (language·letters + letter)·followers + k
}

// Every letter of a language has as many followers, of which one that comes in mostOf draws is likelier than the other.
// Two orders of the whole alphabet, drawn for each language, say which they are. So all letters are as frequent, and
// whoever forgets none of them forgets nothing.
const (
	followers = 2
	mostOf    = 4 // in as many draws the second follower comes once, the first otherwise
)

// names are those of languages.
const names = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// NewLanguages draws so many languages over so many letters; the same seed gives the same ones.
func NewLanguages(count, letters int, seed uint64) *Languages {
	g := &Languages{int32(count), int32(letters), make([]int32, count*letters*followers)}
	var rng rand.PCG
	rng.Seed(seed, tableStream)
	order := make([]int32, letters)
	for language := range count {
		for k := range followers {
			shuffle(&rng, order)
			for letter, next := range order {
				g.follow[(language*letters+letter)*followers+k] = next
			}
		}
	}
	return g
}

// shuffle fills a list with its places in a random order.
func shuffle(rng *rand.PCG, order []int32) {
	for i := range order {
		k := int(rng.Uint64() % uint64(i+1))
		order[i], order[k] = order[k], int32(i)
	}
}

// Vocab is the number of letters, and of names of languages.
func (g *Languages) Vocab() int { return int(g.letters + g.count) }

// Symbol is a letter, or the name of a language, which is a capital letter.
func (g *Languages) Symbol(id int32) string { return (letters[:g.letters] + names)[id : id+1] }

// Batch fills ids and labels with rows of seq symbols, each of a random language. They depend on (seed, step) only.
// The first letter cannot be foreseen, and is no label.
func (g *Languages) Batch(seed uint64, step, seq int, ids, labels []int32) {
	var rng rand.PCG
	rng.Seed(seed, uint64(step))
	for row := 0; row < len(ids); row += seq {
		language := int32(rng.Uint64() % uint64(g.count))
		g.write(&rng, language, ids[row:row+seq], labels[row:row+seq])
	}
}

// write fills a row with a text of one language.
func (g *Languages) write(rng *rand.PCG, language int32, ids, labels []int32) {
	letter := int32(rng.Uint64() % uint64(g.letters))
	ids[0], labels[0] = g.letters+language, Ignored
	for i := 1; i < len(ids); i++ {
		k := int32(0)
		if rng.Uint64()%mostOf == 0 {
			k = 1
		}
		ids[i], letter = letter, g.follow[(language*g.letters+letter)*followers+k]
		labels[i] = letter
	}
}

// Live are [LiveRows] rows that no run reads, of all languages in turn.
func (g *Languages) Live(seq int) Set { return g.rows(LiveRows, seq, liveStream) }

// Full are [FullRows] others.
func (g *Languages) Full(seq int) Set { return g.rows(FullRows, seq, fullStream) }

func (g *Languages) rows(rows, seq int, stream uint64) Set {
	return Set{Rows: rows, Seq: seq, Fill: func(row int, ids, labels []int32) {
		var rng rand.PCG
		rng.Seed(uint64(row), stream)
		g.write(&rng, int32(row)%g.count, ids, labels)
	}}
}

// Sample are rows that no run reads, of all languages in turn.
func (g *Languages) Sample(seq int, ids, labels []int32) {
	g.rows(len(ids)/seq, seq, sampleStream).all(ids, labels)
}

// Questions are none: what follows a letter is never certain.
func (g *Languages) Questions() Set { return Set{} }

// Class is the language of a row.
func (g *Languages) Class(row []int32, _ int) int { return int(row[0] - g.letters) }

// Floor is the mean loss of a reader who knows all languages: what is left is which of its followers a letter has this
// time. All letters are as frequent.
func (g *Languages) Floor(int) float64 {
	const second = 1.0 / mostOf
	sum := 0.0
	for i := 0; i < len(g.follow); i += followers {
		if g.follow[i] != g.follow[i+1] {
			sum -= second*math.Log(second) + (1-second)*math.Log(1-second)
		}
	}
	return sum * followers / float64(len(g.follow))
}
