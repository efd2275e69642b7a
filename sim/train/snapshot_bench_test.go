package train

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// What it takes of an arm to hand over its state; beside it one update.
func BenchmarkSnapshot(b *testing.B) {
	for _, width := range []int{1, 8} {
		e := experiment.Default()
		e.Model.Hidden, e.Model.Inner = width*e.Model.Hidden, width*e.Model.Inner
		r := begun(b, e, 3)
		size := float64(len(snapshot(b, r)))
		b.Run("update", func(b *testing.B) {
			for range b.N {
				_, _, err := r.train()
				require.NoError(b, err)
			}
		})
		b.Run("snapshot", func(b *testing.B) {
			b.SetBytes(int64(size))
			for range b.N {
				Message{Kind: KindSnapshot, Snapshot: snapshot(b, r)}.Encode()
			}
		})
	}
}
