package task

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTextHasTheStatedSize(t *testing.T) {
	text := Opticks()
	all, train := text.Len()
	assert.Equal(t, 554115, all)
	assert.Equal(t, Symbols, text.Vocab())
	assert.InDelta(t, 0.95, float64(train)/float64(all), 1e-5)
	assert.Equal(t, opticks[:100], text.Decode(text.ids[:100]))
}

func TestBatchesDependOnSeedAndStepOnly(t *testing.T) {
	text := Opticks()
	draw := func(seed uint64, step int) []int32 {
		ids, labels := make([]int32, 64), make([]int32, 64)
		text.Batch(seed, step, 16, ids, labels)
		assert.Equal(t, ids[1:16], labels[:15], "labels are the next characters")
		return ids
	}
	first := draw(7, 3)
	draw(8, 9)
	assert.Equal(t, first, draw(7, 3))
	assert.NotEqual(t, first, draw(7, 4))
	assert.NotEqual(t, first, draw(8, 3))
}

func TestHeldOutWindowsLieInTheHeldOutPart(t *testing.T) {
	text := Opticks()
	all, train := text.Len()
	for _, windows := range [][]int{text.ValWindows(16, 64), text.AllValWindows(64)} {
		for _, at := range windows {
			assert.GreaterOrEqual(t, at, train)
			assert.LessOrEqual(t, at+65, all)
		}
	}
	assert.Len(t, text.ValWindows(16, 64), 16)
}

func TestABatchAllocatesNothing(t *testing.T) {
	text := Opticks()
	ids, labels := make([]int32, 512), make([]int32, 512)
	assert.Zero(t, testing.AllocsPerRun(10, func() { text.Batch(1, 2, 64, ids, labels) }))
}
