//go:build linux && amd64

package cuda

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// rig is an optimizer on an emulated device, with the same numbers on the host.
type rig struct {
	*optimizer
	t      testing.TB
	memory *memory
	host   [model.Quantities]model.Values
}

// sizes of networks: of vectors that are whole and are not, of tiles of 32 that are whole and are not.
func small() model.Config {
	return model.Config{Vocab: 7, Hidden: 12, Layers: 2, Heads: 2, KVHeads: 1, HeadDim: 6, Experts: 3, TopK: 2,
		Inner: 10, InitStd: 0.2, NormEps: 1e-6, RopeBase: 1e4, LogitMult: 1}
}

func odd() model.Config {
	c := small()
	c.Layers, c.Hidden, c.Inner, c.Experts, c.HeadDim = 1, 41, 35, 2, 10
	return c
}

func whole32() model.Config {
	c := small()
	c.Layers, c.Hidden, c.Inner, c.Experts, c.HeadDim = 1, 64, 32, 2, 16
	return c
}

func adam(kind optim.Kind) optim.Config {
	return optim.Config{Kind: kind, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, Momentum: 0.95, Clip: 0.5}
}

// newRig fills all quantities with numbers of a seed; second moments are not negative.
func newRig(t testing.TB, lib *emulated.Library, c model.Config, p Precision, s learner.Setup) *rig {
	t.Helper()
	r, err := openRig(t, lib, c, p, s)
	t.Cleanup(r.close)
	require.NoError(t, err)
	return r
}

// openRig is newRig where the device may fail. It is to be closed.
func openRig(t testing.TB, lib *emulated.Library, c model.Config, p Precision, s learner.Setup) (*rig, error) {
	t.Helper()
	dev, err := driver.Open(lib.Path(), 0)
	require.NoError(t, err)
	r, table := &rig{t: t, memory: newMemory(dev, p)}, model.NewTable(c)
	rng := rand.New(rand.NewPCG(3, 1))
	for q := range r.host {
		r.host[q] = model.NewValues(table)
		for i := range r.host[q].Data {
			x := float32(rng.NormFloat64())
			if r.host[q].Data[i] = 0.1 * x; model.Quantity(q) == model.Moment2 {
				r.host[q].Data[i] = 0.01 * x * x
			}
		}
		for i, x := range table.Tensors {
			if model.Quantity(q) == model.Moment2 && s.Optimizer.Kind.Orthogonalizes(x) {
				clear(r.host[q].Tensor(i))
			}
		}
	}
	k := &kernels{dev: dev, found: map[string]*driver.Kernel{}}
	r.optimizer = &optimizer{kernels: k}
	return r, dev.Do(func() error {
		if k.module, err = dev.Load([]byte("emulated")); err != nil {
			return err
		}
		r.optimizer = newOptimizer(k, r.memory, newValues(r.memory, table, s.Optimizer.Kind), s)
		r.put()
		return dev.Wait()
	})
}

func (r *rig) close() {
	_ = r.dev.Do(func() error {
		r.memory.releaseAll()
		return nil
	})
	_ = r.dev.Close()
}

// put brings the numbers of the host to the device.
func (r *rig) put() {
	for q, v := range r.host {
		r.values.put(r.dev, model.Quantity(q), v)
	}
}

// do runs a function on the device's goroutine.
func (r *rig) do(f func()) {
	r.t.Helper()
	require.NoError(r.t, r.dev.Do(func() error {
		f()
		return r.dev.Wait()
	}))
}

// got is a quantity on the device.
func (r *rig) got(q model.Quantity) model.Values {
	var v model.Values
	r.do(func() { v, _ = r.values.get(r.dev, q) })
	return v
}

// grown is a growth to c by three widenings of both axes.
func grown(c model.Config) model.Growth {
	g := model.Growth{}
	for _, by := range []float64{0.4, 0.6, 0.6, 1} {
		g.Inner = append(g.Inner, int(by*float64(c.Inner)))
		g.Hidden = append(g.Hidden, int(by*by*float64(c.Hidden)))
	}
	return g
}

func ratesFor(t *model.Table, g model.Growth) []float64 {
	rates := make([]float64, rateCount(t, g))
	for i := range rates {
		rates[i] = 0.001 * float64(1+i%11)
	}
	return rates
}

// nearest demands that numbers differ by no more than tolerance of the largest.
func nearest(t testing.TB, want, got []float32, tolerance float64, what string, args ...any) {
	t.Helper()
	most, worst, at := 0.0, 0.0, 0
	for i := range want {
		most = max(most, math.Abs(float64(want[i])))
		if d := math.Abs(float64(want[i]) - float64(got[i])); !(d <= worst) {
			worst, at = d, i
		}
	}
	assert.LessOrEqual(t, worst, tolerance*most, fmt.Sprintf(what, args...)+": element %d is %g and not %g", at,
		got[at], want[at])
}
