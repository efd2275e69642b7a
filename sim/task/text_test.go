package task

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOpticksHasTheStatedSize(t *testing.T) {
	text := Opticks()
	all, train := text.Len()
	assert.Equal(t, 554115, all)
	assert.Equal(t, Symbols, text.Vocab())
	assert.InDelta(t, 0.95, float64(train)/float64(all), 1e-5)
	assert.Equal(t, opticks[:100], written(text, text.ids[:100]))
	assert.True(t, math.IsNaN(text.Floor(64)))
}

// written is what symbols say.
func written[ID int32 | uint16](t Task, ids []ID) (s string) {
	for _, id := range ids {
		s += t.Symbol(int32(id))
	}
	return s
}

// Whoever trained on Opticks before there were other tasks saw these very windows.
func TestTheSetsOfATextAreItsWindows(t *testing.T) {
	const seq = 64
	text := Opticks()
	all, train := text.Len()
	row := func(s Set, i int) (at int) {
		ids, labels, want, after := make([]int32, seq), make([]int32, seq), make([]int32, seq), make([]int32, seq)
		s.Fill(i, ids, labels)
		for at = train; at+seq+1 <= all; at++ {
			if text.Window(at, want, after); assert.ObjectsAreEqual(want, ids) {
				assert.Equal(t, after, labels)
				return at
			}
		}
		t.Fatal("not of the validation split")
		return -1
	}
	live, full := text.Live(seq), text.Full(seq)
	assert.Equal(t, ValWindows, live.Rows)
	assert.Equal(t, train, row(live, 0))
	assert.Equal(t, train+(all-train-seq-1)/(ValWindows-1), row(live, 1))
	assert.Equal(t, all-seq-1, row(live, ValWindows-1))
	assert.Equal(t, train, row(full, 0))
	assert.Equal(t, train+seq, row(full, 1))
	last := row(full, full.Rows-1)
	assert.LessOrEqual(t, last+seq+1, all)
	assert.Greater(t, last+2*seq+1, all, "no room for one more")
}
