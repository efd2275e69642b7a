package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/sim/trial/finished"
)

func nobody(int) bool { return false }

func TestTheTableOfExpertsHasTheNumbersOfThePictureOfEveryNetworkThatIsShown(t *testing.T) {
	rec := finished.Session(t, trial.Short(60)).Record()
	e := rec.Experiment
	for shown, networks := range map[int]int{20: 1, 60: 4, -1: 4} {
		x := ExpertsOf(rec, shown, nobody)
		require.Len(t, x.Rows, networks*e.Model.Layers*e.Model.Experts)
		assert.Equal(t, []string{"Network", "Layer", "Expert", "Load", "Router", "vowels"}, x.Head[:6])
		for _, row := range x.Rows {
			require.Len(t, row, len(x.Head))
		}
		assert.Contains(t, x.Said, "1,024 symbols")
		assert.Contains(t, x.Said, "Even is 50 %.")
	}
	x := ExpertsOf(rec, 60, func(arm int) bool { return arm == 1 })
	assert.Len(t, x.Rows, 3*e.Model.Layers*e.Model.Experts)
	f, ok := rec.ExpertsAt(3, 60)
	require.True(t, ok)
	of := rec.ExpertsOf(&f)
	row := ExpertsOf(rec, 60, nobody).Rows[3*8+5]
	assert.Equal(t, []string{"SPARKLING", "2", "2", record.Percent(of.Load(1, 1)), probability(of.Router(1, 1)),
		record.Percent(of.Share(1, 1, 0))}, row[:6])
}

func TestOfManyClassesARowSaysOfWhichAnExpertGetsMost(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	e = e.Rescale(60)
	rec := finished.Session(t, e).Record()
	x := ExpertsOf(rec, 60, nobody)
	assert.Equal(t, []string{"Network", "Layer", "Expert", "Load", "Router", "Gets most of"}, x.Head)
	for _, row := range x.Rows {
		assert.Regexp(t, `^(_[a-z0-9] (\d+|over 99) %(, )?){0,4}$`, row[5])
	}
}

func TestASentenceSaysWhatAnExpertGotOnlyWhereItWasMeasured(t *testing.T) {
	rec := finished.Session(t, trial.Short(60)).Record()
	const sentence = `^In SPARKLING expert \d of layer \d gets .* of [a-z ]+, and \d+ % of all symbols\.$`
	assert.Regexp(t, sentence, expertsSaid(rec, 60))
	assert.Contains(t, expertsSaid(rec, 10), "In the one network expert")
	e := trial.Short(60)
	e.Model.Experts, e.Model.TopK = 1, 1
	one := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	assert.Empty(t, expertsSaid(one, 60), "of a dense network")
	assert.Empty(t, ExpertsOf(one, 60, nobody).Rows)
	none := &record.Record{Experiment: trial.Short(60), Tracks: make([][]record.ArmFrame, len(e.Arms))}
	assert.Empty(t, expertsSaid(none, 60), "before anything was measured")
	assert.Empty(t, ExpertsOf(none, 60, nobody).Rows)
}
