package story

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// taught is a stand with a lesson of the facts that waits for what its reader does.
func taught(t *testing.T, chapter string) *stand {
	t.Helper()
	l, err := parse([]byte(`{"name": "acts", "experiment": "facts", "order": 1, "title": "Acts", "learn": "To act.",
		"chapters": [
		{"id": "learning", "title": "Learning", "from": "start", "seen": "before", "stage": {"main": "knowledge",
			"half": "", "aside": []}, "text": [{"say": ["Watch."]}], "wait": 0},
		{"id": "guess", "title": "Guess", "from": "before", "seen": "before", "stage": {"main": "network", "half": "",
			"aside": []}, "question": {"ask": "What now?", "choices": ["this", "that"], "wait": 5},
			"text": [{"say": ["You said: {said:guess}."]}], "wait": 0,
			"do": {"act": "widen", "say": "Press Widen ×{factor}."}},
		{"id": "wide", "title": "Wide", "from": "widening", "seen": "widened", "stage": {"main": "copies", "half": "",
			"aside": []}, "text": [{"say": ["See."]}], "wait": 4,
			"do": {"act": "turn:quantity=1", "say": "Compare the gradients."}},
		{"id": "look", "title": "Look", "from": "widened", "seen": "widened", "stage": {"main": "copies", "half": "",
			"aside": []}, "text": [{"say": ["Seen."]}], "wait": 0, "do": {"act": "turn:seed", "say": "Turn."}},
		{"id": "end", "title": "End", "from": "end", "seen": "end", "stage": {"main": "knowledge", "half": "",
			"aside": []}, "text": [{"say": ["Over."]}], "wait": 0}]}`))
	require.NoError(t, err)
	s := newStand(t, "facts")
	s.view.Record = &record.Record{Experiment: s.view.Record.Experiment,
		Tracks: make([][]record.ArmFrame, len(s.view.Record.Experiment.Arms))}
	s.opened, s.rec = l, nil
	if chapter != "" {
		s.head(l.Chapter(chapter))
	}
	s.pass(0)
	return s
}

// A chapter that waits for its reader goes on when they do the thing, and not before, whatever else they do.
func TestALessonGoesOnWhenItsReaderDoesTheThing(t *testing.T) {
	s := taught(t, "")
	s.Touch()
	s.run(1000)
	assert.Equal(t, "guess", s.chapter(), "a chapter that only tells holds nobody up")
	assert.NotEmpty(t, s.page().Ask)
	assert.Empty(t, s.page().Do, "it asks before it says what to do")
	s.Answer(0)
	s.run(1000)
	assert.Equal(t, 299, s.view.Last)
	p := s.page()
	assert.Equal(t, "Press Widen ×2.", Told{Items: [][]Run{p.Do}}.Text())
	assert.True(t, p.Due)
	assert.True(t, s.waits())
	require.True(t, s.widens())
	s.run(1000)
	assert.Equal(t, []any{"wide", 301}, []any{s.chapter(), s.view.Last})
	assert.False(t, s.Did("turn:quantity=2"), "another thing")
	assert.False(t, s.Did("pair"))
	assert.True(t, s.waits())
	assert.True(t, s.Did("turn:quantity=1"))
	assert.False(t, s.Did("turn:quantity=1"), "it is done once")
	assert.Equal(t, "look", s.chapter())
	s.run(1000)
	assert.True(t, s.page().Due)
	_, went := s.GoOn()
	assert.True(t, went, "it can be skipped")
	s.run(1000)
	assert.Equal(t, "end", s.chapter())
}

// Nothing goes on by itself where the reader is there, or where a chapter waits for good; else who watches sees all.
func TestWhoOnlyWatchesIsTakenAlongWhereALessonSaysSo(t *testing.T) {
	s := taught(t, "")
	s.run(1000)
	require.Positive(t, s.page().Seconds)
	s.pass(5)
	s.run(1000)
	assert.Equal(t, "guess", s.chapter())
	assert.Zero(t, s.page().Seconds, "it waits for good")
	assert.True(t, s.waits())
	s.widens()
	assert.True(t, s.touched)
	s.touched = false
	s.run(1000)
	s.pass(0)
	assert.Equal(t, 4, s.page().Seconds)
	s.pass(4)
	assert.Equal(t, "look", s.chapter())
}

// What is done before it is asked for is done.
func TestWhatIsDoneEarlyIsNotAskedForAgain(t *testing.T) {
	s := taught(t, "wide")
	s.step(299)
	require.Equal(t, "wide", s.chapter())
	assert.False(t, s.Did("turn:quantity=1"), "the run is on its way")
	assert.True(t, s.page().Did)
	s.run(1000)
	assert.False(t, s.page().Due)
}

// A link to a chapter takes the run there, as fast as it can, and asks there what is asked.
func TestALinkToAChapterTakesTheRunThere(t *testing.T) {
	s := taught(t, "guess")
	assert.True(t, s.haste)
	assert.Equal(t, 299, s.Limit())
	s.run(120)
	assert.Equal(t, "The run is on its way to this chapter: it is at step 0 of 299.", s.page().Text[0].Text())
	assert.Equal(t, "network", s.Stage(-1).Main)
	s.view.Max = true
	s.run(1000)
	assert.Equal(t, "guess", s.chapter())
	assert.NotEmpty(t, s.page().Ask)
	s.Touch()
	s.run(1000)
	assert.Equal(t, 299, s.view.Last, "a lesson waits at full speed too")

	s = taught(t, "")
	_, went := s.Turn(3)
	assert.True(t, went)
	assert.Equal(t, 301, s.Limit(), "and so does a chapter that is turned to")
	s.run(1000)
	assert.Equal(t, "look", s.chapter())
	s.Turn(0)
	assert.Equal(t, 0, s.page().Shown)
	assert.Equal(t, "look", s.chapter(), "turning back only looks back")
}

// A lesson is told as long as its experiment runs, from its start with every run.
func TestALessonStaysWithItsExperiment(t *testing.T) {
	s := taught(t, "")
	s.run(1000)
	s.Answer(0)
	again := *s.view.Record
	again.Experiment.Seed = 9
	s.view.Record = &again
	s.step(0)
	assert.Equal(t, []string{"acts", "learning"}, []string{s.Opened(), s.chapter()})
	other := newStand(t, "lock")
	s.view.Record = other.view.Record
	s.step(0)
	assert.Empty(t, s.Opened())
}

func TestAnAddressHoldsALessonAndAChapter(t *testing.T) {
	for address, want := range map[string][2]string{"#lesson=lock": {"lock", ""},
		"lesson=lock/apart":   {"lock", "apart"},
		"#lesson=Lock/Apart.": {"lock", "apart"}, "(lesson=lock/)": {"lock", ""},
		"#lesson%3Dlock?utm=x": {"lock", ""}} {
		lesson, chapter, ok := Linked(address)
		assert.True(t, ok, address)
		assert.Equal(t, want, [2]string{lesson, chapter}, address)
	}
	for _, address := range []string{"", "#lock", "#lessons", "#les"} {
		_, _, ok := Linked(address)
		assert.False(t, ok, address)
	}
	lesson, chapter, _ := Linked(Fragment("lock", "apart"))
	assert.Equal(t, [2]string{"lock", "apart"}, [2]string{lesson, chapter})
}

// Who goes through an update is given all the time for it; and who waits for the run is told for how long.
func TestNobodyIsHurriedThroughAnUpdate(t *testing.T) {
	s := taught(t, "")
	s.step(100)
	assert.Equal(t, "from step 299 on", s.page().Soon)
	s.run(1000)
	assert.Equal(t, "or watch: it goes on in 5\u00a0s", s.page().Soon)
	s.pass(5)
	assert.Empty(t, s.page().Text, "nobody has said anything, and nothing else is to be told")
	s.widens()
	s.touched = false
	s.run(1000)
	require.Positive(t, s.page().Seconds)
	s.Director.chapter().Do = &Do{Act: "update", Say: "Go through it."}
	assert.Zero(t, s.page().Seconds)
	s.pass(100)
	assert.Equal(t, "wide", s.chapter())
	assert.Empty(t, s.page().Soon, "it is the reader's to say")
}
