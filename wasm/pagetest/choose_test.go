//go:build !js

package pagetest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// A reader chooses a lesson from the list: it runs at once, the text is about it and answers to what happens, and the
// address names it.
func TestLessonIsChosenRunsAndAnswers(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	assert.Contains(t, eval[string](p, `document.getElementById("chosen-about").textContent`), "changed",
		"what runs is none of the list")
	offered := eval[[]string](p, `[...document.querySelectorAll("#chosen option")].map((o) => o.value).filter(Boolean)`)
	require.Len(t, offered, len(experiment.Builtins()))
	p.run(`{ const c = document.getElementById("chosen"); c.value = "lock"; c.dispatchEvent(new Event("change")) }`)
	s := p.state()
	assert.Equal(t, "lock", s.Name)
	assert.True(t, s.Playing)
	assert.Equal(t, "#lock", eval[string](p, `location.hash`))
	told := func() string { return eval[string](p, `document.getElementById("told").textContent`) }
	assert.Contains(t, told(), "what becomes of that memory")
	p.run(`sparkling.speed("max")`)
	p.wait(`JSON.parse(sparkling.state()).last > 20`)
	p.run(`document.getElementById("widen").click()`)
	p.wait(`JSON.parse(sparkling.state()).done`)
	p.run(`{ const s = document.getElementById("scrub"); s.value = JSON.parse(sparkling.state()).fork + 100; ` +
		`s.dispatchEvent(new Event("input")) }`)
	p.settle()
	assert.Equal(t, panel.Apart, p.state().Phase)
	assert.Contains(t, told(), "Drop 128 of 128")
	assert.Contains(t, told(), "Asymmetric reset 0 of 128")
	p.shot("lesson-lock")

	p.run(`document.querySelector("#scale [value=flops]").click()`)
	assert.Equal(t, "flops", eval[string](p, `sparkling.scale()`))

	listed := func() string {
		return eval[string](p, `document.getElementById("chosen").selectedOptions[0].textContent`)
	}
	called := listed()
	p.run(`document.getElementById("another").click(); sparkling.pause()`)
	p.settle()
	assert.Equal(t, called+", seed 2", listed(), "another seed is the same experiment")
	assert.Equal(t, p.state().Seed, "2")
	p.run(`{ const c = document.getElementById("chosen"); c.value = "lock"; c.dispatchEvent(new Event("change")) }`)
	p.settle()
	assert.Equal(t, called, listed(), "and the list leads back")
}

// An arm that does something else before its next update says what. Here it has said so, and what follows is held back
// until that was read.
func TestArmSaysWhatItIsDoing(t *testing.T) {
	e, err := experiment.Named("dynamics")
	require.NoError(t, err)
	e.Steps, e.Task.Batch = 120, 64
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step = 80
		}
	}
	_, err = e.Validate()
	require.NoError(t, err)
	p := spoiled(t, "#"+e.Link(), `const Real = Worker;
		const decoder = new TextDecoder();
		window.Worker = class extends Real {
			set onmessage(f) {
				super.onmessage = f && ((event) => {
					if (window.late && typeof event.data !== "string") return late.push(() => f(event));
					f(event);
					if (window.read) return;
					const says = (message) => decoder.decode(message).includes("from scratch");
					if (event.data.some?.(says)) window.late = [];
				});
			}
		};`)
	p.ready()
	p.run(`sparkling.speed("max")`)
	p.wait(`document.getElementById("doing").textContent`)
	assert.Regexp(t, `^Remapped rate is training a wide network from scratch to find where its loss is \d\.\d{3}: `+
		`step \d+\.$`,
		eval[string](p, `document.getElementById("doing").textContent`))
	p.run(`{ const waiting = late; window.late = null; window.read = true; for (const hear of waiting) hear(); }`)
	p.wait(`!document.getElementById("doing").textContent`)
}

// The address of a page may end with the name of an experiment.
func TestAddressNamesAnExperiment(t *testing.T) {
	p := open(t, desktop, "compute")
	assert.Equal(t, "compute", p.state().Name)
	assert.Equal(t, "compute", eval[string](p, `document.getElementById("chosen").value`))
	assert.Equal(t, "flops", eval[string](p, `sparkling.scale()`), "arms of equal cost are compared at equal cost")
}
