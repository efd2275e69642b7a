package learnertest

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"unsafe"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/pairs"
)

// Device is a [learner.Factory] whose learners are unkind as those of a device may be, and yet give the CPU's bits.
// What they are asked for waits until a number is asked for, so that an error comes late. Their memory is not Go's:
// states go in and out only as copies, and what touches it after it was given back faults. They offer no look inside.
// And they fail on demand. What the contract forbids they note, see [Device.Misuse].
type Device struct {
	// Fail, unless nil, is asked before every call as it is carried out; what it returns is the call's error. Learners
	// of several goroutines ask one after the other.
	Fail func(Call) error

	mu     sync.Mutex
	held   int // bytes
	misuse []string
}

// Call is one that a learner is about to carry out.
type Call struct {
	Name  string     // of the method, New of the factory's
	Count int        // how many of that name the learner has carried out before
	Spec  widen.Spec // of its last widening
}

// Engine implements [learner.Factory].
func (d *Device) Engine() string { return "late: " + cpu.Factory{}.Engine() }

// Resident is how many bytes its learners have not given back.
func (d *Device) Resident() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.held
}

// Misuse are the calls that its learners got after they were closed, or after an error had left them of no use.
func (d *Device) Misuse() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.misuse)
}

// New implements [learner.Factory].
func (d *Device) New(s learner.Setup) (learner.Learner, error) {
	l := &late{dev: d, table: s.State.Weights.Table, counts: map[string]int{}}
	if err := l.ask("New"); err != nil {
		return nil, err
	}
	state, err := l.lay(s.State) // of numbers that are not there are zeros
	if err != nil {
		return nil, err
	}
	for _, v := range []model.Values{s.State.Weights, s.State.M, s.State.V} {
		for i := range v.Data {
			v.Data[i] = float32(math.NaN()) // they are the learner's now, and it has its copies
		}
	}
	s.State = state
	l.setup, l.inner = s, cpu.New(s, 1)
	return l, nil
}

// late is a learner of a Device.
type late struct {
	dev    *Device
	setup  learner.Setup
	inner  *cpu.Learner
	table  *model.Table // as it will be when nothing waits
	arena  []byte
	waits  []func() error
	err    error // the first; it stays
	counts map[string]int
	spec   widen.Spec

	measuring, closed bool
}

// called notes a call that the contract forbids.
func (l *late) called(name string) {
	l.dev.mu.Lock()
	defer l.dev.mu.Unlock()
	switch {
	case l.closed:
		l.dev.misuse = append(l.dev.misuse, name+" after Close")
	case l.err != nil && name != "Close":
		l.dev.misuse = append(l.dev.misuse, name+" after an error")
	}
}

// ask lets a call of that name be carried out, or fail.
func (l *late) ask(name string) error {
	l.dev.mu.Lock()
	defer l.dev.mu.Unlock()
	c := Call{name, l.counts[name], l.spec}
	l.counts[name]++
	if l.dev.Fail == nil {
		return nil
	}
	return l.dev.Fail(c)
}

// lay copies a state to memory of its own, which takes the place of what there was.
func (l *late) lay(s learner.State) (learner.State, error) {
	size := s.Weights.Table.Size
	arena, err := allocate(3 * 4 * size)
	if err != nil {
		return s, fmt.Errorf("no memory for %d parameters: %w", size, err)
	}
	all := unsafe.Slice((*float32)(unsafe.Pointer(&arena[0])), 3*size)
	for i, v := range []*model.Values{&s.Weights, &s.M, &s.V} {
		own := all[i*size : (i+1)*size]
		copy(own, v.Data)
		v.Data = own
	}
	l.free()
	l.arena = arena
	l.hold(len(arena))
	return s, nil
}

func (l *late) free() {
	if l.arena != nil {
		l.hold(-len(l.arena))
		if err := release(l.arena); err != nil {
			panic(err)
		}
	}
	l.arena = nil
}

func (l *late) hold(bytes int) {
	l.dev.mu.Lock()
	l.dev.held += bytes
	l.dev.mu.Unlock()
}

// later lets a call wait.
func (l *late) later(name string, f func() error) error {
	l.called(name)
	l.waits = append(l.waits, func() error {
		if err := l.ask(name); err != nil {
			return err
		}
		return f()
	})
	return l.err
}

// now carries out what waits, and then a call that is asked for numbers.
func (l *late) now(name string, f func() error) error {
	l.called(name)
	waits := append(l.waits, func() error {
		if err := l.ask(name); err != nil {
			return err
		}
		return f()
	})
	l.waits = nil
	for _, f := range waits {
		if l.err == nil {
			l.err = f()
		}
	}
	return l.err
}

func (l *late) Table() *model.Table { return l.table }

func (l *late) Train(ids, labels []int32, rates []float64) (u learner.Update, err error) {
	err = l.now("Train", func() (err error) {
		u, err = l.inner.Train(ids, labels, rates)
		return err
	})
	return u, err
}

func (l *late) Loss(ids, labels []int32, seq int, answers *learner.Answers) (loss float64, err error) {
	err = l.now("Loss", func() (err error) {
		loss, err = l.inner.Loss(ids, labels, seq, answers)
		return err
	})
	return loss, err
}

func (l *late) Ask(ids, labels []int32, seq int, answers *learner.Answers) (loss float64, err error) {
	err = l.now("Ask", func() (err error) {
		loss, err = l.inner.Ask(ids, labels, seq, answers)
		return err
	})
	return loss, err
}

func (l *late) NotFinite(loss float64) (name string, err error) {
	err = l.now("NotFinite", func() (err error) {
		name, err = l.inner.NotFinite(loss)
		return err
	})
	return name, err
}

func (l *late) Measure(on bool) {
	_ = l.later("Measure", func() error { // an error comes with the next number
		l.measuring = on
		l.inner.Measure(on)
		return nil
	})
}

func (l *late) Measured() (rms []model.BlockRMS, load []float32, err error) {
	err = l.now("Measured", func() (err error) {
		rms, load, err = l.inner.Measured()
		return err
	})
	return rms, load, err
}

func (l *late) Pairs(of map[model.Axis][]widen.Pair, flops float64) (groups []pairs.Group, err error) {
	err = l.now("Pairs", func() (err error) {
		groups, err = l.inner.Pairs(of, flops)
		return err
	})
	return groups, err
}

func (l *late) BlockRates(into, byStage []float64, adapted []bool) (mean float64, err error) {
	err = l.now("BlockRates", func() (err error) {
		mean, err = l.inner.BlockRates(into, byStage, adapted)
		return err
	})
	return mean, err
}

// Widen goes matrix by matrix from the old memory to the new one.
func (l *late) Widen(p *widen.Plan, growth model.Growth) error {
	l.table = p.To
	return l.later("Widen", func() error {
		old, err := l.inner.State()
		if err != nil {
			return err
		}
		now := learner.State{Steps: old.Steps, Weights: model.NewValues(p.To), M: model.NewValues(p.To),
			V: model.NewValues(p.To)}
		for i, t := range p.From.Tensors {
			for e := range t.Experts {
				p.Weight(i, e, now.Weights.Expert(i, e), old.Weights.Expert(i, e))
				p.State(i, now.M.Expert(i, e), old.M.Expert(i, e), 1)
				p.State(i, now.V.Expert(i, e), old.V.Expert(i, e), 2)
			}
		}
		if now, err = l.lay(now); err != nil {
			return err
		}
		l.spec, l.setup.Growth, l.setup.State = p.Spec, growth, now
		l.inner = cpu.New(l.setup, 1)
		l.inner.Measure(l.measuring)
		return nil
	})
}

func (l *late) State() (s learner.State, err error) {
	err = l.now("State", func() (err error) {
		s, err = l.inner.State()
		return err
	})
	return s, err
}

func (l *late) Read(q model.Quantity, tensor, expert int, into []float32) error {
	if err := learner.CheckMatrix(l.table, q, tensor, expert, len(into)); err != nil {
		return err
	}
	return l.now("Read", func() error { return l.inner.Read(q, tensor, expert, into) })
}

func (l *late) Write(q model.Quantity, tensor, expert int, from []float32) error {
	if err := learner.CheckMatrix(l.table, q, tensor, expert, len(from)); err != nil {
		return err
	}
	from = slices.Clone(from)
	return l.later("Write", func() error { return l.inner.Write(q, tensor, expert, from) })
}

func (l *late) Threads(int) { l.called("Threads") }

func (l *late) Close() error {
	l.called("Close")
	l.closed = true
	l.free()
	l.inner, l.waits = nil, nil
	return l.ask("Close")
}
