//go:build !js

package pagetest

import (
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A browser that lacks something gets one plain sentence in the place of the pictures.
func TestBrowserThatLacksSomethingIsTold(t *testing.T) {
	for name, c := range map[string]struct{ spoil, says string }{
		"no SIMD":  {`WebAssembly.validate = () => false`, "WebAssembly SIMD"},
		"no WebGL": {`HTMLCanvasElement.prototype.getContext = () => null; OffscreenCanvas.prototype.getContext = () => null`, "WebGL 2"},
	} {
		t.Run(name, func(t *testing.T) {
			p := spoiled(t, c.spoil)
			p.wait(`!document.getElementById("problem").hidden`, 20*time.Second)
			assert.Contains(t, eval[string](p, `document.getElementById("problem").textContent`), c.says)
			assert.True(t, eval[bool](p, `document.getElementById("play").disabled`))
			p.shot("lacks-" + c.says[:5])
		})
	}
}

// spoiled is a tab in which a script ran before the page's own.
func spoiled(t *testing.T, script string) *tab {
	p := blank(t, desktop)
	_, err := chromedp.Call(p.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	require.NoError(t, err)
	p.do(chromedp.Navigate(p.address("")))
	return p
}

// The pictures are there before the program that trains, and how far that is stays in sight; where it does not come at all, a sentence says so.
func TestPicturesDoNotWaitForTheTrainer(t *testing.T) {
	p := spoiled(t, `const Real = Worker;
		window.Worker = class extends Real {
			set onmessage(f) {
				super.onmessage = (event) => { if (event.data.name === "wasm/trainer.wasm") window.give = (data) => f({ data }); else f(event); };
			}
		};
		console.error = (err) => { window.told = String(err); };`)
	p.wait(`window.sparkling?.stats && document.getElementById("stage").hidden`, time.Minute)
	assert.True(t, eval[bool](p, `document.getElementById("loading").checkVisibility()`))
	assert.LessOrEqual(t, p.state().Step, 0)
	p.shot("no-trainer-yet")
	p.wait(`window.give`, 20*time.Second)
	p.run(`window.give({ name: "wasm/trainer.wasm", error: "wasm/trainer.wasm: 404" })`)
	p.wait(`!document.getElementById("problem").hidden && document.getElementById("problem").checkVisibility()`, 20*time.Second)
	assert.Contains(t, eval[string](p, `document.getElementById("problem").textContent`), "trainer.wasm")
	assert.Contains(t, eval[string](p, `window.told`), "trainer.wasm", "and whoever looks for the cause finds it")
}

// A hidden tab gets no animation frames; training goes on.
func TestTrainingGoesOnWithoutAnimationFrames(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.run(`window.requestAnimationFrame = () => 0; sparkling.reset(); sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).done`, 2*time.Minute)
}
