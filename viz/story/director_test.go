package story

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// stand is a director with a run that goes as far as it is let, and a clock.
type stand struct {
	*Director
	t    *testing.T
	now  time.Time
	view View
}

func newStand(t *testing.T, name string) *stand {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	s := &stand{Director: NewDirector(), t: t, now: time.Unix(1, 0),
		view: View{Playing: true}}
	s.view.Record = &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	s.pass(0)
	return s
}

// pass lets time pass, and then the run go on.
func (s *stand) pass(seconds float64) {
	s.now = s.now.Add(time.Duration(seconds * float64(time.Second)))
	s.Follow(s.now, s.view)
}

// go on to a step, as far as the run may.
func (s *stand) run(step int) {
	if limit := s.Limit(); limit >= 0 {
		step = min(step, limit)
	}
	s.step(step)
}

// step goes to a step whatever the director says.
func (s *stand) step(step int) {
	s.view.Last, s.view.Forked = step, step >= s.view.Record.Experiment.Fork()
	s.view.Record.Tracks[0] = []record.ArmFrame{{Step: step}}
	s.pass(0)
}

func (s *stand) page() Page {
	state := panel.State{Step: s.view.Last, Live: true, Forked: s.view.Forked, Factor: "2"}
	for _, a := range s.view.Record.Experiment.Arms {
		state.Arms = append(state.Arms, panel.Arm{Name: a.Name})
	}
	return s.Page(state)
}

// waits reports whether it waits for its reader, for good.
func (s *stand) waits() bool { s.pass(9); return s.Waits() && !s.Counts() }

func (s *stand) chapter() string { return s.lesson.Chapters[s.at].ID }

// Where the text is left out nobody could answer: a run that stood still there would look broken.
func TestAStoryThatNobodySeesHoldsNothing(t *testing.T) {
	for _, name := range []string{"facts", "signal", "recipe", "compute"} {
		s := newStand(t, name)
		s.Untold = true
		s.pass(0)
		for _, step := range []int{0, s.view.Record.Experiment.Fork(), s.view.Record.Experiment.Steps} {
			assert.Equal(t, -1, s.Limit(), name)
			s.run(step)
			assert.Equal(t, step, s.view.Last, "%s is held before step %d", name, step)
			assert.False(t, s.Waits(), name)
			_, turned := s.Turned(-1)
			assert.False(t, turned, "%s turns a control that nobody is told of at step %d", name, step)
		}
	}
}

// Whoever leads an audience is not hurried: what they speak of waits for them, also in the next run.
func TestAStoryThatSomebodyElseLeadsWaitsForThem(t *testing.T) {
	s := newStand(t, "facts")
	s.Patient = true
	for range 2 {
		s.run(1000)
		assert.True(t, s.waits(), "at step %d", s.view.Last)
		assert.Empty(t, s.page().Soon)
		before := s.view.Last
		s.pass(100)
		s.run(1000)
		assert.Equal(t, before, s.view.Last, "nobody has gone on")
		s.view = View{Record: &record.Record{Experiment: s.view.Record.Experiment,
			Tracks: s.view.Record.Tracks}, Playing: true}
		s.step(0)
	}
}

// Who only watches sees every chapter, waits of stated lengths between them, and the end.
func TestTheFirstMinuteTurnsItsOwnPages(t *testing.T) {
	s := newStand(t, "facts")
	assert.Equal(t, 299, s.Limit(), "it is held before the widening")
	s.run(150)
	assert.Equal(t, "learning", s.chapter())
	assert.Zero(t, s.page().Seconds)
	waits := 0.0
	for _, x := range []struct {
		chapter string
		step    int
		asks    bool
	}{{"widened", 299, true}, {"widened", 301, false}, {"signal", 301, false}, {"apart", 301, true},
		{"apart", 340, false}, {"count", 340, true}, {"end", 1000, false}} {
		s.run(1000)
		if x.chapter == "signal" {
			assert.Equal(t, "signal", s.chapter())
		}
		assert.Equal(t, x.chapter, s.chapter())
		assert.Equal(t, x.step, s.view.Last)
		p := s.page()
		assert.Equal(t, x.asks, len(p.Ask) > 0, x.chapter)
		if x.chapter == "end" {
			break
		}
		require.Positive(t, p.Seconds, x.chapter)
		assert.True(t, p.Goes)
		s.pass(float64(p.Seconds) - 0.5)
		assert.Equal(t, 1, s.page().Seconds, "the seconds count down")
		assert.Equal(t, x.step, s.Limit(), "and until they are over it is held")
		s.pass(0.6)
		waits += float64(p.Seconds)
		if x.chapter == "count" {
			assert.Equal(t, "it goes on by itself at step 1,000", s.page().Soon)
		}
	}
	assert.Equal(t, -1, s.Limit())
	assert.False(t, s.page().Goes)
	assert.Equal(t, "", s.page().Soon, "it is over")
	t.Logf("it waits %.0f seconds in all", waits)
	assert.InDelta(t, 31, waits, 12)
}

// Anything that the reader does to the story stops the seconds: from then on it waits for them.
func TestTheStoryWaitsForItsReader(t *testing.T) {
	for name, act := range map[string]func(*stand){
		"a touch": func(s *stand) { s.Touch() },
		"going on": func(s *stand) {
			_, went := s.GoOn()
			assert.True(t, went)
		},
		"an answer": func(s *stand) { s.Answer(1) },
		"turning":   func(s *stand) { s.Turn(0); s.Turn(1) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStand(t, "facts")
			s.run(1000)
			require.Positive(t, s.page().Seconds)
			assert.True(t, s.Counts())
			act(s)
			s.run(1000)
			require.Equal(t, "widened", s.chapter())
			for range 100 {
				s.pass(10)
			}
			p := s.page()
			assert.Equal(t, "widened", s.chapter())
			assert.Zero(t, p.Seconds)
			assert.True(t, p.Goes)
			assert.True(t, s.waits())
			_, went := s.GoOn()
			assert.True(t, went)
		})
	}
}

func TestTheAnswerIsKeptAndTheRunGoesOn(t *testing.T) {
	s := newStand(t, "facts")
	s.run(1000)
	assert.Empty(t, s.page().Text, "what comes is not told before it is asked")
	s.Answer(5)
	assert.Equal(t, 299, s.Limit(), "there is no such answer")
	s.Answer(1)
	assert.Equal(t, 301, s.Limit())
	s.run(1000)
	assert.Equal(t, map[string]string{"widened": "They stay"}, s.said)
	s.Answer(0)
	assert.Equal(t, map[string]string{"widened": "They stay"}, s.said, "nothing is asked now")
}

func TestTimeStandsStillWhileTheRunIsPaused(t *testing.T) {
	s := newStand(t, "facts")
	s.run(1000)
	s.view.Playing = false
	for range 100 {
		s.pass(10)
	}
	assert.Zero(t, s.page().Seconds, "nothing counts down that does not come")
	assert.True(t, s.page().Goes, "but the reader may go on")
	assert.Equal(t, "widened", s.chapter())
	assert.Equal(t, 299, s.Limit())
	s.view.Playing = true
	s.pass(10)
	assert.Equal(t, 301, s.Limit())
}

func TestNothingWaitsAtFullSpeedOrWhereNothingIsToldInChapters(t *testing.T) {
	s := newStand(t, "facts")
	s.view.Max = true
	s.pass(1)
	assert.Equal(t, -1, s.Limit())
	for step, chapter := range map[int]string{0: "learning", 299: "learning", 300: "widened", 320: "apart",
		340: "count", 1000: "end"} {
		s := newStand(t, "facts")
		s.view.Max = true
		s.step(step)
		assert.Equal(t, chapter, s.chapter(), "step %d", step)
		assert.False(t, s.page().Goes)
	}
	s = newStand(t, "states")
	assert.Equal(t, -1, s.Limit(), "the text of any experiment holds nobody up")
	s.run(700)
	assert.Equal(t, "apart", s.chapter())
}

// Whoever steps, widens by hand or speeds past a halt is not held back, and is asked nothing that has happened.
func TestTheReaderMayGoAhead(t *testing.T) {
	s := newStand(t, "facts")
	s.run(1000)
	s.step(300)
	assert.Equal(t, "widened", s.chapter())
	assert.Empty(t, s.page().Ask)
	assert.Equal(t, 301, s.Limit())

	s = newStand(t, "facts")
	s.run(100)
	e := s.view.Record.Experiment.Clone()
	e.Shift(100 - e.Fork())
	s.view.Record.Experiment = e
	s.pass(0.1)
	assert.Equal(t, "widened", s.chapter())
	assert.Empty(t, s.page().Ask, "the reader has pressed Widen")
	assert.Equal(t, 101, s.Limit())

	s = newStand(t, "facts")
	s.view.Max = true
	s.step(600)
	s.view.Max = false
	s.pass(0.1)
	assert.Equal(t, "count", s.chapter())
	assert.Equal(t, -1, s.Limit())
	s.run(1000)
	assert.Equal(t, "end", s.chapter())
}

func TestTurningBackShowsTheMomentAndGoingOnComesBack(t *testing.T) {
	s := newStand(t, "facts")
	s.run(1000)
	s.Answer(0)
	s.run(1000)
	step, recorded := s.Turn(0)
	assert.True(t, recorded)
	assert.Equal(t, 299, step)
	p := s.page()
	assert.Equal(t, []int{0, 1}, []int{p.Shown, p.Now})
	assert.True(t, p.Goes)
	step, went := s.GoOn()
	assert.True(t, went)
	assert.Equal(t, -1, step, "the newest")
	assert.Equal(t, 1, s.page().Shown)
	_, recorded = s.Turn(4)
	assert.False(t, recorded, "that has not happened yet")
	assert.Equal(t, 4, s.page().Shown, "but its words can be read")
	s.Scrubbed()
	assert.Equal(t, 1, s.page().Shown)
	assert.Equal(t, 0, s.Page(panel.State{Step: 12}).Shown, "the words go with the slider")
}

func TestAnotherRunBeginsAnotherStory(t *testing.T) {
	s := newStand(t, "facts")
	s.run(1000)
	s.Answer(0)
	again := *s.view.Record
	s.view.Record = &again
	s.step(0)
	assert.Equal(t, "learning", s.chapter())
	assert.Empty(t, s.said)
	s.run(1000)
	assert.Positive(t, s.page().Seconds, "and waits for nobody before they do something")
}

func TestTheStageFollowsTheChapter(t *testing.T) {
	s := newStand(t, "facts")
	assert.Equal(t, "knowledge", s.Stage(-1).Main)
	s.run(1000)
	s.Answer(0)
	s.run(1000)
	assert.Equal(t, Stage{Main: "network", Aside: []string{"knowledge", "loss"}}, s.Stage(-1), "the split first")
	s.pass(4)
	assert.Equal(t, "copies", s.Stage(-1).Half, "then the copies")
	s.Turn(0)
	assert.Equal(t, "knowledge", s.Stage(-1).Main)
}

// A run that is opened again where a chapter is over goes on as if it had never been away.
func TestARunThatIsOpenedAgainSkipsNoChapterAndNoQuestion(t *testing.T) {
	open := func(last int) *stand {
		s := newStand(t, "facts")
		s.Director = NewDirector()
		s.step(last)
		return s
	}
	s := open(301)
	assert.Equal(t, "widened", s.chapter())
	assert.True(t, s.Waits())
	for _, x := range []struct {
		chapter string
		asks    bool
	}{{"signal", false}, {"apart", true}, {"apart", false}} {
		_, went := s.GoOn()
		require.True(t, went)
		s.pass(0)
		assert.Equal(t, x.chapter, s.chapter())
		assert.Equal(t, x.asks, len(s.page().Ask) > 0)
	}
	s = open(340)
	s.GoOn()
	s.pass(0)
	assert.Equal(t, "count", s.chapter())
	assert.NotEmpty(t, s.page().Ask)
	s = open(299)
	assert.NotEmpty(t, s.page().Ask)
	s = open(600)
	assert.Equal(t, "count", s.chapter())
	assert.Equal(t, -1, s.Limit())
	s = open(1000)
	assert.Equal(t, "end", s.chapter())
}
