// Package panel says in plain data what stands beside the pictures, in the page and in the window: the state of the
// run, the table of arms, the controls. It is the accessible twin of the pictures. It draws nothing, touches no
// browser, and never trains.
package panel

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// State is everything that the page's words and controls depend on. Numbers that were measured are strings with the
// shortest digits that give the float32 again, as in the CSV; an empty string is "not measured".
type State struct {
	Name     string `json:"name"`
	Seed     string `json:"seed"` // of 64 bits, which a number of a page has not
	Phase    Phase  `json:"phase"`
	Step     int    `json:"step"`  // the step that is shown
	Last     int    `json:"last"`  // the newest step that every arm has reached
	Steps    int    `json:"steps"` // of the experiment
	Fork     int    `json:"fork"`  // where the arms part
	Factor   string `json:"factor"`
	Live     bool   `json:"live"` // Step follows Last
	Playing  bool   `json:"playing"`
	Done     bool   `json:"done"`
	Forked   bool   `json:"forked"`
	Speed    string `json:"speed"`    // "max", or a multiple of the default pace
	Describe string `json:"describe"` // the plain sentences for a screen reader
	Beta2    string `json:"beta2"`
	// the example whose own text is true here; empty: only what can be said of any is
	ExampleText string   `json:"exampleText"`
	Effects     []string `json:"effects"` // what the widening makes of the network, and how far it moved what it says
	// what ValLoss, ValLossBefore and ValLossAfter are measured on, in words; an arm's FullValLoss may be of more
	ValOn string `json:"valOn"`
	// every arm that has not diverged has its FullValLoss, which then stands in the place of ValLoss
	FullVal    bool   `json:"fullVal"`
	LossesSaid string `json:"lossesSaid"` // what the validation losses are measured on
	Facts      int    `json:"facts"`      // how many there are to know, 0 where no facts are learnt
	// what the right answers are, to what the validation loss is of and, where something is held out, to the rest
	Measure string `json:"measure"`
	Shown   string `json:"shown"`
	Network string `json:"network"` // of what the network consists, and what the widening made of it
	Experts string `json:"experts"` // what tells most about where its symbols go; empty where nothing does
	Arms    []Arm  `json:"arms"`

	Writing Writing `json:"writing"`
	Broken  *Broken `json:"broken"` // where an arm has diverged; null where none has
}

// Arm is one row of the table of arms at the shown step.
type Arm struct {
	Name     string `json:"name"`
	About    string `json:"about"`
	Hidden   bool   `json:"hidden"` // it is left out of pictures and tables; set by who shows them
	Role     Role   `json:"role"`
	Style    Style  `json:"style"`
	State    string `json:"state"`    // waiting, running, done, failed
	Err      string `json:"err"`      // what went wrong, where State is failed
	Doing    string `json:"doing"`    // what keeps a running arm from its next update, if anything
	Diverged string `json:"diverged"` // where and in what it has diverged; its losses are no numbers, and empty

	Step           int    `json:"step"` // −1 where the arm has not begun
	TrainLoss      string `json:"trainLoss"`
	ValLoss        string `json:"valLoss"`     // on fixed windows of the validation split
	ValLossAt      int    `json:"valLossAt"`   // the step at which ValLoss was measured
	FullValLoss    string `json:"fullValLoss"` // on the whole validation split, at the end
	LROld          string `json:"lrOld"`
	LRNew          string `json:"lrNew"`
	Lock           Lock   `json:"lock"`
	Facts          Facts  `json:"facts"`
	ValLossBefore  string `json:"valLossBefore"`  // just before the newest widening
	ValLossAfter   string `json:"valLossAfter"`   // and just after it
	RMSRatioChange string `json:"rmsRatioChange"` // by what fraction it moved the RMS ratio of a block, where most
	Rho            string `json:"rho"`            // of the re-warmup; empty without one
	Widened        bool   `json:"widened"`

	// The mean over the blocks of what they add beside what enters them, just before and after the newest widening, and
	// as it would be after the same one without its factor; Factorless where it has none.
	RMSRatioBefore   string `json:"rmsRatioBefore"`
	RMSRatioAfter    string `json:"rmsRatioAfter"`
	RMSRatioUnscaled string `json:"rmsRatioUnscaled"`
	Factorless       bool   `json:"factorless"`
}

// Of describes a session at the given step; a negative one is the newest.
func Of(s *session.Session, shown int) State {
	e, rec := s.Experiment(), s.Record()
	last := max(rec.Last(), 0)
	live := shown < 0 || shown >= last
	if live {
		shown = last
	}
	words := e.Task.Words()
	out := State{
		Name: e.Name, Seed: strconv.FormatUint(e.Seed, 10), Step: shown, Last: last, Steps: e.Steps, Fork: e.Fork(),
		Live:    live,
		Playing: s.Playing(), Done: s.Done(), Forked: s.Forked(), Speed: SpeedName(s.Speed()),
		Facts: e.Task.Questions(), Measure: words.Measure, Shown: words.Shown,
		Describe: s.Describe() + changed(rec, last),
		Beta2:    strconv.FormatFloat(e.Optimizer.Beta2, 'g', -1, 64), Factor: factor(e),
		ExampleText: Told(e), Effects: did(rec, shown), ValOn: words.Live,
	}
	out.Writing, out.Broken = writing(s, shown), BrokenOf(s)
	out.Phase = phase(e, shown, out.Forked)
	status, styles := s.Arms(), style.Of(e)
	for i, a := range e.Arms {
		row := arm(rec, i, a, status[i], shown)
		row.Style = styleOf(styles[i])
		out.Arms = append(out.Arms, row)
	}
	out.Network = network(rec, status[max(e.Trunk(), 0)].Params, shown)
	out.Experts = expertsSaid(rec, shown)
	for _, a := range out.Arms {
		out.FullVal = out.FullVal || a.FullValLoss != ""
	}
	out.FullVal = out.FullVal && !slices.ContainsFunc(out.Arms,
		func(a Arm) bool { return a.FullValLoss == "" && a.Diverged == "" })
	if out.LossesSaid = words.Said; out.FullVal {
		out.LossesSaid = words.Ended
	}
	return out
}

// Hide marks the arms that are left out of pictures and tables, and leaves out what they wrote.
func (s State) Hide(hidden func(arm int) bool) State {
	for i := range s.Arms {
		s.Arms[i].Hidden = hidden(i)
	}
	s.Writing.Texts = slices.DeleteFunc(s.Writing.Texts, func(w Written) bool { return w.arm >= 0 && hidden(w.arm) })
	return s
}

// Style is how an arm looks, in words that a page understands.
type Style struct {
	Hue    string `json:"hue"`  // #rrggbb
	Dash   string `json:"dash"` // lengths of stroke and gap; empty is a solid line
	Marker string `json:"marker"`
}

func styleOf(l style.Style) Style {
	return Style{fmt.Sprintf("#%02x%02x%02x", l.Hue.R, l.Hue.G, l.Hue.B), strings.Trim(fmt.Sprint(l.Dash), "[]"),
		string(l.Marker)}
}

func arm(rec *record.Record, i int, a experiment.Arm, status record.ArmStatus, shown int) Arm {
	out := Arm{Name: a.Name, About: a.About, Role: RoleOf(a), State: string(status.State), Err: status.Err,
		Doing: status.Doing, Step: -1}
	for _, w := range a.Widen {
		out.Widened = out.Widened || w.Step <= shown
		if w.Rewarm.Scope != "none" {
			out.Rho = strconv.FormatFloat(w.Rewarm.Rho, 'g', -1, 64)
		}
	}
	if f, ok := newest(rec, i, shown, func(record.ArmFrame) bool { return true }); ok {
		out.Step, out.TrainLoss = f.Step, number(f.TrainLoss)
		if f.Step > 0 {
			out.LROld, out.LRNew = number(f.LROld), number(f.LRNew)
		}
	}
	if f, ok := newest(rec, i, shown, func(f record.ArmFrame) bool { return record.Finite(f.ValLoss) }); ok {
		out.ValLoss, out.ValLossAt = number(f.ValLoss), f.Step
	}
	if f, ok := newest(rec, i, shown, func(f record.ArmFrame) bool { return len(f.Pairs) > 0 }); ok {
		out.Lock = lockOf(f)
	}
	out.Facts = FactsOf(rec, i, shown)
	if w, ok := rec.FinalValLoss(i); ok && out.Step >= 0 && shown >= rec.Tracks[i][len(rec.Tracks[i])-1].Step {
		out.FullValLoss = number(w)
	}
	if f, ok := rec.Diverged(i, shown); ok {
		out.TrainLoss, out.ValLoss, out.ValLossAt, out.FullValLoss = "", "", 0, ""
		out.Diverged = fmt.Sprintf("diverged at step %d: %s", f.Step, f.Lost())
	}
	if r, ok := rec.ReportAt(i, shown); ok {
		x := rec.RMSRatios(r)
		out.ValLossBefore, out.ValLossAfter = number(r.ValLossBefore), number(r.ValLossAfter)
		out.RMSRatioChange = number(float32(x.Largest))
		out.RMSRatioBefore, out.RMSRatioAfter = number(float32(x.Before)), number(float32(x.After))
		out.RMSRatioUnscaled, out.Factorless = number(float32(x.Unscaled)), x.Factorless
	}
	return out
}

// newest is the newest frame of an arm, at or before step, that has what is asked for. An arm that forks later has none
// of its own before, and the shared small phase is not looked at: the table says that it has not begun.
func newest(rec *record.Record, arm, step int, has func(record.ArmFrame) bool) (record.ArmFrame, bool) {
	track := rec.Tracks[arm]
	for i := len(track) - 1; i >= 0; i-- {
		if track[i].Step <= step && has(track[i]) {
			return track[i], true
		}
	}
	return record.ArmFrame{}, false
}

// number has the shortest digits that give f again; empty where it is none.
func number(f float32) string {
	if !record.Finite(f) {
		return ""
	}
	return strconv.FormatFloat(float64(f), 'g', -1, 32)
}

// SpeedName is the word for a speed, and ParseSpeed its inverse.
func SpeedName(v session.Speed) string {
	if math.IsInf(float64(v), 1) {
		return "max"
	}
	return strconv.FormatFloat(float64(v), 'g', -1, 64)
}

// ParseSpeed reads "max" or a positive multiple of the default pace.
func ParseSpeed(s string) (session.Speed, bool) {
	if s == "max" {
		return session.Speed(math.Inf(1)), true
	}
	v, err := strconv.ParseFloat(s, 64)
	return session.Speed(v), err == nil && v > 0 && v <= 1000
}
