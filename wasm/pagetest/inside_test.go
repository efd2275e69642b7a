//go:build !js

package pagetest

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/viz"
)

// numbers is the twin of a picture that looks inside, by the names of its rows, once every network has answered.
func (p *tab) numbers() (heads []string, rows map[string][]string) {
	p.t.Helper()
	p.settle()
	var tables []viz.Numbers
	require.NoError(p.t, json.Unmarshal([]byte(eval[string](p, `sparkling.numbers()`)), &tables))
	require.Len(p.t, tables, 1)
	require.Empty(p.t, tables[0].Says)
	rows = map[string][]string{}
	for _, r := range tables[0].Rows {
		rows[r[0]] = r[1:]
	}
	return tables[0].Heads[1:], rows
}

// A reader looks into every neuron: of Copy all pairs are equal bit for bit and of SPARKLING none is, in the numbers
// beside the picture; what is chosen on the picture is chosen beside it, and the other way round. Where a head looks
// sums to one. Out of sight, nothing is offered.
func TestAReaderLooksInside(t *testing.T) {
	p := open(t, desktop, brief(t, "facts", "letters", "12").Link())
	p.finish()
	offered := func() bool { return !eval[bool](p, `document.getElementById("inside").hidden`) }
	assert.False(t, offered())
	p.pick("inside")
	p.settle()
	assert.True(t, offered())
	p.shot("inside")
	heads, rows := p.numbers()
	require.Equal(t, []string{"Copy", "Asymmetric reset", "SPARKLING"}, heads)
	equal := rows["pairs equal bit for bit"]
	of := equal[0][slices.Index([]byte(equal[0]), 'f')+2:]
	assert.Equal(t, []string{of + " of " + of, "0 of " + of, "0 of " + of}, equal)
	assert.NotEmpty(t, rows["expert 1, neuron 1, active on"][2])

	choice := func(id string) string {
		return eval[string](p, `document.getElementById("look-`+id+`").selectedOptions[0].textContent`)
	}
	before := p.canvas()
	p.run(`(() => { const values = document.getElementById("look-values"); values.selectedIndex = 2;
		values.dispatchEvent(new Event("change")); })()`)
	p.settle()
	assert.NotEqual(t, before, p.canvas(), "moments look otherwise")
	p.run(`sparkling.point(60, 160); sparkling.press(60, 160)`) // a tile
	p.settle()
	assert.Contains(t, choice("neuron"), "expert 1, neuron")
	p.run(`sparkling.choose("inside", 1)`)
	_, rows = p.numbers()
	assert.Contains(t, rows["gate, layer 2"][0], "RMS")
	p.shot("inside-histograms")

	p.pick("attention")
	p.settle()
	p.run(`document.getElementById("inside-numbers").open = true`)
	p.wait(`document.querySelectorAll("#inside-numbers tbody tr").length > 8`)
	_, rows = p.numbers()
	for arm := range heads {
		sum := 0.0
		for name, r := range rows {
			if name != "of step" {
				x, err := strconv.ParseFloat(r[arm], 64)
				require.NoError(t, err)
				sum += x
			}
		}
		assert.InDelta(t, 1, sum, 0.002)
	}
	p.shot("attention")
	p.run(`sparkling.scrub(20)`)
	p.settle()
	assert.Contains(t, eval[string](p, `document.querySelector("#inside-numbers p").textContent`), "is not kept")
	p.pick("loss")
	p.settle()
	assert.False(t, offered())
}
