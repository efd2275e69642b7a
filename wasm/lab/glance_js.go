package main

import (
	"runtime"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// glance is what the words beside the pictures depend on, cheap enough to look at several times a second.
type glance struct {
	rec                    *record.Record
	frames, reports, shown int
	playing, done, forked  bool
	speed                  session.Speed
	story                  story.Glance
	written                *record.Writing // the first of those that are kept, which are others when one is added
	writing                bool
	refused                string
	looks                  int // of what the pictures show of the insides of networks
	pane                   viz.PaneID
	hidden                 [experiment.MaxArms]bool
	seeds                  *seeds.Summary
	sweeps                 bool
	arms                   [experiment.MaxArms]string // what each is doing, or what went wrong
	slow                   [2]int                     // what is seen of the update in slow motion
}

// changes counts the times that something was found changed: the words need no look while it stays the same.
func (l *lab) changes() int {
	s := l.session
	rec := s.Record()
	now := glance{rec: rec, frames: received(rec), reports: len(rec.Reports), shown: l.shown, playing: s.Playing(),
		done: s.Done(), forked: s.Forked(), speed: s.Speed(), story: l.director.Glance(),
		writing: s.Writing(), refused: s.Refused(), looks: l.view.Looks(),
		slow: l.view.SlowSeen(), seeds: l.seeds.Summary(s), sweeps: l.seeds.Playing()}
	if shown := l.view.Shown(); len(shown) > 0 {
		now.pane = shown[0].Pane // another one has other choices
	}
	if len(rec.Writings) > 0 {
		now.written = &rec.Writings[0]
	}
	for i, a := range s.Arms() {
		now.arms[i] = string(a.State) + a.Err + a.Doing
		now.hidden[i] = l.view.Hidden(i)
	}
	if now != l.glance {
		l.glance = now
		l.changed++
	}
	return l.changed
}

// received counts the frames of all arms in a record.
func received(r *record.Record) (n int) {
	for _, t := range r.Tracks {
		n += len(t)
	}
	return n
}

// choice is which of the examples runs, what it is about, and the address that holds it. To find that out takes long,
// and it stays the same as long as the record and the step of the widening do: another experiment has another record,
// and widening at another step does not make it another example.
type choice struct {
	of                           *record.Record
	fork                         int
	name, called, about, address string
}

func (l *lab) choice() choice {
	rec := l.session.Record()
	if fork := rec.Experiment.Fork(); l.chosen.of != rec || l.chosen.fork != fork {
		e := l.session.Experiment()
		l.chosen = choice{rec, fork, panel.Chosen(e), panel.Called(e), panel.About(e), e.Address()}
	}
	return l.chosen
}

// address is what opens what is here: the lesson that was chosen, at its chapter, where its experiment is as it was.
func (l *lab) address() string {
	lesson, at := story.Named(l.director.Opened()), l.director.Address()
	if at != "" && l.choice().name == lesson.Experiment {
		return at
	}
	return l.choice().address
}

// work is what the program has done since it was started.
type work struct {
	Frames   int    `json:"frames"`   // in which anything was looked at or drawn
	Pictures int    `json:"pictures"` // drawn in them
	Steps    int    `json:"steps"`    // received, of all arms together
	Objects  uint64 `json:"objects"`  // allocated
	Bytes    uint64 `json:"bytes"`    // allocated
	Heap     uint64 `json:"heap"`     // bytes in use
}

func (l *lab) work() work {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return work{l.frames, l.view.Drawn(), received(l.session.Record()), m.Mallocs, m.TotalAlloc, m.HeapAlloc}
}
