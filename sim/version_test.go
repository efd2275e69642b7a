package sim

import (
	"bytes"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// testdata/version3.sparkling was written by the program that wrote records of version 3: 12 steps, widened at 6, arms Small, Copy, Asymmetric
// reset, and one whose new neurons never get a gradient.
func TestRecordOfTheVersionBeforeIsReadAndItsPairsHaveTheStatesThatItsNumbersTell(t *testing.T) {
	data, err := os.ReadFile("testdata/version3.sparkling")
	require.NoError(t, err)
	require.Equal(t, byte(3), data[len(magic)], "the version")
	r, err := DecodeRecord(bytes.NewReader(data))
	require.NoError(t, err)
	for arm, want := range map[int][2]PairState{1: {Locked, Locked}, 2: {Apart, Apart}, 3: {Apart, OneZero}} {
		f, ok := r.PairsAt(arm, 12)
		require.True(t, ok)
		for q, state := range want {
			s := f.Summary(Quantity(q))
			assert.True(t, s.All(state), "%s, quantity %d: %v", r.Experiment.Arms[arm].Name, q, s.In)
		}
	}
	again, err := DecodeRecord(bytes.NewReader(encode(t, r)))
	require.NoError(t, err, "it is written anew in the present version")
	sameBytes(t, encode(t, r), encode(t, again), "and stays as it is")
}

func TestPairsOfOlderRecordsThatCannotTellSaySo(t *testing.T) {
	nan := float32(math.NaN())
	for want, p := range map[PairState]PairStat{
		Locked: {Cos: 1, Dist: 0}, Apart: {Cos: 0.3, Dist: 1.2}, OneZero: {Cos: nan, Dist: math.Sqrt2}, Untold: {Cos: nan, Dist: nan},
	} {
		inferState(&p)
		assert.Equal(t, want, p.State, "%v", p)
	}
}

// forgetStates leaves of the states of pairs what an older record tells of them.
func forgetStates(r *Record) {
	for _, track := range r.Tracks {
		for i := range track {
			for _, g := range track[i].Pairs {
				for q := range g.Stats {
					for k := range g.Stats[q] {
						inferState(&g.Stats[q][k])
					}
				}
			}
		}
	}
}
