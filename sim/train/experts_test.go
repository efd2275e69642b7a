package train

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

// routed is the softmax (E) of a router for one token of the last forward pass, by the definition and in float64.
func routed(net *model.Net, layer, token int) []float64 {
	c := net.Config
	x := net.ResidualMid(layer)[token*c.Hidden:][:c.Hidden]
	norm := net.Weights.Tensor(net.Table.Find(model.FFNNorm, layer))
	route := net.Weights.Tensor(net.Table.Find(model.Route, layer))
	square, sum, p := c.NormEps, 0.0, make([]float64, c.Experts)
	for _, v := range x {
		square += float64(v) * float64(v) / float64(c.Hidden)
	}
	for e := range p {
		for i, v := range x {
			p[e] += float64(route[e*c.Hidden+i]) * float64(v) * float64(norm[i]) / math.Sqrt(square)
		}
		p[e] = math.Exp(p[e])
		sum += p[e]
	}
	for e := range p {
		p[e] /= sum
	}
	return p
}

// got is what experts get, found in another way than a run does: by the plain engine, one row at a time.
func got(t *testing.T, e experiment.Experiment, w model.Values) (router []float32, gets []int32) {
	learnt, err := task.New(e.Task)
	require.NoError(t, err)
	set, names := learnt.Live(e.Task.Seq), e.Task.Classes()
	net := model.NewNet(compute.Reference{}, w, 1, set.Seq)
	c, read := net.Config, 0
	sum := make([]float64, c.Layers*c.Experts)
	gets = make([]int32, len(sum)*len(names))
	ids, labels := make([]int32, set.Seq), make([]int32, set.Seq)
	for row := range set.Rows {
		set.Fill(row, ids, labels)
		net.Forward(ids)
		for at, y := range labels {
			if y == task.Ignored {
				continue
			}
			read++
			for l := range c.Layers {
				p := routed(net, l, at)
				order := make([]int, c.Experts)
				for x := range order {
					order[x] = x
					sum[l*c.Experts+x] += p[x]
				}
				slices.SortStableFunc(order, func(a, b int) int {
					if p[a] > p[b] {
						return -1
					}
					return 1
				})
				for _, x := range order[:c.TopK] {
					gets[(l*c.Experts+x)*len(names)+learnt.Class(ids, at)]++
				}
			}
		}
	}
	for _, x := range sum {
		router = append(router, float32(x/float64(read)))
	}
	return router, gets
}

func TestWhatExpertsGetIsWhatTheirRoutersSayOfEverySymbolOfTheValidationSet(t *testing.T) {
	text := trial.Quick(experiment.Default(), 60)
	for name, e := range map[string]experiment.Experiment{"text": text, "facts": factsExperiment(t, 9, 60)} {
		r, last := begun(t, e, len(e.Arms)-1), record.ArmFrame{}
		first, err := r.First()
		require.NoError(t, err)
		assert.Len(t, first.Router, e.Model.Layers*e.Model.Experts, "%s: from the beginning", name)
		for r.step < r.end {
			last = step(t, r)
			assert.Equal(t, record.Finite(last.ValLoss), last.Gets != nil, "%s: with the validation loss", name)
			assert.Equal(t, record.Finite(last.ValLoss), last.Router != nil, name)
		}
		router, gets := got(t, e, values(t, r, model.Weight))
		assert.InDeltaSlice(t, router, last.Router, 1e-4, name)
		require.Len(t, last.Gets, len(gets), name)
		wrong, all := 0, 0
		for i, n := range gets {
			wrong, all = wrong+int(math.Abs(float64(n-last.Gets[i]))), all+int(last.Gets[i])
		}
		assert.LessOrEqual(t, wrong, 4, "%s: but for what is as good as a tie", name)
		assert.Equal(t, e.Model.Layers*e.Model.TopK*symbols(e), all, "%s: each goes to so many", name)
	}
}

// symbols is how many of the live validation set are asked about.
func symbols(e experiment.Experiment) int {
	if n := e.Task.Questions(); n > 0 {
		return n
	}
	return e.Task.LiveTokens()
}

func TestExpertsThatAreTooManyAreNotToldApart(t *testing.T) {
	e := factsExperiment(t, 36, 20)
	e.Model.Experts, e.Model.Layers = 120, 2
	r := begun(t, e, 0)
	require.Greater(t, 240*36, record.MaxGets)
	f, err := r.First()
	require.NoError(t, err)
	assert.Len(t, f.Router, 240)
	assert.Nil(t, f.Gets)
}
