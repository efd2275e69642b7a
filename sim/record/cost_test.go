package record_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// costly is an experiment in which arms cost what they cost for every reason there is: an optimizer with products,
// widenings in stages and at the very beginning, a search, and networks that are wide from the start.
func costly() experiment.Experiment {
	e := trial.Of(model.Inner, 40, 20, "small", "sparkling", "remapped", "scratch", "equal-compute", "sparkling",
		"sparkling")
	e.Optimizer.Kind = optim.Muon
	second := e.Arms[1].Widen[0]
	second.Step, second.Axis = 30, model.Hidden
	e.Arms[5].Widen = append(e.Arms[5].Widen, second)
	e.Arms[6].Widen[0].Step = 0
	for i, name := range []string{"Stages", "At once"} {
		e.Arms[5+i].Name = name
	}
	return e
}

func TestWhatARunCostsFollowsFromItsDocument(t *testing.T) {
	r := ran(t, costly())
	for i, track := range r.Tracks {
		for _, f := range track {
			require.Equal(t, f.FLOPs, r.Experiment.FLOPs(i, f.Step), "%s, step %d", r.Experiment.Arms[i].Name, f.Step)
		}
	}
	require.NotEmpty(t, r.Reports)
}

// Records from before the optimizer's products were counted still open, and show what the same run would show today.
func TestAnOlderRecordIsCountedAnew(t *testing.T) {
	r := ran(t, costly())
	forget(r)
	want := encode(t, r)
	place := 0
	for i := range r.Tracks {
		for k := range r.Tracks[i] {
			r.Tracks[i][k].FLOPs /= 2
		}
	}
	for i := range r.Reports {
		place = max(place, r.Reports[i].RemappedStep)
		r.Reports[i].StepFLOPsBefore, r.Reports[i].StepFLOPsAfter, r.Reports[i].SearchFLOPs = 1, 2, 3
	}
	require.Positive(t, place, "a search was made")
	old := record.EncodeAs(r, record.BeforeOptimizers)
	got, err := record.Decode(bytes.NewReader(old))
	require.NoError(t, err)
	sameBytes(t, want, encode(t, got), "counted anew")
	assert.Greater(t, record.Version, record.BeforeOptimizers, "what is written now is not counted again")
}
