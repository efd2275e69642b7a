package train

import (
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

// Arm is one arm's network at work, without messages: a [Trainer] drives one, and so does a long run of one network.
// Where its numbers lie, and what computes them, only the learner knows. It belongs to one goroutine.
type Arm struct {
	exp experiment.Experiment
	arm int

	task      task.Task
	classes   int // that it tells symbols apart by
	make      learner.Factory
	learn     learner.Learner // nil before the arm has a network
	sched     *optim.Schedule
	growth    model.Growth
	pairs     map[model.Axis][]widen.Pair // of all widenings
	stages    []experiment.Widening       // that the arm goes through
	stage     int                         // widenings done
	places    []int                       // that the searches of their remapped rates found; 0 for others
	step      int                         // updates done
	end       int                         // last step
	flops     float64
	cost      optim.Cost // of one update now
	lossEMA   ema        // training loss
	graded    bool       // the learner has the gradients of an update
	gradNorm  float64    // of the last update, before it was clipped
	threads   int        // that a learner may use, where it was said
	nonFinite string     // what first was no longer finite, where training has diverged

	ids, labels []int32 // one batch
	all         batches
	questions   []int32 // what is asked, if all there is to know is: first what the validation loss is of
	solutions   []int32
	answersAt   []int // the place of each among the answers
	counted     int   // how many questions the validation loss is of
	answers     learner.Answers
	rates       []float64 // by growth stage
	adapted     []bool    // by growth stage, whether its rates follow the norms of its blocks; nil where none do
	blockRates  []float64 // by tensor and growth stage

	spaced *spacing // nil where the document says it
}

// spacing is how many steps there are from one probe and one validation to the next, and how many after a widening have
// a probe each.
type spacing struct{ probes, validation, dense int }

// New starts an arm of a document at step 0.
func New(doc experiment.Valid, arm int, f learner.Factory) (*Arm, error) {
	r, err := blank(doc, arm, f)
	if err == nil {
		err = r.begin(r.exp.Start(arm))
	}
	return r, err
}

// blank is an arm without a network, at step 0.
func blank(doc experiment.Valid, arm int, f learner.Factory) (*Arm, error) {
	e := doc.Experiment()
	if arm < 0 || arm >= len(e.Arms) {
		return nil, fmt.Errorf("there is no arm %d; the experiment has %d", arm, len(e.Arms))
	}
	if v := e.Task.Vocab(); !e.Task.Knows(e.Vocab()) {
		return nil, fmt.Errorf("model.vocab is %d; the task has %d symbols (0 takes the task's own)", e.Vocab(), v)
	}
	learnt, err := task.New(e.Task)
	if err != nil {
		return nil, err
	}
	r := training(e, learnt, e.Start(arm), e.End(arm), f)
	r.follow(arm)
	return r, nil
}

// follow makes a run that of an arm.
func (r *Arm) follow(arm int) {
	r.arm = arm
	if r.exp.Arms[arm].Widens() {
		r.stages = r.exp.Arms[arm].Widen
	}
}

// training is one of its own, without a network yet, of any shape at first, that ends at step end.
func training(e experiment.Experiment, learnt task.Task, c model.Config, end int, f learner.Factory) *Arm {
	tokens := e.Task.Batch * e.Task.Seq
	all := batches{make([]int32, e.Task.Batches()*tokens), make([]int32, e.Task.Batches()*tokens)}
	return &Arm{
		exp: e, end: end, task: learnt, classes: len(e.Task.Classes()), make: f,
		all: all, ids: all.ids[:tokens], labels: all.labels[:tokens],
		sched: optim.NewSchedule(e.Optimizer, end), growth: model.NewGrowth(c), pairs: map[model.Axis][]widen.Pair{},
	}
}

// begin gives a run the network that it begins with, which the program never holds as a whole.
func (r *Arm) begin(c model.Config) error {
	t := model.NewTable(c)
	if err := r.adopt(learner.Empty(t, 0)); err != nil {
		return err
	}
	err := model.Draw(t, r.exp.Seed, func(tensor, expert int, matrix []float32) error {
		return r.learn.Write(model.Weight, tensor, expert, matrix)
	})
	if err != nil {
		r.Close()
	}
	return err
}

// adopt makes a learner that goes on from a state.
func (r *Arm) adopt(s learner.State) (err error) {
	r.learn, err = r.make.New(learner.Setup{
		Optimizer: r.exp.Optimizer, Batch: r.exp.Task.Batch, Seq: r.exp.Task.Seq,
		Accumulate: r.exp.Task.Batches(), Recompute: r.exp.Recompute, Growth: r.growth, State: s,
	})
	if r.graded = false; err == nil {
		if r.threads > 0 {
			r.learn.Threads(r.threads)
		}
		r.fit()
	}
	return err
}

// fit follows the shape that the network now has.
func (r *Arm) fit() {
	table := r.learn.Table()
	r.cost = r.exp.Cost(table.Config)
	r.rates = make([]float64, r.growth.Stages())
	if r.growth.ByTensor {
		r.adapted = make([]bool, len(r.rates))
		for k := range r.stage {
			r.adapted[k+1] = r.stages[k].Dynamics.Kind == optim.NormAdapted
		}
		r.blockRates = make([]float64, len(r.rates)*len(table.Tensors))
	}
}

// Close gives back what the learner holds. The arm is over.
func (r *Arm) Close() {
	if r.learn != nil {
		_ = r.learn.Close() // nothing of it is asked for any more
		r.learn = nil
	}
}

// due is the widening that waits at the present step, if any.
func (r *Arm) due() (experiment.Widening, bool) {
	if r.stage < len(r.stages) && r.stages[r.stage].Step == r.step {
		return r.stages[r.stage], true
	}
	return experiment.Widening{}, false
}

// batches are those of one update, one after the other; the first is the run's own, which others are read into too.
type batches struct{ ids, labels []int32 }

// fill reads the batches of the next update: the i-th of n is that of step·n + i, so that order follows from seed and
// step alone.
func (r *Arm) fill() error {
	n, size := r.exp.Task.Batches(), len(r.ids)
	for i := range n {
		from, to := i*size, (i+1)*size
		r.task.Batch(r.exp.Seed, r.step*n+i, r.exp.Task.Seq, r.all.ids[from:to], r.all.labels[from:to])
	}
	return task.Err(r.task)
}

// train makes one training update, and measures nothing but the loss and the learning rate of the newest parameters.
func (r *Arm) train() (loss, newest float64, err error) {
	if err = r.fill(); err != nil {
		return 0, 0, err
	}
	r.sched.Rates(r.step, r.rates)
	rates, newest := r.rates, r.rates[r.stage]
	if r.adapted != nil {
		rates = r.blockRates
		if newest, err = r.learn.BlockRates(r.blockRates, r.rates, r.adapted); err != nil {
			return 0, 0, err
		}
	}
	u, err := r.learn.Train(r.all.ids, r.all.labels, rates)
	if err != nil {
		return 0, 0, err
	}
	if r.nonFinite = u.NotFinite; r.nonFinite == "" && !model.Finite(u.CE) {
		r.nonFinite = "a loss" // whatever the learner says of it
	}
	r.graded, r.gradNorm = true, u.GradNorm
	r.step++
	r.flops += r.cost.Update()
	r.lossEMA.add(u.CE)
	return u.CE, newest, nil
}

// Update makes the next training update and measures what its frame shows.
func (r *Arm) Update() (f record.ArmFrame, err error) {
	probe := r.probes(r.step + 1)
	r.learn.Measure(probe)
	loss, newest, err := r.train()
	if err != nil {
		return f, err
	}
	f = r.frame()
	f.TrainLoss, f.LROld, f.LRNew = float32(loss), float32(r.rates[0]), float32(newest)
	if probe {
		rms, load, err := r.learn.Measured()
		if err != nil {
			return f, err
		}
		f.RMS, f.ExpertLoad = rms, load
	}
	if probe && r.stage > 0 {
		if f.Pairs, err = r.pairGroups(); err != nil {
			return f, err
		}
	}
	if r.validates(r.step) || r.step == r.end {
		if err = r.validate(&f); err != nil {
			return f, err
		}
	}
	if f.NotFinite = r.nonFinite; r.nonFinite != "" && r.stage > 0 && !probe {
		f.Pairs, err = r.pairGroups() // how they are in the end
	}
	return f, err
}

// pairGroups are the pairs of all widenings, compared in what the last update left. How many follows from the network's
// own products, so that the optimizer does not choose which pairs are looked at.
func (r *Arm) pairGroups() ([]record.PairGroup, error) { return r.learn.Pairs(r.pairs, r.cost.Network) }

// frame is the present instant with nothing measured.
func (r *Arm) frame() record.ArmFrame {
	nan := float32(math.NaN())
	return record.ArmFrame{Arm: r.arm, Step: r.step, TrainLoss: nan, ValLoss: nan, FullValLoss: nan, FLOPs: r.flops}
}

// First is the frame of step 0.
func (r *Arm) First() (record.ArmFrame, error) {
	f := r.frame()
	live, err := r.live()
	live.note(&f)
	return f, err
}

// validates reports whether the frame of a step has the live validation loss.
func (r *Arm) validates(step int) bool {
	if r.spaced != nil {
		return step%r.spaced.validation == 0
	}
	return r.exp.Validates(step)
}

// probes reports whether the frame of a step carries the probes.
func (r *Arm) probes(step int) bool {
	every, dense := experiment.ProbeEvery, experiment.ProbeDense
	if r.spaced != nil {
		every, dense = r.spaced.probes, r.spaced.dense
	}
	if step%every == 0 || step == r.end {
		return true
	}
	return r.stage > 0 && step-r.stages[r.stage-1].Step <= dense
}
