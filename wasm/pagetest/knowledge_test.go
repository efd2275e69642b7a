//go:build !js

package pagetest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the networks know is to be seen, to be read in numbers that are those of the CSV, and can be coloured by expert.
func TestWhatNetworksKnowIsSeenAndReadAndColoured(t *testing.T) {
	e := brief(t, "facts", "letters", "12")
	e.Task.Batch = 8
	p := open(t, desktop, e.Link())
	p.finish()
	p.pick("knowledge")
	p.settle()
	p.shot("knowledge-sure")
	assert.Equal(t, "knowledge", p.shown()[0].Pane)
	colouring := func() bool { return eval[bool](p, `document.getElementById("colouring").checkVisibility()`) }
	assert.True(t, colouring())
	before := p.canvas()
	p.run(`document.querySelector("#colouring [value=expert]").click()`)
	p.settle()
	assert.Equal(t, "expert", eval[string](p, `sparkling.colouring()`))
	assert.NotEqual(t, before, p.canvas(), "other colours")
	p.shot("knowledge-expert")

	p.run(`document.querySelector("#exact summary").click()`)
	p.wait(`document.querySelector("#exact tbody tr")`)
	exact := eval[[][]string](p, `[...document.querySelectorAll("#exact tr")].map((row) => [...row.cells].map((cell) `+
		`=> cell.textContent))`)
	k := slices.IndexFunc(exact, func(cells []string) bool { return cells[0] == "Facts known" })
	require.Positive(t, k)
	rows := parse(t, p.csv())
	column := func(name string) int { return slices.Index(rows[0], name) }
	for _, row := range rows[1:] {
		if i := slices.Index(exact[0], row[column("name")]); row[column("step")] == "60" {
			want := fmt.Sprintf("%s of %s", row[column("right")], row[column("asked")])
			assert.Equal(t, want, exact[k][i], exact[0][i])
			assert.Equal(t, "144", row[column("asked")])
		}
	}
	assert.Contains(t, eval[string](p, `document.getElementById("live-region").textContent`), "Since the count at step")

	p.begin(short(t))
	assert.False(t, colouring(), "a text has no facts")
	assert.NotContains(t, eval[string](p, `document.getElementById("exact").textContent`), "Facts known")
}
