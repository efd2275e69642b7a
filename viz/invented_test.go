package viz

import (
	"math"
	"math/rand/v2"

	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// invented is a record of an experiment whose numbers come from formulas: many shapes of network without many files,
// the same everywhere. Every arm jumps at its widenings, each by more than the one before; the last one's copies never
// get a gradient.
func invented(e experiment.Experiment) *record.Record {
	r := &record.Record{Experiment: e, Tracks: make([][]record.ArmFrame, len(e.Arms))}
	fork, trunk := e.Fork(), e.Trunk()
	rms := func(i, step int) []record.BlockRMS {
		out := make([]record.BlockRMS, 2*e.Model.Layers)
		for k := range out {
			out[k] = record.BlockRMS{In: 1,
				Out: float32(1+math.Sin(float64(3*k+i))/2) * float32(1+0.2*float64(step)/float64(e.Steps))}
		}
		return out
	}
	for i, a := range e.Arms {
		for step := 0; step <= e.End(i); step += experiment.ProbeEvery {
			if i != trunk && a.From == experiment.Fork && step <= fork {
				continue
			}
			x := float64(step) / float64(e.Steps)
			f := record.ArmFrame{Arm: i, Step: step, FLOPs: e.FLOPs(i, step),
				ValLoss: float32(1.7 + 2.2/(1+40*x) - 0.03*float64(i)*max(x-0.5, 0)), RMS: rms(i, step)}
			f.TrainLoss, f.LROld, f.LRNew = f.ValLoss, float32(0.01*(1-x)), float32(0.01*(1-x))
			if f.FullValLoss = float32(math.NaN()); step == e.Steps {
				f.FullValLoss = f.ValLoss - 0.02
			}
			if a.Widens() && step > a.Widen[0].Step {
				f.Pairs = inventedPairs(e, a, i, x, i == len(e.Arms)-1)
			}
			if step%(2*experiment.ProbeEvery) == 0 {
				inventAnswers(e, &f)
			}
			r.Tracks[i] = append(r.Tracks[i], f)
		}
		for k, w := range a.Widen {
			if a.Widens() {
				before := float32(1.7 + 2.2/(1+40*float64(w.Step)/float64(e.Steps)))
				var unscaled []record.BlockRMS
				if w.Scale == widen.RMS && w.Init.Scalable() {
					unscaled = rms(i+2, e.Steps)
				}
				r.Reports = append(r.Reports, record.Report{
					RMSUnscaled: unscaled,
					Arm:         i, Step: w.Step, ValLossBefore: before, ValLossAfter: before + 0.5*float32(i),
					LogitError: float32(i) + 1e-6, RMSBefore: rms(i, 0), RMSAfter: rms(i+1, w.Step),
					ParamsBefore: int64(20384 + 1000*k), ParamsAfter: 32672, StepFLOPsBefore: 1, StepFLOPsAfter: 1.34,
				})
			}
		}
	}
	return r
}

// inventAnswers answers the questions of a task that asks for facts: some are harder than others, later arms know more
// of them, and now and then one is forgotten.
func inventAnswers(e experiment.Experiment, f *record.ArmFrame) {
	var rng rand.PCG
	share := func(seed, stream int) float64 {
		rng.Seed(uint64(seed), uint64(stream))
		return float64(rng.Uint64()>>11) / (1 << 53)
	}
	x := float64(f.Step) / float64(e.Steps)
	level := 0.62*x + (0.04+0.09*float64(f.Arm))*max(x-0.3, 0)/0.7
	for fact := range e.Task.Questions() {
		hard, mood := 0.95*share(fact, 1<<20), 0.03*(share(fact, f.Step)-0.5)
		p := 1 / (1 + math.Exp(-25*(level-hard+mood)))
		a := record.Answer{Sure: uint8(math.Round(150 * p)), Right: p > 0.4,
			Expert: uint16((share(fact, 1<<21) + 0.3*x) * float64(e.Model.Experts) / 1.3)}
		f.Answers = append(f.Answers, a)
	}
	m, _ := record.Counted(f.Answers, e.Task)
	f.Right, f.Asked = m.Value, m.Of
}

func inventedPairs(e experiment.Experiment, a experiment.Arm, arm int, x float64, dead bool) []record.PairGroup {
	var out []record.PairGroup
	group := func(layer, expert, n int) {
		g := record.PairGroup{Layer: layer, Expert: expert, Orig: make([]int32, n), Copy: make([]int32, n)}
		for q := range record.Quantities {
			for i := range n {
				d := float64(arm) * (0.2 + 0.1*math.Sin(float64(i*7+layer*3+expert))) * x
				st := record.PairStat{Cos: float32(1 - d*d), Dist: float32(d), State: record.Apart}
				switch {
				case d == 0:
					st.State = record.Locked
				case dead && q == record.Gradient:
					st.Cos, st.State = float32(math.NaN()), record.OneZero
				}
				g.Stats[q] = append(g.Stats[q], st)
			}
		}
		out = append(out, g)
	}
	if a.Widen[0].Axis != "hidden" {
		for k := range e.Model.Layers * e.Model.Experts {
			group(k/e.Model.Experts, k%e.Model.Experts, e.Model.Inner)
		}
	}
	if a.Widen[0].Axis != "inner" {
		group(-1, -1, e.Model.Hidden)
	}
	return out
}

// blown is an invented record in which the second arm diverges at a step, and the widening of the third gave no number.
func blown(e experiment.Experiment, at int) *record.Record {
	r := invented(e)
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	t := r.Tracks[1]
	for len(t) > 0 && t[len(t)-1].Step > at {
		t = t[:len(t)-1]
	}
	last := &t[len(t)-1]
	last.Right = 0
	for i := range last.Answers {
		last.Answers[i] = record.Answer{}
	}
	last.TrainLoss, last.ValLoss, last.NotFinite = inf, nan,
		"the gradient of model.layers.1.mlp.experts.2.up_proj.weight"
	for i := range last.RMS {
		last.RMS[i].Out = nan
	}
	for _, g := range last.Pairs {
		for q := range g.Stats {
			for k := range g.Stats[q] {
				g.Stats[q][k] = record.PairStat{Cos: nan, Dist: nan, State: record.Diverged}
			}
		}
	}
	r.Tracks[1] = t
	for i := range r.Reports {
		if p := &r.Reports[i]; p.Arm == 2 {
			p.ValLossAfter, p.LogitError, p.RMSAfter[1].Out, p.RMSAfter[2].In = nan, inf, nan, 0
		}
	}
	return r
}
