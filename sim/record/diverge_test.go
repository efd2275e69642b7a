package record_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// An arm that has diverged keeps nothing back: the record goes on to where the others are.
func TestAnArmThatDivergedHasEndedAndSaysWhere(t *testing.T) {
	e := trial.Short(60)
	for i := range e.Arms[1:] { // the first arm is never widened; the others are, later than it diverges
		e.Arms[i+1].Widen[0].Step = 50
	}
	e.Arms = append(e.Arms[:1:1], e.Arms[3])
	e.Arms[1].From = experiment.Scratch
	e.Optimizer.LR, e.Optimizer.WeightDecay = 1e-3, 0.1
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, 2)}
	nan := float32(math.NaN())
	for step := range 41 {
		f := record.ArmFrame{Step: step, TrainLoss: 2, ValLoss: nan, FullValLoss: nan, FLOPs: float64(step)}
		if step%experiment.ProbeEvery == 0 {
			f.ValLoss = 2.5
		}
		if step == 33 {
			f.TrainLoss, f.NotFinite = float32(math.Inf(1)), "model.norm.weight"
		}
		if step <= 33 {
			r.Tracks[0] = append(r.Tracks[0], f)
		}
		f.Arm, f.TrainLoss, f.NotFinite = 1, 2, ""
		r.Tracks[1] = append(r.Tracks[1], f)
	}
	assert.Equal(t, 40, r.Last())
	_, ok := r.Diverged(0, 32)
	assert.False(t, ok, "before it did")
	f, ok := r.Diverged(0, 33)
	assert.True(t, ok)
	assert.Equal(t, 33, f.Step)
	assert.Equal(t, "Step 40 of 60. Small diverged at step 33: the final norm is no longer a number. SPARKLING: "+
		"validation loss 2.500 on 16 windows.", r.Describe(40, nil))

	var out bytes.Buffer
	require.NoError(t, r.WriteCSV(&out))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	column := func(name string) int {
		for i, x := range rows[0] {
			if x == name {
				return i
			}
		}
		t.Fatal(name)
		return 0
	}
	lost := rows[1+33]
	assert.Equal(t, []string{"33", "NaN", "", "model.norm.weight"}, []string{lost[column("step")],
		lost[column("train_loss_nats")], lost[column("val_loss_nats")], lost[column("not_finite")]})
	first := rows[1]
	assert.Equal(t, []string{"0", "2", "2.5", ""}, []string{first[column("step")], first[column("train_loss_nats")],
		first[column("val_loss_nats")], first[column("not_finite")]})

	again, err := record.Decode(bytes.NewReader(encode(t, r)))
	require.NoError(t, err)
	sameBytes(t, encode(t, r), encode(t, again), "encoded again")
}
