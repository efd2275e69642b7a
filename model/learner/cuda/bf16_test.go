//go:build linux && amd64

package cuda_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// judged are the losses and the gradients of a network's first batch by an engine of package compute.
func judged(eng compute.Engine, w model.Values, ids, labels []int32, batch, seq int) (model.Losses, model.Values) {
	n := model.NewNet(eng, w, batch, seq)
	n.Forward(ids)
	return n.Backward(labels), n.Grads
}

// In float32 the device gives the plain engine's gradients; in bf16 those of the plain engine with operands of products
// rounded. That is another network: its gradients differ from those of float32 by more than is allowed. An operand in
// the middle between two numbers of bf16 is rounded to either, as its last bit says, and what follows is then another,
// too.
// So the device may be as far from the judge as the judge is from itself with weights that differ in their last bits.
func TestGradientsAreThoseOfThePlainEngineAtTheSamePrecision(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, _ := open(t, p)
		for i, c := range shapes() {
			s := setup(c, optim.AdamW)
			w := s.State.Weights.Clone()
			ids, labels := tokens(s.Batch*s.Seq, c.Vocab)
			what := fmt.Sprintf("%s, shape %d", p, i)
			_, exact := judged(compute.Reference{}, w, ids, labels, s.Batch, s.Seq)
			var eng compute.Engine = compute.Reference{}
			if p == cuda.BF16 {
				eng = judge{experts: c.Experts}
			}
			want, grads := judged(eng, w, ids, labels, s.Batch, s.Seq)
			allowed := 2e-6
			for seed := range uint64(4) {
				_, other := judged(eng, shaken(w, seed), ids, labels, s.Batch, s.Seq)
				allowed = max(allowed, 2*apart(grads.Data, other.Data))
			}
			l, err := f.New(s)
			require.NoError(t, err)
			u, err := l.Train(ids, labels, []float64{0})
			require.NoError(t, err)
			assert.InEpsilon(t, want.CE, u.CE, 1e-6, what)
			assert.InEpsilon(t, want.Aux, u.Aux, 1e-6, what)
			got := read(t, l, model.Gradient)
			assert.LessOrEqual(t, apart(grads.Data, got.Data), allowed, what)
			if p == cuda.BF16 {
				assert.Greater(t, apart(grads.Data, exact.Data), allowed, "%s: it is another network", what)
			}
			require.NoError(t, l.Close())
		}
	})
}

// shaken are weights that differ in their last bits.
func shaken(w model.Values, seed uint64) model.Values {
	w = w.Clone()
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range w.Data {
		w.Data[i] *= 1 + float32(rng.NormFloat64()*1e-7)
	}
	return w
}

// apart is ‖want − got‖/‖want‖.
func apart(want, got []float32) float64 {
	var d, n float64
	for i, x := range want {
		d += math.Pow(float64(x)-float64(got[i]), 2)
		n += math.Pow(float64(x), 2)
	}
	return math.Sqrt(d / n)
}
