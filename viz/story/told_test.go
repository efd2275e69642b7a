package story

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/sim/trial/finished"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// brief is a built-in experiment, cut down.
func brief(t *testing.T, name string) experiment.Experiment {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	if e = trial.Quick(e, 100); e.Task.Letters > 0 {
		e.Task.Letters = 6
	}
	return e
}

// read is all that a chapter says, a line a paragraph.
func read(l *Lesson, chapter int, s *session.Session, said map[string]string) string {
	c := l.Chapters[chapter]
	text, notes := l.Tell(chapter, panel.Of(s, max(c.Seen.At(s.Experiment()), 0)), s.Record(), said)
	var lines []string
	for _, p := range append(text, notes...) {
		lines = append(lines, p.Text())
	}
	return strings.Join(lines, "\n")
}

// What ends with a colon leads to something, also while that has not been measured.
func TestNoSentenceLeadsToAnEmptyList(t *testing.T) {
	all, err := lessons()
	require.NoError(t, err)
	for name, l := range all {
		built := l.Experiment
		if name == Any {
			built = "muon"
		}
		e, err := experiment.Named(built)
		require.NoError(t, err)
		s, err := session.New(trial.Valid(e), session.NewLocalHost(cpu.Factory{}))
		require.NoError(t, err)
		for i, c := range l.Chapters {
			text, _ := l.Tell(i, panel.Of(s, 0), s.Record(), nil)
			for k, p := range text {
				if strings.HasSuffix(p.Text(), ":") {
					assert.True(t, k+1 < len(text) && text[k+1].List, "%s, %s: %s", name, c.ID, p.Text())
				}
			}
		}
		s.Close()
	}
}

// Every sentence of every lesson stands in a run that is over, but for those that say that something else came out.
func TestEverySlotOfEveryLessonIsFilledByARun(t *testing.T) {
	all, err := lessons()
	require.NoError(t, err)
	for name, l := range all {
		experimentOf := l.Experiment
		if name == Any {
			experimentOf = "states"
		}
		t.Run(name, func(t *testing.T) {
			s := finished.Session(t, brief(t, experimentOf))
			said := map[string]string{}
			for _, c := range l.Chapters {
				if c.Question != nil {
					said[c.ID] = c.Question.Choices[0]
				}
			}
			for i, c := range l.Chapters {
				m := &moment{State: panel.Of(s, max(c.Seen.At(s.Experiment()), 0)), rec: s.Record(), Said: said}
				told := 0
				for _, p := range c.Text {
					for k := range m.Arms {
						if m.each = nil; p.Each != "" {
							if m.each = &m.Arms[k]; !groups[p.Each](m.each) {
								continue
							}
						}
						for _, sentence := range p.Say {
							stands := true
							for _, w := range sentence.when {
								stands = stands && w.is(m) != w.not
							}
							filled := m.sentence(sentence)
							if told++; stands && !optional(sentence.Say) {
								assert.NotNil(t, filled, "chapter %s: %s", c.ID, sentence.Say)
							}
						}
					}
				}
				assert.Positive(t, told, c.ID)
				assert.NotContains(t, read(l, i, s, said), "told when it has been measured", c.ID)
			}
		})
	}
}

// optional are sentences whose number only some arms or tasks have.
func optional(say string) bool {
	for _, slot := range []string{"{known}", "{rms-unscaled", "{effects}", "{report:"} {
		if strings.Contains(say, slot) {
			return true
		}
	}
	return false
}

// The whole of the first minute is short.
func TestTheFirstMinuteHasFewWords(t *testing.T) {
	s := finished.Session(t, brief(t, "facts"))
	l := Of("facts")
	words, rec := 0, *s.Record()
	rec.Experiment, _ = experiment.Named("facts") // beside it stand the report's numbers too
	for i, c := range l.Chapters {
		text, notes := l.Tell(i, panel.Of(s, c.Seen.At(s.Experiment())), &rec, nil)
		if i == 0 {
			text = append(text, notes...)
		}
		for _, p := range text {
			words += len(strings.Fields(p.Text()))
		}
		if q := c.Question; q != nil {
			words += len(strings.Fields(q.Ask + " " + strings.Join(q.Choices, " ")))
		}
	}
	t.Logf("%d words", words)
	assert.LessOrEqual(t, words, 240)
	assert.Greater(t, words, 100)
}

func TestFactsAreCountedAndPairsAreNamed(t *testing.T) {
	s := finished.Session(t, brief(t, "facts"))
	l := Of("facts")
	assert.Equal(t, "facts", panel.Told(s.Experiment()))
	assert.Contains(t, read(l, 0, s, nil), "learns 36 random facts")
	assert.Regexp(t, `Now \d+\.`, read(l, 0, s, nil))
	widened := read(l, 1, s, map[string]string{"widened": "They stay"})
	assert.Contains(t, widened, "You said: They stay. Twice the neurons, the same answers: no logit moved by more "+
		"than 0.0")
	assert.Contains(t, widened, "Small is not widened")
	assert.NotContains(t, read(l, 1, s, nil), "You said")
	assert.Regexp(t, `Copy: (\d+) of (\d+) pairs are still equal\. Equal gradients`, read(l, 3, s, nil))
	end := read(l, 5, s, nil)
	assert.Regexp(t, `Copy knows \d+ of 36: (\d+ more than|\d+ fewer than|as many as) Small\. `+
		`All \d+ copies are still their originals\. SPARKLING knows \d+: `, end)
	assert.Contains(t, end, "β2 is 0.95, as in the paper.")
}

func TestTheOutcomeIsTheSameDocumentsForEverySeed(t *testing.T) {
	outcome := func(e experiment.Experiment) (Outcome, bool) {
		s := finished.Session(t, e)
		return OutcomeOf(panel.Of(s, -1), s.Record())
	}
	e := brief(t, "facts")
	one, ok := outcome(e)
	require.True(t, ok)
	assert.Equal(t, 36, one.Of)
	s := finished.Session(t, e)
	back, ok := OutcomeOf(panel.Of(s, 30), s.Record())
	assert.True(t, ok)
	assert.Equal(t, one, back, "looking back changes nothing")
	e.Seed = 2
	two, ok := outcome(e)
	require.True(t, ok)
	assert.Equal(t, one.Document, two.Document)
	assert.Equal(t, []string{"1", "2"}, []string{one.Seed, two.Seed})
	e.Optimizer.LR /= 2
	other, ok := outcome(e)
	require.True(t, ok)
	assert.NotEqual(t, one.Document, other.Document)
	_, ok = outcome(brief(t, "default"))
	assert.False(t, ok, "a text has no facts to count")
}
