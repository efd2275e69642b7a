//go:build !js

package pagetest

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/viz"
)

// projector is what most of them show.
var projector = window{W: 1920, H: 1080, Scale: 1}

// present opens the page before an audience.
func present(t *testing.T, win window, fragment string) *tab {
	t.Helper()
	p := blank(t, win)
	p.do(chromedp.Navigate(p.address("") + "?present#" + fragment))
	p.ready()
	return p
}

// readable holds all words of the pictures and of the page to a least size, and to places of their own: none is cut,
// none lies on another.
func (p *tab) readable(when string, least float64) {
	p.t.Helper()
	p.settle()
	var words []viz.Word
	require.NoError(p.t, json.Unmarshal([]byte(eval[string](p, `sparkling.words()`)), &words))
	require.NotEmpty(p.t, words, when)
	shown := p.shown()
	assert.Len(p.t, shown, 1, "%s: one picture is large", when)
	for i, a := range words {
		assert.GreaterOrEqual(p.t, a.Size, least-1e-6, "%s: “%s”", when, a.Text)
		in := shown[0]
		assert.True(p.t, a.X >= in.X-1 && a.X+a.W <= in.X+in.W+1 && a.Y >= in.Y-1 && a.Y+a.Size <= in.Y+in.H+1,
			"%s: “%s” is cut", when, a.Text)
		for _, b := range words[:i] {
			const ink = 0.8 // of a type's size is between the tops of its capitals and the feet of its letters
			assert.False(p.t, a.X < b.X+b.W && b.X < a.X+a.W &&
				math.Abs(a.Y+a.Size/2-b.Y-b.Size/2) < ink*(a.Size+b.Size)/2,
				"%s: “%s” lies on “%s”", when, a.Text, b.Text)
		}
	}
	assert.Empty(p.t, eval[[]string](p, fmt.Sprintf(`(() => {
		const wrong = [], boxes = [];
		const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		for (let node = texts.nextNode(); node; node = texts.nextNode()) {
			const of = node.parentElement, said = node.textContent.trim();
			if (!said || !of.checkVisibility() || of.matches("script, option, .visually-hidden")) continue;
			const range = document.createRange();
			range.selectNodeContents(node);
			const { left, right, top, bottom } = range.getBoundingClientRect();
			if (getComputedStyle(of).clipPath !== "none" || bottom < 0) continue; // for who hears it
			if (parseFloat(getComputedStyle(of).fontSize) * of.currentCSSZoom < %g - 0.01) wrong.push("small: " + said);
			if (left < 0 || right > innerWidth + 1) wrong.push("cut: " + said);
			if (of.closest("#transport")) boxes.push({ said, left, right, top, bottom });
		}
		for (const a of boxes) {
			if (a.bottom > innerHeight) wrong.push("cut: " + a.said);
			for (const b of boxes) {
				const beside = a.left > b.right - 1 || b.left > a.right - 1;
				const below = a.top > b.bottom - 1 || b.top > a.bottom - 1;
				if (a !== b && !beside && !below) wrong.push(a.said + " lies on " + b.said);
			}
		}
		return wrong;
	})()`, least)), when)
}

// Before an audience one picture is large, and no word on it or beside it is smaller than the last row reads: 24 pixels
// of a screen of 1920 by 1080, and as much of any other. It starts paused. A remote control leads through a lesson, and
// does what its chapters ask for.
func TestARemoteControlLeadsThroughALesson(t *testing.T) {
	p := present(t, projector, "lesson=lock")
	next := func() { p.chord("PageDown", "PageDown", 34, 0) }
	p.readable("at rest", 24)
	assert.False(t, p.state().Playing, "it starts paused")
	assert.Zero(t, max(p.state().Last, 0))
	p.shot("present-rest")

	p.run(`document.querySelector("[name=speed][value=max]").click(); document.activeElement.blur()`)
	next()
	p.at("guess", true)
	p.readable("asked", 24)
	next()
	p.due("guess")
	assert.Equal(t, 499, p.state().Last)
	next()
	p.due("equal")
	assert.True(t, p.state().Forked, "it has widened, as it was asked to")
	p.readable("widened", 24)
	p.shot("present-widened")
	next()
	p.wait(`sparkling.quantity() === "1"`)
	p.due("update")
	p.chord("PageUp", "PageUp", 33, 0)
	p.wait(`document.querySelector("#chapters [data-chapter=equal][aria-current]")`)
	next()
	p.due("update")

	p.run(`sparkling.pause()`)
	for _, pane := range []viz.PaneID{viz.Loss, viz.Divergence, viz.RMS, viz.Network, viz.Writing, viz.Update,
		viz.Inside, viz.Attention, viz.Experts, viz.Seeds} {
		p.pick(string(pane))
		p.wait(`JSON.parse(sparkling.shown())[0]?.Pane === "` + string(pane) + `"`)
		p.readable(string(pane), 24)
		p.shot("present-" + string(pane))
	}
	p.pick("")
	for _, win := range []window{{W: 1280, H: 720, Scale: 1}, {W: 1024, H: 768, Scale: 1}} {
		p.do(chromedp.EmulateViewport(win.W, win.H))
		p.wait(fmt.Sprintf(`innerWidth === %d`, win.W))
		least := max(min(float64(win.W)/80, float64(win.H)/45), 15)
		p.wait(fmt.Sprintf(`Math.min(...JSON.parse(sparkling.words()).map(({ Size }) => Size)) <= %g + 0.01`, least))
		p.readable(fmt.Sprint(win), least)
		p.shot(fmt.Sprintf("present-%d", win.W))
	}
}

// What chapters ask for by a click on a picture or by controls that are hidden, the remote control does: it opens the
// update of a pair, goes through it, and the chapter goes on; and it runs several seeds.
func TestARemoteControlDoesWhatNeedsAPointerElsewhere(t *testing.T) {
	p := present(t, projector, "lesson=update/after")
	next := func() { p.chord("PageDown", "PageDown", 34, 0) } // of the tab that p is then
	p.run(`sparkling.touch()`)
	p.due("after")
	leadsTo := func(pane string) {
		for range 9 { // the words may be longer than the screen
			if eval[string](p, `sparkling.pin()`) == pane {
				break
			}
			next()
			p.run(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`)
		}
		assert.Equal(t, pane, eval[string](p, `sparkling.pin()`))
	}
	leadsTo("update")
	p.wait(`sparkling.pin() === "update" && JSON.parse(sparkling.slow()).shown && !JSON.parse(sparkling.slow()).asked`)
	p.readable("a pair", 24)
	for stage := 1; stage < 6; stage++ {
		next()
		p.wait(fmt.Sprintf(`JSON.parse(sparkling.slow()).stage === %d`, stage))
	}
	next()
	p.wait(`sparkling.pin() === "" && document.querySelector("#chapters [data-chapter=later][aria-current]")`)

	// Over several seeds, as the last chapter of a long run asks for.
	p = present(t, projector, short(t).Link())
	p.run(`const { story } = sparkling;
		sparkling.story = () => JSON.stringify({ ...JSON.parse(story()), due: true, act: "seeds" })`)
	leadsTo("seeds")
	p.wait(`JSON.parse(sparkling.seeds()).state !== "" && sparkling.pin() === "seeds"`)
	p.shot("present-seeds")
	p.run(`sparkling.sowStop()`)
}

// The keys of a remote control are for who presents: a blank screen waits with the run, and whoever has switched the
// keys off has no other than Escape.
func TestAScreenGoesBlankAndWaits(t *testing.T) {
	p := present(t, projector, short(t).Link())
	blank := func() bool { return eval[bool](p, `document.getElementById("blank").checkVisibility()`) }
	p.chord(" ", "Space", 32, 0)
	p.wait(`JSON.parse(sparkling.state()).playing`)
	p.chord("b", "KeyB", 66, 0)
	assert.True(t, blank())
	assert.False(t, p.state().Playing)
	p.chord("PageDown", "PageDown", 34, 0)
	assert.False(t, blank(), "any of them brings the pictures back, and does no more")
	assert.True(t, p.state().Playing || p.state().Done)
	p.run(`sparkling.pause()`)
	p.chord(".", "Period", 190, 0)
	assert.True(t, blank())
	p.key("Escape")
	assert.False(t, blank())
	assert.Equal(t, "present", eval[string](p, `document.documentElement.dataset.mode`), "it has left the blank screen")

	p.run(`document.getElementById("keys").click()`)
	p.chord("b", "KeyB", 66, 0)
	assert.False(t, blank(), "the keys are switched off")
	p.key("Escape")
	p.wait(`!document.documentElement.dataset.mode`)
	assert.True(t, eval[bool](p, `document.getElementById("chosen").checkVisibility()`))
}

// To present is another look at the same run: nothing of it is lost on the way there and back.
func TestToPresentIsALookOfThePage(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.finish()
	p.settle()
	csv, hash := p.csv(), eval[string](p, `location.hash`)
	p.run(`document.getElementById("present").scrollIntoView(); document.getElementById("present").focus()`)
	p.chord(" ", "Space", 32, 0)
	p.wait(`document.documentElement.dataset.mode === "present"`)
	assert.Equal(t, "?present"+hash, eval[string](p, `location.search + location.hash`), "the address says so")
	p.readable("presented", 15)
	assert.Equal(t, csv, p.csv())
	p.shot("present-button")
	p.run(`document.getElementById("leave").click()`)
	p.wait(`!document.documentElement.dataset.mode`)
	p.settle()
	assert.Equal(t, csv, p.csv())
	assert.Equal(t, hash, eval[string](p, `location.search + location.hash`))
	assert.Greater(t, len(p.shown()), 2, "the pictures are as they were")
	assert.Equal(t, "present", p.focused())
	p.run(`history.back()`)
	p.wait(`document.documentElement.dataset.mode === "present"`)
}

// What an address leaves out for an audience is there again when that has gone, and out again where it comes back; a
// size of type that it names is that of the presentation.
func TestWhatIsLeftOutIsLeftOutOfThePresentationAlone(t *testing.T) {
	p := blank(t, desktop)
	p.do(chromedp.Navigate(p.address("") + "?present&hide=text&type=30#" + short(t).Link()))
	p.ready()
	const smallest, text = `Math.min(...JSON.parse(sparkling.words()).map(({ Size }) => Size))`,
		`document.getElementById("panel").checkVisibility()`
	p.wait(smallest + ` >= 30`)
	assert.False(t, eval[bool](p, text))
	p.run(`document.getElementById("leave").click()`)
	p.wait(smallest + ` < 30`)
	assert.True(t, eval[bool](p, text))
	p.run(`history.back()`)
	p.wait(smallest + ` >= 30`)
	assert.False(t, eval[bool](p, text))

	p.do(chromedp.Navigate(p.address("") + "?embed&type=30#" + short(t).Link()))
	p.ready()
	p.run(`document.querySelector("body > ` +
		`canvas").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext()`)
	p.wait(`document.getElementById("notice-text").textContent.includes("canvas")`)
	p.wait(smallest + ` >= 30`) // a part of another page has the size of its address, also where it is drawn anew
}
