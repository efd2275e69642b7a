package main

import (
	"fmt"
	"strconv"
	"strings"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// sow runs the experiment that is on the page over n seeds, and shows the picture of that.
func (l *lab) sow(n int) error {
	e := l.session.Experiment()
	// beside the run on the page: of all seeds the states at their ends, and of some a whole run each
	kept := e.Memory() + float64(n)*e.SavingMemory()/2
	if need, have := kept+e.Memory(), memoryBudget(); need > have {
		return fmt.Errorf("%d seeds would take about %.3g GB of memory, and this page may take %.3g GB; fewer seeds, "+
			"or a narrower network, take less", n, need/gb, have/gb)
	}
	room := int((memoryBudget() - kept) / e.Memory())
	if err := l.seeds.Begin(l.session, n, l.hostOf(e), room); err != nil {
		return err
	}
	l.view.Pin(viz.Seeds)
	return nil
}

// reap lets the seeds go on.
func (l *lab) reap() {
	ended, err := l.seeds.Tick(l.session)
	if err != nil {
		l.notice = notice{Text: fmt.Sprintf("The seeds do not go on: %v.", err), Wrong: true, Way: "Try again",
			then: func() error { return l.seeds.Play(l.session) }}
	}
	if ended {
		l.did("seeds")
	}
	l.view.SetSeeds(l.seeds.Summary(l.session))
}

// openSeed shows the run of a seed. There is a way back to the present one, but where that is of another seed, as it
// ended: that is kept anyhow, and is not to take the place of a run of the reader's.
func (l *lab) openSeed(seed string) error {
	n, err := strconv.ParseUint(seed, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is no seed", seed)
	}
	if e := l.session.Experiment(); e.Seed == n && l.session.Done() && l.seeds.Of(l.session) != nil {
		return nil // it is what is on the page
	}
	s, err := l.seeds.Open(n, l.hostOf(l.session.Experiment()))
	if err != nil {
		return err
	}
	away := l.keep
	if l.session == l.opened && l.session.Done() {
		away = (*session.Session).Close
	}
	l.replace(s, away)
	l.opened = s
	if l.view.Pinned() == viz.Seeds {
		l.view.Pin("") // its own pictures are to be seen
	}
	l.notice = notice{Text: fmt.Sprintf("This is the run of seed %d, as it ended.", n)}
	return nil
}

// sown is what the seeds came to so far, for the page.
func (l *lab) sown() string {
	return encode(struct {
		panel.Seeds
		Outcomes []story.Outcome `json:"outcomes"`
	}{panel.SeedsOf(&l.seeds, l.session, l.view.Hidden), story.Outcomes(l.seeds.Summary(l.session))})
}

// seedsCSV is the text, or an Error.
func (l *lab) seedsCSV() any {
	sum := l.seeds.Summary(l.session)
	if sum == nil {
		return js.Global().Get("Error").New("no seeds were run")
	}
	var b strings.Builder
	if err := sum.WriteCSV(&b); err != nil {
		return js.Global().Get("Error").New(err.Error())
	}
	return b.String()
}
