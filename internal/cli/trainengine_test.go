package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/pretrain"
)

// What a run takes on the disk is said before it starts, where that is much; and what a widening there needs of it.
func TestALongRunSaysBeforehandWhatItTakesOnTheDisk(t *testing.T) {
	doc, err := document(&env{ctx: t.Context()}, "../../examples/paper/train.json")
	require.NoError(t, err)
	room := func(v trainVerb, fits bool) string {
		var said strings.Builder
		v.Out = t.TempDir()
		v.room(&env{err: &said}, engine{}, doc.Experiment(), pretrain.Setup{Threads: 1,
			Fits: func(float64) bool { return fits }})
		return said.String()
	}
	assert.Regexp(t, `^On the disk the run takes up to 111 GiB.*: 2 checkpoints, of which the oldest goes once the `+
		`newest is whole\.\n$`, room(trainVerb{Keep: 1}, true))
	assert.Regexp(t, `up to 167 GiB.*: 3 checkpoints.*; a widening goes through the disk and needs 84.3 GiB of `+
		`that\.\n$`, room(trainVerb{Keep: 2}, false))

	small, err := document(&env{ctx: t.Context()}, pretraining(t, nil))
	require.NoError(t, err)
	var said strings.Builder
	trainVerb{Keep: 2, Out: t.TempDir()}.room(&env{err: &said}, engine{}, small.Experiment(), pretrain.Setup{Threads: 1,
		Fits: func(float64) bool { return true }})
	assert.Empty(t, said.String(), "that is little")
}
