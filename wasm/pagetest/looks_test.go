//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Windows that people have: nothing of the page is wider than the window, and every control can be reached.
func TestPageFitsTheWindowsThatPeopleHave(t *testing.T) {
	for _, w := range []window{{W: 1920, H: 1080, Scale: 1}, {W: 1440, H: 900, Scale: 2}, {W: 1280, H: 800, Scale: 1},
		{W: 1024, H: 768, Scale: 1}, {W: 960, H: 540, Scale: 1}, {W: 390, H: 844, Scale: 2, Touch: true},
		{W: 844, H: 390, Scale: 2, Touch: true}} {
		t.Run(fmt.Sprintf("%dx%d", w.W, w.H), func(t *testing.T) {
			p := open(t, w, short(t).Link())
			p.finish()
			assert.LessOrEqual(t, eval[float64](p, `document.documentElement.scrollWidth`), float64(w.W),
				"no sideways scrolling")
			outside := eval[[]string](p, `[...document.querySelectorAll("button, select, input, summary")]
				.filter((e) => e.checkVisibility({ contentVisibilityAuto: true }))
				.filter((e) => {
					const b = e.getBoundingClientRect();
					return b.left < -1 || b.right > innerWidth + 1 || b.height < 16;
				})
				.map((e) => e.id || e.textContent || e.name)`)
			assert.Empty(t, outside, "controls outside the window")
			cut := eval[[]string](p, `[...document.querySelectorAll("#transport button, #transport input")]
				.filter((e) => e.checkVisibility())
				.filter((e) => {
					const b = e.getBoundingClientRect();
					const bar = document.getElementById("transport").getBoundingClientRect();
					return b.top < bar.top - 1 || b.bottom > bar.bottom + 1;
				})
				.map((e) => e.id || e.name)`)
			assert.Empty(t, cut, "controls that the bar cuts off")
			broken := eval[[]string](p, `[...document.querySelectorAll(".segments")]
				.filter((f) => f.checkVisibility())
				.filter((f) =>
					new Set([...f.querySelectorAll("label")].map((e) => e.getBoundingClientRect().top)).size > 1 ||
					[...f.querySelectorAll("span")].some((e) => e.scrollWidth > e.clientWidth))
				.map((f) => f.id)`)
			assert.Empty(t, broken, "rows of choices that break, or whose words leave their segment")
			p.shot(fmt.Sprintf("looks-%d", w.W))
			if w.Touch {
				p.reads("at the end")
				p.run(`sparkling.scrub(35)`)
				p.wait(`document.querySelector("#chapters [data-chapter=widened][aria-current]")`)
				p.reads("at the widening")
				p.shot(fmt.Sprintf("looks-%d-widened", w.W))
				p.run(`sparkling.scrub(-1)`)
				for _, pane := range []string{"copies", "divergence", "rms"} {
					p.pick(pane)
					p.settle()
					p.shot(fmt.Sprintf("looks-%d-%s", w.W, pane))
				}
				p.run(`document.getElementById("arms").scrollIntoView()`)
				p.shot(fmt.Sprintf("looks-%d-table", w.W))
				p.run(`document.getElementById("knobs").scrollIntoView()`)
				p.shot(fmt.Sprintf("looks-%d-knobs", w.W))
			}
			assert.LessOrEqual(t, eval[float64](p, `(({ scrollWidth, clientWidth }) => scrollWidth - `+
				`clientWidth)(document.querySelector("#panel .scroll"))`), 0.0, "the table of arms has all its columns")
			if w.W == 390 {
				assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll("#play, #step, #to-start, #widen, `+
					`#speed label, #chosen")].filter((e) => e.getBoundingClientRect().height < 40).map((e) => e.id `+
					`|| e.textContent)`), "controls that a finger misses")
			}
		})
	}
}

// lines are the lines of the story that can be read without scrolling.
const lines = `(() => {
	const panel = document.getElementById("panel").getBoundingClientRect(), tops = new Set();
	for (const e of document.querySelectorAll("#told, #ask")) {
		if (!e.checkVisibility()) continue;
		const range = document.createRange();
		range.selectNodeContents(e);
		for (const r of range.getClientRects()) {
			if (r.top < panel.top || r.bottom > Math.min(panel.bottom, innerHeight)) continue;
			tops.add(Math.round(r.bottom / 8));
		}
	}
	return tops.size;
})()`

// reads checks that pictures and text are in sight together.
func (p *tab) reads(when string) {
	p.t.Helper()
	assert.GreaterOrEqual(p.t, eval[int](p, lines), 5, "lines of the story %s", when)
	assert.GreaterOrEqual(p.t, eval[float64](p, `document.querySelector("body > `+
		`canvas").getBoundingClientRect().height`), 250.0, "height of the pictures %s", when)
}

// A reader in the middle of one chapter is shown the next from its start; one who is elsewhere is left there.
func TestNextChapterIsShownFromItsStart(t *testing.T) {
	p := open(t, window{W: 390, H: 844, Scale: 2, Touch: true}, short(t).Link())
	p.finish()
	top := func(id string) float64 {
		return eval[float64](p, `document.getElementById("`+id+`").getBoundingClientRect().top - `+
			`document.getElementById("panel").getBoundingClientRect().top`)
	}
	p.run(`document.getElementById("story").scrollIntoView(); document.getElementById("panel").scrollTop += 100`)
	assert.InDelta(t, -100, top("story"), 1)
	p.run(`document.getElementById("scrub").value = 35; document.getElementById("scrub").dispatchEvent(new ` +
		`Event("input"))`)
	assert.InDelta(t, 0, top("story"), 1)
	p.run(`document.getElementById("knobs").scrollIntoView()`)
	p.run(`document.getElementById("live").click()`)
	assert.InDelta(t, 0, top("knobs"), 1)
}
