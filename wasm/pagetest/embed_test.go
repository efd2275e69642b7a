//go:build !js

package pagetest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/serve"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
)

// around is a page with the Lab in a frame of it, which notes what that tells and can be scrolled away from it.
func around(src, attributes string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `<!doctype html><title>A deck</title><body style="margin:0;height:4000px">`+
			`<script>window.heard = []; addEventListener("message", ({ data, source }) => `+
			`{ if (source === frames[0]) heard.push(data); });`+
			`window.ask = (what) => frames[0].postMessage({ sparkling: what }, "*");`+
			`window.last = (...kinds) => heard.filter(({ sparkling }) => kinds.includes(sparkling)).at(-1)?.sparkling;`+
			`</script><iframe width="960" height="540" style="border:0" src="%s" %s></iframe>`, src, attributes)
	}
}

// deck opens such a page in the Lab's own folder.
func deck(t *testing.T, name, query string) *tab {
	t.Helper()
	p := blank(t, desktop)
	mux.HandleFunc(under+name, around("./"+query, ""))
	p.do(chromedp.Navigate(p.address("") + name))
	p.wait(`last("ready")`)
	return p
}

const lab = `frames[0].sparkling`

func (p *tab) lastStep() int {
	p.t.Helper()
	return eval[int](p, `Math.max(JSON.parse(`+lab+`.state()).last, 0)`)
}

// What an address says of how the page is shown is read strictly: each thing that is not understood is named.
func TestHowThePageIsShownIsReadStrictly(t *testing.T) {
	p := blank(t, desktop)
	p.do(chromedp.Navigate(p.address("") + "?embed&colour=red&hide=text,menu&pane=loss,writing"))
	p.wait(`window.sparkling?.stats && document.getElementById("stage").hidden`)
	said := eval[string](p, `document.getElementById("refused").innerText`)
	for _, part := range []string{"“colour=red”", "“menu” cannot be hidden",
		"text, bar, speed, scrub, picture and widen", "no picture called “writing”"} {
		assert.Contains(t, said, part)
	}
	assert.Equal(t, `["loss"]`, eval[string](p, `sparkling.alone()`), "what is understood holds")
	assert.True(t, eval[bool](p, `document.getElementById("panel").checkVisibility() === false || `+
		`!document.getElementById("story").checkVisibility()`), "the text is hidden")
	p.shot("embed-refused")
	p.run(`document.getElementById("refused-close").click()`)
	assert.False(t, eval[bool](p, `document.getElementById("refused").checkVisibility()`))

	// docs/embed.md has a table of all that there is.
	doc, err := os.ReadFile("../../docs/embed.md")
	require.NoError(t, err)
	names := eval[[]string](p, `import(new URL("site/mode.js", document.baseURI)).then((m) => m.parts)`)
	for _, named := range []string{"facts", "default"} {
		e, err := experiment.Named(named)
		require.NoError(t, err)
		for _, pane := range viz.PanesOf(e) {
			names = append(names, string(pane.ID))
		}
	}
	for _, name := range names {
		assert.Contains(t, string(doc), "`"+name+"`")
	}

	for search, want := range map[string]string{
		"":       `{"embed":false,"present":false,"hide":[],"panes":[],"at":0,"until":0,"type":0,"wrong":0}`,
		"?embed": `{"embed":true,"present":false,"hide":[],"panes":[],"at":0,"until":0,"type":0,"wrong":0}`,
		"?embed&hide=text,bar&pane=copies,loss&at=300&until=310&type=24": `{"embed":true,"present":false,` +
			`"hide":["text","bar"],"panes":["copies","loss"],"at":300,"until":310,"type":24,"wrong":0}`,
		"?present":       `{"embed":false,"present":true,"hide":[],"panes":[],"at":0,"until":0,"type":0,"wrong":0}`,
		"?embed&present": `{"embed":true,"present":false,"hide":[],"panes":[],"at":0,"until":0,"type":0,"wrong":1}`,
		"?embed=1&at=0&until=1.5&type=900&pane=a,b,c": `{"embed":true,"present":false,"hide":[],"panes":[],"at":0,` +
			`"until":0,"type":0,"wrong":5}`,
		"?at=12.5&at=3&pane=Loss&hide=text&constructor=x&__proto__=y": `{"embed":false,"present":false,"hide":[],` +
			`"panes":[],"at":0,"until":0,"type":0,"wrong":4}`, // the last two are not near any that is known
		"?fbclid=a&gclid=b&utm_source=c&utm_medium=d&ref=e&t=f&at=7": `{"embed":false,"present":false,"hide":[],` +
			`"panes":[],"at":7,"until":0,"type":0,"wrong":0}`,
		"?fbclid=" + strings.Repeat("a", 400) + "&present": `{"embed":false,"present":true,"hide":[],"panes":[],` +
			`"at":0,"until":0,"type":0,"wrong":0}`,
		"?Embed&panes=loss&hdie=text&presnet&tpye=24&embedded": `{"embed":false,"present":false,"hide":[],` +
			`"panes":[],"at":0,"until":0,"type":0,"wrong":6}`,
		"?embed&utm_source=c": `{"embed":true,"present":false,"hide":[],"panes":[],"at":0,"until":0,"type":0,` +
			`"wrong":1}`,
		"?" + strings.Repeat("embed&", 60): `{"embed":false,"present":false,"hide":[],"panes":[],"at":0,"until":0,` +
			`"type":0,"wrong":1}`,
	} {
		assert.JSONEq(t, want, eval[string](p, `import(new URL("site/mode.js", document.baseURI)).then((m) => `+
			`{ const mode = m.parse(`+fmt.Sprintf("%q", search)+`); return JSON.stringify({ ...mode, `+
			`hide: [...mode.hide], wrong: mode.wrong.length }); })`), search)
	}
}

// A deck plays and stops its embed by messages, and nobody else does; the embed begins at rest, at the step of its
// address, and can come back there.
func TestEmbedIsLedByThePageThatShowsIt(t *testing.T) {
	p := deck(t, "deck.html", "?embed&at=12&pane=copies#"+short(t).Link())
	p.wait(`last("playing", "paused") === "paused"`)
	assert.Equal(t, 12, p.lastStep(), "it rests where its address says")
	assert.Equal(t, "embed", eval[string](p, `frames[0].document.documentElement.dataset.mode`))
	assert.Equal(t, "1", eval[string](p, lab+`.state().match(/"speed":"([^"]*)"/)[1]`), "at the usual speed")

	// What is not a message of that page's is not heard.
	p.run(`for (const data of ["play", null, 7, ["play"], { sparkling: ["play"] }, { sparkling: "reset" },
			{ sparkling: "play", step: 3 }, { sparkling: { toString: () => "play" } && "Play" }])
			frames[0].postMessage(data, "*");
		const other = document.body.appendChild(document.createElement("iframe"));
		Object.assign(other.contentDocument.body.appendChild(other.contentDocument.createElement("script")),
			{ text: "parent.frames[0].postMessage({ sparkling: 'play' }, '*')" });`)
	p.run(`new Promise((done) => setTimeout(done, 500))`)
	assert.Equal(t, 12, p.lastStep())
	assert.Equal(t, []string{}, eval[[]string](p, `heard.filter(({ sparkling }) => sparkling === "key")`))

	p.run(`ask("play")`)
	p.wait(`last("playing", "paused") === "playing" && JSON.parse(` + lab + `.state()).last > 14`)
	p.run(`ask("pause")`)
	p.wait(`last("playing", "paused") === "paused" && ` + lab + `.settled()`)
	stopped := p.lastStep()
	p.run(`ask("rest")`)
	p.wait(`heard.filter(({ sparkling }) => sparkling === "ready").length === 2`)
	p.wait(`last("playing", "paused") === "paused"`)
	assert.Equal(t, 12, p.lastStep(), "back from step %d", stopped)

	// Out of sight it does not train, whoever has played it; and goes on when it is seen again.
	p.run(lab + `.speed("0.25"); frames[0].document.getElementById("play").click()`)
	p.wait(`last("playing", "paused") === "playing"`)
	p.run(`scrollTo(0, 2000)`)
	p.wait(`last("playing", "paused") === "paused" && ` + lab + `.settled()`)
	hidden := p.lastStep()
	p.run(`ask("play"); new Promise((done) => setTimeout(done, 500))`)
	assert.Equal(t, hidden, p.lastStep(), "nor when it is asked to")
	p.run(`scrollTo(0, 0)`)
	p.wait(`last("playing", "paused") === "playing"`)
	p.shot("embed-deck")
}

// What a deck plays does not run into what its audience is to guess first: it waits at the step of its address, however
// often its slide is turned to, until somebody presses Play in it.
func TestADeckPlaysAnEmbedNoFurtherThanItsAddressSays(t *testing.T) {
	p := deck(t, "until.html", "?embed&at=3&until=6&hide=text#"+short(t).Link())
	step := func() int { return eval[int](p, `JSON.parse(`+lab+`.state()).last`) }
	p.run(lab + `.speed("max"); ask("play")`)
	p.wait(`JSON.parse(` + lab + `.state()).last >= 6 && last("playing", "paused") === "paused"`)
	for range 2 {
		p.run(`ask("pause"); ask("play"); new Promise((done) => setTimeout(done, 500))`)
		assert.Equal(t, 6, step())
		assert.False(t, p.playing())
	}
	p.shot("embed-until")
	p.run(`frames[0].document.getElementById("play").click()`)
	p.wait(`JSON.parse(` + lab + `.state()).last > 8`)
	p.run(`ask("rest")`)
	p.wait(`heard.filter(({ sparkling }) => sparkling === "ready").length === 2`)
	assert.Equal(t, 3, step())
	p.run(lab + `.speed("max"); ask("play")`)
	p.wait(`JSON.parse(` + lab + `.state()).last >= 6 && last("playing", "paused") === "paused"`)
	assert.Equal(t, 6, step(), "and again")
}

// A text that is shown to an audience waits for who leads it, and the button below it goes on.
func TestTheTextOfAnEmbedThatIsLedWaits(t *testing.T) {
	p := deck(t, "waits.html", "?embed#lesson=lock/equal")
	p.run(`ask("play")`)
	p.wait(lab + `.waits() && frames[0].document.getElementById("play").innerText.trim() === "Continue"`)
	held := p.lastStep()
	assert.Empty(t, eval[string](p, `frames[0].document.getElementById("goes-in").innerText`), "no countdown")
	p.shot("embed-waits")
	p.run(`frames[0].document.getElementById("play").click()`)
	p.wait(fmt.Sprintf(`JSON.parse(%s.state()).last > %d`, lab, held))
	assert.Equal(t, "Pause", eval[string](p, `frames[0].document.getElementById("play").innerText.trim()`))
}

// After a click in an embed the keys of a deck are still the deck's, once that has spoken to it, and those that the
// Lab names its own.
func TestKeysGoOnToTheDeckAfterAClick(t *testing.T) {
	p := deck(t, "keys.html", "?embed#"+short(t).Link())
	keys := func() []string { return eval[[]string](p, `heard.flatMap(({ key }) => key ?? [])`) }
	p.mouse(300, 200)
	p.press("left", 300, 200)
	p.chord("PageDown", "PageDown", 34, 0)
	assert.Empty(t, keys(), "a page that has asked for nothing is told nothing")
	p.run(`scrollTo(0, 0); ask("pause")`)
	p.run(`new Promise((done) => setTimeout(done, 100))`)
	for _, k := range []struct {
		key, code string
		virtual   int64
	}{{"PageDown", "PageDown", 34}, {"ArrowRight", "ArrowRight", 39}, {"PageUp", "PageUp", 33}, {"n", "KeyN", 78},
		{"Escape", "Escape", 27}, {"b", "KeyB", 66}, {".", "Period", 190}, {"x", "KeyX", 88}} {
		p.chord(k.key, k.code, k.virtual, 0)
	}
	p.wait(`JSON.parse(` + lab + `.state()).last === 1`) // by the Lab's own key
	p.wait(`heard.filter(({ key }) => key).length === 6`)
	assert.Equal(t, []string{"next", "next", "back", "next", "escape", "blank"}, keys())
	assert.Zero(t, eval[int](p, `scrollY`))

	// A slider keeps its arrows; a remote control's keys go through it.
	p.run(`heard.length = 0; frames[0].document.getElementById("scrub").focus()`)
	p.chord("ArrowRight", "ArrowRight", 39, 0)
	p.chord("PageUp", "PageUp", 33, 0)
	p.wait(`heard.some(({ key }) => key)`)
	assert.Equal(t, []string{"back"}, keys())
}

// An embed leaves nothing behind: no entry of the history, and nothing in the browser's storage.
func TestEmbedKeepsNothing(t *testing.T) {
	p := deck(t, "nothing.html", "?embed#lesson=capacity")
	before := eval[int](p, `history.length`)
	p.run(lab + `.speed("max"); frames[0].document.getElementById("play").click()`)
	p.wait(`JSON.parse(` + lab + `.state()).last > 40`)
	p.run(`frames[0].document.getElementById("play").click()`)
	p.wait(lab + `.settled()`)
	p.run(`const link = Object.assign(frames[0].document.createElement("a"), { href: "#lesson=lock/equal" });
		frames[0].document.getElementById("told").append(link); link.click()`)
	p.wait(`JSON.parse(` + lab + `.story()).lesson === "lock" && ` + lab + `.rested()`)
	e, err := experiment.Named("lock")
	require.NoError(t, err)
	assert.False(t, p.playing(), "what is opened there begins at rest")
	assert.Equal(t, e.Fork()+1, p.lastStep(), "where its chapter is best seen")
	assert.Equal(t, before, eval[int](p, `history.length`))
	assert.Contains(t, eval[string](p, `frames[0].document.getElementById("whole").href`), "#lesson=lock")
	assert.Empty(t, eval[[]string](p, `indexedDB.databases().then((list) => list.map(({ name }) => name))`))
	assert.Zero(t, eval[int](p, `localStorage.length + sessionStorage.length`))
}

func (p *tab) playing() bool {
	p.t.Helper()
	return eval[bool](p, `JSON.parse(`+lab+`.state()).playing`)
}

// A page of another origin leads an embed as one of the same does.
func TestEmbedInAPageOfAnotherOrigin(t *testing.T) {
	p := blank(t, desktop)
	var inner *httptest.Server
	outer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		around(inner.URL+"/?embed&at=5&hide=text#"+short(t).Link(),
			`sandbox="allow-scripts allow-same-origin"`)(w, r) // what docs/embed.md says that it needs
	}))
	defer outer.Close()
	elsewhere := strings.Replace(outer.URL, "127.0.0.1", "localhost", 1)
	files, err := serve.Handler(built, elsewhere)
	require.NoError(t, err)
	inner = httptest.NewServer(files)
	defer inner.Close()
	p.others = []string{elsewhere, inner.URL}

	p.do(chromedp.Navigate(elsewhere))
	p.wait(`last("ready") && last("playing", "paused") === "paused"`)
	frame := p.frame()
	step := func() string { return inside(t, frame, `String(JSON.parse(sparkling.state()).last)`) }
	assert.Equal(t, "5", step())
	p.run(`ask("play")`)
	p.wait(`last("playing", "paused") === "playing"`)
	p.run(`ask("rest")`)
	p.wait(`heard.filter(({ sparkling }) => sparkling === "ready").length === 2`)
	p.wait(`last("playing", "paused") === "paused"`)
	assert.Equal(t, "5", step())
	p.press("left", 300, 200)
	p.chord("PageDown", "PageDown", 34, 0)
	p.wait(`heard.some(({ key }) => key === "next")`)
	p.shot("embed-elsewhere")
}

// The line that the dialog writes shows what runs, in the picture that is chosen and without what is left out.
func TestLineForOtherPagesShowsWhatRuns(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.run(`sparkling.pause(); sparkling.pin("loss"); document.getElementById("embed-this").click()`)
	p.run(`const set = (id, value) => { const of = document.getElementById(id); of.value = value;
			of.dispatchEvent(new Event("input", { bubbles: true })); };
		document.querySelector("#embedding-hide [value=text]").click();
		document.querySelector("#embedding-aspect [value='4 / 3']").click();
		set("embedding-half", "copies"); set("embedding-type", "24"); set("embedding-at", "4");`)
	p.shot("embed-dialog")
	line := eval[string](p, `document.getElementById("embedding-line").value`)
	assert.Contains(t, line, "aspect-ratio: 4 / 3")
	assert.Contains(t, line, "?embed&amp;pane=loss,copies&amp;hide=text&amp;at=4&amp;type=24#")
	p.run(`document.getElementById("embedding-at").value = "61";
		document.getElementById("embedding-at").dispatchEvent(new Event("input", { bubbles: true }))`)
	assert.Contains(t, eval[string](p, `document.getElementById("embedding-said").textContent`), "from 0 to 60")
	assert.True(t, eval[bool](p, `document.getElementById("embedding-copy").disabled`))
	p.run(`document.getElementById("embedding-at").value = "4";
		document.getElementById("embedding-at").dispatchEvent(new Event("input", { bubbles: true }))`)
	p.copies(line)
	p.chord("Escape", "Escape", 27, 0)
	p.wait(`!document.getElementById("embedding").open`)
	assert.Equal(t, "loss", eval[string](p, `sparkling.pin()`), "Escape was the dialog's")

	mux.HandleFunc(under+"line.html", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`<!doctype html><title>Mine</title><div style="width:800px">` + line + `</div>`))
	})
	p.do(chromedp.Navigate(p.address("") + "line.html"))
	p.wait(`frames[0]?.sparkling?.rested?.() && JSON.parse(frames[0].sparkling.state()).last === 4`)
	assert.Equal(t, `["loss","copies"]`, eval[string](p, lab+`.alone()`))
	assert.Equal(t, "800 600", eval[string](p, `frames[0].innerWidth + " " + frames[0].innerHeight`))
	p.shot("embed-line")
}
