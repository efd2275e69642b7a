package sim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Changing one thing never silently changes another.
func TestAKnobChangesWhatItSaysAndNothingElse(t *testing.T) {
	for _, k := range Knobs(Default()) {
		other := ""
		for _, c := range k.Choices {
			if c.Value != k.Get(Default()) {
				other = c.Value
			}
		}
		switch k.ID {
		case "seed":
			other = "17"
		case "steps":
			other = "900"
		case "widen-at":
			other = "333"
		case "rho":
			other = "1.75"
		case "tau":
			other = "25"
		}
		require.NotEmpty(t, other, k.ID)
		before, after := Default(), Default()
		require.NoError(t, k.Set(&after, other), k.ID)
		assert.Equal(t, other, k.Get(after), k.ID)
		for _, o := range Knobs(before) {
			if o.ID != k.ID {
				assert.Equal(t, o.Get(before), o.Get(after), "%s changed %s", k.ID, o.ID)
			}
		}
		require.NoError(t, k.Set(&after, k.Get(before)))
		if k.Group != groupArms {
			assert.Equal(t, before, after, "%s and back", k.ID)
		}
	}
}

func TestAKnobSaysWhatIsAllowed(t *testing.T) {
	for id, values := range map[string][]string{
		"seed": {"-1", "1.5", "", "one", "NaN", "Inf", "1e99"}, "steps": {"0", "19", "20001", "33.3"}, "rho": {"0.5", "", "4"}, "axis": {"sideways", ""},
		"factor": {"2.5", "0"}, "init": {"copy"}, "arm1.treatment": {"none"}, "nothing": {"1"},
	} {
		for _, v := range values {
			e := Default()
			assert.Error(t, e.Turn(id, v), "%s = %q", id, v)
			assert.Equal(t, Default(), e, "%s = %q left the experiment alone", id, v)
		}
	}
}

func TestALinkCarriesTheWholeExperiment(t *testing.T) {
	e := Default()
	e.Seed, e.Arms[2].Widen[0].Rewarm.Rho = 99, 1.7
	got, err := FromLink(e.Link())
	require.NoError(t, err)
	assert.Equal(t, e, got)
	assert.Less(t, len(e.Link()), 1500, "short enough for a mail")
}

func TestALinkThatAsksForTooMuchIsRefused(t *testing.T) {
	e := Default()
	e.Model.Hidden, e.Model.Inner = 4096, 16384
	require.NoError(t, e.Validate(), "a file may")
	_, err := FromLink(e.Link())
	assert.ErrorContains(t, err, "MB")
	e = Default()
	e.Task.Batch, e.Task.Seq = 4096, 4096
	_, err = FromLink(e.Link())
	assert.ErrorContains(t, err, "MB")
}

func TestMistakesInADocumentAreNamed(t *testing.T) {
	for want, spoil := range map[string]func(*Experiment){
		"version is 7":            func(e *Experiment) { e.Version = 7 },
		"steps is 0":              func(e *Experiment) { e.Steps = 0 },
		"task.text is \"hamlet\"": func(e *Experiment) { e.Task.Text = "hamlet" },
		"task.seq is 1":           func(e *Experiment) { e.Task.Seq = 1 },
		"arms has 0 entries":      func(e *Experiment) { e.Arms = nil },
		"widen[0].step is 1000":   func(e *Experiment) { e.Arms[1].Widen[0].Step = 1000 },
		"arms[1] (\"Copy\")":      func(e *Experiment) { e.Arms[1].Widen[0].Factor = 0.5 },
		"model.experts":           func(e *Experiment) { e.Model.Experts = 1 },
		"optimizer.beta2":         func(e *Experiment) { e.Optimizer.Beta2 = 1 },
		"cannot be":               func(e *Experiment) { e.Model.Inner = 1 << 16 },
	} {
		e := Default()
		spoil(&e)
		assert.ErrorContains(t, e.Validate(), want)
	}
}

func TestTheTextTwinSaysWhatThePicturesShow(t *testing.T) {
	r := tiny(t)
	s := r.Describe(r.Last(), nil)
	assert.Regexp(t, `^Step 12 of 12\. Small: held-out loss \d\.\d{3}; on the whole held-out text \d\.\d{4}\.`, s)
	assert.Contains(t, s, "Copy: held-out loss")
	assert.Contains(t, s, "locked: all 128 pairs of originals and copies are identical")
}
