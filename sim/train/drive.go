package train

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Progress is what decides the next bits of an arm beside its document, its weights and its optimizer's states.
type Progress struct {
	Step, Widenings            int
	Places                     []int   // of every widening done, what the search of a remapped rate found; 0 for others
	FLOPs, LossSum, LossWeight float64 // of all updates; the smoothed training loss is LossSum/LossWeight
}

// Progress of the arm, between two updates.
func (r *Arm) Progress() Progress {
	return Progress{Step: r.step, Widenings: r.stage, Places: slices.Clone(r.places), FLOPs: r.flops,
		LossSum: r.lossEMA.sum, LossWeight: r.lossEMA.weight}
}

// Resume is an arm of a document that goes on from where it was. load writes what its network goes on from into an
// empty learner, which has grown so. It errs where no arm of the document is ever there.
func Resume(doc experiment.Valid, arm int, f learner.Factory, p Progress,
	load func(learner.Learner, model.Growth) error) (*Arm, error) {
	r, err := blank(doc, arm, f)
	if err != nil {
		return nil, err
	}
	if p.Step < 0 || p.Step > r.end || p.Widenings < 0 || p.Widenings > len(r.stages) || len(p.Places) != p.Widenings {
		return nil, fmt.Errorf("the arm is never at step %d after %d widenings", p.Step, p.Widenings)
	}
	r.step, r.flops, r.lossEMA = p.Step, p.FLOPs, ema{p.LossSum, p.LossWeight}
	table := model.NewTable(r.exp.Start(arm))
	for r.stage < p.Widenings {
		w := r.stages[r.stage]
		plan, err := r.plan(w, table)
		if err != nil {
			return nil, err
		}
		r.grow(w, plan, p.Places[r.stage])
		table = plan.To
	}
	return r, r.receive(table, load)
}

// receive gives an arm a learner of that shape, whose numbers load writes.
func (r *Arm) receive(t *model.Table, load func(learner.Learner, model.Growth) error) error {
	err := r.adopt(learner.Empty(t, r.step))
	if err != nil {
		return err
	}
	if err = load(r.learn, r.growth); err != nil {
		r.Close()
	}
	return err
}

// Step is how many updates are done, End how many there will be.
func (r *Arm) Step() int { return r.step }

// End is the last step.
func (r *Arm) End() int { return r.end }

// Learner is the network, to be read between two updates; another one after a widening.
func (r *Arm) Learner() learner.Learner { return r.learn }

// Growth is how the network has grown.
func (r *Arm) Growth() model.Growth { return r.growth }

// GradNorm is the norm of the last update's gradient before it was clipped.
func (r *Arm) GradNorm() float64 { return r.gradNorm }

// DataErr is the first error that the data had since it was opened.
func (r *Arm) DataErr() error { return task.Err(r.task) }

// Cost is that of the next update, in operations.
func (r *Arm) Cost() float64 { return r.cost.Update() }

// Threads sets how many threads the arm may use. No bit depends on it.
func (r *Arm) Threads(n int) {
	r.threads = n
	if r.learn != nil {
		r.learn.Threads(n)
	}
}

// Counts are the sizes of the present network.
func (r *Arm) Counts() model.Counts {
	return model.Count(r.learn.Table().Config, r.exp.Task.Batch, r.exp.Task.Seq)
}

// Space sets every how many steps there are probes, and validation, and for how many steps after a widening there are
// probes at every one, in the place of what the document leads to. No bit of the training depends on it.
func (r *Arm) Space(probes, validation, dense int) { r.spaced = &spacing{probes, validation, dense} }

// Due reports whether a widening waits for [Arm.Widen].
func (r *Arm) Due() bool {
	_, due := r.due()
	return due
}

// Aside is a place outside of memory, for a network that does not fit there twice.
type Aside interface {
	// Leave puts down an arm's network as it is; it is given up afterwards.
	Leave(*Arm) error
	// Return widens what was left by the plan, has an empty learner of the wider network begun, and writes what it goes
	// on from. The arm has grown already.
	Return(r *Arm, p *widen.Plan, begin func() (learner.Learner, error)) error
}

// Widen carries out the widening that is due, after the search that a remapped rate asks for, in memory or through a
// place aside; to the same bits. going is asked before every update of a search, and is told what it does: where it
// says no, nothing has happened, and ok is false.
func (r *Arm) Widen(aside Aside, going func(doing string) bool) (report record.Report, ok bool, err error) {
	w, due := r.due()
	if !due {
		return report, false, nil
	}
	s, err := r.search(w)
	if err != nil {
		return report, false, err
	}
	if s != nil {
		defer s.wide.Close()
	}
	for s != nil && !s.done() {
		if !going(s.says()) {
			return report, false, nil
		}
		if err = s.train(); err != nil {
			return report, false, err
		}
	}
	report, err = r.widen(w, s, aside)
	return report, err == nil, err
}

// enlargeAside is [Arm.enlarge] through a place aside: never are both networks in memory.
func (r *Arm) enlargeAside(w experiment.Widening, p *widen.Plan, place int, aside Aside) error {
	if err := aside.Leave(r); err != nil {
		return err
	}
	r.Close()
	r.answers = learner.Answers{}
	r.grow(w, p, place)
	err := aside.Return(r, p, func() (learner.Learner, error) {
		err := r.adopt(learner.Empty(p.To, r.step))
		return r.learn, err
	})
	if err != nil {
		r.Close()
	}
	return err
}
