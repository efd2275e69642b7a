//go:build !js

package pagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/sim"
)

// What the pictures take from training, and training from the pictures. It is measured and reported; what it proves is that the page
// stays alive while every core trains: frames come, and answers to a click.
func TestPageAnswersWhileThreeArmsTrainAtFullSpeed(t *testing.T) {
	e := sim.Default()
	e.Arms = e.Arms[1:]
	p := open(t, desktop, e.Link())
	p.run(`sparkling.pause()`)
	time.Sleep(time.Second)
	t.Logf("main thread, nothing training: %v", p.trace(3*time.Second))
	p.run(`sparkling.reset(); sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).last > 520`, time.Minute)
	busy := p.trace(6 * time.Second)
	t.Logf("main thread, three arms at full speed: %v", busy)
	assert.Greater(t, busy.PerSecond, 2.0, "frames a second")
	p.run(`document.getElementById("play").click()`)
	assert.False(t, p.state().Playing)
	assert.Less(t, p.state().Last, 1000, "the run was still going on")
}

// trace measures the main thread for a while.
func (p *tab) trace(during time.Duration) browser.Frames {
	p.t.Helper()
	f, err := p.Trace(during)
	require.NoError(p.t, err)
	return f
}
