//go:build !js

package pagetest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// picture is one as it stands, in CSS pixels.
type picture struct {
	Pane       string
	X, Y, W, H float64
}

// shown are the pictures, the largest first.
func (p *tab) shown() (s []picture) {
	p.t.Helper()
	require.NoError(p.t, json.Unmarshal([]byte(eval[string](p, "sparkling.shown()")), &s))
	return s
}

// pick chooses the picture that is shown alone, as a keyboard or a finger does; the empty name is the story's choice.
func (p *tab) pick(pane string) {
	p.t.Helper()
	p.run(`(() => { const choice = document.getElementById("pane"); choice.value = "` + pane + `";
		choice.dispatchEvent(new Event("change", { bubbles: true })); })()`)
}

// alone is which picture the page says to be alone.
func (p *tab) alone() string {
	p.t.Helper()
	return eval[string](p, `document.getElementById("pane").value`)
}

// One picture is large and others stand small beside it; a click on a heading makes any of them large, and Escape or
// another click brings them back. The choice in the bar says the same.
func TestAnyPictureIsHadAloneAndLetGo(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	p.settle()
	stage := p.shown()
	require.Greater(t, len(stage), 2)
	small := stage[len(stage)-1]
	assert.Less(t, small.W*small.H, stage[0].W*stage[0].H/3, "one is large")
	cursor := func() string {
		return eval[string](p, `getComputedStyle(document.querySelector("body > canvas")).cursor`)
	}

	p.mouse(small.X+20, small.Y+60)
	p.settle()
	assert.NotEqual(t, "pointer", cursor(), "pictures are looked at")
	p.mouse(small.X+20, small.Y+8)
	p.settle()
	assert.Equal(t, "pointer", cursor(), "headings can be clicked on")
	p.shot("pin-heading")
	p.press("left", small.X+20, small.Y+60)
	assert.Len(t, p.shown(), len(stage), "a picture cannot")
	p.press("left", small.X+20, small.Y+8)
	p.settle()
	require.Len(t, p.shown(), 1)
	assert.Equal(t, small.Pane, p.shown()[0].Pane)
	assert.Equal(t, small.Pane, p.alone())
	p.shot("pin-" + small.Pane)
	p.chord("Escape", "Escape", 27, 0)
	p.settle()
	assert.Equal(t, stage, p.shown())
	assert.Equal(t, "", p.alone())

	p.pick("copies")
	p.settle()
	assert.Equal(t, "copies", p.shown()[0].Pane)
	p.press("left", 30, 20)
	p.settle()
	assert.Equal(t, stage, p.shown(), "a second click brings them back")
	assert.Equal(t, "", p.alone())

	// Escape is taken only where there is something to bring back.
	p.run(`window.escapes = []; addEventListener("keydown", (e) => escapes.push(e.defaultPrevented))`)
	p.chord("Escape", "Escape", 27, 0)
	p.pick("rms")
	p.run(`document.getElementById("pane").focus()`)
	p.chord("Escape", "Escape", 27, 0)
	assert.Equal(t, "", p.alone(), "wherever the focus is")
	assert.Equal(t, []bool{false, true}, eval[[]bool](p, `escapes`))
}
