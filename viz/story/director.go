package story

import (
	"math"
	"time"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// View is what the director sees of a run.
type View struct {
	Record  *record.Record // another one is another run
	Last    int            // the newest step of all arms
	Forked  bool
	Playing bool
	Max     bool // at full speed nothing waits, but a lesson that was chosen
}

// Director turns the chapters. It lets a run go to the end of a chapter and holds it there, until the reader goes on,
// or by itself after a while that is seen, for who only watches; it asks before an event, and keeps what was answered.
// After anything that the reader does to the story it waits for them. It knows no clock but the one it is told, and
// commands nothing: [Director.Limit] says how far the run may go.
type Director struct {
	Untold  bool // nobody sees what is told, and nothing waits for anybody
	Patient bool // who reads is led by somebody else: what waits for them waits until they act

	exp      experiment.Experiment
	rec      *record.Record
	lesson   *Lesson
	at       int // the chapter that the run has come to
	phase    phase
	off      bool
	step     int
	forked   bool
	playing  bool
	turned   int // the chapter that the reader has turned to; −1 follows the run
	left     time.Duration
	ended    time.Duration // since the chapter was over, while it waits
	last     time.Time
	touched  bool // the reader is there
	said     map[string]string
	did      map[string]bool // what chapters waited for, by their ids
	missed   bool            // a thing that its reader neither did nor skipped, for the run did not wait for it
	opened   *Lesson         // that the reader has chosen; nil tells what belongs to the experiment
	aim      int             // the chapter that the run is hurried to; −1 where there is none
	haste    bool            // and that is to begin
	progress Progress
	seen     *Chapter       // that was shown when it was last asked whether it is another
	hurries  *record.Record // the run that is hurried to its end
	hurried  session.Speed  // that comes back then; 0 where none is hurried
	towards  bool           // it is hurried to a chapter
}

type phase int

const (
	telling phase = iota // the run is on its way to the next chapter
	asking               // it waits before the chapter
	waiting              // it waits after the chapter
)

// NewDirector has nothing to tell until it follows a run.
func NewDirector() *Director { return &Director{turned: -1, aim: -1} }

// Follow looks at the run as it is now. It is to be called often.
func (d *Director) Follow(now time.Time, v View) {
	dt := now.Sub(d.last)
	d.last = now
	fork := v.Record.Experiment.Fork()
	switch {
	case v.Record != d.rec:
		d.start(now, v)
	case fork != d.exp.Fork():
		// Widened by hand: there is nothing to ask any more.
		d.exp = v.Record.Experiment
		for k := range d.lesson.Chapters {
			if d.lesson.Chapters[k].From == Widening && k >= d.at {
				d.enter(k, telling)
			}
		}
	}
	was := d.at
	d.step, d.forked, d.playing = v.Last, v.Forked, v.Playing
	d.off = (d.Untold || v.Max && (d.opened == nil || d.hurried > 0) || !d.lesson.holds()) && d.aim < 0
	switch {
	case d.aim >= 0:
		d.arrive(v)
	case d.off:
		d.enter(max(d.byStep(v.Last, v.Forked), d.at), telling)
		for k := was; k < d.at; k++ {
			c := &d.lesson.Chapters[k]
			d.missed = d.missed || c.Do != nil && !d.did[c.ID]
		}
	default:
		d.turnPage(v, dt)
	}
	if d.at != was {
		d.turned = -1
	}
	d.note()
}

// start begins with another run. The lesson that was chosen goes on where it is told of that.
func (d *Director) start(now time.Time, v View) {
	e := v.Record.Experiment
	name := panel.Told(e)
	was := *d
	*d = Director{Untold: was.Untold, Patient: was.Patient,
		hurries: was.hurries, hurried: was.hurried, towards: was.towards, exp: e, rec: v.Record, lesson: Of(name),
		turned: -1, last: now, said: map[string]string{}, did: map[string]bool{}, aim: -1,
		seen: was.seen, progress: was.progress}
	if was.opened != nil && was.opened.Experiment == name {
		d.opened, d.lesson, d.touched = was.opened, was.opened, was.touched
		d.aim, d.haste = was.aim, was.haste
	}
	d.at = d.byStep(v.Last-1, v.Forked) // what begins just there is still to come, with its question
}

// turnPage goes on where it is time to.
func (d *Director) turnPage(v View, dt time.Duration) {
	if stop := d.Limit(); stop >= 0 && v.Last > stop { // the reader has gone on without us
		d.enter(max(d.byStep(v.Last, v.Forked), d.at), telling)
	}
	for {
		c, next := d.chapter(), d.next(d.at)
		switch {
		case d.phase == telling && next >= 0 && d.before(next, v):
			d.enter(d.at, waiting)
			d.left = seconds(c.Wait)
			dt = 0
		case d.phase == waiting && c.Wait == 0 && d.due() == nil:
			d.begin(next)
			dt = 0
		case d.phase != telling && d.counting(v.Playing) && d.left <= dt:
			d.missed = d.missed || d.phase == waiting && d.due() != nil
			d.goOn()
			dt = 0
		default:
			if d.phase != telling {
				if d.ended += dt; d.counting(v.Playing) {
					d.left -= dt
				}
			}
			return
		}
	}
}

// counting reports whether the seconds run until what holds the run ends by itself: for who only watches, unless it
// waits for good, as it does where there is an update to go through: nobody knows how long that is looked at.
func (d *Director) counting(playing bool) bool {
	return !d.touched && !d.Patient && playing && (d.phase == asking || d.chapter().Wait > 0 && !d.due().is("update"))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// enter is in a chapter.
func (d *Director) enter(chapter int, p phase) {
	if chapter != d.at || p != d.phase {
		d.at, d.phase, d.ended = chapter, p, 0
	}
}

// begin begins a chapter, with its question where it has one.
func (d *Director) begin(chapter int) {
	d.enter(chapter, telling)
	if q := d.chapter().Question; q != nil {
		d.enter(chapter, asking)
		d.left = seconds(q.Wait)
	}
}

// goOn ends what holds the run.
func (d *Director) goOn() {
	if d.phase == asking {
		d.enter(d.at, telling)
	} else if next := d.next(d.at); d.phase == waiting && next >= 0 {
		d.begin(next)
	}
}

func (d *Director) chapter() *Chapter { return &d.lesson.Chapters[d.at] }

// holds reports whether a lesson waits anywhere.
func (l *Lesson) holds() bool {
	for _, c := range l.Chapters {
		if c.Wait > 0 || c.Question != nil || c.Do != nil {
			return true
		}
	}
	return false
}

// next is the chapter after one, of those that the run has; −1 where it is the last.
func (d *Director) next(chapter int) int {
	for k := chapter + 1; k < len(d.lesson.Chapters); k++ {
		if d.lesson.Chapters[k].From.At(d.exp) >= 0 {
			return k
		}
	}
	return -1
}

// stop is the last step before a chapter.
func (d *Director) stop(chapter int) int {
	if from := d.lesson.Chapters[chapter].From; from != Widening {
		return from.At(d.exp)
	}
	return Before.At(d.exp)
}

// Limit is the step at which the run is to wait; −1 where it may go to its end.
func (d *Director) Limit() int {
	if d.off || d.rec == nil {
		return -1
	}
	if d.aim >= 0 {
		return d.stop(d.aim)
	}
	if d.phase == asking {
		return d.stop(d.at)
	}
	for k := d.at; ; {
		next := d.next(k)
		if next < 0 {
			return -1
		}
		c := &d.lesson.Chapters[k]
		if c.Wait > 0 || d.lesson.Chapters[next].Question != nil || c.Do != nil && !d.did[c.ID] {
			return d.stop(next)
		}
		k = next
	}
}

// before reports whether a run has come to the last step before a chapter; arms part a moment after they have come to
// the step of that.
func (d *Director) before(chapter int, v View) bool {
	from := d.lesson.Chapters[chapter].From
	return v.Last >= d.stop(chapter) && (v.Forked || from.order() < Fork.order())
}

// byStep is the last chapter that begins at or before a step.
func (d *Director) byStep(step int, forked bool) int { return d.lesson.byStep(d.exp, step, forked) }

func (l *Lesson) byStep(e experiment.Experiment, step int, forked bool) int {
	at := 0
	for k, c := range l.Chapters {
		if from := c.From.At(e); from >= 0 && from <= step && (forked || c.From.order() < Widening.order()) {
			at = k
		}
	}
	return at
}

// Touch is anything that the reader does to the story: from now on it waits for them.
func (d *Director) Touch() { d.touched = true }

// GoOn goes on to what comes next: to the next chapter, where the reader has turned back; else the run, if it is held.
// It reports whether there was anything to go on with, and the step to be shown, −1 for the newest.
func (d *Director) GoOn() (step int, went bool) {
	d.Touch()
	if d.turned >= 0 && d.turned < d.at {
		return d.Turn(d.turned + 1)
	}
	d.turned = -1
	if d.phase == telling {
		return -1, false
	}
	d.goOn()
	return -1, true
}

// Answer answers the question that is asked, and goes on.
func (d *Director) Answer(choice int) {
	d.Touch()
	if q := d.chapter().Question; d.phase == asking && choice >= 0 && choice < len(q.Choices) {
		d.said[d.chapter().ID] = q.Choices[choice]
		d.goOn()
	}
}

// Turn turns to a chapter. It says at which step that is seen, −1 for the newest, and whether it was recorded: what was
// not cannot be shown.
func (d *Director) Turn(chapter int) (step int, recorded bool) {
	d.Touch()
	if d.rec == nil || chapter < 0 || chapter >= len(d.lesson.Chapters) {
		return -1, false
	}
	if d.aim = -1; chapter > d.at && d.lesson.Order > 0 {
		d.head(chapter)
		return -1, true
	}
	if d.turned = chapter; chapter == d.at {
		d.turned = -1
		return -1, true
	}
	step = d.lesson.Chapters[chapter].Seen.At(d.exp)
	return step, step >= 0 && step <= d.rec.Last()
}

// Scrubbed is told that the reader looks at another step: the words go with it.
func (d *Director) Scrubbed() { d.turned = -1 }

// holds reports whether the run waits.
func (d *Director) holds() bool { return d.rec != nil && !d.off && d.aim < 0 && d.phase != telling }

// Waits reports whether there is anything to go on to.
func (d *Director) Waits() bool { return d.holds() || d.turned >= 0 && d.turned < d.at }

// Counts reports whether something comes by itself soon, though the run waits: the next chapter, or another stage.
func (d *Director) Counts() bool {
	l := d.chapter().Later
	return d.holds() && (d.counting(d.playing) ||
		d.phase == waiting && l != nil && d.ended < seconds(l.Seconds))
}

// Glance is all that the page depends on beside the state of the run, to tell whether it would be another.
type Glance struct {
	at, phase, turned, aim, seconds, did int
	opened                               *Lesson
}

// Glance is what the page depends on now.
func (d *Director) Glance() Glance {
	return Glance{d.at, int(d.phase), d.turned, d.aim, d.seconds(), len(d.did), d.opened}
}

// seconds are those until it goes on by itself; 0 where it does not.
func (d *Director) seconds() int {
	if !d.holds() || !d.counting(d.playing) {
		return 0
	}
	return max(int(math.Ceil(d.left.Seconds())), 1)
}
