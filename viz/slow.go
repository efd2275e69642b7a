package viz

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// slow is the update in slow motion as the reader has it: of which neuron, which of its weights, and how far it is
// stepped. What was stepped into stays as it was then, whatever the run does meanwhile.
type slow struct {
	of       *record.Record // in which the rest was chosen
	arm      int
	question look.Question
	weight   slowmotion.Weight
	chosen   bool // the weight is the reader's choice
	stage    int
	digits   slowmotion.Digits
	stepped  bool
	held     map[look.Want]look.Answer // what is stepped through
	least    int                       // answers of earlier steps are not meant any more
	changes  int
}

// What the reader does with the update in slow motion; who owns the view is told, see [View.SetActed].
const (
	ActUpdate = "update" // is done with an update
	ActTrain  = "train"  // wants the next update: one step of every arm
	ActPause  = "pause"  // looks at one update: the run is to wait
)

// Runner is what trains, as far as the reader of an update leads it.
type Runner interface {
	Pause()
	StepOnce()
}

// Perform does what an act asks of the training, and reports whether it asks anything.
func Perform(act string, r Runner) bool {
	switch act {
	case ActTrain:
		r.Pause()
		r.StepOnce()
	case ActPause:
		r.Pause()
	default:
		return false
	}
	return true
}

// SetActed says who is told what the reader does on the pictures.
func (v *View) SetActed(f func(act string)) { v.acted = f }

func (v *View) act(act string) {
	if v.acted != nil {
		v.acted(act)
	}
}

// slowly is the choice as it holds for the record that is shown: what does not fit it begins anew.
func (v *View) slowly() *slow {
	s, e := &v.slow, v.rec.Experiment
	if s.of == v.rec {
		return s
	}
	arm := -1
	if s.of != nil {
		arm = sameArm(s.of.Experiment, e, s.arm)
	}
	if arm >= 0 && s.question.Layer < e.Model.Layers && s.question.Expert < e.Model.Experts &&
		s.question.Neuron < e.ShapeAt(arm, 0).Inner {
		s.arm = arm
	} else {
		*s = slow{arm: v.slowArm(), question: look.OneUpdate(0, 0, 0, look.Twin), digits: s.digits,
			changes: s.changes}
		s.question.Expert = v.busiest(s.arm, 0)
	}
	s.of, s.stage, s.stepped, s.held, s.least = v.rec, 0, false, nil, 0
	return s
}

// slowArm is the first arm that is widened and shown, or the first that is shown where none of these is widened.
func (v *View) slowArm() int {
	first := -1
	for i := range v.rec.Experiment.Arms {
		switch {
		case v.Hidden(i):
		case v.rec.Experiment.Arms[i].Widens():
			return i
		case first < 0:
			first = i
		}
	}
	return first
}

// busiest is the expert of a layer that had the most tokens when that was last measured: something happens there.
func (v *View) busiest(arm, layer int) int {
	n := v.rec.Experiment.Model.Experts
	for _, f := range slices.Backward(v.rec.Tracks[arm]) {
		if at := layer * n; len(f.ExpertLoad) >= at+n {
			load := f.ExpertLoad[at : at+n]
			return slices.Index(load, slices.Max(load))
		}
	}
	return 0
}

// slowAnswer is the update that is shown; false where there is none yet.
func (v *View) slowAnswer() (a look.Answer, ok bool) {
	s := v.slowly()
	w := look.Want{Arm: s.arm, Question: s.question}
	if a, ok = s.held[w]; ok && s.stepped {
		return a, true
	}
	if v.looked == nil {
		return a, false
	}
	if a, ok = v.looked(s.arm, s.question); !ok || a.Step < s.least {
		return look.Answer{}, false
	}
	if s.stepped && a.Update != nil {
		if s.held == nil {
			s.held = map[look.Want]look.Answer{}
		}
		s.held[w] = a
	}
	return a, true
}

// slowAsked is the same while it is drawn: what is not held is asked for.
func (v *View) slowAsked() (look.Answer, bool) {
	s := v.slowly()
	if _, held := s.held[look.Want{Arm: s.arm, Question: s.question}]; !held || !s.stepped {
		v.look(s.arm, s.question)
	}
	return v.slowAnswer()
}

// SlowSeen changes with what is seen of the update in slow motion; it is zero where that is not there, or small.
func (v *View) SlowSeen() [2]int {
	if v.rec == nil || !v.seenLarge(Update) {
		return [2]int{}
	}
	a, _ := v.slowAnswer()
	return [2]int{v.slow.changes + 1, a.Number}
}

// followed is the weight that is followed through an update.
func (s *slow) followed(u *look.Update) slowmotion.Weight {
	if !s.chosen || s.weight.Channel >= len(u.Sides[0].Rows[s.weight.Row].Before) {
		return slowmotion.Moves(u)
	}
	return s.weight
}

// StepUpdate goes some stages on through the update in slow motion, or back. On from the last one the reader is done:
// the story hears of it, and where it does not go on the picture that was opened makes way, or begins anew.
func (v *View) StepUpdate(by int) {
	if v.rec == nil {
		return
	}
	s := v.slowly()
	if s.stage+by < slowmotion.Stages || s.stage < slowmotion.Stages-1 {
		v.slowTo(s.stage + by)
		return
	}
	v.NewestUpdate()
	if v.Pinned() == Update {
		v.Pin("")
	}
	v.act(ActUpdate)
}

// slowTo goes to a stage.
func (v *View) slowTo(stage int) {
	s := v.slowly()
	if stage = min(max(stage, 0), slowmotion.Stages-1); stage == s.stage {
		return
	}
	if !s.stepped {
		v.act(ActPause)
	}
	s.stage, s.stepped = stage, true
	s.changes++
}

// NextUpdate lets every arm make an update and shows the one after it from its beginning.
func (v *View) NextUpdate() {
	if v.rec == nil {
		return
	}
	if v.rec.Last() >= v.rec.Experiment.Steps {
		v.NewestUpdate() // there is no next one
		return
	}
	s := v.slowly()
	a, _ := v.slowAnswer()
	s.stage, s.stepped, s.held, s.least = 0, false, nil, max(a.Step, v.rec.Last())+1
	s.changes++
	v.act(ActTrain)
}

// NewestUpdate shows the update that the run is at now.
func (v *View) NewestUpdate() {
	if v.rec == nil {
		return
	}
	s := v.slowly()
	s.stage, s.stepped, s.held, s.least = 0, false, nil, 0 // the run may have gone back
	s.changes++
}

// OpenUpdate shows the next update of a neuron alone, beside its copy; twin is that, [look.Twin] or [look.None].
func (v *View) OpenUpdate(arm, layer, expert, neuron, twin int) {
	if v.rec == nil {
		return
	}
	v.slowly()
	v.follows(arm, look.OneUpdate(layer, expert, neuron, twin))
	v.NewestUpdate()
	v.Pin(Update)
	v.act(ActPause)
}

// follows chooses what is followed; the stage stays.
func (v *View) follows(arm int, q look.Question) {
	s := v.slowly()
	if s.arm != arm || s.question != q {
		if s.question != q {
			s.chosen = false
		}
		s.arm, s.question = arm, q
		s.changes++
	}
}

// FollowWeight chooses which weight is followed.
func (v *View) FollowWeight(row, channel int) {
	if v.rec == nil {
		return
	}
	s := v.slowly()
	s.weight, s.chosen = slowmotion.Weight{Row: row, Channel: channel}, true
	s.changes++
}

// SetAllDigits writes the numbers of an update with all their digits, or with a few.
func (v *View) SetAllDigits(all bool) {
	v.slow.digits = slowmotion.Digits(all)
	v.slow.changes++
}

// slowPairs are the neurons that an expert of an arm has pairs of, at a step: those that the last widening found.
func (v *View) slowNeurons(arm int) int {
	e := v.rec.Experiment
	for _, w := range slices.Backward(e.Arms[arm].Widen) {
		if e.Arms[arm].Widens() && w.Step <= v.rec.Last() {
			return e.ShapeAt(arm, w.Step).Inner
		}
	}
	return e.ShapeAt(arm, 0).Inner
}

// slowWhere says which update is shown, in a few words and in a sentence.
func (v *View) slowWhere(a *look.Answer) (brief, long string) {
	s, e := v.slowly(), v.rec.Experiment
	where := fmt.Sprintf("Layer %d", s.question.Layer+1)
	if e.Model.Experts > 1 {
		where += fmt.Sprintf(", expert %d", s.question.Expert+1)
	}
	sides := a.Update.Sides
	neurons := fmt.Sprintf("neuron %d", sides[0].Neuron+1)
	if len(sides) > 1 {
		neurons += fmt.Sprintf(" and its copy, neuron %d", sides[1].Neuron+1)
	}
	w := s.followed(a.Update)
	brief = fmt.Sprintf("%s, update %s", neurons, record.Thousands(a.Step+1))
	long = fmt.Sprintf("%s: %s; the %s weight of channel %d in update %s", where, neurons, slowRows[w.Row], w.Channel+1,
		record.Thousands(a.Step+1))
	if a.Update.Widened {
		brief += ", the first after the widening"
		long += ", the first after the widening"
	}
	if lost := a.Update.NotFinite; lost != "" {
		brief += ", which breaks the network"
		long += fmt.Sprintf("; after it %s is no longer a number", record.PlaceOf(lost))
	}
	return brief, long + "."
}

// slowRows are the names of a neuron's rows.
var slowRows = [len(look.Parts)]string{"gate", "up", "down"}
