package viz

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/slowmotion"
)

// Who goes back to before the update that broke an arm sees the neuron and the weight that it breaks.
func TestUpdateThatBreaksIsShownWhereItDoes(t *testing.T) {
	v := New()
	v.SetRecord(recorded(t))
	var answer *look.Answer
	v.SetLooked(func(_ int, q look.Question) (look.Answer, bool) {
		if answer == nil {
			return look.Answer{}, false
		}
		answer.Question = q
		return *answer, true
	})
	v.OpenBreaking(1, record.PlaceOf("the gradient of model.layers.1.mlp.experts.2.down_proj.weight"))
	v.findBroken()
	assert.Equal(t, Update, v.Pinned())
	assert.Equal(t, []any{1, look.OneUpdate(1, 2, 0, look.Twin)}, []any{v.slow.arm, v.slow.question}, "not yet known")

	x := []float32{1, 2, 3}
	row := func(after, gradient []float32) look.Row {
		return look.Row{Before: x, After: after, Gradient: gradient, M: x, MAfter: x, V: x, VAfter: x, Rate: x}
	}
	none := float32(math.NaN())
	gone := []float32{none, none, none}
	answer = &look.Answer{Update: &look.Update{Broken: 5, NotFinite: "a loss", Token: look.Token{In: x, DOut: x},
		Sides: []look.Side{{Neuron: 5, Rows: [3]look.Row{row(gone, x),
			row(gone, []float32{1, float32(math.Inf(1)), 0}), row(gone, x)}}}}}
	v.findBroken()
	assert.Equal(t, look.OneUpdate(1, 2, 5, look.Twin), v.slow.question)
	assert.Equal(t, slowmotion.Weight{Row: 1, Channel: 1}, slowmotion.Moves(answer.Update))
	v.findBroken()
	assert.Equal(t, slowmotion.Backward, v.slow.stage, "the gradient is the first that is no number")
	_, long := v.slowWhere(answer)
	assert.Contains(t, long, "after it a loss is no longer a number")
	answer.Update.Broken = 7
	v.findBroken()
	assert.Equal(t, look.OneUpdate(1, 2, 5, look.Twin), v.slow.question, "it was found")

	v.OpenBreaking(1, record.PlaceOf("a logit"))
	assert.Equal(t, v.rec.Experiment.Model.Layers-1, v.slow.question.Layer, "a place in no layer")
	v.Pin("")
	v.findBroken()
	assert.False(t, v.breaking, "the reader is elsewhere")
}
