package panel

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/record"
)

func TestTheNetworkIsSaidInWords(t *testing.T) {
	e := turned(t, "default")
	rec := widenedBy(e, 0)
	for i := range rec.Reports {
		rec.Reports[i].ParamsBefore, rec.Reports[i].ParamsAfter = 20384, 32672
	}
	const small = "The network has 2 layers, each of attention and 4 experts of 16 neurons, of which 2 work on each " +
		"symbol; 32 channels flow past them, and it has 20,384 parameters."
	assert.Equal(t, small, network(rec, 20384, e.Fork()-1))
	assert.Equal(t, small+" Widened, in Copy, Asymmetric reset and SPARKLING: 32 neurons each, 32 channels and "+
		"32,672 parameters.", network(rec, 1, e.Fork()), "what a report says holds for the network before it too")
	rec.Tracks[0] = []record.ArmFrame{{ExpertLoad: []float32{0.1, 0.2, 0.3, 0.4, 0.25, 0.25, 0.25, 0.25}}}
	assert.Equal(t, small+" The busiest expert worked on 80 % of the symbols of the last batch, the least busy on "+
		"20 %.", network(rec, 20384, 0))

	stages := turned(t, "stages")
	rec = widenedBy(stages, 0)
	assert.Contains(t, network(rec, 0, 500), "Widened, in Copy, staged, SPARKLING, staged and SPARKLING 4x: 32 "+
		"neurons each")
	assert.Contains(t, network(rec, 0, 250), "Widened, in Copy, staged and SPARKLING, staged: 16 neurons each")
	assert.NotContains(t, network(rec, 0, 250), "SPARKLING 4x")

	dense := turned(t, "dense")
	dense.Arms = dense.Arms[:1]
	dense.Model.Layers = 1
	assert.Equal(t, "The network has 1 layer, each of attention and 32 neurons; 32 channels flow past them.",
		network(widenedBy(dense, 0), 0, 0))
}
