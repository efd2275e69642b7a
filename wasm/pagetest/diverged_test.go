//go:build !js

package pagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// An arm that diverges says in words what was no number first, and offers two ways on: to before it, paused, and the
// same anew with a smaller rate, which keeps the broken run.
func TestArmThatDivergesSaysWhereAndThereAreTwoWaysOn(t *testing.T) {
	e := short(t)
	e.Optimizer.LR, e.Optimizer.WeightDecay, e.Optimizer.Warmup = 10, 1, 0
	p := open(t, desktop, e.Link())
	p.run(`sparkling.speed("max")`)
	p.wait(`document.querySelector("#failures .broken")`)
	says := eval[string](p, `document.querySelector("#failures .broken").textContent`)
	assert.Regexp(t, `diverged in the update to step \d+: .* is no longer a number\.`, says)
	assert.Regexp(t, `Go back to step \d+, where all was well`, says)
	assert.Contains(t, says, "a third of the learning rate, 3.3 instead of 10, and nothing else changed")
	broken := p.state().Last
	p.shot("diverged")

	p.run(`document.querySelector("#failures .broken button").click()`)
	p.wait(`!document.querySelector("#failures .broken")`)
	p.settle()
	assert.False(t, p.state().Playing)
	assert.Contains(t, eval[string](p, `sparkling.shown()`), `"update"`, "the very update that breaks it is shown")
	assert.LessOrEqual(t, p.state().Last, broken)
	p.shot("gone-back")

	p.run(`sparkling.play()`)
	p.wait(`document.querySelector("#failures .broken")`)
	p.run(`document.querySelectorAll("#failures .broken button")[1].click()`)
	p.wait(`!document.querySelector("#before").hidden`) // a third of so large a rate may soon be too large as well
	p.wait(`JSON.parse(sparkling.state()).last > 0`)
	p.run(`document.querySelector("#back").click()`)
	p.wait(`document.querySelector("#failures .broken")`)
}
