//go:build !js

package pagetest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stored waits until the browser's storage has what runs, as it is now.
func (p *tab) stored() {
	p.t.Helper()
	p.run(`sparkling.pause()`)
	p.settle()
	p.kept(false)
}

// kept waits until the state at the newest step is kept, of a run that plays or rests.
func (p *tab) kept(playing bool) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		return eval[bool](p, fmt.Sprintf(`import(new URL("site/store.js", document.baseURI))
			.then(({ get }) => get(sparkling.address().split("/")[0]))
			.then((run) => run?.playing === %t && run.step === JSON.parse(sparkling.state()).last)`, playing))
	}, patience, 100*time.Millisecond)
}

func (p *tab) notice() string {
	p.t.Helper()
	return eval[string](p, `document.getElementById("notice").checkVisibility() ? `+
		`document.getElementById("notice-text").textContent : ""`)
}

// The run of an own experiment comes back after a reload, and where the canvas is lost, and ends with the numbers of a
// run that nothing disturbed.
func TestRunSurvivesReloadAndALostCanvas(t *testing.T) {
	e := short(t)
	e.Steps, e.Seed = 90, math.MaxUint64
	p := open(t, desktop, e.Link())
	assert.Equal(t, "18446744073709551615", eval[string](p, `document.querySelector("[data-knob=seed]").value`),
		"all digits of the seed")
	p.finish()
	want := p.csv()
	require.True(t, strings.Contains(want, ",SPARKLING,90,"), "it is all there")

	p.run(`document.getElementById("to-start").click(); sparkling.speed("1")`)
	p.wait(`JSON.parse(sparkling.state()).last > 20`)
	p.run(`sparkling.speed("0.25")`)
	p.wait(`JSON.parse(sparkling.state()).last > 33`) // the arms have parted
	p.stored()
	at := p.state().Last
	require.Less(t, at, 90, "in the middle of it")
	p.do(chromedp.Reload())
	p.ready()
	assert.Equal(t, "Restored: Your own experiment at step "+fmt.Sprint(at)+".", p.notice())
	assert.Equal(t, "Begin anew", eval[string](p, `document.getElementById("way").textContent`))
	s := p.state()
	assert.Equal(t, at, s.Last)
	assert.False(t, s.Playing, "it was paused")
	assert.Equal(t, "#"+e.Link(), eval[string](p, `location.hash`))
	p.shot("restored")

	p.run(`window.stays = true; document.querySelector("body > ` +
		`canvas").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext()`)
	p.wait(`document.getElementById("notice-text").textContent.includes("canvas")`)
	assert.True(t, eval[bool](p, `window.stays`), "the page is not loaded again")
	assert.Equal(t, fmt.Sprintf("The browser took the canvas of the pictures away, and they are drawn anew. "+
		"Restored: Your own experiment at step %d.", at), p.notice())
	assert.Equal(t, at, p.state().Last)
	assert.Equal(t, 1, eval[int](p, `document.querySelectorAll("body > canvas").length`))
	p.settle()
	assert.NotEmpty(t, p.canvas(), "pictures are drawn")
	p.shot("canvas-lost")
	p.finish()
	assert.True(t, want == p.csv(), "the numbers of a run that nothing disturbed")
	require.Empty(t, eval[string](p, `document.getElementById("failures").textContent`))
}

// A program whose canvas is lost is dropped: nothing of it works on, and its memory is given back, while the next one
// draws.
func TestProgramWhoseCanvasIsLostIsGone(t *testing.T) {
	p := blank(t, desktop)
	_, err := chromedp.Call(p.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `{ const { instantiate } = WebAssembly; window.memories = [];
			WebAssembly.instantiate = async (...given) => {
				const instance = await instantiate(...given);
				memories.push(new WeakRef(instance.exports.mem));
				return instance;
			};
		}`,
	})
	require.NoError(t, err)
	p.do(chromedp.Navigate(p.address(short(t).Link())))
	p.ready()
	for lost := 1; lost <= 2; lost++ {
		p.run(`document.querySelector("body > ` +
			`canvas").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext()`)
		p.wait(fmt.Sprintf(`memories.length === %d && document.getElementById("blind").hidden`, lost+1))
		p.run(`dispatchEvent(new Event("resize")); document.dispatchEvent(new Event("pointerlockchange"))`)
		require.Eventually(t, func() bool {
			_, err := chromedp.Call(p.Ctx, heapprofiler.CollectGarbage, chromedp.Void{})
			require.NoError(t, err)
			return eval[int](p, `memories.filter((memory) => memory.deref()).length`) == 1
		}, patience, 200*time.Millisecond, "lost %d times, and only one program is there", lost)
	}
	p.finish()
	assert.Positive(t, eval[int](p, `sparkling.stats().frames`), "the work of the new one is measured")
}

// Choosing an experiment is an entry of the history; what ran before comes back, by the browser's button or the page's
// own.
func TestWhatRanBeforeComesBack(t *testing.T) {
	e := short(t)
	p := open(t, desktop, e.Link())
	p.finish()
	want := p.csv()
	choose := func(name string) {
		p.run(`{ const c = document.getElementById("chosen"); c.value = "` + name +
			`"; c.dispatchEvent(new Event("change")) }`)
	}
	choose("lock")
	assert.Equal(t, "#lock", eval[string](p, `location.hash`))
	assert.Equal(t, "The run before is kept: Your own experiment at step 60.",
		eval[string](p, `document.getElementById("before-text").textContent`))
	p.shot("before")
	p.wait(`JSON.parse(sparkling.state()).last > 0`)
	p.run(`sparkling.pause(); history.back()`)
	p.wait(`JSON.parse(sparkling.state()).steps === 60`)
	assert.True(t, want == p.csv(), "its record is whole")
	p.wait(`!document.getElementById("notice").hidden`)
	assert.Equal(t, "Restored: Your own experiment at step 60.", p.notice())
	assert.Equal(t, "#"+e.Link(), eval[string](p, `location.hash`))

	p.run(`document.getElementById("to-start").click(); document.getElementById("to-start").click()`)
	assert.Less(t, p.state().Last, 60)
	p.run(`document.getElementById("back").click()`)
	p.wait(`JSON.parse(sparkling.state()).last === 60`)
	assert.True(t, want == p.csv(), "nor has a reset lost it")

	p.run(`history.forward()`)
	p.wait(`JSON.parse(sparkling.state()).name === "lock"`)
	assert.False(t, p.state().Playing, "it was paused when it was left")
	p.run(`sparkling.speed("1"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).last > 5`)
	p.stored()
	p.run(`document.querySelector("body > canvas").focus()`)
	p.chord("w", "KeyW", 87, 0)
	p.wait(`JSON.parse(sparkling.state()).fork < 500`)
	p.run(`sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).forked`)
	p.run(`document.getElementById("widen").disabled = false; document.getElementById("widen").click()`)
	assert.Equal(t, "That could not be done: the network is widened already; reset to begin anew.", p.notice(),
		"what goes wrong is never passed over")
	assert.Regexp(t, `^The run before is kept: “The lock” at step \d+, not yet widened\.$`,
		eval[string](p, `document.getElementById("before-text").textContent`))
	p.run(`document.getElementById("back").click()`)
	assert.Equal(t, 500, p.state().Fork, "a slip of the hand is taken back")
	p.turn("seed", "7")
	p.run(`document.getElementById("apply").click()`)
	p.run(`location.hash = "lokc."`)
	p.wait(`!document.getElementById("notice").hidden`)
	assert.Equal(t, `There is no experiment called “lokc”. What was here before goes on.`, p.notice())
	assert.Equal(t, "#"+eval[string](p, `sparkling.address()`), eval[string](p, `location.hash`),
		"the address holds what runs")
	assert.Equal(t, `Run “The lock”`, eval[string](p, `document.getElementById("way").textContent`))
	p.shot("misspelt")
	p.run(`document.getElementById("way").click()`)
	assert.Equal(t, "#lock", eval[string](p, `location.hash`))
	assert.Equal(t, "lock", p.state().Name)
	assert.Empty(t, p.notice())
}

// What the page had kept and cannot go on with, damaged or of an experiment whose document is another one now, is put
// aside with a sentence.
func TestAKeptRunThatCannotBeGoneOnWithIsPutAsideWithASentence(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.wait(`JSON.parse(sparkling.state()).last > 1`)
	p.stored()
	p.run(`(async () => {
		const { get, put } = await import(new URL("site/store.js", document.baseURI));
		const run = await get(sparkling.address());
		await put({ ...run, address: "lock" });
		await put({ ...run, address: "lesson=muon" });
		await put({ ...run, address: "reset", data: run.data.slice(0, 1000) });
	})()`)
	for address, why := range map[string]string{
		"lock":        "the experiment of this address has another document now",
		"lesson=muon": "the experiment of this address has another document now",
		"reset":       "the state of the run cannot be read: ",
	} {
		p.run(`location.hash = "` + address + `"; window.old = true`)
		p.do(chromedp.Reload())
		p.ready()
		p.wait(`!window.old && JSON.parse(sparkling.state()).name === "` + strings.TrimPrefix(address, "lesson=") + `"`)
		assert.Contains(t, p.notice(),
			"What this browser had kept of the run is put aside, and the run begins anew: "+why)
		p.wait(`JSON.parse(sparkling.state()).last > 1`)
	}
}

// The storage that the page takes is bounded, and a browser that gives none is borne.
func TestStorageIsBoundedAndBorne(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.run(`sparkling.pause()`)
	p.run(`(async () => {
		const done = (request) => new Promise((come) => { request.onsuccess = () => come(request.result); });
		await done(indexedDB.open("of another page"));
		const { put } = await import(new URL("site/store.js", document.baseURI));
		for (let i = 0; i < 30; i++) await put({ address: "run" + i, data: new Uint8Array(i < 20 ? 100 : 9e6) });
		await put({ address: "too large", data: new Uint8Array(25e6) });
		const db = await done(indexedDB.open("sparkling-lab " + location.pathname));
		const all = await done(db.transaction("runs").objectStore("runs").getAll());
		window.found = { runs: all.map(({ address }) => address).sort(),
			bytes: all.reduce((sum, { data }) => sum + data.byteLength, 0),
			others: (await indexedDB.databases()).map(({ name }) => name).sort() };
	})()`)
	assert.LessOrEqual(t, eval[int](p, `found.runs.length`), 12)
	assert.LessOrEqual(t, eval[float64](p, `found.bytes`), 48e6)
	assert.Contains(t, eval[[]string](p, `found.runs`), "run29", "the newest")
	assert.NotContains(t, eval[[]string](p, `found.runs`), "too large")
	assert.Equal(t, []string{"of another page", "sparkling-lab " + under}, eval[[]string](p, `found.others`))

	_, err := chromedp.Call(p.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `for (const name of ["indexedDB", "localStorage", "sessionStorage"])
			Object.defineProperty(window, name, { get() { throw new DOMException("refused", "SecurityError"); } })`,
	})
	require.NoError(t, err)
	p.do(chromedp.Reload())
	p.ready()
	p.wait(`JSON.parse(sparkling.state()).last > 1`)
	assert.Empty(t, p.notice(), "it begins anew, and has nothing to say about it")
	p.run(`document.getElementById("keys").click(); document.dispatchEvent(new Event("visibilitychange"))`)
	p.finish()
}
