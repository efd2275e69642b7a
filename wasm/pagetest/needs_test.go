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
			p := blank(t, desktop)
			_, err := chromedp.Call(p.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: c.spoil})
			require.NoError(t, err)
			p.do(chromedp.Navigate(p.address("")))
			p.wait(`!document.getElementById("problem").hidden`, 20*time.Second)
			assert.Contains(t, eval[string](p, `document.getElementById("problem").textContent`), c.says)
			assert.True(t, eval[bool](p, `document.getElementById("play").disabled`))
			p.shot("lacks-" + c.says[:5])
		})
	}
}

// A hidden tab gets no animation frames; training goes on.
func TestTrainingGoesOnWithoutAnimationFrames(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.run(`window.requestAnimationFrame = () => 0; sparkling.reset(); sparkling.speed("max"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).done`, 2*time.Minute)
}
