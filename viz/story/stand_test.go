package story

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// told is all that a chapter says.
func told(l *Lesson, chapter string, s panel.State, r *record.Record) string {
	for i, c := range l.Chapters {
		if c.ID == chapter {
			text, _ := l.Tell(i, s, r, nil)
			var lines []string
			for _, p := range text {
				lines = append(lines, p.Text())
			}
			return strings.Join(lines, "\n")
		}
	}
	panic(chapter)
}

// counts is a record of the facts in which every arm was counted at a step.
func counts(t *testing.T, name string, step int, right ...int) (panel.State, *record.Record) {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	s := panel.State{Step: step, Fork: e.Fork(), Steps: e.Steps, Forked: step >= e.Fork(), Done: step == e.Steps}
	for i, a := range e.Arms {
		s.Arms = append(s.Arms, panel.Arm{Name: a.Name, Role: panel.RoleOf(a)})
		if i < len(right) {
			count(r, i, step, right[i])
		}
	}
	return s, r
}

func count(r *record.Record, arm, step, right int) {
	answers := make([]record.Answer, max(r.Experiment.Task.Questions(), right))
	for i := range right {
		answers[i].Right = true
	}
	r.Tracks[arm] = append(r.Tracks[arm], record.ArmFrame{Step: step, Right: right, Asked: len(answers),
		Answers: answers})
}

const untold = "This is told when it has been measured."

func TestNoResultIsToldOfARunThatIsNotOver(t *testing.T) {
	all, err := lessons()
	require.NoError(t, err)
	for name, l := range all {
		of := l.Experiment
		if name == Any {
			of = "states"
		}
		s, r := counts(t, of, 0, 74)
		assert.Equal(t, untold, told(all[name], "end", s, r), name)
	}
	s, r := counts(t, "facts", 250, 74)
	assert.Equal(t, untold, told(Of("facts"), "count", s, r), "one network knows 74")
	s.Step, s.Forked = 301, true
	for i := range s.Arms {
		r.Tracks[i] = append(r.Tracks[i], record.ArmFrame{Step: 301})
	}
	assert.Equal(t, untold, told(Of("facts"), "count", s, r), "no arm was counted since they parted")
	s, r = counts(t, "facts", 350, 80, 90, 95, 120)
	assert.Equal(t, "Facts known so far: Small 80, Copy 90, Asymmetric reset 95, SPARKLING 120.",
		told(Of("facts"), "count", s, r))
}

func TestNothingIsPromisedWhereOnlyTheAnswerOfTheReaderIsMissing(t *testing.T) {
	s, r := counts(t, "signal", 300, 74)
	assert.NotContains(t, told(Of("signal"), "guess", s, r), untold)
	s, r = counts(t, "recipe", 300, 74)
	assert.NotContains(t, told(Of("recipe"), "guess", s, r), untold)
}

func TestWhatHasDivergedOrNeverBegunHasNoCount(t *testing.T) {
	l := Of("facts")
	s, r := counts(t, "facts", 1000, 80, 90, 95, 120)
	require.Contains(t, told(l, "end", s, r), "Copy knows 90 of 1,296: 10 more than Small.")
	_, ok := OutcomeOf(s, r)
	require.True(t, ok)
	r.Tracks[1] = append(r.Tracks[1], record.ArmFrame{Step: 1000, NotFinite: "a loss"})
	end := told(l, "end", s, r)
	assert.NotContains(t, end, "Copy")
	assert.Equal(t, untold, told(l, "count", s, r))
	_, ok = OutcomeOf(s, r)
	assert.False(t, ok)

	s, r = counts(t, "facts", 1000, 80)
	count(r, 0, 300, 70)
	assert.NotContains(t, told(l, "end", s, r), "knows 70")
	assert.NotContains(t, told(l, "end", s, r), "Copy")
}

func TestAsManyFactsAreAsManyAs(t *testing.T) {
	s, r := counts(t, "facts", 1000, 90, 90, 95, 70)
	end := told(Of("facts"), "end", s, r)
	assert.Contains(t, end, "Copy knows 90 of 1,296: as many as Small. SPARKLING knows 70: 20 fewer than Copy.")
}

// What many runs came to is said beside what they were runs of, whatever the seed, and beside nothing else.
func TestTheReportsNumbersStandBesideWhatTheyWereMeasuredOn(t *testing.T) {
	l := Of("facts")
	for name, x := range map[string]struct {
		change func(*experiment.Experiment)
		stands bool
	}{
		"as it is":        {func(*experiment.Experiment) {}, true},
		"seed":            {func(e *experiment.Experiment) { e.Seed = 77 }, true},
		"letters":         {func(e *experiment.Experiment) { e.Task.Letters = 12 }, false},
		"beta2":           {func(e *experiment.Experiment) { e.Optimizer.Beta2 = 0.999 }, false},
		"learning rate":   {func(e *experiment.Experiment) { e.Optimizer.LR *= 2 }, false},
		"width":           {func(e *experiment.Experiment) { e.Model.Inner *= 2 }, false},
		"widened by hand": {func(e *experiment.Experiment) { e.Shift(-40) }, false},
		"steps":           {func(e *experiment.Experiment) { *e = e.Rescale(800) }, false},
	} {
		s, r := counts(t, "facts", 1000)
		e := r.Experiment.Clone()
		x.change(&e)
		r.Experiment = e
		end := told(l, "end", s, r)
		assert.Equal(t, x.stands, strings.Contains(end, "run beforehand"), name)
		assert.Equal(t, x.stands, strings.Contains(end, "Not the best here"), name)
	}
	s, r := counts(t, "default", 1000)
	s.Arms[3].Rho = "0.5"
	stands := told(Of("default"), "apart", s, r)
	assert.Contains(t, stands, "over 12 seeds by 0.014. But a copy that stays locked gains no less, 0.019")
	r.Experiment.Optimizer.Beta2 = 0.95
	changed := told(Of("default"), "apart", s, r)
	assert.NotContains(t, changed, "12 seeds")
	assert.NotContains(t, changed, "gains no less")
	assert.Contains(t, changed, "to 0.5 times the current rate.", "what the arm does stands")
}

func TestTheHighestOfAllIsSaidOnceAllWereMeasured(t *testing.T) {
	s, r := counts(t, "signal", 0)
	e := r.Experiment
	s.Step, s.Forked = e.Fork(), true
	l := Of("signal")
	wide := 0
	for i, a := range e.Arms {
		if a.Widens() {
			wide++
			r.AddReport(record.Report{Arm: i, Step: e.Fork(), LogitError: float32(i)})
		}
	}
	require.Greater(t, wide, 1)
	most := -1
	for i, a := range e.Arms {
		if !a.Widens() {
			continue
		}
		assert.NotContains(t, told(l, "widened", s, r), "The highest jump", a.Name)
		s.Arms[i].ValLossAfter = []string{"3", "4", "5", "6"}[i]
		most = i
	}
	assert.Contains(t, told(l, "widened", s, r), "The highest jump is that of "+e.Arms[most].Name+".")

	m := &moment{State: s, rec: r}
	assert.EqualValues(t, most, m.far())
	r.Reports = r.Reports[:1]
	assert.EqualValues(t, -1, m.far(), "one of several says nothing about all")
	assert.Empty(t, m.moved())
}

func TestWhatIsHeldOutIsCountedOfWhatIsHeldOut(t *testing.T) {
	for name, want := range map[string]string{"sums": "287", "facts": "1,296"} {
		s, r := counts(t, name, 600, 80, 90, 95, 120)
		m := &moment{State: s, rec: r}
		assert.Equal(t, []string{"120", want}, []string{m.known(&m.Arms[3]), m.asked()}, name)
	}
}
