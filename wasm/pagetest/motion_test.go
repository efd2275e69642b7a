//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The network splits when the shown step comes to the widening, and then rests; where the system asks for reduced
// motion it is there at once, and looks the same.
func TestTheNetworkSplitsAndRests(t *testing.T) {
	p := open(t, desktop, brief(t, "facts", "letters", "12").Link())
	p.finish()
	p.settle()
	p.pick("network")
	fork := p.state().Fork
	split := func() []byte {
		p.run(fmt.Sprintf("sparkling.scrub(%d)", fork-1))
		p.settle()
		before := p.canvas()
		p.run(fmt.Sprintf("sparkling.scrub(%d)", fork+1))
		p.shot("split")
		p.settle()
		assert.NotEqual(t, before, p.canvas())
		return p.canvas()
	}
	moved := split()
	p.shot("split-rests")
	_, err := chromedp.Call(p.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}})
	require.NoError(t, err)
	p.run(fmt.Sprintf("sparkling.scrub(%d)", fork-1))
	p.settle()
	pictures := p.work().Pictures
	assert.Equal(t, moved, split())
	assert.LessOrEqual(t, p.work().Pictures, pictures+8, "it does not move: there are 84 frames where it does")
}
