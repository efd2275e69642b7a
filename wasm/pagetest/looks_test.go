//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Windows that people have: nothing of the page is wider than the window, and every control can be reached.
func TestPageFitsTheWindowsThatPeopleHave(t *testing.T) {
	for _, w := range []window{{W: 1440, H: 900, Scale: 2}, {W: 1024, H: 768, Scale: 1}, {W: 390, H: 844, Scale: 2, Touch: true}, {W: 844, H: 390, Scale: 2, Touch: true}} {
		t.Run(fmt.Sprintf("%dx%d", w.W, w.H), func(t *testing.T) {
			p := open(t, w, short(t).Link())
			p.finish()
			assert.LessOrEqual(t, eval[float64](p, `document.documentElement.scrollWidth`), float64(w.W), "no sideways scrolling")
			outside := eval[[]string](p, `[...document.querySelectorAll("button, select, input, summary")]
				.filter((e) => e.checkVisibility({ contentVisibilityAuto: true }))
				.filter((e) => { const b = e.getBoundingClientRect(); return b.left < -1 || b.right > innerWidth + 1 || b.height < 16; })
				.map((e) => e.id || e.textContent || e.name)`)
			assert.Empty(t, outside, "controls outside the window")
			cut := eval[[]string](p, `[...document.querySelectorAll("#transport button, #transport input")]
				.filter((e) => e.checkVisibility())
				.filter((e) => { const b = e.getBoundingClientRect(), bar = document.getElementById("transport").getBoundingClientRect(); return b.top < bar.top - 1 || b.bottom > bar.bottom + 1; })
				.map((e) => e.id || e.name)`)
			assert.Empty(t, cut, "controls that the bar cuts off")
			p.shot(fmt.Sprintf("looks-%d", w.W))
			if w.Touch {
				for _, pane := range []string{"copies", "divergence", "rms"} {
					p.run(fmt.Sprintf(`document.querySelector("#panes [value=%s]").click()`, pane))
					p.run(`new Promise((done) => setTimeout(done, 700))`)
					p.shot(fmt.Sprintf("looks-%d-%s", w.W, pane))
				}
				p.run(`document.getElementById("knobs").scrollIntoView()`)
				p.shot(fmt.Sprintf("looks-%d-knobs", w.W))
			}
		})
	}
}
