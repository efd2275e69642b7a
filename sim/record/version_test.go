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

// testdata/version5-joint.sparkling was written by the program that wrote records of version 5: 12 steps, widened at 6,
// arms Small, Scaled, and Unscaled. What the scaled widening would have done without its factor it does not say; that
// the other has none its experiment says.
func TestRecordFromBeforeWideningsWereMeasuredUnscaledIsRead(t *testing.T) {
	data, err := os.ReadFile("testdata/version5-joint.sparkling")
	require.NoError(t, err)
	require.Equal(t, byte(5), data[len(record.Magic)], "the version")
	r, err := record.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	require.Len(t, r.Reports, 2)
	scaled, unscaled := r.RMSRatios(r.Reports[0]), r.RMSRatios(r.Reports[1])
	assert.InDelta(t, scaled.Before, scaled.After, 1e-6)
	assert.True(t, math.IsNaN(scaled.Unscaled))
	assert.True(t, unscaled.Factorless)
	assert.Greater(t, unscaled.Unscaled, 1.2*unscaled.Before)
	again, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err, "it is written anew in the present version")
	sameBytes(t, encode(t, r), encode(t, again), "and stays as it is")
}

// forget leaves of a record what an older one tells: of pairs what their numbers say of their states, of widenings what
// they did, of answers and experts nothing.
func forget(r *record.Record) {
	for i := range r.Reports {
		r.Reports[i].RMSUnscaled = nil
	}
	for _, track := range r.Tracks {
		for i := range track {
			track[i].Right, track[i].Asked = 0, 0
			track[i].Router, track[i].Gets = nil, nil
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
