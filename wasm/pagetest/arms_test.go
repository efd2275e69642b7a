//go:build !js

package pagetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// with gives the focus to an element, and presses Enter.
func (p *tab) with(id string) {
	p.t.Helper()
	require.True(p.t, eval[bool](p, fmt.Sprintf(`(() => { const e = document.getElementById(%q); e.focus(); return `+
		`document.activeElement === e; })()`, id)), "%s takes the focus", id)
	p.enter()
}

func (p *tab) focused() string { return eval[string](p, `document.activeElement.id`) }

// armNames are those of the arms that run, and listed those of the list.
func (p *tab) armNames() (out []string) {
	for _, a := range p.experiment().Arms {
		out = append(out, a.Name)
	}
	return out
}

func (p *tab) listed() []string {
	return eval[[]string](p, `[...document.querySelectorAll("#arm-list .arm")].map((e) => e.textContent)`)
}

// The whole list by keyboard alone, on a phone: what is done to the arms waits until the experiment is run, a name
// holds at once, and whoever does it stays where it was done.
func TestArmsAreNamedMovedRemovedAndAddedByKeyboard(t *testing.T) {
	p := open(t, window{W: 390, H: 844, Scale: 2, Touch: true}, short(t).Link())
	says := func(id string) string { return eval[string](p, `document.getElementById("`+id+`").textContent`) }
	p.wait(`JSON.parse(sparkling.state()).last > 2`)
	p.run(`sparkling.pause()`)
	run := p.state().Last

	p.write("arm1-name", "Mine")
	p.enter()
	assert.Equal(t, []string{"Small", "Mine", "Asymmetric reset", "SPARKLING"}, p.armNames(), "it holds at once")
	assert.Equal(t, "knob-arm1-name", p.focused())
	assert.GreaterOrEqual(t, p.state().Last, run, "and the run goes on")
	assert.Equal(t, "Mine", eval[string](p, `document.querySelectorAll("#arms tbody th")[1].textContent`))
	assert.Empty(t, says("pending"))
	p.write("arm2-name", "Mine")
	assert.Contains(t, says("knob-arm2-name-help"), "allowed are names that no other arm has")
	p.write("arm2-name", "")
	p.key("Tab")
	assert.Equal(t, "knob-arm2-treatment", p.focused(), "on the way on")

	p.with("arm1-down")
	assert.Equal(t, []string{"Small", "Asymmetric reset", "Mine", "SPARKLING"}, p.listed())
	assert.Equal(t, "arm2-down", p.focused(), "it is the same arm's")
	p.with("arm2-down")
	assert.Equal(t, "knob-arm3-name", p.focused(), "there it ends")
	assert.Equal(t, "Their order is now Small, Asymmetric reset, SPARKLING and Mine.", says("arms-said"))
	p.with("arm0-remove")
	assert.Equal(t, "Small is no more.", says("arms-said"))
	assert.Equal(t, "arm0-remove", p.focused())
	p.run(`document.getElementById("arm-add").value = "drop"`)
	p.with("arm-adds")
	assert.Equal(t, "Drop is new: neurons copied, all optimizer states emptied.", says("arms-said"))
	assert.Equal(t, "knob-arm3-name", p.focused(), "to be named")
	assert.Equal(t, []string{"Asymmetric reset", "SPARKLING", "Mine", "Drop"}, p.listed())
	p.run(`for (const [id, arm] of [["differs-a", 2], ["differs-b", 3]]) { const e = document.getElementById(id); ` +
		`e.value = arm; e.dispatchEvent(new Event("change", { bubbles: true })); }`)
	assert.Equal(t, "Mine and Drop differ in one thing: optimizer states (copied against all emptied).",
		says("differs"))
	assert.Contains(t, says("pending"), "changes are not yet running.")
	assert.Equal(t, []string{"Small", "Mine", "Asymmetric reset", "SPARKLING"}, p.armNames(), "nothing else runs yet")
	p.sees("#arm-list li:last-child")
	assert.LessOrEqual(t, eval[float64](p, `document.getElementById("panel").scrollWidth`), 390.0)
	p.shot("arms")

	p.with("apply")
	assert.Equal(t, []string{"Asymmetric reset", "SPARKLING", "Mine", "Drop"}, p.armNames())
	assert.Empty(t, says("pending"))
	p.finish()
	for i := range 3 {
		p.with("arm0-remove")
		assert.Len(t, p.listed(), 3-i)
	}
	assert.True(t, eval[bool](p, `document.getElementById("arm0-remove").disabled`), "one stays")
	p.run(`document.getElementById("arm-add").value = "copy of 0"`)
	for n := 1; n < experiment.MaxArms; n++ {
		p.with("arm-adds")
		assert.Len(t, p.listed(), n+1)
	}
	p.with("arm-adds")
	assert.Equal(t, "There are 8 arms; more than 8 are not allowed.", says("arms-said"))
	p.with("undo")
	assert.Equal(t, []string{"Asymmetric reset", "SPARKLING", "Mine", "Drop"}, p.listed())
}

func TestAnArmIsHiddenInPicturesAndTablesAndGoesOnTraining(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	chip := func(i int) {
		p.run(fmt.Sprintf(`document.querySelectorAll("#shown-arms button")[%d].focus()`, i))
		p.enter()
	}
	rows := func() []string {
		return eval[[]string](p, `[...document.querySelectorAll("#arms tbody tr")].filter((e) => `+
			`e.checkVisibility()).map((e) => e.cells[0].textContent)`)
	}
	p.run(`document.getElementById("exact").open = true`)
	heads := func() []string {
		return eval[[]string](p, `[...document.querySelectorAll("#exact thead th")].map((e) => e.textContent)`)
	}
	p.wait(`document.querySelectorAll("#exact thead th").length === 4`)
	all, csv := p.canvas(), p.csv()
	chip(1)
	assert.Equal(t, []string{"Small", "Asymmetric reset", "SPARKLING"}, rows())
	assert.Equal(t, []string{"Small", "Asymmetric reset", "SPARKLING"}, heads())
	assert.NotEqual(t, all, p.canvas())
	p.shot("hidden")
	assert.Equal(t, csv, p.csv(), "nothing of the run is gone")
	chip(0)
	chip(2)
	chip(3)
	assert.Equal(t, []string{"SPARKLING"}, rows(), "the last one stays")
	for i := range 3 {
		chip(i)
	}
	assert.Equal(t, all, p.canvas())
}
