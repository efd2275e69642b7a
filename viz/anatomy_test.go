package viz

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

func TestAnyNetworkIsDrawnInAnyPlace(t *testing.T) {
	for _, place := range []box{{0, 0, 300, 220}, {10, 20, 900, 600}, {0, 0, 84, 120}, {0, 0, 390, 405},
		{5, 5, 30, 20}, {0, 0, -10, -40}} {
		for _, layers := range []int{1, 2, 8, 256} {
			for _, experts := range []int{1, 4, 16, 1024} {
				for _, inner := range []int{1, 7, 16, 300, 65536} {
					for _, networks := range []int{1, 8} {
						a := anatomy{Layers: layers, Experts: experts, TopK: 1, Inner: inner, Hidden: 32}
						a.fit(place, networks)
						name := fmt.Sprintf("%d x %d x %d, %d in %v: %+v", layers, experts, inner, networks, place, a)
						assert.Equal(t, (layers+a.everyLayer-1)/a.everyLayer, a.layers, name)
						assert.Equal(t, (experts+a.everyExpert-1)/a.everyExpert, a.experts, name)
						assert.Equal(t, (inner+a.each-1)/a.each, a.dots, name)
						assert.Positive(t, a.lines, name)
						neurons := a.layers * a.experts * a.dots * networks
						assert.LessOrEqual(t, neurons, max(mostNeurons, a.layers*a.experts*networks), name)
						f := a.frame(place, a.layers)
						for l := range a.layers {
							for k := range a.experts {
								e := f.expert(l, k, a.experts)
								w, h := tiled(a.dots, e.w, e.h).size(e)
								assert.True(t, a.dots == 1 || w >= leastNeuron && h >= leastNeuron*tallerThanDot, name)
								if place.h > 100 {
									assert.True(t, e.y >= place.y && e.y+e.h <= f.attention(l).y, name)
									assert.LessOrEqual(t, e.x+e.w, place.x+place.w+1e-9, name)
								}
							}
						}
					}
				}
			}
		}
	}
}

func TestWhatANetworkConsistsOfIsSaid(t *testing.T) {
	e, err := experiment.Named("facts")
	assert.NoError(t, err)
	a := anatomyOf(e, 0, 0)
	assert.Equal(t, "2 layers of attention and 4 experts, 2 of them for each symbol; 8 neurons each.", a.says())
	assert.Equal(t, "8 neurons in each expert became 16. ", grewSays(e))
	a.Layers, a.Experts, a.Inner = 1, 1, 1
	assert.Equal(t, "1 layer of attention and 1 neuron.", a.says())
	assert.Empty(t, a.bars())
	pairs, err := experiment.Named("pairs")
	assert.NoError(t, err)
	assert.Empty(t, grewSays(pairs), "arms that become different networks")
}
