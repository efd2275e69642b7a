package story

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// lines is all that a page says, a line a paragraph or an item.
func lines(p Page) []string {
	var out []string
	for _, t := range append(slices.Clone(p.Text), p.Notes...) {
		out = append(out, strings.Split(t.Text(), "\n")...)
	}
	return out
}

// attend is a reader who does in every chapter what it asks for, or skips it, until nothing comes any more. Each page
// is seen when it waits, and when the run is over.
func attend(t *testing.T, s *session.Session, h *session.LocalHost, d *Director, skips bool, see func(Page)) {
	t.Helper()
	d.Lead(time.Now(), s, -1)
	d.Touch()
	s.Play()
	for range 200_000 {
		stage := d.Lead(time.Now(), s, -1)
		require.NotEmpty(t, stage.Main)
		page := d.Page(panel.Of(s, -1))
		switch {
		case d.Waits():
			see(page)
			if len(page.Ask) > 0 {
				d.Reply(s, 0)
			} else if do := d.due(); do != nil && !skips && do.Act == "widen" {
				require.NoError(t, d.Widen(s))
			} else if do != nil && !skips {
				at := d.at
				assert.True(t, d.Act(s, do.Act), do.Act)
				assert.Greater(t, d.at, at, "doing the thing goes on")
			} else {
				_, went := d.Continue(s)
				require.True(t, went)
			}
		case s.Done():
			see(page)
			return
		}
		h.Wait(time.Millisecond)
		s.Tick()
	}
	require.Fail(t, "the lesson does not come to its end")
}

// Every lesson is taught to its end with a run of its own, small as it is: what it asks for takes it on, so does
// skipping it, and every number that it says is the run's.
func TestEveryLessonIsTaughtToItsEnd(t *testing.T) {
	held := map[string]int{}
	for _, l := range Lessons() {
		t.Run(l.Name, func(t *testing.T) {
			e := brief(t, l.Experiment)
			require.Equal(t, l.Experiment, panel.Told(e))
			h := session.NewLocalHost(cpu.Factory{})
			s, err := session.New(trial.Valid(e), h)
			require.NoError(t, err)
			t.Cleanup(s.Close)
			s.SetSpeed(session.Max)
			d := NewDirector()
			require.True(t, d.Take(l.Name, ""))
			var told []string
			attend(t, s, h, d, false, func(p Page) {
				id := p.Chapters[p.Shown].ID
				if len(told) == 0 || told[len(told)-1] != id {
					told = append(told, id)
				}
				if len(p.Ask) == 0 {
					require.NotEmpty(t, p.Text, id)
					assert.NotEqual(t, untold, p.Text[0].Text(), id)
				}
				holds(t, lines(p), panel.Of(s, -1), s.Record(), held)
			})
			var want []string
			for k, c := range l.Chapters {
				// Who only tells waits for nobody.
				if k == len(l.Chapters)-1 || c.Wait > 0 || c.Do != nil || c.Question != nil {
					want = append(want, c.ID)
				}
			}
			assert.Equal(t, want, told)
			if last := l.Chapters[len(l.Chapters)-1].Do; last != nil {
				assert.False(t, d.complete())
				assert.False(t, d.Act(s, last.Act), "there is nothing to go on to")
				d.Lead(time.Now(), s, -1)
			}
			assert.True(t, d.complete())
			assert.Equal(t, Mark{Done: true}, d.Progress()[l.Name])

			// And every chapter once more, as who turns back sees it.
			for k := range l.Chapters {
				step, recorded := d.Turn(k)
				require.True(t, recorded)
				s := panel.Of(s, step)
				holds(t, lines(d.Page(s)), s, d.rec, held)
			}
		})
	}
	t.Logf("%v", held)
	assert.Len(t, held, len(claims), "every kind of claim is made, and held")
}

// A lesson can be skipped through, and a link to its last chapter goes there by itself.
func TestALessonIsSkippedThroughAndEnteredAnywhere(t *testing.T) {
	for _, chapter := range []string{"", "after"} {
		h := session.NewLocalHost(cpu.Factory{})
		s, err := session.New(trial.Valid(brief(t, "facts")), h)
		require.NoError(t, err)
		t.Cleanup(s.Close)
		s.SetSpeed(4)
		d := NewDirector()
		require.True(t, d.Take("update", chapter))
		first := ""
		if chapter == "" {
			s.SetSpeed(session.Max)
		}
		attend(t, s, h, d, true, func(p Page) {
			if first == "" {
				first = p.Chapters[p.Shown].ID
				if chapter != "" {
					assert.EqualValues(t, 4, s.Speed(), "the speed is the reader's again")
					s.SetSpeed(session.Max)
				}
			}
		})
		assert.Equal(t, map[string]string{"": "alone", "after": "after"}[chapter], first)
		assert.True(t, d.complete())
	}
}

// claims are what lines may say of a run, and how it is computed anew. ARM is the name of one.
var claims = []struct {
	says string
	want func(s panel.State, r *record.Record, groups []string) string
}{
	{`^(ARM) ([\d,]+) of ([\d,]+)$`, func(s panel.State, _ *record.Record,
		g []string) string {
		l := named(s, g[1]).Lock
		return fmt.Sprintf("%s of %s", record.Thousands(l.Locked), record.Thousands(l.Pairs))
	}},
	{`^(ARM) (\d\.\d{4})$`, func(s panel.State, _ *record.Record, g []string) string {
		return round(named(s, g[1]).FullValLoss, 4)
	}},
	{`(ARM) ended (\d\.\d{3} (?:above|below)) (ARM)`,
		func(s panel.State, _ *record.Record, g []string) string {
			a, _ := strconv.ParseFloat(named(s, g[1]).FullValLoss, 64)
			b, _ := strconv.ParseFloat(named(s, g[3]).FullValLoss, 64)
			where := "above"
			if a < b {
				where = "below"
			}
			return fmt.Sprintf("%.3f %s", math.Abs(a-b), where)
		}},
	{`^(ARM)( )(\d+)$`, func(s panel.State, r *record.Record, g []string) string {
		right := 0
		for _, f := range r.Tracks[index(s, g[1])] {
			if f.Asked > 0 && f.Step <= s.Step {
				right = f.Right
			}
		}
		return strconv.Itoa(right)
	}},
	{`(ARM): expert (\d+) of layer (\d+) gets (.+ of .+)\.`, func(s panel.State, r *record.Record, g []string) string {
		f, ok := r.ExpertsAt(index(s, g[1]), s.Step)
		x := r.ExpertsOf(&f)
		expert, _ := strconv.Atoi(g[2])
		layer, _ := strconv.Atoi(g[3])
		for class := range x.Classes {
			share := float64(x.Gets(layer-1, expert-1, class)) / float64(x.Of(class))
			if says := record.Percent(share) + " of " + x.Class(class) + ", and "; ok && strings.HasPrefix(g[4], says) {
				return says + record.Percent(x.Load(layer-1, expert-1)) + " of all"
			}
		}
		return ""
	}},
	{`^(ARM) (\d\.\d{2})$`, func(s panel.State, r *record.Record, g []string) string {
		f, _ := r.ExpertsAt(index(s, g[1]), s.Step)
		x := r.ExpertsOf(&f)
		return fmt.Sprintf("%s %.2f", g[1], informed(&x))
	}},
	{`(ARM) (\d\.\d{3}) → (\d\.\d{3})`, func(s panel.State, _ *record.Record, g []string) string {
		a := named(s, g[1])
		after := a.ValLossAfter
		if !strings.HasSuffix(g[0], round(after, 3)) {
			after = a.ValLoss // at the newest measurement
			return round(a.ValLossAfter, 3) + " → " + round(after, 3)
		}
		return round(a.ValLossBefore, 3) + " → " + round(after, 3)
	}},
	{`(ARM) (\d\.\d{2}) → (\d\.\d{2})$`, func(s panel.State, _ *record.Record, g []string) string {
		a := named(s, g[1])
		return round(a.RMSRatioBefore, 2) + " → " + round(a.RMSRatioAfter, 2)
	}},
	{`(\d+ steps?)( after the widening)`, func(s panel.State, _ *record.Record, _ []string) string {
		for _, a := range s.Arms {
			if a.Lock.Pairs > 0 {
				if n := a.Lock.Step - s.Fork; n != 1 {
					return fmt.Sprintf("%d steps", n)
				}
				return "1 step"
			}
		}
		return ""
	}},
}

// informed is the highest specialization of a layer, from its definition: H(class) + H(expert) − H(class, expert) of
// an assignment, over the most that this can be.
func informed(x *record.Experts) float64 {
	most := 0.0
	for layer := range x.Layers {
		n := float64(x.Read() * x.TopK)
		of, to, both := make([]float64, len(x.Classes)), make([]float64, x.Experts), 0.0
		for class := range of {
			for expert := range to {
				p := float64(x.Gets(layer, expert, class)) / n
				of[class], to[expert] = of[class]+p, to[expert]+p
				both += surprise(p)
			}
		}
		classes, experts := 0.0, 0.0
		for _, p := range of {
			classes += surprise(p)
		}
		for _, p := range to {
			experts += surprise(p)
		}
		can := min(classes, math.Log(float64(x.Experts)/float64(x.TopK)))
		most = max(most, (classes+experts-both)/can)
	}
	return most
}

func surprise(p float64) float64 {
	if p == 0 {
		return 0
	}
	return -p * math.Log(p)
}

// holds holds what lines say to what was measured.
func holds(t *testing.T, lines []string, s panel.State, r *record.Record, held map[string]int) {
	t.Helper()
	var names []string
	for _, a := range s.Arms {
		names = append(names, regexp.QuoteMeta(a.Name))
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, c := range claims {
		says := regexp.MustCompile(strings.ReplaceAll(c.says, "ARM", strings.Join(names, "|")))
		for _, line := range lines {
			line = strings.ReplaceAll(line, "\u00a0%", " %") // as it was measured
			for _, g := range says.FindAllStringSubmatch(line, -1) {
				want := c.want(s, r, g)
				assert.Contains(t, g[0], want, line)
				assert.NotEmpty(t, want, line)
				held[c.says]++
			}
		}
	}
}

func index(s panel.State, name string) int {
	return slices.IndexFunc(s.Arms, func(a panel.Arm) bool { return a.Name == name })
}

func named(s panel.State, name string) panel.Arm {
	if i := index(s, name); i >= 0 {
		return s.Arms[i]
	}
	return panel.Arm{}
}

func round(exact string, digits int) string {
	v, _ := strconv.ParseFloat(exact, 64)
	return strconv.FormatFloat(v, 'f', digits, 64)
}

// No number of a result is written down in a lesson: what stands outside of its slots has none, but for names.
func TestLessonsHoldNoNumbersOfTheirOwn(t *testing.T) {
	names := strings.NewReplacer("[S, 0]", "", "S, 0", "", "1.5 billion", "", "memory is 0", "", "copy’s : S", "",
		"; 1 is the same direction", "", "has 0.95", "", "lesson 2", "",
		"where 0 is not at all and 1 is wholly", "")
	for _, l := range Lessons() {
		eachSentence(l, func(where string, s Sentence) {
			said := ""
			for _, p := range s.parts {
				if p.slot == nil {
					said += p.text
				}
			}
			assert.NotRegexp(t, `\d`, strings.ReplaceAll(names.Replace(said), "β2", ""), "%s, %s", l.Name, where)
		})
	}
}

// eachSentence are all of a lesson, what it asks and asks for among them.
func eachSentence(l *Lesson, see func(where string, s Sentence)) {
	for _, c := range l.Chapters {
		for _, p := range c.Text {
			for _, s := range p.Say {
				see(c.ID, s)
			}
		}
		if c.Question != nil {
			see(c.ID, c.Question.ask)
		}
		if c.Do != nil {
			see(c.ID, c.Do.say)
		}
	}
	if l.Order > 0 {
		for _, p := range l.Notes {
			for _, s := range p.Say {
				see("notes", s)
			}
		}
	}
}

// Each lesson asks before it shows, is short, leads to the update in slow motion, and shows pictures that there are.
func TestEveryLessonAsksIsShortAndShowsWhatItSpeaksOf(t *testing.T) {
	all := Lessons()
	require.GreaterOrEqual(t, len(all), 8)
	for i, l := range all {
		assert.Equal(t, i+1, l.Order, "the list has no gaps")
		e := brief(t, l.Experiment)
		has := map[string]bool{"": true}
		for _, p := range viz.PanesOf(e) {
			has[string(p.ID)] = true
		}
		asks, does, words, leads := 0, 0, 0, false
		for _, c := range l.Chapters {
			for _, pane := range append([]string{c.Stage.Main, c.Stage.Half}, c.Stage.Aside...) {
				assert.True(t, has[pane], "%s, %s: %s", l.Name, c.ID, pane)
			}
			if c.Question != nil {
				asks++
			}
			if c.Do != nil {
				does++
			}
		}
		eachSentence(l, func(where string, s Sentence) {
			words += len(strings.Fields(s.Say))
			for _, p := range s.parts {
				leads = leads || p.href == Open+"update"
				if pane, ok := strings.CutPrefix(p.href, Open); ok {
					assert.True(t, has[pane], "%s, %s: %s", l.Name, where, pane)
				}
				if lesson, ok := strings.CutPrefix(p.href, "#lesson="); ok {
					assert.NotNil(t, Named(lesson), "%s, %s: %s", l.Name, where, lesson)
				}
			}
		})
		t.Logf("%s: %d questions, %d deeds, %d words", l.Name, asks, does, words)
		assert.Positive(t, asks, l.Name)
		assert.Positive(t, does, l.Name)
		assert.LessOrEqual(t, words, 480, l.Name)
		assert.True(t, leads, "%s leads to one update", l.Name)
	}
	r := Reported().Losses
	assert.Positive(t, min(r.Sparkling, r.Locked, r.All), "sentences say that these ended lower")
}
