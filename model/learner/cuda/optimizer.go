package cuda

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// optimizer updates the parameters of a learner, and tells what statistics say of them. It does what [optim.Optimizer]
// and [optim.BlockRates] define.
type optimizer struct {
	*kernels
	*optimizerMemory
	config optim.Config
	growth model.Growth
	values *values
	muon   *muon
	blocks *optim.BlockRates // nil until asked for
	host   []float32         // rates
	norm   [1]float64        // read
}

// optimizerMemory is what an optimizer holds beside the parameters.
type optimizerMemory struct {
	ages    map[model.Axis]driver.Buffer // the stage at which each coordinate came, of axes that have grown
	rates   driver.Buffer                // by stage, or by tensor and stage
	parts   driver.Buffer                // sums of parts
	sums    driver.Buffer                // of parts
	flags   driver.Buffer                // see finite.go
	pairs   driver.Buffer                // originals, then copies
	scratch muonMemory
}

// maxStages is how many stages of growth there may be: ages are bytes.
const maxStages = 256

// checkGrowth errs where a network has been widened too often.
func checkGrowth(g model.Growth) error {
	if n := g.Stages(); n > maxStages {
		return fmt.Errorf("the network was widened %d times; this engine allows at most %d", n-1, maxStages-1)
	}
	return nil
}

func newOptimizerMemory(m *memory, t *model.Table, s learner.Setup) *optimizerMemory {
	f64 := func(n int) driver.Buffer { return m.of[model.Scratch].Take(driver.F64, n) }
	o := &optimizerMemory{ages: map[model.Axis]driver.Buffer{}, rates: m.floats(model.Scratch, rateCount(t, s.Growth))}
	if s.Growth.Stages() > 1 {
		for axis, n := range map[model.Axis]int{model.Inner: t.Config.Inner, model.Hidden: t.Config.Hidden} {
			o.ages[axis] = m.of[model.Scratch].Take(driver.U8, n)
		}
	}
	o.scratch = newMuonMemory(m, t, s.Optimizer.Kind)
	o.parts = f64(max(gradientParts(t), blockParts(t, s.Growth), pairParts(t), o.scratch.tiles))
	o.sums = f64(max(1, len(t.Tensors)*s.Growth.Stages(), pairSums(t), o.scratch.most))
	o.flags = m.ints(model.Scratch, flagCount(t))
	o.pairs = m.ints(model.Scratch, pairInts)
	return o
}

func rateCount(t *model.Table, g model.Growth) int {
	if g.ByTensor {
		return len(t.Tensors) * g.Stages()
	}
	return g.Stages()
}

// partsOf is how many parts of a size n elements have.
func partsOf(n, size int) int { return (n + size - 1) / size }

// newOptimizer prepares the updates of parameters. It takes its memory.
func newOptimizer(k *kernels, m *memory, v *values, s learner.Setup) *optimizer {
	o := &optimizer{kernels: k, optimizerMemory: newOptimizerMemory(m, v.table, s), config: s.Optimizer,
		growth: s.Growth, values: v, host: make([]float32, rateCount(v.table, s.Growth))}
	for axis, b := range o.ages {
		if b.Len() == 0 {
			continue
		}
		ages := make([]byte, b.Len())
		for i := range ages {
			ages[i] = byte(s.Growth.Stage(axis, i))
		}
		driver.Put(k.dev, b, ages)
	}
	o.muon = newMuon(o, m.precision)
	return o
}

// copyOf is what products read of a tensor, rounded; none where they read the weights themselves, or not at all.
func (o *optimizer) copyOf(x model.Tensor) driver.Buffer {
	if at := o.values.at[x.Index]; at >= 0 {
		return o.values.copies.From(at)
	}
	return driver.Buffer{}
}

// ratesOf are the rates of a tensor by stage.
func (o *optimizer) ratesOf(x model.Tensor) driver.Buffer {
	if o.growth.ByTensor {
		return o.rates.From(x.Index * o.growth.Stages())
	}
	return o.rates
}

// squaresPart is how many elements a block of sum_squares sums.
const squaresPart = 16384

// gradientParts is how many parts the squares of all gradients have.
func gradientParts(t *model.Table) (n int) {
	for _, x := range t.Tensors {
		n += partsOf(x.Len(), squaresPart)
	}
	return n
}

// squares is the sum of the squares of all gradients. It waits for all that was asked for.
func (o *optimizer) squares() (float64, error) {
	at := 0
	for i, x := range o.values.table.Tensors {
		n := partsOf(x.Len(), squaresPart)
		o.launch("sum_squares", driver.Grid{n, 1, 1}, 256, 0,
			o.dev.Args().Buf(o.parts.From(at), o.values.whole(model.Gradient, i)).Wide(int64(x.Len())))
		at += n
	}
	o.launch("add_up", driver.Grid{1, 1, 1}, 256, 0, o.dev.Args().Buf(o.sums, o.parts).Int(at))
	err := driver.Get(o.dev, o.norm[:], o.sums)
	return o.norm[0], err
}

// step makes update number step, counted from 1, of the gradients times clip, which is what they are afterwards. rates
// are as in [learner.Learner.Train]. It waits for nothing.
func (o *optimizer) step(step int, rates []float64, clip float32) {
	for i, r := range rates {
		o.host[i] = float32(r)
	}
	driver.Put(o.dev, o.rates, o.host)
	for _, x := range o.values.table.Tensors {
		if !o.config.Kind.Orthogonalizes(x) {
			o.adamW(x, step, clip)
		}
	}
	o.muon.step(o, clip)
}

// adamW updates a tensor.
func (o *optimizer) adamW(x model.Tensor, step int, clip float32) {
	p, g := o.values.whole(model.Weight, x.Index), o.values.whole(model.Gradient, x.Index)
	m, v := o.values.whole(model.Moment1, x.Index), o.values.whole(model.Moment2, x.Index)
	name, lanes := vectors("adamw", x.Cols.Size, p, g, m, v)
	s := o.config.Adam(step)
	a := o.dev.Args().Buf(p, o.copyOf(x), g, m, v, o.ratesOf(x), o.ages[x.Rows.Axis], o.ages[x.Cols.Axis])
	a.Int(x.Rows.Size, x.Cols.Size, BF16.ld(x.Cols.Size)).Float(clip)
	a.Float(s.WeightDecay, s.Beta1, s.Beta2, s.Eps, s.BiasCorr1, s.BiasCorr2)
	o.launch(name, driver.Grid{x.Experts * x.Rows.Size, 1, 1}, threadsFor(x.Cols.Size, lanes), 0, a)
}

// vectors is the kernel of a name that takes as many elements of a row at once as the width of rows and where they
// begin allow, and how many those are.
func vectors(name string, width int, of ...driver.Buffer) (string, int) {
	const lanes, bytes = 4, 16
	for _, b := range of {
		if width%lanes != 0 || b.Address()%bytes != 0 {
			return name, 1
		}
	}
	return fourKernels.of(name), lanes
}

// threadsFor is how many threads work on a row of a width, each on some elements at once.
func threadsFor(width, lanes int) int {
	const warp, most = 32, 256
	return min(partsOf(width/lanes, warp)*warp, most)
}
