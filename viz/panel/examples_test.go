package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim"
)

func TestExampleIsKnownAgainWhereverItWasWidened(t *testing.T) {
	for _, x := range Examples() {
		e, err := sim.Named(x.Name)
		assert.NoError(t, err)
		assert.Equal(t, x.Name, Chosen(e))
		for i := range e.Arms {
			for k := range e.Arms[i].Widen {
				e.Arms[i].Widen[k].Step -= 7
			}
		}
		assert.Equal(t, x.Name, Chosen(e), "widened at another step")
		e.Seed++
		assert.Empty(t, Chosen(e), "another seed makes it the reader's own")
	}
}
