package story

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

func TestEveryLessonIsReadAndEveryOneOfTheExperimentsHasOne(t *testing.T) {
	all, err := lessons()
	require.NoError(t, err)
	assert.NotNil(t, all[Any])
	for _, b := range experiment.Builtins() {
		if b.Lesson {
			assert.NotNil(t, all[b.Name], b.Name)
		}
		assert.NotNil(t, Of(b.Name))
	}
	for name, l := range all {
		assert.NotNil(t, l.Notes, name)
	}
}

func TestTheExampleOfTheDocumentIsALesson(t *testing.T) {
	data, err := os.ReadFile("../../docs/lessons.md")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(data), "\n```json\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "\n```\n")
	_, err = parse([]byte(example))
	assert.NoError(t, err)
}

// What nobody knows in a lesson is refused, and the sentence says what it is.
func TestAWrongLessonIsRefusedByName(t *testing.T) {
	lesson := func(changes ...string) string {
		text := `{"name": "lock", "chapters": [
			{"id": "one", "title": "One", "from": "start", "seen": "before", "stage": {"main": "loss", "half": "",
				"aside": []}, "text": [{"say": ["Words {seed}."]}], "wait": 0},
			{"id": "two", "title": "Two", "from": "widening", "seen": "end", "stage": {"main": "loss", "half": "",
				"aside": []}, "question": {"ask": "What?", "choices": ["this", "that"], "wait": 3},
				"text": [{"each": "paired", "say": ["{arm}: {locked}", {"when": ["locked:Copy"], "say": "[r]"}]}],
				"wait": 3}]}`
		return strings.NewReplacer(changes...).Replace(text)
	}
	_, err := parse([]byte(lesson()))
	require.NoError(t, err)
	for _, x := range []struct{ from, to, want string }{
		{`"name"`, `"called"`, `unknown field "called"`},
		{`"chapters"`, `"order": 3, "chapters"`, "has a title"},
		{`"chapters"`, `"learn": "Much.", "chapters"`, "nothing else has"},
		{`"chapters"`, `"experiment": "hamlet", "chapters"`, `no experiment called "hamlet"`},
		{`"wait": 0}`, `"wait": 0, "do": {"act": "sing", "say": "Sing."}}`, `the act "sing"`},
		{`"wait": 0}`, `"wait": 0, "do": {"act": "arm", "say": "Add one."}}`, `the act "arm"`},
		{`"wait": 0}`, `"wait": 0, "do": {"act": "pin:losses", "say": "Look."}}`, `the act "pin:losses"`},
		{`"wait": 0}`, `"wait": 0, "do": {"act": "turn:beta2=loud", "say": "Turn."}}`, `the act "turn:beta2=loud"`},
		{`"wait": 0}`, `"wait": 0, "do": {"act": "widen", "say": ""}}`, `not asked for the act "widen"`},
		{`{seed}`, `[see|open:losses]`, `no picture "losses"`},
		{`"lock"`, `"hamlet"`, `no experiment called "hamlet"`},
		{`"wait": 3}]}`, `"wait": 3}]} {}`, "more follows"},
		{`"wait": 0}`, `"wait": 0, "colour": "red"}`, `unknown field "colour"`},
		{`"from": "start"`, `"from": "before"`, "the first chapter begins at the start"},
		{`"from": "widening"`, `"from": "soon"`, `no place "soon"`},
		{`"seen": "end"`, `"seen": "now"`, `"now"`},
		{`"id": "two"`, `"id": "one"`, "an id of its own"},
		{`"main": "loss"`, `"main": "losses"`, `no picture "losses"`},
		{`["this", "that"]`, `["this"]`, "two answers"},
		{`{seed}`, `{seeds}`, "no slot {seeds}"},
		{`{seed}`, `{locked}`, "no slot {locked}"},
		{`{seed}`, `{locked:Small}`, `no arm "Small"`},
		{`{seed}`, `{said:one}`, "no slot {said:one}"},
		{`{seed}`, `{report:luck}`, "no slot {report:luck}"},
		{`{seed}`, `{seed`, "not closed"},
		{`{seed}`, `[quark]`, `the glossary has no "quark"`},
		{`{seed}`, `[see|#hamlet]`, `no experiment called "hamlet"`},
		{`"paired"`, `"many"`, `no group of arms "many"`},
		{`"locked:Copy"`, `"unlocked:Copy"`, `no condition "unlocked:Copy"`},
		{`"locked:Copy"`, `"locked:Small"`, `no arm "Small"`},
		{`{"say": ["Words`, `{"style": "loud", "say": ["Words`, `no style "loud"`},
	} {
		_, err := parse([]byte(lesson(x.from, x.to)))
		assert.ErrorContains(t, err, x.want, "%s for %s", x.to, x.from)
	}
}

// The glossary has no word twice, and none that no story marks.
func TestTheGlossaryExplainsWhatIsMarked(t *testing.T) {
	all, err := lessons()
	require.NoError(t, err)
	marked := map[string]bool{}
	for _, l := range all {
		texts := [][]Paragraph{l.Notes}
		for _, c := range l.Chapters {
			texts = append(texts, c.Text)
			if c.Question != nil {
				for _, p := range c.Question.ask.parts {
					marked[p.term] = true
				}
			}
		}
		for _, p := range slices.Concat(texts...) {
			for _, s := range p.Say {
				for _, part := range s.parts {
					marked[part.term] = true
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, e := range Glossary() {
		assert.NotEmpty(t, e.Means, e.Term)
		assert.False(t, seen[e.Term], e.Term)
		seen[e.Term] = true
	}
	for term := range marked {
		assert.True(t, term == "" || seen[term], term)
	}
}

func TestPlacesFollowTheRun(t *testing.T) {
	e, err := experiment.Named("facts")
	require.NoError(t, err)
	at := func(e experiment.Experiment) (out []int) {
		for _, p := range places {
			out = append(out, p.At(e))
		}
		return out
	}
	assert.Equal(t, []int{0, 299, 300, 300, 301, 340, 1000}, at(e))
	assert.Equal(t, []int{0, 17, 18, 18, 19, 58, 60}, at(e.Rescale(60)))
	assert.Equal(t, []int{0, 14, 15, 15, 16, -1, 50}, at(e.Rescale(50)), "it is over before the halves are apart")
	stages, err := experiment.Named("stages")
	require.NoError(t, err)
	assert.Equal(t, []int{0, 249, 250, 250, 501, 540, 1000}, at(stages), "the last arm is widened at 500")
	e.Arms = e.Arms[:1]
	assert.Equal(t, -1, Widening.At(e), "nothing is ever widened")
}

// No sentence of a state in which nothing was measured has a number in it that was.
func TestNothingIsToldBeforeItIsMeasured(t *testing.T) {
	all, err := lessons()
	require.NoError(t, err)
	for name, l := range all {
		for i := range l.Chapters {
			text, _ := l.Tell(i, panel.State{}, nil, nil)
			for _, p := range text {
				assert.NotContains(t, p.Text(), "NaN", name)
				said := strings.NewReplacer("0.95", "", "0.0", "").Replace(p.Text()) // the paper's, the report's
				assert.NotRegexp(t, `\d\.\d{2}`, said, "%s %d", name, i)
			}
		}
	}
}

// The pictures that a lesson may name are those that there are, and some that only some tasks have.
func TestStagesNamePicturesThatThereAre(t *testing.T) {
	for _, b := range experiment.Builtins() {
		for _, p := range viz.PanesOf(b.Experiment) {
			assert.True(t, panes[string(p.ID)], p.ID)
		}
	}
}

// The same words are read beside the controls, before an audience and in other pages, where there are none: they do not
// say where a control stands.
func TestWordsDoNotSayWhereControlsStand(t *testing.T) {
	files, err := filepath.Glob("lessons/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.NotRegexp(t, `\] (below|above|beside)\b|controls`, string(text), file)
	}
}
