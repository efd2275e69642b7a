//go:build !js

package pagetest

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// write replaces what stands in a control, as somebody who types it does.
func (p *tab) write(id, text string) {
	p.t.Helper()
	p.run(`{ const i = document.getElementById("knob-` + id + `"); const fold = i.closest("details"); if (fold) ` +
		`fold.open = true; i.focus(); i.select(); }`)
	_, err := chromedp.Call(p.Ctx, input.InsertText, input.InsertTextParams{Text: text})
	require.NoError(p.t, err)
}

// enter presses Enter.
func (p *tab) enter() {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown,
		input.DispatchKeyEventTypeKeyUp} {
		_, err := chromedp.Call(p.Ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: "Enter",
			Code: "Enter", Text: "\r", WindowsVirtualKeyCode: 13})
		require.NoError(p.t, err)
	}
}

// A field in error keeps the experiment from running, whatever stood in it before; nothing that is typed is taken for
// another number.
func TestWhatIsTypedRunsAsItIsTypedOrNotAtAll(t *testing.T) {
	p := open(t, window{W: 390, H: 844, Scale: 2, Touch: true}, short(t).Link())
	ready := func() bool { return !eval[bool](p, `document.getElementById("apply").disabled`) }
	says := func(id string) string { return eval[string](p, `document.getElementById("`+id+`").textContent`) }
	assert.False(t, ready(), "nothing is changed")
	p.write("seed", "7")
	assert.True(t, ready(), "while it is typed")
	p.write("seed", "-4")
	assert.False(t, ready())
	assert.Contains(t, says("knob-seed-help"), `Seed is "-4"; allowed is a whole number from 0 to 18446744073709551615`)
	p.enter()
	assert.Equal(t, uint64(1), p.experiment().Seed, "Enter runs nothing that is in error")
	p.turn("steps", "80")
	assert.Equal(t, "-4", eval[string](p, `document.getElementById("knob-seed").value`),
		"what was typed stays where another control is turned")
	assert.False(t, ready())
	assert.Contains(t, says("pending"), "cannot be: Seed cannot be what was typed there.")
	for _, typed := range []string{"1e9", "0x10", "1,000", "18446744073709551616", ""} {
		p.write("seed", typed)
		assert.False(t, ready(), "%q", typed)
	}
	p.write("seed", "1099511627776")
	assert.True(t, ready())
	p.write("lr", "0,005")
	assert.Contains(t, says("knob-lr-help"), "with a decimal point: 0.005")
	assert.False(t, ready())
	p.write("lr", "0.005")
	assert.True(t, eval[bool](p, `(({ top, bottom }, panel) => top >= panel.top && bottom <= `+
		`innerHeight)(document.getElementById("apply").getBoundingClientRect(), `+
		`document.getElementById("panel").getBoundingClientRect())`),
		"what runs it is in sight of its controls")
	p.shot("knobs-typed")
	p.run(`sparkling.pause()`) // which is no wish of the next one
	p.enter()
	e := p.experiment()
	assert.Equal(t, uint64(1)<<40, e.Seed)
	assert.Equal(t, 80, e.Steps)
	assert.Equal(t, 0.005, e.Optimizer.LR)
	assert.Equal(t, "play", eval[string](p, `document.activeElement.id`),
		"one Enter runs it, and leads to the pictures")
	assert.Zero(t, eval[float64](p, `document.getElementById("panel").scrollTop`))
	assert.Empty(t, says("pending"))
	p.wait(`JSON.parse(sparkling.state()).last > 2`)
}

// experiment is the one that runs.
func (p *tab) experiment() experiment.Experiment {
	p.t.Helper()
	doc, err := experiment.FromAddress(eval[string](p, `sparkling.address()`))
	require.NoError(p.t, err)
	return doc.Experiment()
}
