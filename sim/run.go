package sim

import (
	"fmt"
	"math"
	"runtime"

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

	eng    *compute.Team
	text   *task.Text
	net    *model.Net
	opt    *optim.Optimizer
	sched  *optim.Schedule
	growth model.Growth
	pairs  map[model.Axis][]widen.Pair // of all widenings
	stages []Widening                  // that the arm goes through
	stage  int                         // widenings done
	places []int                       // that the searches of their remapped rates found; 0 for others
	step   int                         // updates done
	end    int                         // last step
	flops  float64
	cost   optim.Cost // of one update now
	smooth smooth     // training loss
	broken string     // what first was no longer finite, where training has diverged

	ids, labels []int32
	rates       []float64         // by age
	blocks      *optim.BlockRates // nil unless rates follow the norms of blocks
	blockRates  []float64         // by tensor and age
}

// HeldWindows is the number of fixed held-out windows that the live loss is measured on, every [ProbeEvery] steps.
const HeldWindows = 16

// newRun starts an arm at step 0. It errs where the document is not valid.
func newRun(e Experiment, arm int) (*run, error) {
	r, err := blank(e, arm)
	if err == nil {
		r.begin(e.start(arm))
	}
	return r, err
}

// blank is an arm without a network, at step 0.
func blank(e Experiment, arm int) (*run, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if arm < 0 || arm >= len(e.Arms) {
		return nil, fmt.Errorf("there is no arm %d; the experiment has %d", arm, len(e.Arms))
	}
	if v := task.Opticks().Vocab(); e.Vocab() != v {
		return nil, fmt.Errorf("model.vocab is %d; the text has %d symbols (0 takes the text's own)", e.Vocab(), v)
	}
	r := training(e, e.start(arm), e.End(arm))
	r.arm = arm
	if e.Arms[arm].Widens() {
		r.stages = e.Arms[arm].Widen
	}
	return r, nil
}

// training is one of its own, without a network yet, of any shape at first, that ends at step end.
func training(e Experiment, c model.Config, end int) *run {
	tokens := e.Task.Batch * e.Task.Seq
	return &run{
		exp: e, end: end, eng: compute.NewTeam(runtime.GOMAXPROCS(0)), text: task.Opticks(), ids: make([]int32, tokens), labels: make([]int32, tokens),
		sched: optim.NewSchedule(e.Optimizer, end), growth: model.NewGrowth(c), pairs: map[model.Axis][]widen.Pair{},
	}
}

// begin gives a run the network that it begins with.
func (r *run) begin(c model.Config) {
	weights := model.Init(c, r.exp.Seed)
	r.adopt(weights, model.NewValues(weights.Table), model.NewValues(weights.Table))
}

// adopt makes the weights and optimizer states the current ones.
func (r *run) adopt(w, m, v model.Values) {
	r.net = model.NewNet(r.eng, w, r.exp.Task.Batch, r.exp.Task.Seq)
	r.opt = optim.New(r.exp.Optimizer, r.eng, r.growth, m, v, r.step)
	r.cost = r.exp.cost(w.Table.Config)
	r.rates = make([]float64, r.growth.Stages())
	if r.growth.ByTensor {
		r.blocks = optim.NewBlockRates(r.eng, r.growth, w.Table, r.adapted())
		r.blockRates = make([]float64, len(r.rates)*len(w.Table.Tensors))
	}
}

// adapted says for every age whether its rates follow the norms of its blocks.
func (r *run) adapted() []bool {
	ages := make([]bool, r.growth.Stages())
	for k := range r.stage {
		ages[k+1] = r.stages[k].Dynamics.Kind == optim.NormAdapted
	}
	return ages
}

// counts are the sizes of the present network.
func (r *run) counts() model.Counts {
	return model.Count(r.net.Config, r.exp.Task.Batch, r.exp.Task.Seq)
}

// due is the widening that waits at the present step, if any.
func (r *run) due() (Widening, bool) {
	if r.stage < len(r.stages) && r.stages[r.stage].Step == r.step {
		return r.stages[r.stage], true
	}
	return Widening{}, false
}

// train makes one training update, and measures nothing but the loss and the learning rate of the newest parameters.
func (r *run) train() (loss model.Losses, newest float64) {
	r.text.Batch(r.exp.Seed, r.step, r.exp.Task.Seq, r.ids, r.labels)
	r.net.Forward(r.ids)
	loss = r.net.Backward(r.labels)
	doubtful := r.doubtful(loss)
	if doubtful {
		r.broken = r.notFinite(loss.CE)
	}
	r.sched.Rates(r.step, r.rates)
	rates, newest := r.rates, r.rates[r.stage]
	if r.blocks != nil {
		r.blocks.Fill(r.blockRates, r.rates, r.net.Weights)
		rates, newest = r.blockRates, r.blocks.Mean
	}
	r.opt.Step(r.net.Weights, r.net.Grads, rates)
	if doubtful && r.broken == "" {
		r.broken = r.notFinite(loss.CE) // of gradients too large to be squared the second moments are infinite
	}
	r.step++
	r.flops += r.cost.Update()
	r.smooth.add(loss.CE)
	return loss, newest
}

// update makes one training update and measures what its frame shows.
func (r *run) update() ArmFrame {
	probe := r.probes(r.step + 1)
	r.net.Measure = probe
	loss, newest := r.train()
	f := r.frame()
	f.Train, f.LROld, f.LRNew = float32(loss.CE), float32(r.rates[0]), float32(newest)
	if probe {
		f.RMS = frameRMS(r.net.RMS)
		f.Load = make([]float32, r.net.Config.Layers*r.net.Config.Experts)
		r.net.Load(f.Load)
		if r.stage > 0 {
			f.Pairs = r.pairGroups()
		}
	}
	if r.step%ProbeEvery == 0 || r.step == r.end {
		f.Held = float32(r.held())
		last := f.Held
		if r.step == r.end {
			f.Whole = float32(r.evaluate(r.text.AllHeld(r.exp.Task.Seq), nil))
			last = f.Whole
		}
		if r.broken == "" {
			r.broken = r.notFinite(float64(f.Held), float64(last))
		}
	}
	if f.NotFinite = r.broken; r.broken != "" && r.stage > 0 && !probe {
		f.Pairs = r.pairGroups() // how they are in the end
	}
	return f
}

// pairGroups are the pairs of all widenings, compared in what the last update left. How many follows from the network's own products, so that
// the optimizer does not choose which pairs are looked at.
func (r *run) pairGroups() []PairGroup {
	return ProbePairs(r.pairs, [Quantities]model.Values{r.net.Weights, r.net.Grads, r.opt.M, r.opt.V}, r.cost.Network)
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
	if step%ProbeEvery == 0 || step == r.end {
		return true
	}
	return r.stage > 0 && step-r.stages[r.stage-1].Step <= ProbeDense
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
