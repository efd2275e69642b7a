package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// ema is a loss, averaged over about emaSteps updates: an exponential mean without the bias of its start.
type ema struct{ sum, weight float64 }

const emaSteps = 50

func (s *ema) add(x float64) {
	const keep = 1 - 1.0/emaSteps
	s.sum, s.weight = s.sum*keep+x, s.weight*keep+1
}

// mean is NaN before the first update, and once a loss was.
func (s *ema) mean() float64 { return s.sum / s.weight }

// ErrDiverged is of a search whose network diverged, which no other engine would help.
var ErrDiverged = errors.New("diverged")

// search finds the place on the schedule of a wide network trained from scratch at which its smoothed training loss is
// that of a run at its widening: the same seed, the same batches, the baseline schedule over all steps (paper, App. K,
// after Shen 2022).
type search struct {
	wide *Arm
	loss float64 // to be reached
}

// search begins the search that a widening asks for; nil where it asks for none.
func (r *Arm) search(w experiment.Widening) (*search, error) {
	if w.Dynamics.Kind != optim.Remapped {
		return nil, nil
	}
	c := r.shape(w, r.learn.Table().Config)
	s := &search{training(r.exp, r.task, c, r.exp.Steps, r.make), r.lossEMA.mean()}
	s.wide.threads = r.threads
	if err := s.wide.begin(c); err != nil {
		return nil, s.failed(err)
	}
	return s, nil
}

// shape is that of a network c after a widening as it would be if trained from scratch: without the factor of the
// logits that widenings bring.
func (r *Arm) shape(w experiment.Widening, c model.Config) model.Config {
	c.LogitMult = r.exp.Model.LogitMult
	return w.Spec.Config(c)
}

// done reports whether the place is found, or cannot be. A run that was never trained is at the beginning; a loss that
// is never reached is at the end.
func (s *search) done() bool {
	return math.IsNaN(s.loss) || s.wide.nonFinite != "" || s.wide.step == s.wide.end ||
		s.wide.step > 0 && s.wide.lossEMA.mean() <= s.loss
}

// train makes the next update of the wide network.
func (s *search) train() error {
	_, _, err := s.wide.train()
	return s.failed(err)
}

// failed says of whose error it is.
func (s *search) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s, failed at its step %d: %w", s, s.wide.step, err)
}

// String names it.
func (s *search) String() string {
	return fmt.Sprintf("the wide network that is trained from scratch, to find where its loss is %.3f", s.loss)
}

// says tells what is going on.
func (s *search) says() string {
	return fmt.Sprintf("training a wide network from scratch to find where its loss is %.3f: step %d", s.loss,
		s.wide.step)
}

// widen carries out the widening that is due and reports what it did, measured on the validation windows. found is the
// finished search of a widening that asks for one. It goes through a folder where there is a way aside.
func (r *Arm) widen(w experiment.Widening, found *search, aside Aside) (record.Report, error) {
	if found != nil && found.wide.nonFinite != "" {
		return record.Report{}, fmt.Errorf("%s, %w at its step %d: %s is no longer finite", found, ErrDiverged,
			found.wide.step, found.wide.nonFinite)
	}
	if found != nil {
		found.wide.Close() // there may be no place for it beside the old and the new network
	}
	plan, err := r.plan(w, r.learn.Table())
	if err != nil {
		return record.Report{}, err
	}
	set := r.task.Live(r.exp.Task.Seq)
	vocab := r.learn.Table().Config.Vocab
	logits := make([]float32, 0, min(set.Rows*set.Seq*vocab, experiment.MostCompared))
	lossBefore, rmsBefore, err := r.measure(set, func(some []float32) {
		logits = append(logits, some[:min(len(some), cap(logits)-len(logits))]...)
	})
	if err != nil {
		return record.Report{}, err
	}
	before, cost := r.Counts(), r.cost
	var rmsUnscaled []record.BlockRMS
	if aside == nil { // else there is no place for a second network
		rmsUnscaled, err = r.unscaled(w)
	}
	if err != nil {
		return record.Report{}, err
	}

	place := 0
	if found != nil {
		place = found.wide.step
	}
	if aside == nil {
		err = r.enlarge(w, plan, place)
	} else {
		err = r.enlargeAside(w, plan, place, aside)
	}
	if err != nil {
		return record.Report{}, err
	}

	var worst float64
	at := 0
	lossAfter, rmsAfter, err := r.measure(set, func(some []float32) {
		for _, y := range some[:min(len(some), len(logits)-at)] {
			worst = math.Max(worst, math.Abs(float64(y)-float64(logits[at])))
			at++
		}
	})
	if err != nil {
		return record.Report{}, err
	}
	after := r.Counts()
	report := record.Report{
		Arm: r.arm, Step: r.step, ValLossBefore: float32(lossBefore), ValLossAfter: float32(lossAfter),
		LogitError: float32(worst), RMSBefore: rmsBefore, RMSAfter: rmsAfter, RMSUnscaled: rmsUnscaled,
		ParamsBefore: before.Total, ParamsAfter: after.Total, ActiveBefore: before.Active, ActiveAfter: after.Active,
		StepFLOPsBefore: cost.Update(), StepFLOPsAfter: r.cost.Update(), RemappedStep: place,
	}
	if found != nil {
		report.SearchFLOPs = found.wide.flops
	}
	return report, nil
}

// plan is that of the widening that is due, for a network of that shape.
func (r *Arm) plan(w experiment.Widening, from *model.Table) (*widen.Plan, error) {
	return widen.New(w.Spec, from, r.exp.Seed^uint64(r.stage+1)<<32)
}

// enlarge widens the network, without a measurement.
func (r *Arm) enlarge(w experiment.Widening, p *widen.Plan, place int) error {
	r.grow(w, p, place)
	err := r.learn.Widen(p, r.growth)
	if r.graded = false; err == nil {
		r.fit()
	}
	return err
}

// grow makes a widening part of the arm's history, on which growth stages, pairs and learning rates depend. place is
// what the search of a remapped rate found.
func (r *Arm) grow(w experiment.Widening, p *widen.Plan, place int) {
	r.growth = r.growth.Widen(p.To.Config)
	for _, axis := range []model.Axis{model.Inner, model.Hidden} {
		r.pairs[axis] = append(r.pairs[axis], p.Pairs(axis)...)
	}
	switch w.Dynamics.Kind {
	case optim.Remapped:
		r.sched.WidenRemapped(w.Step, place)
	case optim.FasterDecay:
		r.sched.WidenFaster(w.Step, w.Dynamics.Fraction)
	case optim.NormAdapted:
		r.growth.ByTensor = true
		r.sched.Widen(w.Step, w.Rewarm)
	default:
		r.sched.Widen(w.Step, w.Rewarm)
	}
	r.places = append(r.places, place)
	r.stage++
}

// measure evaluates a validation set and measures the RMS of every block on the last batch of it.
func (r *Arm) measure(set task.Set, look func(logits []float32)) (float64, []record.BlockRMS, error) {
	r.learn.Measure(true)
	v, err := r.evaluate(set, look)
	if err != nil {
		return 0, nil, err
	}
	rms, _, err := r.learn.Measured()
	return v.loss, rms, err
}

// unscaled is the RMS of every block as it would be after the same widening without its factor: the same network is
// widened so, measured as [Arm.measure] measures, and forgotten. It is nil where there is no factor to leave out.
func (r *Arm) unscaled(w experiment.Widening) ([]record.BlockRMS, error) {
	if !w.Scaled() || !w.Init.Scalable() {
		return nil, nil
	}
	w.Scale = widen.Unscaled
	plan, err := r.plan(w, r.learn.Table())
	if err != nil {
		return nil, err
	}
	other := *r
	other.learn, other.growth = nil, r.growth.Widen(plan.To.Config)
	if err := other.adopt(learner.Empty(plan.To, r.step)); err != nil {
		return nil, err
	}
	defer other.Close()
	for i, t := range plan.From.Tensors {
		src, wide := make([]float32, t.Rows.Size*t.Cols.Size), plan.To.Tensors[i]
		dst := make([]float32, wide.Rows.Size*wide.Cols.Size)
		for e := range t.Experts {
			if err := r.learn.Read(model.Weight, i, e, src); err != nil {
				return nil, err
			}
			clear(dst)
			plan.Weight(i, e, dst, src)
			if err := other.learn.Write(model.Weight, i, e, dst); err != nil {
				return nil, err
			}
		}
	}
	live := r.task.Live(r.exp.Task.Seq)
	rows := len(r.ids) / live.Seq
	_, rms, err := other.measure(live.From((live.Rows-1)/rows*rows), nil) // the last batch is what is measured
	return rms, err
}
