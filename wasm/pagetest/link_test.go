//go:build !js

package pagetest

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

func TestLinkCarriesTheExperiment(t *testing.T) {
	e := short(t)
	e.Seed = 4711
	p := open(t, desktop, e.Link())
	assert.Equal(t, 60, p.state().Steps)
	p.run(`document.getElementById("copy-link").click()`)
	p.wait(`document.getElementById("taken").textContent`)
	_, fragment, _ := strings.Cut(eval[string](p, `location.href`), "#")
	got, err := experiment.FromLink(fragment)
	require.NoError(t, err)
	assert.Equal(t, e, got.Experiment())
}

func TestDamagedLinkGetsASentenceAndTheFirstMinute(t *testing.T) {
	p := open(t, window{W: 390, H: 844, Scale: 2, Touch: true}, "this-is-not-an-experiment")
	notice := func() string {
		return eval[string](p, `((n, panel) => {
			const { top, bottom } = n.getBoundingClientRect();
			const seen = n.checkVisibility() && top >= panel.getBoundingClientRect().top && bottom <= innerHeight;
			return seen && n.role === "alert" ? n.textContent : "";
		})(document.getElementById("notice-text"), document.getElementById("panel"))`)
	}
	assert.Equal(t, "There is no experiment called “this-is-not-an-experiment”. The first minute runs instead. "+
		"The list of experiments has those that there are.", notice())
	assert.Equal(t, "#facts", eval[string](p, `location.hash`), "the address holds what runs")
	assert.Equal(t, 1000, p.state().Steps)
	p.shot("damaged-link")
	p.turn("seed", "2")
	assert.Empty(t, notice(), "whoever turns a control has read it")
	assert.Equal(t, "1 change is not yet running.", eval[string](p, `document.getElementById("pending").textContent`))

	p.run(`document.getElementById("knobs").scrollIntoView(); location.hash = "` + short(t).Link()[:200] + `"`)
	p.wait(`document.getElementById("notice-text").textContent`)
	assert.Equal(t, "This address holds no experiment that can be run: the link is damaged: its end is missing. What "+
		"was here before goes on.", notice(), "in sight wherever the reader was")
	assert.Equal(t, 1000, p.state().Steps)
	p.run(`{ const c = document.getElementById("chosen"); c.value = "lock"; c.dispatchEvent(new Event("change")) }`)
	assert.Equal(t, "lock", p.state().Name)
	assert.Empty(t, notice(), "another experiment runs")
	p.shot("before-390")
	p.run(`document.querySelector(".skip").click()`)
	assert.Equal(t, "#lock", eval[string](p, `location.hash`), "the way to the text leaves the address alone")
}

// What does not fit this page is refused in one sentence before it runs, whatever else runs meanwhile.
func TestNetworkThatIsTooLargeIsRefusedBeforeItRuns(t *testing.T) {
	p := spoiled(t, "", `Object.defineProperty(Navigator.prototype, "deviceMemory", { get: () => 8 })`)
	p.ready()
	pending := func() string { return eval[string](p, `document.getElementById("pending").textContent`) }
	p.turn("inner", "1024")
	p.turn("layers", "24")
	p.turn("experts", "64")
	assert.Regexp(t, `^3 changes are not yet running, and cannot be: the experiment would take about [\d.]+ GB of `+
		`memory, and this page may take 1 GB; .*less\.$`, pending())
	assert.True(t, eval[bool](p, `document.getElementById("apply").disabled`))
	assert.Contains(t, eval[string](p, `sparkling.apply()`), "GB of memory", "nor by any other way")
	p.shot("too-large")
	p.turn("layers", "2")
	p.turn("experts", "4")
	assert.Equal(t, "1 change is not yet running.", pending())
	assert.False(t, eval[bool](p, `document.getElementById("apply").disabled`))
	assert.Empty(t, eval[string](p, `document.getElementById("failures").textContent`))
}

// turn turns a control of the experiment.
func (p *tab) turn(id, value string) {
	p.t.Helper()
	p.run(`{ const i = document.querySelector("[data-knob='` + id + `']"); i.value = "` + value +
		`"; i.dispatchEvent(new Event("change", {bubbles: true})) }`)
}

func TestControlsChangeOneThingAndSayWhatIsWrong(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	wrong := func(id string) string {
		return eval[string](p, `document.getElementById("knob-`+id+`-help").textContent`)
	}
	p.turn("steps", "0")
	assert.Contains(t, wrong("steps"), "allowed")
	p.turn("factor", "1.01")
	assert.Contains(t, wrong("factor"), "allowed are values from 1.0313 up")
	p.turn("factor", "1.25")
	assert.Contains(t, eval[[]string](p, `[...document.querySelectorAll("#knob-factor-usual option")].map((o) `+
		`=> o.value)`), "3", "usual ones are offered")
	p.turn("steps", "80")
	assert.Equal(t, "40", eval[string](p, `document.getElementById("knob-widen-at").value`),
		"the widening stays at its share of the steps, and its control shows it")
	p.turn("axis", "hidden")
	p.turn("arm2.treatment", "drop")
	p.turn("arm1.init", "random-random")
	assert.Equal(t, "not the same everywhere",
		eval[string](p, `document.getElementById("knob-init").selectedOptions[0].textContent`))
	assert.Equal(t, 60, p.state().Steps, "nothing runs before it is asked for")
	p.run(`document.getElementById("apply").click()`)
	s := p.state()
	assert.Equal(t, 80, s.Steps)
	assert.Equal(t, "The experiment default with other controls: Axis Hidden; Factor 1.25; Arm 3 does Drop; Arm 2, "+
		"New weights random-random.",
		eval[string](p, `document.getElementById("chosen-about").textContent`))
	assert.Equal(t, "Drop", s.Arms[2].Name)
	p.finish()
	p.run(`document.getElementById("copy-link").click()`)
	p.wait(`document.getElementById("taken").textContent`)
	_, fragment, _ := strings.Cut(eval[string](p, `location.href`), "#")
	doc, err := experiment.FromLink(fragment)
	require.NoError(t, err)
	got := doc.Experiment()
	assert.Equal(t, "hidden", string(got.Arms[1].Widen[0].Axis))
	assert.Equal(t, 1.25, got.Arms[1].Widen[0].Factor)
	assert.Equal(t, []string{"Copied states, random-random", "Drop", "SPARKLING"},
		[]string{got.Arms[1].Name, got.Arms[2].Name, got.Arms[3].Name})
}

func TestArmWhoseWorkerDiesSaysSoAndStartsAgain(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	want := p.csv()
	p.run(`sparkling.reset(); sparkling.speed("0.25"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).last >= 3`)
	infos, err := chromedp.Targets(p.Ctx)
	require.NoError(t, err)
	killed := 0
	for _, info := range infos {
		if info.Type == "worker" {
			p.kill(info.TargetID)
			killed++
		}
	}
	require.Positive(t, killed, "workers are there to be killed: %v", infos)
	p.wait(`document.querySelector("#failures button")`)
	assert.Contains(t, eval[string](p, `document.getElementById("failures").textContent`), "has not answered")
	p.shot("failure")
	p.run(`for (const again of document.querySelectorAll("#failures button")) again.click()`)
	p.finish()
	assert.Equal(t, want, p.csv(), "the run that began again has the numbers of one that was never interrupted")
}

// kill ends a worker from inside, without a word to the page: what it looks like when a browser takes one away.
func (p *tab) kill(id target.ID) {
	ctx, cancel := chromedp.NewContext(p.Ctx, chromedp.WithTargetID(id))
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](`self.close()`))
	require.NoError(p.t, err)
}
