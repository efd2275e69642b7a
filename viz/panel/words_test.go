package panel

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// turned is a built-in experiment with some controls turned.
func turned(t *testing.T, name string, turns ...string) experiment.Experiment {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	for i := 0; i < len(turns); i += 2 {
		require.NoError(t, e.Turn(turns[i], turns[i+1]))
	}
	return e
}

func TestOwnTextOfAnExampleStandsOnlyWhereItsArmsDoTheSame(t *testing.T) {
	for _, x := range Examples() {
		e, err := experiment.Named(x.Name)
		require.NoError(t, err)
		assert.Equal(t, x.Name, Told(e))
	}
	for _, turns := range [][]string{{"seed", "7"}, {"steps", "900"}, {"widen-at", "300"}, {"hidden", "48"},
		{"beta2", "0.95"}, {"rho", "1.5"}} {
		assert.Equal(t, "default", Told(turned(t, "default", turns...)), "%v", turns)
	}
	for _, turns := range [][]string{
		{"init", "random-random"}, {"axis", "hidden"}, {"factor", "1.5"}, {"factor", "3"}, {"stages", "2"},
		{"arm1.scale", "none"}, {"arm1.init", "random-zero"},
		{"arm2.treatment", "drop"}, {"optimizer", "muon"},
	} {
		assert.Empty(t, Told(turned(t, "default", turns...)), "%v", turns)
	}
	assert.Empty(t, Told(turned(t, "lock", "arm0.init", "random-random")))
	mine := experiment.Default()
	mine.Arms[1].Name = "Mine"
	assert.Equal(t, "default", Told(mine), "the text calls the arms as their reader does")
}

// widenedBy is a record in which every arm was widened at all its steps, and its logits moved that far.
func widenedBy(e experiment.Experiment, moved float32) *record.Record {
	rec := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	for i, a := range e.Arms {
		for _, w := range a.Widen {
			if a.Widens() {
				rec.Reports = append(rec.Reports, record.Report{Arm: i, Step: w.Step, LogitError: moved})
			}
		}
	}
	return rec
}

func TestWhatAWideningMadeIsSaidAsItIs(t *testing.T) {
	const rounding, far = 6.2e-6, 3.7
	for _, x := range []struct {
		experiment string
		turns      []string
		moved      float32
		want       []string
	}{
		{"default", nil, rounding, []string{"Every neuron of every expert now has an exact copy, drawn as two linked " +
			"halves. Twice as wide, and yet it says the same as before: no logit moved by more than 0.0000062."}},
		{"default", nil, 0, []string{"Every neuron of every expert now has an exact copy, drawn as two linked " +
			"halves. Twice as wide, and yet it says the same as before: no logit moved at all."}},
		{"default", []string{"init", "random-random"}, far, []string{"There are now twice as many neurons: new rows " +
			"and new columns are random. That changed what it says: logits moved by up to 3.7."}},
		{"default", []string{"factor", "1.5"}, far, []string{"There are now 1.5 times as many neurons: some were " +
			"copied more often than others, and every copy is linked to its original. That changed what it says: " +
			"logits moved by up to 3.7."}},
		{"default", []string{"factor", "3"}, rounding, []string{"Every neuron of every expert now has 2 exact " +
			"copies, linked to it. 3 times as wide, and yet it says the same as before: no logit moved by more than " +
			"0.0000062."}},
		{"default", []string{"axis", "hidden"}, rounding, []string{"Every channel of the residual stream now has an " +
			"exact copy, drawn as two linked halves. Twice as wide, and yet it says the same as before: no logit " +
			"moved by more than 0.0000062."}},
		{"norm-weights", nil, far, []string{
			"In Copied norms every channel of the residual stream now has an exact copy, drawn as two linked halves. " +
				"That changed what it says: logits moved by up to 3.7.",
			"In Drawn norms there are now twice as many channels: copies, but for the norm weights, which were " +
				"drawn. That changed what it says: logits moved by up to 3.7."}},
		{"signal", nil, float32(math.NaN()), []string{
			"In Scaled every neuron of every expert, and every channel of the residual stream, now has an exact " +
				"copy, drawn as two linked halves. What it says is not a number.",
			"In Unscaled every neuron of every expert, and every channel of the residual stream, now has an exact " +
				"copy, drawn as two linked halves, without the factor that keeps the RMS. What it says is " +
				"not a number.",
			"In Random there are now twice as many neurons and channels: new rows and new columns are random. What " +
				"it says is not a number."}},
	} {
		e := turned(t, x.experiment, x.turns...)
		assert.Equal(t, x.want, did(widenedBy(e, x.moved), e.Steps), "%s %v", x.experiment, x.turns)
	}
}

func TestNothingIsSaidToHaveMovedBeforeItWasMeasured(t *testing.T) {
	e := experiment.Default()
	for _, rec := range []*record.Record{{Experiment: e}, widenedBy(e, 5)} {
		assert.Equal(t, []string{"Every neuron of every expert now has an exact copy, drawn as two linked halves."},
			did(rec, e.Fork()-1))
	}
	e.Arms = e.Arms[:1]
	assert.Empty(t, did(&record.Record{Experiment: e}, e.Steps), "nothing is widened")
}

// Of several widenings the newest at the shown step is told, also when the reader looks back.
func TestStagesAreToldOneAfterTheOther(t *testing.T) {
	e := turned(t, "stages")
	rec := widenedBy(e, 6e-6)
	first, both := did(rec, 250), did(rec, 500)
	require.Len(t, first, 2)
	assert.True(t, strings.HasPrefix(first[0], "In Copy, staged and SPARKLING, staged every neuron of every expert "+
		"now has an exact copy"), first[0])
	assert.Equal(t, "SPARKLING 4x is not wider yet: that comes at step 500.", first[1])
	assert.Equal(t, first, did(rec, 499))
	assert.Contains(t, both[1], "4 times as wide")
}

func TestEveryPairOfInitialisationsIsSaidInWords(t *testing.T) {
	e, said := experiment.Default(), map[string]bool{}
	draft := NewDraft(e)
	for _, k := range draft.Controls() {
		if k.ID != "init" {
			continue
		}
		for _, c := range k.Choices {
			arm := turned(t, "default", "arm1.treatment", "norm-adapted").Arms[1]
			if c.Value != "fp-random" {
				arm = turned(t, "default", "init", c.Value).Arms[1]
			}
			said[made(arm.Widen[0])] = true
			assert.NotContains(t, made(arm.Widen[0]), ": .", c.Value)
		}
		assert.Len(t, said, len(k.Choices), "each in words of its own")
	}
}

func TestLossesOfTheWindowsAndOfTheWholeTextAreToldApart(t *testing.T) {
	words := experiment.Default().Task.Words()
	assert.Equal(t, "Val: the validation loss on 16 windows of text that is never trained on; on the full split "+
		"once, at the end.",
		words.Said)
	assert.Contains(t, words.Ended,
		"Full val: the validation loss on all of the text that is never trained on, once, at the end")
}

func TestChapterApartBeginsWhenEveryArmWasWidened(t *testing.T) {
	e := turned(t, "stages") // at 250 two arms, at 500 the third
	for step, want := range map[int]Phase{249: Learning, 250: Widened, 300: Widened, 539: Widened, 540: Apart,
		999: Apart, 1000: End} {
		assert.Equal(t, want, phase(e, step, true), "step %d", step)
	}
	e = experiment.Default()
	for step, want := range map[int]Phase{499: Learning, 500: Widened, 539: Widened, 540: Apart, 1000: End} {
		assert.Equal(t, want, phase(e, step, true), "step %d", step)
	}
}

// What a widening did to the mean RMS ratio, and would have done without its factor, stands in the sentence and beside
// the arm.
func TestWhatAWideningDidToTheSignalIsSaid(t *testing.T) {
	e, err := experiment.Named("signal")
	require.NoError(t, err)
	rec := widenedBy(e, 1)
	blocks := func(ratios ...float32) (out []record.BlockRMS) {
		for _, r := range ratios {
			out = append(out, record.BlockRMS{In: 1, Out: r})
		}
		return out
	}
	scaled, unscaled, random := &rec.Reports[0], &rec.Reports[1], &rec.Reports[2]
	scaled.RMSBefore, scaled.RMSAfter, scaled.RMSUnscaled = blocks(1, 3), blocks(1, 4.5), blocks(2, 5)
	unscaled.RMSBefore, unscaled.RMSAfter = blocks(1, 3), blocks(2, 5)
	random.RMSBefore, random.RMSAfter = blocks(1, 3), blocks(1, float32(math.NaN()))
	says := did(rec, e.Steps)
	require.Len(t, says, 3)
	const begin = "The blocks add 2 times what flows past them, and after the widening "
	assert.Contains(t, says[0], begin+"2.75 times; without its factor it would be 3.5. The largest change of a block "+
		"was 50 %.")
	assert.Contains(t, says[1], begin+"3.5 times; it has no factor. The largest change of a block was 100 %.")
	assert.Contains(t, says[2], begin+"that is no number.")
	for i, want := range [][5]string{{"2", "2.75", "3.5", "0.5", "false"}, {"2", "3.5", "3.5", "1", "true"},
		{"2", "", "", "", "false"}} {
		a := arm(rec, i, e.Arms[i], record.ArmStatus{}, e.Steps)
		assert.Equal(t, want, [5]string{a.RMSRatioBefore, a.RMSRatioAfter, a.RMSRatioUnscaled, a.RMSRatioChange,
			strconv.FormatBool(a.Factorless)})
	}
}

func TestAnArmThatDivergedHasNoLossAndNoPairThatIsApart(t *testing.T) {
	e := experiment.Default()
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	rec := widenedBy(e, inf)
	pairs := record.PairGroup{}
	for q := range pairs.Stats {
		pairs.Stats[q] = []record.PairStat{{Cos: nan, Dist: nan, State: record.Diverged},
			{Cos: 1, Dist: 0, State: record.Locked}}
	}
	rec.Tracks[1] = []record.ArmFrame{{Arm: 1, Step: 590, TrainLoss: 2, ValLoss: 2, FullValLoss: nan},
		{Arm: 1, Step: 600, TrainLoss: inf, ValLoss: nan, FullValLoss: nan, NotFinite: "model.norm.weight",
			Pairs: []record.PairGroup{pairs}}}
	before := arm(rec, 1, e.Arms[1], record.ArmStatus{}, 595)
	assert.Equal(t, []string{"", "2", "2"}, []string{before.Diverged, before.ValLoss, before.TrainLoss})
	lost := arm(rec, 1, e.Arms[1], record.ArmStatus{}, 1000)
	assert.Equal(t, "diverged at step 600: the final norm is no longer a number", lost.Diverged)
	assert.Equal(t, []string{"", "", ""}, []string{lost.ValLoss, lost.TrainLoss, lost.FullValLoss})
	assert.Equal(t, Lock{Step: 600, Pairs: 2, Locked: 1, Said: "1/2", Diverged: 1, Weight: "1", Grad: "1", Dist: "0"},
		lost.Lock)
	for _, says := range did(rec, 1000) {
		assert.Contains(t, says, "What it says is not a number.")
	}
}
