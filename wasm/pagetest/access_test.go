//go:build !js

package pagetest

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faint lists the words on the page whose contrast with what is behind them is below 4.5, after WCAG 2. Controls that
// are switched off may be fainter.
const faint = `(() => {
	const parse = (c) => (c.match(/[\d.]+/g) ?? []).map(Number);
	const light = ([r, g, b]) => [r / 255, g / 255, b / 255]
		.map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const behind = (e) => {
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor);
			if (c.length === 3 || c[3] > 0.99) return c;
		}
		return [255, 255, 255];
	};
	const out = [];
	for (const e of document.querySelectorAll("body *")) {
		const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
		if (!own || !e.checkVisibility() || e.closest(":disabled, .visually-hidden, option, script, #stage")) continue;
		if (e.previousElementSibling?.matches(":disabled")) continue;
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio >= 4.5 && getComputedStyle(e).opacity >= 1) continue;
		out.push(ratio.toFixed(2) + " " + e.tagName + " " + e.textContent.trim().slice(0, 40));
	}
	return out;
})()`

// What people need who do not see the pictures, do not use a mouse, or see little contrast.
func TestPageIsAccessible(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	assert.Empty(t, eval[[]string](p, faint), "words that are hard to read")
	p.run(`for (const d of document.querySelectorAll("details")) d.open = true`)
	assert.Empty(t, eval[[]string](p, faint), "words that are hard to read, in the folded groups")

	assert.Equal(t, "img", eval[string](p, `document.querySelector("body > canvas").getAttribute("role")`))
	assert.NotEmpty(t, eval[string](p, `document.querySelector("body > canvas").getAttribute("aria-label")`))
	assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll("input, select")]
		.filter((e) => !e.labels?.length && !e.getAttribute("aria-label")).map((e) => e.id || e.name)`),
		"controls without a name")
	assert.Empty(t, eval[[]string](p, `[...document.querySelectorAll("button")].filter((e) => `+
		`!e.textContent.trim()).map((e) => e.id)`))
	assert.Equal(t, "polite", eval[string](p, `document.getElementById("live-region").getAttribute("aria-live")`))

	// The keyboard reaches the pictures and every control, in the order of the page, and what has it can be seen.
	p.run(`for (const d of document.querySelectorAll("details")) d.open = false; document.activeElement?.blur()`)
	var reached []string
	for range 150 {
		p.key("Tab")
		at := eval[string](p, `(() => { const e = document.activeElement; return e === document.body ? "" : e.id || `+
			`e.name || e.tagName })()`)
		reached = append(reached, at)
		if at == "" {
			break
		}
		assert.NotEqual(t, "none", eval[string](p, `(() => { const e = document.activeElement; return `+
			`getComputedStyle(e.matches("[type=radio]") ? e.nextElementSibling : e).outlineStyle })()`),
			"focus on %s can be seen", at)
	}
	assert.Equal(t, "Skip to the text", eval[string](p, `[...document.querySelectorAll("a, button, input, select, `+
		`canvas, [tabindex]")].find((e) => e.tabIndex >= 0).textContent`), "the first that the keyboard meets")
	for _, id := range []string{"CANVAS", "to-start", "speed", "scrub", "chosen", "quantity", "scale", "knob-seed",
		"knob-arm1-name", "arm1-remove", "arm-add", "save-csv", "copy-link"} {
		assert.Contains(t, reached, id)
	}
}

// key presses a key.
func (p *tab) key(name string) {
	p.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown,
		input.DispatchKeyEventTypeKeyUp} {
		_, err := chromedp.Call(p.Ctx, input.DispatchKeyEvent,
			input.DispatchKeyEventParams{Type: kind, Key: name, Code: name, WindowsVirtualKeyCode: 9})
		require.NoError(p.t, err)
	}
}

// A live region that speaks at every number would talk without end.
func TestLiveRegionSpeaksRarely(t *testing.T) {
	p := open(t, desktop, forkedAt(19000).Link())
	p.wait(`JSON.parse(sparkling.state()).last > 10`)
	p.run(`window.spoken = []; new MutationObserver(() => ` +
		`spoken.push(performance.now())).observe(document.getElementById("live-region"), { childList: true, ` +
		`characterData: true, subtree: true })`)
	p.wait(`spoken.length === 3`)
	assert.Less(t, p.state().Last, p.state().Fork, "only numbers have changed")
	assert.Greater(t, eval[float64](p, `spoken[2] - spoken[1]`), 2000.0, "milliseconds between two sentences")
	assert.Contains(t, eval[string](p, `document.getElementById("live-region").textContent`), "Step ")
}
