//go:build !js

package pagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

func (p *tab) sown() (s panel.Seeds) {
	p.t.Helper()
	return eval[panel.Seeds](p, `JSON.parse(sparkling.seeds())`)
}

// The reader's run waits, two seeds are run in workers of their own, paused on the way and told in a table; the run of
// the second is opened, has the numbers of that seed run alone, and is gone back from, however many were opened.
func TestSeedsAreRunInWorkersAndEachIsOpenedWithTheNumbersItHasAlone(t *testing.T) {
	e := trial.Of(model.Inner, 60, 20, "copy", "asymmetric", "sparkling")
	p := open(t, desktop, e.Link())
	p.wait(`JSON.parse(sparkling.state()).last > 0`)
	p.run(`document.getElementById("sow-count").value = 2; document.getElementById("sow").click()`)
	assert.False(t, p.state().Playing, "one trains at a time")
	assert.Equal(t, "seeds", eval[string](p, `document.getElementById("pane").value`), "its picture is in sight")
	p.wait(`!document.getElementById("sow-pause").hidden && JSON.parse(sparkling.seeds()).state === "playing"`)
	p.run(`document.getElementById("sow-pause").click()`)
	p.wait(`document.getElementById("sow-pause").textContent === "Go on"`)
	assert.Equal(t, "paused", p.sown().State)
	p.run(`document.getElementById("sow-pause").click()`)
	p.wait(`JSON.parse(sparkling.seeds()).state === "ended"`)
	assert.True(t, p.state().Playing, "the reader's run goes on")
	p.run(`sparkling.pause()`)
	p.settle()

	found := p.sown()
	assert.Equal(t, "All 2 seeds have ended.", found.Said)
	assert.Regexp(t, `^SPARKLING minus Copy: [+-]\d\.\d{4} in the mean of 2 seeds, `, found.Sentences[1])
	assert.Equal(t, found.Rows[2].Diff,
		eval[string](p, `document.querySelector("#sown-arms tbody tr:nth-child(3) td:nth-child(3)").textContent`))
	assert.Contains(t, eval[string](p, `sparkling.seedsCSV()`), ",2,2,SPARKLING,60,")
	p.shot("seeds")

	before := p.state().Last
	p.run(`document.querySelector("#sown-runs [data-seed='2']").click()`)
	p.wait(`JSON.parse(sparkling.state()).seed === "2" && JSON.parse(sparkling.state()).done`)
	p.settle()
	assert.Equal(t, "This is the run of seed 2, as it ended.", p.notice())
	opened := p.csv()
	for _, seed := range []string{"1", "2", "1", "2"} { // more than there are runs that are kept
		p.run(`document.querySelector("#sown-runs [data-seed='` + seed + `']").click()`)
		p.wait(`JSON.parse(sparkling.state()).seed === "` + seed + `" && JSON.parse(sparkling.state()).done`)
	}
	p.settle()
	// in one breath, since the run goes on
	back := eval[int](p, `document.getElementById("back").click(), JSON.parse(sparkling.state()).last`)
	assert.Equal(t, before, back, "where it was")
	assert.Equal(t, "1", p.state().Seed)
	p.run(`document.getElementById("back").click(); document.getElementById("to-start").click()`)
	p.finish()
	assert.Equal(t, "2", p.state().Seed)
	assert.True(t, opened == p.csv(), "the run in the sweep has the bits of its seed run alone")
}
