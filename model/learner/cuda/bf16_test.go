//go:build linux && amd64

package cuda_test

import (
	"fmt"
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
// rounded, which is another network by more than that.
func TestGradientsAreThoseOfThePlainEngineAtTheSamePrecision(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, _ := open(t, p)
		for i, c := range shapes() {
			s := setup(c, optim.AdamW)
			w := s.State.Weights.Clone()
			ids, labels := tokens(s.Batch*s.Seq, c.Vocab)
			var eng compute.Engine = compute.Reference{}
			allowed := 2e-5
			if p == cuda.BF16 {
				eng, allowed = judge{experts: c.Experts}, 4e-3
			}
			want, grads := judged(eng, w, ids, labels, s.Batch, s.Seq)
			l, err := f.New(s)
			require.NoError(t, err)
			u, err := l.Train(ids, labels, []float64{0})
			require.NoError(t, err)
			what := fmt.Sprintf("%s, shape %d", p, i)
			assert.InEpsilon(t, want.CE, u.CE, allowed, what)
			assert.InEpsilon(t, want.Aux, u.Aux, allowed, what)
			name, w2 := worstTensor(grads, read(t, l, model.Gradient))
			assert.LessOrEqual(t, w2, allowed, "%s: gradient of %s", what, name)
			t.Logf("%s: %s %.1e", what, name, w2)
			require.NoError(t, l.Close())
		}
	})
}
