package desktop

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// counts are how many seeds can be chosen.
var (
	counts      = []int{2, 4, 8, seeds.Most}
	countLabels = []string{"2", "4", "8", "16"}
)

// usualCount is the place of how many seeds there are unless somebody chooses.
const usualCount = 2

// reap lets the seeds go on, and shows what they came to.
func (w *window) reap() {
	ended, err := w.sown.Tick(w.session)
	if err != nil {
		w.unsown = fmt.Sprintf("The seeds do not go on: %v.", err)
	}
	if ended && w.director.Act(w.session, "seeds") {
		w.seek(-1)
	}
	w.view.SetSeeds(w.sown.Summary(w.session))
}

// sow runs the experiment over n seeds, and shows the picture of that.
func (w *window) sow(n int) {
	e := w.session.Experiment()
	if err := w.options.Fits(e); err != nil {
		w.unsown = fmt.Sprintf("%v.", err)
		return
	}
	room := 1
	for room < seeds.Most && w.options.Fits(several(e, room+1)) == nil {
		room++
	}
	if err := w.sown.Begin(w.session, n, w.host, room); err != nil {
		w.unsown = fmt.Sprintf("%v.", err)
		return
	}
	w.unsown = ""
	w.view.Pin(viz.Seeds)
}

// several is an experiment that takes about as much memory as n of one.
func several(e experiment.Experiment, n int) experiment.Experiment {
	arms := e.Arms
	for range n - 1 {
		e.Arms = append(slices.Clone(e.Arms), arms...)
	}
	return e
}

// openSeed puts the run of a seed before the reader. Their own is kept, to be gone back to; that of another seed is
// kept anyhow.
func (w *window) openSeed(seed uint64) {
	s, err := w.sown.Open(seed, w.host)
	if err != nil {
		w.unsown = fmt.Sprintf("%v.", err)
		return
	}
	if w.opened == w.session && w.before != nil {
		w.session.Close()
		w.session, w.before = w.before, nil
	}
	if w.view.Pinned() == viz.Seeds {
		w.view.Pin("") // its own pictures are to be seen
	}
	w.opened = s
	w.swap(s)
}

// seeds runs the same experiment over several seeds, says what they came to, and opens the run of each.
func (c *controls) seeds(to *widget.Container) {
	l, w := c.theme, c.window
	c.heading(to, "Over several seeds")
	to.AddChild(c.words(&l.small, muted, func(panel.State) string {
		return "One run may be luck. The same experiment from other random numbers says how sure a difference is."
	}))
	var found panel.Seeds
	c.follow = append(c.follow, func(panel.State) { found = panel.SeedsOf(&w.sown, w.session, w.view.Hidden) })
	to.AddChild(c.segments(countLabels, func(i int) { w.count = i }, func(panel.State) int { return w.count }))
	run := c.button(l.button(), "Run them", func() { w.sow(counts[w.count]) })
	pause := c.button(l.button(), "Pause", func() {
		if w.sown.Playing() {
			w.sown.Pause()
		} else if err := w.sown.Play(w.session); err != nil {
			w.unsown = fmt.Sprintf("%v.", err)
		}
	})
	stop := c.button(l.button(), "Stop", func() { w.sown.Stop(w.session) })
	under := func() bool { return found.State == "playing" || found.State == "paused" }
	c.visible(pause, func() bool {
		if t := pause.Text(); t != nil {
			t.Label = map[bool]string{true: "Pause", false: "Go on"}[found.State == "playing"]
		}
		return under()
	})
	c.visible(stop, under)
	to.AddChild(row(l, 6, run, pause, stop))
	to.AddChild(c.words(&l.small, red, func(panel.State) string { return w.unsown }))
	to.AddChild(c.words(&l.small, muted, func(panel.State) string { return said(found) }))
	for first := 0; first < seeds.Most; first += perRow {
		line := row(l, 4)
		for k := first; k < first+perRow; k++ {
			seed := uint64(k + 1)
			open := c.button(l.button(), fmt.Sprintf("#%d", seed), func() { w.openSeed(seed) })
			c.visible(open, func() bool { return k < len(found.Runs) && found.Runs[k].Cells != nil })
			line.AddChild(open)
		}
		to.AddChild(line)
	}
}

// perRow is how many seeds stand in a row of buttons.
const perRow = 8

// said is what several seeds came to, a line an arm.
func said(found panel.Seeds) string {
	if found.State == "" {
		return ""
	}
	lines := []string{fmt.Sprintf("%s %.0f %% of all updates are done.", found.Said, 100*found.Done)}
	for _, r := range found.Rows {
		if r.Mean == "" {
			continue
		}
		words := fmt.Sprintf("%s: %s", r.Name, r.Mean)
		if r.Range != "" {
			words += fmt.Sprintf(" (%s)", r.Range)
		}
		lines = append(lines, words)
	}
	if len(lines) > 1 {
		lines[0] += " " + found.Measured + ", mean and 95 % interval:"
	}
	lines = append(lines, found.Sentences...)
	if len(lines) > 1 {
		lines = append(lines, "Below: opens the run of a seed.")
	}
	return strings.Join(lines, "\n")
}
