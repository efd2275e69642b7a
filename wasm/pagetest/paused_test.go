//go:build !js

package pagetest

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Where nothing trains there are no frames but those that somebody needs.
func TestPausedPageShowsWhatIsAskedOfIt(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	p.settle()
	before := p.canvas()

	p.settle()
	p.drawn("the pointer is on the loss", func() { p.mouse(300, 200) })
	p.drawn("the pointer has left the pictures", func() { p.mouse(1300, 400) })
	assert.Equal(t, before, p.canvas(), "and so has what it showed")

	p.settle()
	p.drawn("the loss is drawn over tokens",
		func() { p.run(`document.querySelector("#scale [value=tokens]").click()`) })
	p.settle()
	p.run(`sparkling.scale("steps")`)
	assert.Equal(t, before, p.canvas(), "an exported picture is of what was chosen just before")
}

// What shows nothing new takes no frame, however long one waits.
func TestSettledPageTakesNoFrame(t *testing.T) {
	p := open(t, desktop, forkedAt(40).Link())
	p.run(`sparkling.pause()`)
	p.settle()
	before := p.work()
	t.Logf("main thread, nothing training: %v", p.trace(3*time.Second))
	assert.Equal(t, before.Frames, p.work().Frames)
	assert.Equal(t, before.Steps, p.work().Steps)
}

// settle waits until the page says that nothing more comes of itself: arms may owe steps that they were told to make,
// pictures and words what has come.
func (p *tab) settle() {
	p.t.Helper()
	p.wait(`sparkling.still()`)
}

// drawn does something, of which a picture must come.
func (p *tab) drawn(what string, do func()) {
	p.t.Helper()
	before := p.work().Pictures
	do()
	assert.Eventually(p.t, func() bool { return p.work().Pictures > before }, patience, 50*time.Millisecond, what)
}

// mouse moves the pointer to a place in the window.
func (p *tab) mouse(x, y float64) {
	p.t.Helper()
	_, err := chromedp.Call(p.Ctx, input.DispatchMouseEvent,
		input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y})
	require.NoError(p.t, err)
}
