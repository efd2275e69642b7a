//go:build !js

package pagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/viz/panel"
)

type state = panel.State

// The first minute, as the reader has it: nobody touches anything.
func TestFirstMinuteHappensByItself(t *testing.T) {
	begun := time.Now()
	p := open(t, desktop, "")
	t.Logf("the pictures are there after %.1f s", time.Since(begun).Seconds())
	p.wait("JSON.parse(sparkling.state()).last > 5")
	for _, mark := range []string{"pictures", "trained"} {
		p.wait(`performance.getEntriesByName("` + mark + `").length`)
		t.Logf("%s: %.2f s after the page was asked for", mark, eval[float64](p, `performance.getEntriesByName("`+mark+`")[0].startTime`)/1000)
	}
	p.shot("minute-03-learning")
	p.wait("JSON.parse(sparkling.state()).forked")
	t.Logf("the fork is at %.1f s", time.Since(begun).Seconds())
	p.wait("JSON.parse(sparkling.state()).last >= 508")
	p.shot("minute-15-widened")
	p.wait("JSON.parse(sparkling.state()).last >= 560")
	t.Logf("60 steps after the fork at %.1f s", time.Since(begun).Seconds())
	p.shot("minute-30-apart")
	p.wait("JSON.parse(sparkling.state()).done")
	p.settle()
	t.Logf("the run is over after %.1f s", time.Since(begun).Seconds())
	p.shot("minute-60-end")
	p.picture("still")
	for _, a := range p.state().Arms {
		t.Logf("%-18s held-out %s", a.Name, a.Held)
	}

	// What was on the way is looked at once it is over: a busy machine may be late for the moment itself.
	p.run(`sparkling.scrub(508)`)
	assert.Equal(t, panel.Widened, p.state().Phase)
	p.run(`sparkling.scrub(560)`)
	s := p.state()
	assert.Equal(t, panel.Apart, s.Phase)
	for _, a := range s.Arms {
		switch a.Role {
		case panel.Copy:
			assert.Equal(t, a.Lock.Pairs, a.Lock.Locked, "every pair of Copy is equal bit for bit")
			assert.Equal(t, "1", a.Lock.Weight)
			assert.Equal(t, "1", a.Lock.Grad)
			assert.Equal(t, "0", a.Lock.Dist)
		case panel.Asymmetric, panel.Sparkling:
			assert.Zero(t, a.Lock.Locked, "no pair of %s is equal", a.Name)
		}
	}
}
