package viz

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/look"
)

// Somebody who looks at a picture is told of a newer answer; nobody is asked twice for what two pictures show.
func TestPictureIsDrawnAnewWhenAnAnswerThatItShowsIsAnother(t *testing.T) {
	v := New()
	v.SetRecord(recorded(t))
	q, other := look.OneHead(0, 1, 2), look.OneLayer(1, look.Activations)
	newest := look.Answer{Question: q, Number: 1}
	v.SetLooked(func(arm int, asked look.Question) (look.Answer, bool) { return newest, arm == 0 && asked == q })
	for range 2 {
		a, ok := v.look(0, q)
		assert.True(t, ok)
		assert.Equal(t, newest, a)
	}
	_, ok := v.look(1, other)
	assert.False(t, ok, "nobody has answered")
	p, twin := place{wants: v.wants}, place{wants: []look.Want{{Arm: 0, Question: q}}}
	before := v.content(&p)
	newest.Number = 7
	assert.NotEqual(t, before, v.content(&p))
	v.places = []place{p, twin}
	assert.Equal(t, []look.Want{{Arm: 0, Question: q}, {Arm: 1, Question: other}}, v.Wants())
}
