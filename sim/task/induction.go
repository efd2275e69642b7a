package task

import "math/rand/v2"

// Induction is a string of random letters, none of them twice, that is written again and again. Its length is another
// in every row, between a quarter of the row and a half. In the second half of a row every letter was there before, so
// it can be foreseen by who finds the place where it was, and looks at what came next. There is nothing to know by
// heart: no string comes again.
type Induction struct{ letters int32 }

// NewInduction is the task of so many letters, at least as many as half a row has.
func NewInduction(letters int) Induction { return Induction{int32(letters)} }

// Vocab is the number of letters.
func (n Induction) Vocab() int { return int(n.letters) }

// Symbol is a letter.
func (n Induction) Symbol(id int32) string { return letters[id : id+1] }

// Batch fills ids and labels with rows of seq symbols. They depend on (seed, step) only. The second half counts.
func (n Induction) Batch(seed uint64, step, seq int, ids, labels []int32) {
	var rng rand.PCG
	rng.Seed(seed, uint64(step))
	for row := 0; row < len(ids); row += seq {
		n.write(&rng, ids[row:row+seq], labels[row:row+seq])
	}
}

// write fills a row.
func (n Induction) write(rng *rand.PCG, ids, labels []int32) {
	var order [MaxLetters]int32
	drawn, seq := order[:n.letters], len(ids)
	shuffle(rng, drawn)
	length := seq/4 + int(rng.Uint64()%uint64(seq/2-seq/4+1))
	for i := range ids {
		ids[i], labels[i] = drawn[i%length], Ignored
		if i >= seq/2 {
			labels[i] = drawn[(i+1)%length]
		}
	}
}

// Live are [LiveRows] rows that no run reads.
func (n Induction) Live(seq int) Set { return n.rows(LiveRows, seq, liveStream) }

// Full are [FullRows] others.
func (n Induction) Full(seq int) Set { return n.rows(FullRows, seq, fullStream) }

func (n Induction) rows(rows, seq int, stream uint64) Set {
	return Set{Rows: rows, Seq: seq, Fill: func(row int, ids, labels []int32) {
		var rng rand.PCG
		rng.Seed(uint64(row), stream)
		n.write(&rng, ids, labels)
	}}
}

// Sample are rows that no run reads.
func (n Induction) Sample(seq int, ids, labels []int32) {
	n.rows(len(ids)/seq, seq, sampleStream).all(ids, labels)
}

// Questions are none: there are as many strings as can be drawn.
func (n Induction) Questions() Set { return Set{} }

// Class is 0 where a letter is there for the second time, 1 later, and below 0 before.
func (n Induction) Class(row []int32, at int) int {
	before := 0
	for _, id := range row[:at] {
		if id == row[at] {
			before++
		}
	}
	return min(before-1, 1)
}

// Floor is zero: who finds the place is certain.
func (n Induction) Floor(int) float64 { return 0 }
