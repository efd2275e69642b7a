package record_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// testdata/version3.sparkling was written by the program that wrote records of version 3: 12 steps, widened at 6, arms
// Small, Copy, Asymmetric reset, and one whose new neurons never get a gradient.
func TestRecordOfTheVersionBeforeIsReadAndItsPairsHaveTheStatesThatItsNumbersTell(t *testing.T) {
	data, err := os.ReadFile("testdata/version3.sparkling")
	require.NoError(t, err)
	require.Equal(t, byte(3), data[len(record.Magic)], "the version")
	r, err := record.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	for arm, want := range map[int][2]record.PairState{1: {record.Locked, record.Locked},
		2: {record.Apart, record.Apart}, 3: {record.Apart, record.OneZero}} {
		f, ok := r.PairsAt(arm, 12)
		require.True(t, ok)
		for q, state := range want {
			s := f.Summary(record.Quantity(q))
			assert.True(t, s.All(state), "%s, quantity %d: %v", r.Experiment.Arms[arm].Name, q, s.In)
		}
	}
	again, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err, "it is written anew in the present version")
	sameBytes(t, encode(t, r), encode(t, again), "and stays as it is")
}

// testdata/version4.sparkling and version5.sparkling are runs of a document of version 1 by programs that wrote records
// of these versions.
func TestRecordsOfTheVersionsBeforeAreReadAndTheirDocumentsAreOfThePresentOne(t *testing.T) {
	for _, version := range []byte{4, 5} {
		data, err := os.ReadFile(fmt.Sprintf("testdata/version%d.sparkling", version))
		require.NoError(t, err)
		require.Equal(t, version, data[len(record.Magic)], "the version")
		r, err := record.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		assert.Equal(t, experiment.Version, r.Experiment.Version)
		assert.Equal(t, []string{"Hidden", "Faster", "Remapped"}, []string{r.Experiment.Arms[0].Name,
			r.Experiment.Arms[1].Name, r.Experiment.Arms[2].Name})
		_, over := r.Ended()
		assert.True(t, over)
		assert.Len(t, r.Reports, 4)
		again, err := record.Decode(bytes.NewReader(encode(t, r)))
		require.NoError(t, err)
		sameBytes(t, encode(t, r), encode(t, again), "it is written anew in the present version")
	}
}

func TestPairsOfOlderRecordsThatCannotTellSaySo(t *testing.T) {
	nan := float32(math.NaN())
	for want, p := range map[record.PairState]record.PairStat{
		record.Locked: {Cos: 1, Dist: 0}, record.Apart: {Cos: 0.3, Dist: 1.2},
		record.OneZero: {Cos: nan, Dist: math.Sqrt2}, record.PairUnknown: {Cos: nan, Dist: nan},
	} {
		record.Infer(&p)
		assert.Equal(t, want, p.State, "%v", p)
	}
}

// forgetStates leaves of the states of pairs what an older record tells of them.
func forgetStates(r *record.Record) {
	for _, track := range r.Tracks {
		for i := range track {
			for _, g := range track[i].Pairs {
				for q := range g.Stats {
					for k := range g.Stats[q] {
						record.Infer(&g.Stats[q][k])
					}
				}
			}
		}
	}
}
