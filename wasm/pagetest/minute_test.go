//go:build !js

package pagetest

import (
	"bytes"
	"image/png"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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
		t.Logf("%s: %.2f s after the page was asked for", mark,
			eval[float64](p, `performance.getEntriesByName("`+mark+`")[0].startTime`)/1000)
	}
	p.shot("minute-03-learning")
	p.wait("JSON.parse(sparkling.state()).forked")
	t.Logf("the fork is at %.1f s", time.Since(begun).Seconds())
	p.wait("JSON.parse(sparkling.state()).last >= 308")
	p.shot("minute-30-widened")
	p.wait("JSON.parse(sparkling.state()).last >= 339")
	t.Logf("40 steps after the fork at %.1f s", time.Since(begun).Seconds())
	p.shot("minute-40-apart")
	p.wait("JSON.parse(sparkling.state()).done")
	p.settle()
	t.Logf("the run is over after %.1f s", time.Since(begun).Seconds())
	p.shot("minute-60-end")
	assert.Less(t, p.unlike("../../site/still.png"), 0.02, "the picture that the page shows before it runs is of "+
		"this run: make still draws it anew")
	for _, a := range p.state().Arms {
		t.Logf("%-18s validation loss %s", a.Name, a.ValLoss)
	}
	assert.Equal(t, "facts", p.state().Name)
	assert.Equal(t, "end", eval[string](p, `document.querySelector("#chapters [aria-current]").dataset.chapter`))
	told := eval[string](p, `document.getElementById("told").innerText`)
	assert.Regexp(t, `Copy knows [\d,]+ of 1,296: \d+ (more|fewer) than\s+Small`, told)
	assert.NotContains(t, told, "You said", "nobody has")
	assert.Len(t, eval[[]string](p, `[...document.querySelectorAll("#dots button")].map((b) => b.title)`), 1)

	// What was on the way is looked at once it is over: a busy machine may be late for the moment itself.
	p.run(`sparkling.scrub(308)`)
	assert.Equal(t, panel.Widened, p.state().Phase)
	p.run(`sparkling.scrub(360)`)
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

// unlike is the share of the pixels of the pictures that are others than those of a file.
func (p *tab) unlike(path string) float64 {
	p.t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(p.t, err)
	want, err := png.Decode(bytes.NewReader(data))
	require.NoError(p.t, err)
	got, err := png.Decode(bytes.NewReader(p.exported(`m.pictures(sparkling, 1)`)))
	require.NoError(p.t, err)
	require.Equal(p.t, want.Bounds(), got.Bounds())
	others, all := 0, want.Bounds()
	for y := range all.Dy() {
		for x := range all.Dx() {
			r, g, b, _ := want.At(x, y).RGBA()
			r2, g2, b2, _ := got.At(x, y).RGBA()
			if max(r, r2)-min(r, r2)+max(g, g2)-min(g, g2)+max(b, b2)-min(b, b2) > 0x6000 {
				others++
			}
		}
	}
	return float64(others) / float64(all.Dx()*all.Dy())
}
