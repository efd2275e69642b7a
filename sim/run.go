package sim

import (
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// run is one arm's network at work, without messages.
type run struct {
	exp Experiment
	arm int

	eng    compute.Engine
	text   *task.Text
	net    *model.Net
	opt    *optim.Optimizer
	sched  *optim.Schedule
	growth model.Growth
	plan   *widen.Plan // of the newest widening
	stage  int         // widenings done
	step   int         // updates done
	flops  float64
	cost   float64 // FLOPs of one update now

	ids, labels []int32
	rates       []float64
}

// HeldWindows is the number of fixed held-out windows that the live loss is measured on, every [ProbeEvery] steps.
const HeldWindows = 16

// newRun starts an arm at step 0. It errs where the document is not valid.
func newRun(e Experiment, arm int) (*run, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if arm < 0 || arm >= len(e.Arms) {
		return nil, fmt.Errorf("there is no arm %d; the experiment has %d", arm, len(e.Arms))
	}
	text := task.Opticks()
	if e.Model.Vocab = e.Vocab(); e.Model.Vocab != text.Vocab() {
		return nil, fmt.Errorf("model.vocab is %d; the text has %d symbols (0 takes the text's own)", e.Model.Vocab, text.Vocab())
	}
	tokens := e.Task.Batch * e.Task.Seq
	r := &run{exp: e, arm: arm, eng: compute.NewCPU(), text: text, ids: make([]int32, tokens), labels: make([]int32, tokens)}
	r.sched = optim.NewSchedule(e.Optimizer, e.Steps)
	r.growth = model.NewGrowth(e.Model)
	weights := model.Init(e.Model, e.Seed)
	r.adopt(weights, model.NewValues(weights.Table), model.NewValues(weights.Table))
	return r, nil
}

// adopt makes the weights and optimizer states the current ones.
func (r *run) adopt(w, m, v model.Values) {
	r.net = model.NewNet(r.eng, w, r.exp.Task.Batch, r.exp.Task.Seq)
	r.opt = optim.New(r.exp.Optimizer, r.eng, r.growth, m, v, r.step)
	r.cost = r.counts().FLOPs
	r.rates = make([]float64, r.growth.Stages())
}

// counts are the sizes of the present network.
func (r *run) counts() model.Counts {
	return model.Count(r.net.Config, r.exp.Task.Batch, r.exp.Task.Seq)
}

// due is the widening that waits at the present step, if any.
func (r *run) due() (Widening, bool) {
	w := r.exp.Arms[r.arm].Widen
	if r.stage < len(w) && w[r.stage].Step == r.step {
		return w[r.stage], true
	}
	return Widening{}, false
}

// update makes one training update.
func (r *run) update() ArmFrame {
	r.text.Batch(r.exp.Seed, r.step, r.exp.Task.Seq, r.ids, r.labels)
	probe := r.probes(r.step + 1)
	r.net.Measure = probe
	r.net.Forward(r.ids)
	loss := r.net.Backward(r.labels)
	r.sched.Rates(r.step, r.rates)
	r.opt.Step(r.net.Weights, r.net.Grads, r.rates)
	r.step++
	r.flops += r.cost
	f := r.frame()
	f.Train, f.LROld, f.LRNew = float32(loss.CE), float32(r.rates[0]), float32(r.rates[r.stage])
	if probe {
		f.RMS = frameRMS(r.net.RMS)
		f.Load = make([]float32, r.net.Config.Layers*r.net.Config.Experts)
		r.net.Load(f.Load)
		if r.plan != nil {
			f.Pairs = probePairs(r.plan, [Quantities]model.Values{r.net.Weights, r.net.Grads, r.opt.M, r.opt.V})
		}
	}
	if r.step%ProbeEvery == 0 || r.step == r.exp.Steps {
		f.Held = float32(r.held())
	}
	if r.step == r.exp.Steps {
		f.Whole = float32(r.evaluate(r.text.AllHeld(r.exp.Task.Seq), nil))
	}
	return f
}

// frame is the present instant with nothing measured.
func (r *run) frame() ArmFrame {
	nan := float32(math.NaN())
	return ArmFrame{Arm: r.arm, Step: r.step, Train: nan, Held: nan, Whole: nan, FLOPs: r.flops}
}

// first is the frame of step 0.
func (r *run) first() ArmFrame {
	f := r.frame()
	f.Held = float32(r.held())
	return f
}

// probes reports whether the frame of a step carries the probes.
func (r *run) probes(step int) bool {
	if step%ProbeEvery == 0 || step == r.exp.Steps {
		return true
	}
	return r.stage > 0 && step-r.exp.Arms[r.arm].Widen[r.stage-1].Step <= ProbeDense
}

// held is the mean cross-entropy of the fixed held-out windows.
func (r *run) held() float64 { return r.evaluate(r.text.Held(HeldWindows, r.exp.Task.Seq), nil) }

// evaluate is the mean cross-entropy of windows that begin at the given offsets. After each batch it calls look, unless nil, with
// the number of rows of logits that count.
func (r *run) evaluate(windows []int, look func(rows int)) float64 {
	var sum float64
	seq, batch := r.exp.Task.Seq, r.exp.Task.Batch
	for at := 0; at < len(windows); at += batch {
		n := min(batch, len(windows)-at)
		for i := range batch {
			ids, labels := r.ids[i*seq:(i+1)*seq], r.labels[i*seq:(i+1)*seq]
			r.text.Window(windows[at+min(i, n-1)], ids, labels)
			if i >= n {
				for j := range labels {
					labels[j] = -100 // the last batch is filled up; these rows do not count
				}
			}
		}
		r.net.Forward(r.ids)
		sum += r.net.Loss(r.labels).CE * float64(n)
		if look != nil {
			look(n * seq)
		}
	}
	return sum / float64(len(windows))
}

// widen carries out the widening that is due and reports what it did, measured on the held-out windows.
func (r *run) widen(w Widening) (Report, error) {
	plan, err := widen.New(w.Spec, r.net.Table)
	if err != nil {
		return Report{}, err
	}
	windows := r.text.Held(HeldWindows, r.exp.Task.Seq)
	var logits []float32
	heldBefore, rmsBefore := r.look(windows, func(rows int) {
		logits = append(logits, r.net.Logits()[:rows*r.net.Config.Vocab]...)
	})
	before := r.counts()

	weights := plan.Weights(r.net.Weights, r.exp.Seed^uint64(r.stage+1)<<32)
	states := plan.States(r.opt.M, r.opt.V)
	r.growth = r.growth.Widen(plan.To.Config)
	r.sched.Widen(r.step, w.Rewarm)
	r.plan = plan
	r.stage++
	r.adopt(weights, states[0], states[1])

	var worst float64
	at := 0
	heldAfter, rmsAfter := r.look(windows, func(rows int) {
		for _, y := range r.net.Logits()[:rows*r.net.Config.Vocab] {
			worst = math.Max(worst, math.Abs(float64(y)-float64(logits[at])))
			at++
		}
	})
	after := r.counts()
	return Report{
		Arm: r.arm, Step: r.step, HeldBefore: float32(heldBefore), HeldAfter: float32(heldAfter), LogitError: float32(worst),
		RMSBefore: rmsBefore, RMSAfter: rmsAfter, ParamsBefore: before.Total, ParamsAfter: after.Total,
		ActiveBefore: before.Active, ActiveAfter: after.Active, StepFLOPsBefore: before.FLOPs, StepFLOPsAfter: after.FLOPs,
	}, nil
}

// look evaluates windows and measures the RMS of every block on the last batch of them.
func (r *run) look(windows []int, f func(rows int)) (float64, []BlockRMS) {
	r.net.Measure = true
	loss := r.evaluate(windows, f)
	return loss, frameRMS(r.net.RMS)
}

// frameRMS copies the network's live measurements into a frame.
func frameRMS(live []model.BlockRMS) []BlockRMS {
	out := make([]BlockRMS, len(live))
	for i, b := range live {
		out[i] = BlockRMS(b)
	}
	return out
}
