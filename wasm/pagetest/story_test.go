//go:build !js

package pagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is what can be read in the story now.
func (p *tab) told() string {
	p.t.Helper()
	return eval[string](p, `document.getElementById("story").innerText.replaceAll(/\s+/g, " ")`)
}

// at waits until the story is in a chapter, and waits there for its reader: before it, where something is asked.
func (p *tab) at(chapter string, asks bool) {
	p.t.Helper()
	p.wait(`document.querySelector("#chapters [data-chapter=` + chapter + `][aria-current]")`)
	want := map[bool]string{true: "!", false: ""}[asks]
	p.wait(want + `document.getElementById("ask").hidden && document.getElementById("go-on").ariaDisabled === "false"`)
}

// The story waits for its reader at every event. Space or a button goes on, an answer is asked for before and told
// after, and with another seed the run leaves another dot.
func TestTheStoryGoesAtItsReadersPace(t *testing.T) {
	for name, win := range map[string]window{"desk": desktop, "phone": {W: 390, H: 844, Scale: 2, Touch: true}} {
		t.Run(name, func(t *testing.T) {
			p := open(t, win, brief(t, "facts").Rescale(120).Link())
			p.run(`sparkling.speed("4"); document.getElementById("story").dispatchEvent(new Event("pointerdown"))`)
			p.at("widened", true)
			assert.Contains(t, p.told(), "At step 36 of 120 every neuron gets an exact copy. Will the answers change?")
			assert.Equal(t, 35, p.state().Last, "the run is held before it")
			assert.Empty(t, eval[string](p, `document.getElementById("goes-in").textContent`), "and waits")
			p.sees("#ask", "#go-on")
			p.shot("story-ask-" + name)
			p.run(`document.activeElement.blur()`)
			p.chord(" ", "Space", 32, 0)
			p.at("widened", false)
			assert.Equal(t, 37, p.state().Last)
			assert.Contains(t, p.told(), "the same answers: no logit moved by more than")
			assert.NotContains(t, p.told(), "You said")

			p.run(`document.querySelector("#told .term").click()`)
			assert.Equal(t, "true", eval[string](p, `document.querySelector("#told .term").ariaExpanded`))
			assert.Contains(t, p.told(), "neuron: One unit of an expert")
			p.shot("story-term-" + name)
			p.chord("Escape", "Escape", 27, 0)
			assert.NotContains(t, p.told(), "neuron: One unit of an expert")

			p.run(`document.getElementById("go-on").click()`)
			p.at("signal", false)
			assert.Regexp(t, `\d\.\d\d before, \d\.\d\d after`, p.told())
			p.run(`document.getElementById("go-on").focus()`)
			p.chord(" ", "Space", 32, 0)
			p.at("apart", true)
			p.run(`document.querySelectorAll("#choices button")[1].click()`)
			p.at("apart", false)
			assert.Equal(t, 76, p.state().Last)
			assert.Contains(t, p.told(), "You said: They stay together. Copy: 64 of 64 pairs are still equal. Equal "+
				"gradients")
			p.shot("story-apart-" + name)
			p.chapter("learning")
			assert.Equal(t, 35, p.state().Step, "turning back looks back")
			p.run(`document.getElementById("go-on").click()`)
			assert.Equal(t, 37, p.state().Step, "and going on comes back")
			p.chapter("apart")
			p.run(`document.getElementById("go-on").click()`)
			p.at("count", true)
			p.run(`document.querySelectorAll("#choices button")[1].click()`)
			p.wait(`JSON.parse(sparkling.state()).done`)
			p.settle()
			assert.Contains(t, p.told(), "You said: Hardly more.")
			assert.Regexp(t, `Copy knows \d+ of 1,296`, p.told())
			p.shot("story-end-" + name)

			p.run(`document.getElementById("another").click()`)
			assert.Equal(t, "2", p.state().Seed)
			assert.Equal(t, "max", p.state().Speed, "its reader has seen how it goes")
			p.wait(`JSON.parse(sparkling.state()).done && JSON.parse(sparkling.state()).speed === "4"`)
			p.settle()
			dots := `[...document.querySelectorAll("#dots button")].map((b) => b.title)`
			require.Len(t, eval[[]string](p, dots), 2)
			newest := eval[string](p, `document.querySelector("#dots .newest").title`)
			assert.Regexp(t, `^Seed 2: SPARKLING knows`, newest)
			p.run(`document.querySelector("#dots button").focus()`)
			assert.Regexp(t, `^Seed 1: SPARKLING knows`,
				eval[string](p, `document.getElementById("dot-says").textContent`))
			p.run(`document.getElementById("again").scrollIntoView()`)
			p.shot("story-dots-" + name)
			p.run(`document.getElementById("present").click()`)
			p.wait(`document.documentElement.dataset.mode === "present"`)
			assert.Equal(t, []float64{16, 16}, eval[[]float64](p, `(({ width, height }) => [width, height])(
				document.querySelector("#dots .newest").getBoundingClientRect())`), "a dot stays round")
			p.run(`document.getElementById("leave").click()`)
			p.run(`document.getElementById("forget").click()`)
			assert.True(t, eval[bool](p, `document.getElementById("strip").hidden`))
			assert.NotContains(t, eval[string](p, `JSON.stringify(localStorage)`), `more`)
		})
	}
}

// sees checks that elements are in sight.
func (p *tab) sees(selectors ...string) {
	p.t.Helper()
	for _, s := range selectors {
		assert.True(p.t, eval[bool](p, `(() => { const b = document.querySelector("`+s+`").getBoundingClientRect();
			return b.height > 0 && b.top >= 0 && b.bottom <= innerHeight })()`), "%s is in sight", s)
	}
}
