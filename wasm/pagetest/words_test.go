//go:build !js

package pagetest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// brief is a built-in experiment that is over in a few seconds, with some controls turned.
func brief(t *testing.T, name string, turns ...string) experiment.Experiment {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	e = e.Rescale(60)
	for i := 0; i < len(turns); i += 2 {
		require.NoError(t, e.Turn(turns[i], turns[i+1]))
	}
	return e
}

// chapter turns the text to one of its chapters, and gives what is then to be read.
func (p *tab) chapter(name string) string {
	p.t.Helper()
	p.run(`document.querySelector("#chapters [data-chapter=` + name + `]").click()`)
	return eval[string](p, `document.getElementById("story").innerText.replaceAll(/\s+/g, " ")`)
}

// begin runs another experiment on the same page, to its end.
func (p *tab) begin(e experiment.Experiment) {
	p.t.Helper()
	p.run(`location.hash = "` + e.Link() + `"`)
	p.wait(`!JSON.parse(sparkling.state()).done`)
	p.finish()
}

// The text never says of an experiment what is not so: controls change what the arms do, and with it what is said.
func TestTheWordsAreTrueOfWhatRuns(t *testing.T) {
	p := open(t, desktop, brief(t, "default").Link())
	p.finish()
	widened := p.chapter("widened")
	assert.Contains(t, widened, "Every neuron of every expert now has an exact copy, drawn as two linked halves. "+
		"Twice as wide, and yet it says the same as before: no logit moved by more than")
	assert.Contains(t, widened, "symmetry lock")
	assert.Contains(t, p.chapter("apart"), "Still glued: 128 of 128 pairs are equal to the last bit.")
	end := p.chapter("end")
	assert.Contains(t, end, "Full validation loss")
	assert.Contains(t, end, "the ringed ends of the curves, which until then follow 16 windows of it, another "+
		"measurement")
	assert.Regexp(t, `On the full validation split Copy ended 0\.\d{3} (below|above) the small network`, end)
	assert.Contains(t, end, "Adam’s β2 is 0.999 here. The paper has 0.95")
	assert.Contains(t, eval[string](p, `document.getElementById("live-region").textContent`), "on 16 windows")
	p.shot("words-default-end")

	p.begin(brief(t, "default", "init", "random-random"))
	widened = p.chapter("widened")
	assert.Contains(t, widened, "There are now twice as many neurons: new rows and new columns are random. That "+
		"changed what it says: logits moved by up to")
	assert.NotContains(t, widened, "exact copy")
	p.shot("words-random-widened")

	p.begin(brief(t, "default", "axis", "hidden", "factor", "1.5", "beta2", "0.95"))
	widened = p.chapter("widened")
	assert.Contains(t, widened, "There are now 1.5 times as many channels")
	assert.NotContains(t, widened, "expert")
	assert.Contains(t, widened, "Adam’s β2 is 0.95 here, as in the paper")
	assert.NotContains(t, widened, "The paper has 0.95")
}

// A lesson states what was measured in its run, arm by arm.
func TestALessonSaysWhatWasMeasured(t *testing.T) {
	p := open(t, desktop, brief(t, "signal").Link())
	p.finish()
	widened := p.chapter("widened")
	assert.Contains(t, widened, "The validation loss on 16 windows, just before and just after")
	assert.Regexp(t, `Unscaled \d\.\d{3} → \d\.\d{3}`, widened)
	size := p.chapter("rms")
	assert.Regexp(t, `Scaled [\d.]+ → [\d.]+`, size)
	assert.Regexp(t, `Scaled 0 %`, size)
	assert.Regexp(t, `Unscaled [1-9]\d* %`, size)
	assert.Regexp(t, `Random [1-9]\d* %`, size)
	assert.Regexp(t, `The highest jump was that of \w+(; it ended highest too|, but the highest end is that of \w+)`,
		p.chapter("end"))
	p.shot("words-signal-end")

	p.begin(brief(t, "recipe"))
	s := p.state()
	told := p.chapter("end")
	less := s.Arms[3].FullValLoss < s.Arms[2].FullValLoss // both of one digit before the point
	assert.Equal(t, less, strings.Contains(told, "This run says otherwise"))
	assert.Equal(t, !less, strings.Contains(told, "So does this run"))

	p.begin(brief(t, "pairs"))
	assert.Regexp(t, `Zero-copy, dead: 0 of 128 pairs equal to the last bit, mean cosine -?\d\.\d{3} in weights and `+
		`none in gradients\.`, p.chapter("apart"))
}
