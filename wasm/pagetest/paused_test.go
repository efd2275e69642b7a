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
	p.drawn("the loss is drawn over tokens", func() { p.run(`document.querySelector("#scale [value=tokens]").click()`) })
	p.settle()
	p.run(`sparkling.scale("steps")`)
	assert.Equal(t, before, p.canvas(), "an exported picture is of what was chosen just before")
}

// settle waits until a paused page draws nothing more.
func (p *tab) settle() {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		before := p.work().Frames
		time.Sleep(time.Second)
		return p.work().Frames == before
	}, 20*time.Second, time.Millisecond)
}

// drawn does something, of which a picture must come.
func (p *tab) drawn(what string, do func()) {
	p.t.Helper()
	before := p.work().Pictures
	do()
	assert.Eventually(p.t, func() bool { return p.work().Pictures > before }, 5*time.Second, 50*time.Millisecond, what)
}

// mouse moves the pointer to a place in the window.
func (p *tab) mouse(x, y float64) {
	p.t.Helper()
	_, err := chromedp.Call(p.Ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y})
	require.NoError(p.t, err)
}
