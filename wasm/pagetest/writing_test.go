//go:build !js

package pagetest

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// ask types what networks are to go on with, and sends it off. The words above may become more or fewer meanwhile, so
// that a pointer could miss the button.
func (p *tab) ask(prompt string) {
	p.t.Helper()
	p.do(chromedp.SetValue("#prompt", prompt))
	p.run(`document.querySelector("#write button").click()`)
}

// What a reader types every arm goes on with, while the run is paused and when it has ended: in the picture, in words
// beside it, and in the numbers. What the text has no letters for is said by name.
func TestNetworksGoOnWithWhatAReaderTypes(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.run(`sparkling.reset(); sparkling.pause()`)
	assert.False(t, eval[bool](p, `document.getElementById("writing").hidden`))
	p.ask("Licht")
	p.wait(`document.getElementById("write-said").textContent === "The text that is learnt has no 'L' (it has 'l')."`)
	p.ask("the rays of ")
	p.wait(`JSON.parse(sparkling.state()).writing.texts.some((w) => w.prompt === "the rays of ")`)
	p.wait(`document.getElementById("write-said").textContent === ""`)
	one := p.state().Writing.Texts
	require.Len(t, one, 1, "one network still")
	assert.Empty(t, one[0].Name)

	p.finish()
	p.run(`document.getElementById("temperature").value = 0;
		document.getElementById("temperature").dispatchEvent(new Event("input"));
		document.getElementById("temperature").dispatchEvent(new Event("change"))`)
	p.wait(`JSON.parse(sparkling.state()).writing.texts.filter((w) => w.temperature === "0").length === 4`)
	assert.Equal(t, "0.0", eval[string](p, `document.getElementById("temperature-at").textContent`))
	s := p.state()
	p.wait(`!JSON.parse(sparkling.state()).writing.busy`)
	p.settle()
	p.run(`document.getElementById("texts").open = true`)
	said := eval[string](p, `document.getElementById("written").textContent`)
	for i, w := range s.Writing.Texts {
		assert.Equal(t, s.Arms[i].Name, w.Name)
		assert.Equal(t, []any{s.Steps, "the rays of "}, []any{w.Step, w.Prompt})
		assert.Len(t, []rune(w.Text), experiment.WriteCount)
		assert.Contains(t, said, w.Prompt+w.Text)
	}
	rows := parse(t, p.csv())
	at := slices.Index(rows[0], "written")
	count := 0
	for _, row := range rows[1:] {
		if row[at] != "" {
			count++
		}
	}
	assert.Equal(t, 5, count, "one of the shared phase, and one of each arm")

	p.pick("writing")
	p.settle()
	alone := p.canvas()
	p.shot("writing")
	p.run(`document.getElementById("texts").scrollIntoView()`)
	p.shot("writing-section")
	p.run(`sparkling.scrub(3)`)
	p.settle()
	assert.NotEqual(t, alone, p.canvas(), "what was written before")
	p.shot("writing-before")
}

// While the picture is looked at networks write anew by themselves, and the run has the numbers of one that nobody
// watches.
func TestNetworksWriteAnewWhileTheyAreWatched(t *testing.T) {
	e := short(t)
	p := open(t, desktop, e.Link())
	p.finish()
	p.settle()
	want := p.csv()
	p.pick("writing")
	p.run(`sparkling.reset(); sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).writing.texts.length`)
	p.finish()
	p.settle()
	s := p.state()
	require.Len(t, s.Writing.Texts, 4)
	for _, w := range s.Writing.Texts {
		assert.Equal(t, s.Steps, w.Step, "as it is at the end")
		assert.NotEmpty(t, strings.TrimSpace(w.Prompt))
	}
	assert.True(t, want == p.csv(), "the numbers of a run that nobody watches")
}

func TestOnlyTextsAreGoneOnWith(t *testing.T) {
	p := open(t, desktop, "facts")
	p.wait(`document.getElementById("writing").hidden`)
	assert.False(t, p.state().Writing.Offered)
}
