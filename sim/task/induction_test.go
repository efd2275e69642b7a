package task

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatComesAgainCanBeForeseenByWhoFindsThePlace(t *testing.T) {
	const letters, seq, rows = 20, 32, 8
	n := NewInduction(letters)
	ids, labels := make([]int32, rows*seq), make([]int32, rows*seq)
	distances := map[int]int{}
	for step := range 200 {
		n.Batch(3, step, seq, ids, labels)
		for at := 0; at < len(ids); at += seq {
			row, label := ids[at:at+seq], labels[at:at+seq]
			for i, y := range label {
				if i < seq/2 {
					require.EqualValues(t, Ignored, y)
					continue
				}
				place := i - 1
				for row[place] != row[i] {
					place-- // the place is there, or this fails
				}
				require.Equal(t, row[place+1], y)
				require.Equal(t, min(i/(i-place), 2)-1, n.Class(row, i))
				if i == seq/2 {
					distances[i-place]++
					for k := range i - place {
						require.Negative(t, n.Class(row, k), "no letter comes twice in a string")
					}
				}
			}
		}
	}
	for d := seq / 4; d <= seq/2; d++ {
		assert.InDelta(t, 200*rows/9, distances[d], 60, "strings of %d letters", d)
	}
	assert.Len(t, distances, 9, "and of no other number")
}
