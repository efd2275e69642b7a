package look_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/codec"
	"github.com/sparkling-lab/sparkling/sim/look"
)

// answers is one of each kind.
func answers() []look.Answer {
	row := func() look.Row {
		x := []float32{1, float32(math.NaN())}
		return look.Row{Tensor: "w", Before: x, After: x, Gradient: x, M: x, MAfter: x, V: x, VAfter: x, Rate: x,
			Direction: x}
	}
	plain := row()
	plain.Direction = nil
	return []look.Answer{
		{Question: look.OneUpdate(1, 2, 3, 9), Step: 7, Update: &look.Update{
			Rule:  look.Rule{Muon: true, Updates: 8, Decay: 0.1, Momentum: 0.95, Scale: 2, Exact: true},
			Loss:  2.5,
			Token: look.Token{Symbols: []string{"a", " "}, Label: "b", In: []float32{1, 2}, DOut: []float32{3, 4}},
			Sides: []look.Side{
				{Neuron: 3, Rows: [3]look.Row{row(), row(), row()}},
				{Neuron: 9, Rows: [3]look.Row{plain, plain, plain}},
			},
			Widened: true, NotFinite: "a loss",
		}},
		{Question: look.OneLayer(0, model.Gradient), Step: 1, Layer: &look.LayerValues{
			Matrices: []look.Matrix{{Tensor: "w", Part: model.Up, Expert: 1, Rows: 1, Cols: 2,
				Values: []float32{1, 2}}},
		}},
		{Question: look.OneLayer(0, look.Activations), Layer: &look.LayerValues{
			Experts: []look.Neurons{{Tokens: 3, Mean: []float32{1}, Active: []float32{0.5}}}}},
		{Question: look.AllTensors(look.Activations, look.Fixed), Histograms: &look.Histograms{
			Tensors: []look.Histogram{{Part: model.Down, Layer: 1, Count: 3, Bins: make([]int32, look.Bins), To: 1}},
		}},
		{Question: look.OneHead(0, 1, 2), Attention: &look.Attention{Heads: 2, KVHeads: 1, Sequences: 3,
			Symbols: []string{"a", "b"}, Probs: []float32{1, 0, 0.5, 0.5}}},
		{Question: look.OneHead(0, 1, 2), Declined: "there is no head 2"},
	}
}

func encoded(a look.Answer) ([]byte, error) {
	c := &codec.Coder{}
	a.Code(c)
	return c.Buf, c.Err
}

func decoded(data []byte) (a look.Answer, err error) {
	c := &codec.Coder{Reading: true, Buf: data}
	a.Code(c)
	return a, c.Err
}

func TestAnswersAreReadAsTheyWereWritten(t *testing.T) {
	for _, a := range answers() {
		data, err := encoded(a)
		require.NoError(t, err)
		got, err := decoded(data)
		require.NoError(t, err)
		again, err := encoded(got)
		require.NoError(t, err)
		assert.Equal(t, data, again)
		assert.Equal(t, a.Question, got.Question)
		for n := range data {
			_, err := decoded(data[:n])
			assert.Error(t, err, "cut off after %d of %d bytes", n, len(data))
		}
	}
}

func TestAnswersThatAreNotWholeAreRefused(t *testing.T) {
	for name, change := range map[string]func(a []look.Answer) look.Answer{
		"probabilities": func(a []look.Answer) look.Answer { a[4].Attention.Probs = []float32{1}; return a[4] },
		"a matrix":      func(a []look.Answer) look.Answer { a[1].Layer.Matrices[0].Rows = 7; return a[1] },
		"part":          func(a []look.Answer) look.Answer { a[1].Layer.Matrices[0].Part = 99; return a[1] },
		"activations":   func(a []look.Answer) look.Answer { a[2].Layer.Experts[0].Mean = nil; return a[2] },
		"bins":          func(a []look.Answer) look.Answer { a[3].Histograms.Tensors[0].Bins = nil; return a[3] },
		"histogram":     func(a []look.Answer) look.Answer { a[3].Histograms.Tensors[0].Layer = -2; return a[3] },
		"weights of a":  func(a []look.Answer) look.Answer { a[0].Update.Sides[1].Rows[2].V = nil; return a[0] },
		"no neuron":     func(a []look.Answer) look.Answer { a[0].Update.Sides = nil; return a[0] },
		"at most 2": func(a []look.Answer) look.Answer {
			a[0].Update.Sides = append(a[0].Update.Sides, a[0].Update.Sides[0])
			return a[0]
		},
		"head": func(a []look.Answer) look.Answer { a[4].Question.Head = -1; return a[4] },
		"kind": func(a []look.Answer) look.Answer { a[5].Question.Kind = 0; return a[5] },
	} {
		data, err := encoded(change(answers()))
		require.NoError(t, err)
		_, err = decoded(data)
		assert.ErrorContains(t, err, name)
	}
	_, err := encoded(look.Answer{Question: look.OneHead(0, 0, 0)})
	assert.ErrorContains(t, err, "without")
}

func FuzzAnswers(f *testing.F) {
	for _, a := range answers() {
		data, err := encoded(a)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := decoded(data)
		if err != nil {
			return
		}
		again, err := encoded(a)
		require.NoError(t, err)
		got, err := decoded(again)
		require.NoError(t, err)
		assert.Equal(t, a.Question, got.Question)
		if u := a.Update; u != nil {
			u.Settle()
		}
	})
}

func TestQuestionsBeyondTheirBoundsAreRefused(t *testing.T) {
	for _, q := range []look.Question{
		{}, {Kind: 9}, look.OneUpdate(-1, 0, 0, 0), look.OneUpdate(0, 0, 0, -3), look.OneUpdate(0, 1<<20, 0, 0),
		look.OneUpdate(0, 0, 1<<20, 0), look.OneLayer(0, look.Activations+1), look.AllTensors(0, 2),
		look.OneHead(0, 0, 1<<21), look.OneHead(1<<20, 0, 0),
	} {
		assert.ErrorContains(t, q.Validate(), "allowed are", "%+v", q)
	}
	assert.NoError(t, look.OneUpdate(0, 0, 0, look.None).Validate())
}

// A product that is fused with its sum is rounded once.
func TestRulesRoundAsEnginesDo(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func() float32 { return float32(math.Ldexp(rng.Float64()-0.5, rng.IntN(60)-30)) }
	differ := 0
	for range 20000 {
		decay, w, step := draw(), draw(), draw()
		row := &look.Row{Before: []float32{w}, Gradient: []float32{0}, M: []float32{0}, V: []float32{0},
			Rate: []float32{1}, Direction: []float32{step}}
		total := func(r look.Rounding) float32 {
			return look.Rule{Muon: true, Decay: decay, Scale: 1, Rounding: r}.Trace(row, 0).Total
		}
		exact := func(x float32) *big.Float { return new(big.Float).SetPrec(400).SetFloat64(float64(x)) }
		product := exact(decay)
		once, _ := product.Add(product.Mul(product, exact(w)), exact(step)).Float32()
		require.Equal(t, once, total(look.Rounding{FusedDecay: true}))
		require.Equal(t, float32(decay*w)+step, total(look.Rounding{}))
		if once != total(look.Rounding{}) {
			differ++
		}
	}
	assert.Positive(t, differ)
}

// Where no way of rounding gives the engine's numbers, that is said.
func TestRulesThatDoNotGiveTheEnginesNumbersSaySo(t *testing.T) {
	row := look.Row{Before: []float32{1}, Gradient: []float32{0.5}, M: []float32{0}, MAfter: []float32{0.05},
		V: []float32{0}, VAfter: []float32{0.0125}, Rate: []float32{0.1}, After: []float32{0.9}}
	rule := look.Rule{Updates: 1, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, Bias1: 0.1, Bias2: 0.05}
	trace := rule.Trace(&row, 0)
	assert.InDelta(t, 1, trace.Step, 1e-6, "the first update of AdamW is as long as its rate")
	assert.InDelta(t, 0.9, trace.After, 1e-6)
	row.MAfter[0], row.VAfter[0], row.After[0] = trace.M, trace.V, trace.After
	u := look.Update{Rule: rule, Sides: []look.Side{{Rows: [3]look.Row{row, row, row}}}}
	u.Settle()
	assert.True(t, u.Rule.Exact)
	row.After[0] = 0.7
	u.Settle()
	assert.False(t, u.Rule.Exact)
}
