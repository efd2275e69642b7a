//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/viz/panel"
)

// A chapter is turned to with its picture and its moment: words, step and picture go together.
func TestChapterBringsItsPictureAndItsMoment(t *testing.T) {
	e := short(t)
	e.Steps = 100
	p := open(t, window{W: 390, H: 844, Scale: 2, Touch: true}, e.Link())
	p.finish()
	shown := func() string {
		p.settle()
		return p.shown()[0].Pane
	}
	assert.Equal(t, "loss", shown(), "the end is in the loss")
	for _, c := range []struct {
		chapter, pane string
		step          int
		phase         panel.Phase
	}{{"learning", "loss", 29, panel.Learning}, {"widened", "copies", 31, panel.Widened},
		{"apart", "divergence", 70, panel.Apart}, {"end", "loss", 100, panel.End}} {
		said := p.chapter(c.chapter)
		assert.Equal(t, c.step, p.state().Step, c.chapter)
		assert.Equal(t, c.phase, p.state().Phase)
		assert.Equal(t, c.pane, shown(), c.chapter)
		if c.chapter == "widened" {
			assert.Contains(t, said, "At step 31 128 of 128 pairs of Copy are equal to the last bit, and 0 of 128 of "+
				"Asymmetric reset.")
		}
		p.settle()
		p.shot("chapter-" + c.chapter)
	}
	p.pick("rms")
	assert.Equal(t, "rms", shown(), "the reader chooses another")
	p.chapter("widened")
	assert.Equal(t, "rms", shown(), "which stays, whatever the words speak of")
	p.pick("")
	assert.Equal(t, "copies", shown())

	p.run(`sparkling.speed("0.25"); sparkling.pause(); sparkling.reset(); sparkling.pause()`)
	p.settle()
	require.Less(t, p.state().Last, 29)
	before := p.state().Step
	p.chapter("apart")
	assert.Equal(t, before, p.state().Step, "what is not recorded yet cannot be shown")
	assert.True(t, eval[bool](p,
		fmt.Sprintf(`document.querySelector("#chapters [data-chapter=%s]").hasAttribute("aria-current")`, "apart")))
}
