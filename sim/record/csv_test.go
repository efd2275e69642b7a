package record_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// The numbers say of which run they are, in which unit, and what the widening did to every arm, an arm that begins
// there too.
func TestNumbersExplainThemselves(t *testing.T) {
	r := tiny(t)
	r.Experiment.Seed = 1<<63 + 1
	var out bytes.Buffer
	require.NoError(t, r.WriteCSV(&out))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"experiment", "seed", "version"}, rows[0][:3])
	at := func(name string) int {
		i := slices.Index(rows[0], name)
		require.GreaterOrEqual(t, i, 0, name)
		return i
	}
	widened, last := map[string]bool{}, map[string]int{}
	for _, row := range rows[1:] {
		assert.Equal(t, []string{r.Experiment.Name, "9223372036854775809", strconv.Itoa(experiment.Version)}, row[:3])
		name := row[at("name")]
		step, err := strconv.Atoi(row[at("step")])
		require.NoError(t, err)
		if before, seen := last[name]; seen {
			assert.Greater(t, step, before, name)
		}
		last[name] = step
		before, after := row[at("val_loss_before_widening_nats")], row[at("val_loss_after_widening_nats")]
		if p, ok := r.ReportAt(slices.IndexFunc(r.Experiment.Arms,
			func(a experiment.Arm) bool { return a.Name == name }), step); ok && p.Step == step {
			widened[name] = true
			exact, err := strconv.ParseFloat(before, 32)
			require.NoError(t, err)
			assert.Equal(t, p.ValLossBefore, float32(exact))
			assert.NotEmpty(t, after)
			x := r.RMSRatios(p)
			for k, want := range []float64{x.Before, x.After, x.Unscaled, x.Largest} {
				got, err := strconv.ParseFloat(row[at("rms_ratio_before_widening")+k], 64)
				require.NoError(t, err)
				assert.InDelta(t, want, got, 1e-8)
			}
		} else {
			assert.Empty(t, before+after+strings.Join(
				row[at("rms_ratio_before_widening"):at("rms_ratio_largest_change")+1], ""), "%s, step %d", name, step)
		}
	}
	assert.Len(t, widened, len(r.Reports))
}

// A mean over pairs is no number where any of them has diverged, as in the table and in JSON: that of the others is one
// of other pairs.
func TestMeanOfPairsOfWhichOneDivergedIsNoNumberInTheCSV(t *testing.T) {
	r := tiny(t)
	last := &r.Tracks[1][len(r.Tracks[1])-1]
	require.NotEmpty(t, last.Pairs)
	last.NotFinite = "the gradient of model.norm.weight"
	nan := float32(math.NaN())
	for _, q := range []record.Quantity{record.Weight, record.Gradient} {
		require.Greater(t, len(last.Pairs[0].Stats[q]), 1)
		last.Pairs[0].Stats[q][0] = record.PairStat{Cos: nan, Dist: nan, State: record.Diverged}
	}
	var out bytes.Buffer
	require.NoError(t, r.WriteCSV(&out))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	lost := slices.Index(rows[0], "not_finite")
	row := rows[1+slices.IndexFunc(rows[1:], func(row []string) bool { return row[lost] != "" })]
	for _, name := range []string{"weight_cosine", "gradient_cosine", "weight_distance"} {
		assert.Equal(t, "NaN", row[slices.Index(rows[0], name)], name)
	}
	assert.Equal(t, "1", row[slices.Index(rows[0], "diverged_pairs")])
}
