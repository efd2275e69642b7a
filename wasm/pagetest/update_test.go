//go:build !js

package pagetest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/viz"
)

// slow is the update in slow motion as the program tells it, once it was answered.
func (p *tab) slow() (s viz.Slow) {
	p.t.Helper()
	p.wait(`JSON.parse(sparkling.slow()).asked === ""`)
	require.NoError(p.t, json.Unmarshal([]byte(eval[string](p, `sparkling.slow()`)), &s))
	return s
}

// text is what stands in an element.
func (p *tab) text(id string) string {
	return eval[string](p, `document.getElementById("`+id+`").textContent.trim()`)
}

// A reader clicks on a pair and goes through its next update, by the buttons below the story and by the arrow keys: the
// picture and the words are of one stage. In Copy all is equal to the end; in another arm the halves have parted.
func TestAReaderGoesThroughOneUpdate(t *testing.T) {
	p := open(t, desktop, brief(t, "facts", "letters", "12").Link())
	p.finish()
	assert.True(t, eval[bool](p, `document.getElementById("motion").hidden`))
	p.pick("copies")
	p.settle()
	p.run(`(() => {
		const { X, Y, W, H } = JSON.parse(sparkling.shown())[0];
		for (let y = Y + 70; y < Y + H; y += 7) for (let x = X; x < X + W; x += 7)
			if (sparkling.point(x, y)) { sparkling.press(x, y); return; }
	})()`)
	p.wait(`!document.getElementById("motion").hidden`)
	assert.Equal(t, "update", p.alone())
	s := p.slow()
	require.Len(t, s.Halves, 2)
	require.True(t, strings.HasPrefix(s.Title, "Copy"), s.Title)
	p.settle()
	first := p.canvas()
	for range 5 {
		p.run(`document.getElementById("motion-on").click()`)
	}
	p.wait(`!document.getElementById("motion-verdict").hidden`)
	assert.Equal(t, "Equal gradient + equal state = equal update", p.text("motion-short"))
	assert.Equal(t, 6, eval[int](p, `document.querySelectorAll("#motion-stages button").length`))
	assert.Equal(t, 4, eval[int](p, `document.querySelectorAll("#motion-lines .line.same").length`), "all its lines")
	p.settle()
	assert.NotEqual(t, first, p.canvas(), "the picture is of that stage too")
	p.shot("update")

	p.run(`document.getElementById("motion-digits").click()`)
	p.wait(`JSON.parse(sparkling.slow()).digits`)
	few, all := s.Stages[0].Lines[0].Values[0], p.slow().Stages[5].Lines[3].Values[0]
	assert.Greater(t, len(all), len(few), "%s and %s", few, all)

	p.run(`document.activeElement.blur()`)
	p.key("ArrowLeft")
	p.wait(`JSON.parse(sparkling.slow()).stage === 4`)
	p.key("ArrowRight")
	p.wait(`JSON.parse(sparkling.slow()).stage === 5`)

	p.run(`(() => { const arm = document.getElementById("look-update-arm");
		arm.selectedIndex = 3; arm.dispatchEvent(new Event("change")); })()`)
	p.wait(`JSON.parse(sparkling.slow()).title.startsWith("SPARKLING")`)
	assert.Equal(t, "The halves parted before", p.slow().Short)
	p.wait(`document.querySelectorAll("#motion-lines .line.other").length === 4`)
	p.shot("update-parted")
	p.run(`document.querySelector("#pane").value = ""; sparkling.pin("")`)
	p.wait(`document.getElementById("motion").hidden`)
}
