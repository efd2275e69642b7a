package cuda

import (
	"errors"
	"fmt"
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// Learner implements [learner.Learner] on a device.
type Learner struct {
	*kernels
	precision Precision
	logits    int
	setup     learner.Setup // without numbers
	memory    *memory
	shape     shape
	values    *values
	act       *activations
	at        sums
	host      []float32 // what was read of act.sums
	orders    orders
	steps     int
	optimizer *optimizer
	product   operands // of the next launch

	measuring, closed bool
	pass              pass
	job               job
	training          func() error // train
}

// pass is what the forward pass that runs, or has run last, is of.
type pass struct {
	ids, labels driver.Buffer
	sums        driver.Buffer
	batch, seq  int // sequences, and tokens of each
	slots       int
	last        int // of the batches of an update, the one whose sums Measured tells
}

func (p pass) tokens() int { return p.batch * p.seq }

// begin takes all memory and brings a state to the device.
func (l *Learner) begin(s learner.State) error {
	t := s.Weights.Table
	if err := l.allocate(t); err != nil {
		return err
	}
	l.steps = s.Steps
	for q, v := range map[model.Quantity]model.Values{
		model.Weight: s.Weights, model.Moment1: s.M, model.Moment2: s.V,
	} {
		l.values.put(l.dev, q, v)
	}
	l.dev.Zero(l.values.of[model.Gradient])
	l.roundAll()
	if err := l.dev.Wait(); err != nil {
		l.memory.releaseAll()
		return err
	}
	return nil
}

// allocate takes all memory for a network, or none.
func (l *Learner) allocate(t *model.Table) error {
	need, free := footprint(shapeOf(t.Config, l.setup, l.logits), t, l.precision, l.setup), l.dev.Free()
	if err := l.dev.Err(); err != nil {
		return err
	}
	if float64(free) < need.Total() {
		return fmt.Errorf("the GPU has too little memory: the network and its batches need %.0f bytes, and %d are free",
			need.Total(), free)
	}
	l.memory = newMemory(l.dev, l.precision)
	l.values = newValues(l.memory, t, l.setup.Optimizer.Kind)
	l.layActivations(t)
	if err := l.dev.Err(); err != nil {
		l.memory.releaseAll()
		return err
	}
	return nil
}

// layActivations takes all memory for a network but that of its values.
func (l *Learner) layActivations(t *model.Table) {
	l.shape = shapeOf(t.Config, l.setup, l.logits)
	l.act = newActivations(l.memory, l.shape)
	l.optimizer = newOptimizer(l.kernels, l.memory, l.values, l.setup)
	l.at, l.orders = sumsOf(t.Config), newOrders(l.shape)
	l.host = make([]float32, l.at.size*l.setup.Accumulate)
	l.pass = l.batch(0)
	l.angles()
}

// angles tabulates those of the rotary embedding.
func (l *Learner) angles() {
	c := l.shape.Config
	by, half := 1.0, c.HeadDim/2
	if c.Rope.Kind == model.YaRN {
		by = c.Rope.Attention
	}
	cosine, sine := make([]float32, l.shape.seq*half), make([]float32, l.shape.seq*half)
	for i, f := range c.Frequencies() {
		for t := range l.shape.seq {
			s, c := math.Sincos(float64(t) * f)
			cosine[t*half+i], sine[t*half+i] = float32(by*c), float32(by*s)
		}
	}
	driver.Put(l.dev, l.act.cosine, cosine)
	driver.Put(l.dev, l.act.sine, sine)
}

// roundAll renews the copies that products read of all weights.
func (l *Learner) roundAll() {
	for i, x := range l.values.table.Tensors {
		l.round(i, 0, x.Experts)
	}
}

// round renews the copies of some experts of a tensor.
func (l *Learner) round(tensor, from, to int) {
	at := l.values.at[tensor]
	if at < 0 {
		return
	}
	x := l.values.table.Tensors[tensor]
	cols, ld, size := x.Cols.Size, l.precision.ld(x.Cols.Size), x.Rows.Size*x.Cols.Size
	count := (to - from) * size
	l.columns("round_bf16", count, cols, l.dev.Args().Buf(l.values.copies.From(at+from*x.Rows.Size*ld),
		l.values.whole(model.Weight, tensor).From(from*size)).Int(cols, ld).Wide(int64(count)))
}

// Table implements [learner.Learner].
func (l *Learner) Table() *model.Table { return l.values.table }

// Threads implements [learner.Learner]: this engine uses none.
func (l *Learner) Threads(int) {}

// Measure implements [learner.Learner].
func (l *Learner) Measure(on bool) { l.measuring = on }

// errClosed is of a learner that is used after its end.
var errClosed = errors.New("the learner is closed")

// do runs what a method does on the device's goroutine, unless the device has failed: what it holds may be half of it.
func (l *Learner) do(f func() error) error {
	return l.run(func() error {
		if err := l.dev.Err(); err != nil {
			return err
		}
		return f()
	})
}

// run runs f on the device's goroutine.
func (l *Learner) run(f func() error) error {
	if l.closed {
		return errClosed
	}
	return l.dev.Do(f)
}

// Close implements [learner.Learner].
func (l *Learner) Close() error {
	if l.closed {
		return nil
	}
	l.closed = true
	return l.dev.Do(func() error {
		l.memory.releaseAll()
		return nil
	})
}
