//go:build !js

package pagetest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Books of three alphabets, and what is true of them.
var (
	korean  = strings.Repeat("나랏말싸미 듕귁에 달아 문자와로 서르 사맛디 아니할쎄\n이런 전차로 어린 백성이 니르고져 홀 배 이셔도\n", 60)
	chinese = "\ufeff" + strings.Repeat("子曰：「學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？」\r\n", 150)
	short2k = strings.Repeat("Once upon a time there was a short text. ", 60)
)

// book is a file with a text.
func book(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

// choose gives a file to the page's input, as a file dialog does, which the page offers once it can take one.
func (p *tab) choose(path string) {
	p.t.Helper()
	p.wait(`!document.getElementById("own-open").disabled`)
	object, err := chromedp.Call(p.Ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: `document.getElementById("own-file")`})
	require.NoError(p.t, err)
	_, err = chromedp.Call(p.Ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{
		Files: []string{path}, ObjectID: object.Result.ObjectID})
	require.NoError(p.t, err)
}

// said waits until something is said of a text, and returns it.
func (p *tab) said() string {
	p.t.Helper()
	p.wait(`!/^$|^Reading/.test(document.getElementById("own-said").textContent)`)
	return eval[string](p, `document.getElementById("own-said").textContent`)
}

// learn learns the text that was looked at.
func (p *tab) learn() {
	p.t.Helper()
	p.wait(`document.getElementById("own-run").checkVisibility()`)
	p.run(`document.getElementById("own-run").click()`)
	p.wait(`JSON.parse(sparkling.texts()).runs`)
}

// keepsText waits until the browser's storage has so many texts.
func (p *tab) keepsTexts(n int) {
	p.t.Helper()
	p.wait(`import(new URL("site/store.js", document.baseURI)).then(({ ownTexts }) => ownTexts())` +
		`.then((texts) => texts.length === ` + string(rune('0'+n)) + `)`)
}

// A text is looked at before it runs, runs as soon as it is asked for, and never leaves the page: nothing is fetched
// but the workers' own scripts.
func TestAReadersTextIsShownBeforeItRunsAndNeverLeavesThePage(t *testing.T) {
	var mu sync.Mutex
	var asked []*network.Request
	p := open(t, desktop, short(t).Link())
	require.NoError(t, chromedp.Listen(p.Ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, e.Request)
		}
	}))
	p.choose(book(t, "훈민정음.txt", korean))
	said := p.said()
	assert.Equal(t, "훈민정음.txt: 3420 characters: training reads the first 3220, and the last 200 are held out for "+
		"validation. 38 different symbols.", said)
	symbols := eval[[]string](p, `[...document.querySelectorAll("#own-symbols bdi")].map((b) => b.textContent)`)
	assert.Len(t, symbols, 38)
	assert.Equal(t, []string{"newline", "space"}, symbols[:2])
	assert.Contains(t, symbols, "듕")
	assert.Equal(t, "Links to its runs do not carry it, only its length, its number of symbols and its hash, and the "+
		"name of the file: whoever opens one is asked for the text.",
		eval[string](p, `document.getElementById("own-link").textContent`))
	assert.Contains(t, eval[string](p, `document.getElementById("own-in").textContent`), "takes the place of the text")
	assert.Empty(t, eval[string](p, `JSON.parse(sparkling.texts()).runs`), "nothing runs before it is asked for")
	p.run(`document.getElementById("own").scrollIntoView()`)
	p.shot("own-text-seen")

	p.learn()
	p.finish()
	s := p.state()
	assert.Equal(t, "default, own text", s.Name)
	assert.Equal(t, 60, s.Steps, "in the experiment that was shown")
	for _, a := range s.Arms {
		assert.Equal(t, "done", a.State, a.Err)
	}
	assert.Contains(t, eval[string](p, `document.getElementById("chosen-about").textContent`), "훈민정음.txt")
	assert.Equal(t, "Your text: 훈민정음.txt",
		eval[string](p, `document.getElementById("chosen").selectedOptions[0].textContent`))
	p.keepsTexts(1)
	link := eval[string](p, `location.hash`)
	v, err := experiment.FromAddress(link)
	require.NoError(t, err)
	assert.Empty(t, v.Experiment().Task.Content)
	assert.Equal(t, 3420, v.Experiment().Task.Length)
	mu.Lock()
	defer mu.Unlock()
	assert.NotEmpty(t, asked, "requests are heard of")
	for _, r := range asked {
		assert.Regexp(t, `/(site/worker\.js|wasm/wasm_exec\.js)$`, r.URL)
		assert.Equal(t, "GET", r.Method)
		assert.False(t, r.HasPostData)
	}
}

// What cannot be learnt is refused in one sentence, and what runs goes on.
func TestATextThatCannotBeLearntIsRefusedOnThePage(t *testing.T) {
	p := open(t, window{W: 390, H: 844, Scale: 2, Touch: true}, short(t).Link())
	for name, want := range map[string]string{
		"little.txt":  "little.txt cannot be learnt: the text has 12 bytes; at least 2000 are needed.",
		"windows.txt": "windows.txt cannot be learnt: the text has 1998 bytes; at least 2000 are needed.",
		"latin1.txt":  "latin1.txt cannot be learnt: the text is not in UTF-8, first in its line 1; save it in UTF-8.",
		"utf16.txt":   "utf16.txt cannot be learnt: the text is not in UTF-8, first in its line 1; save it in UTF-8.",
		"picture.png": "picture.png cannot be learnt: the text has bytes that are 0, as other files have and " +
			"texts in UTF-16; save it in UTF-8.",
		"huge.txt": "huge.txt cannot be learnt: the text has more than 8000000 bytes, and no more are allowed.",
		"dull.txt": "dull.txt cannot be learnt: the text has one symbol only, which needs no learning.",
	} {
		text := map[string]string{
			"little.txt": "Hello there.", "windows.txt": "\ufeff" + strings.Repeat("ab\r\n", 666),
			"latin1.txt": strings.Repeat("gr\xfc\xdfe ", 500),
			"utf16.txt":  "\xff\xfe" + strings.Repeat("a\x00", 2000), "picture.png": strings.Repeat("P\x00", 2000),
			"huge.txt": strings.Repeat("too much ", 1_000_000), "dull.txt": strings.Repeat("a", 3000),
		}[name]
		p.choose(book(t, name, text))
		assert.Equal(t, want, p.said())
		assert.False(t, eval[bool](p, `document.getElementById("own-seen").checkVisibility()`))
	}
	p.run(`document.getElementById("own").scrollIntoView()`)
	p.shot("own-text-refused-390")
	p.finish()
	assert.Equal(t, "default", strings.TrimSuffix(p.state().Name, " (changed)"))
}

// A text that was pasted or dropped is the same as one from a file, whatever its line ends and marks; a drop is
// expected anywhere on the page, and said while it is held.
func TestATextIsPastedOrDropped(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.run(`window.drag = (kind, text) => {
		const data = new DataTransfer();
		data.items.add(new File([text], "論語.txt"));
		document.querySelector("body > canvas").dispatchEvent(
			new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
	}`)
	text, err := json.Marshal(chinese)
	require.NoError(t, err)
	p.run(`drag("dragover", ` + string(text) + `)`)
	assert.True(t, eval[bool](p, `document.getElementById("drop").checkVisibility()`))
	p.shot("own-text-drop")
	p.run(`drag("drop", ` + string(text) + `)`)
	assert.False(t, eval[bool](p, `document.getElementById("drop").checkVisibility()`))
	dropped := p.said()
	assert.Equal(t, "論語.txt: 4350 characters: training reads the first 4133, and the last 217 are held out for "+
		"validation. 24 different symbols.", dropped)
	p.run(`document.getElementById("own-away").click()`)
	assert.Empty(t, eval[string](p, `document.getElementById("own-said").textContent`))

	p.run(`{ const data = new DataTransfer();
		data.setData("text/plain", "A long text, all of it.\n".repeat(50_000));
		document.getElementById("own-text").dispatchEvent(
			new ClipboardEvent("paste", { clipboardData: data, cancelable: true })) }`)
	assert.Contains(t, p.said(), "1,200,000 characters")
	assert.Empty(t, eval[string](p, `document.getElementById("own-text").value`), "too long to be laid out")

	unix, err := json.Marshal(strings.ReplaceAll(strings.TrimPrefix(chinese, "\ufeff"), "\r\n", "\n"))
	require.NoError(t, err)
	p.run(`{ const a = document.getElementById("own-text"); a.focus(); a.value = ` + string(unix) +
		`; a.dispatchEvent(new Event("input")) }`)
	assert.Equal(t, strings.TrimPrefix(dropped, "論語.txt: "), p.said())
	p.learn()
	p.finish()
	pasted, runs := p.csv(), eval[string](p, `JSON.parse(sparkling.texts()).runs`)
	p.choose(book(t, "論語.txt", chinese))
	p.said()
	p.learn()
	p.finish()
	assert.Equal(t, runs, eval[string](p, `JSON.parse(sparkling.texts()).runs`))
	assert.Equal(t, parse(t, pasted)[9][3:], parse(t, p.csv())[9][3:], "the same numbers")
}

// Beyond 511 symbols the rarest share one, and their share is told.
func TestATextOfManySymbolsIsToldWhatIsShared(t *testing.T) {
	var b strings.Builder
	for i := range 700 {
		b.WriteString(strings.Repeat(string(rune(0x4e00+i)), 1+(700-i)/40))
	}
	p := open(t, desktop, short(t).Link())
	p.choose(book(t, "many.txt", b.String()))
	assert.Regexp(t, `700 different symbols, of which the 511 most frequent have a number of their own; the others, `+
		`[\d.]+ % of the text, share one\.$`, p.said())
	assert.Equal(t, 511, eval[int](p, `document.querySelectorAll("#own-symbols bdi").length`))
	p.learn()
	p.finish()
	assert.Equal(t, "done", p.state().Arms[0].State)
}

// A reload goes on with a run of a reader's text to the same bits, for the browser keeps it; it is removed there by a
// button, and with it the runs of it.
func TestAReadersTextOutlivesAReloadAndCanBeRemoved(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.choose(book(t, "mine.txt", korean))
	p.learn()
	p.finish()
	want := p.csv()
	p.run(`sparkling.reset(); sparkling.speed("1"); sparkling.play()`)
	p.wait(`JSON.parse(sparkling.state()).last > 35`)
	p.stored()
	p.keepsTexts(1)
	p.run(`window.old = true`)
	p.do(chromedp.Reload())
	p.ready()
	p.wait(`!window.old`)
	assert.Contains(t, p.notice(), "Restored: ")
	assert.Greater(t, p.state().Last, 30)
	p.finish()
	assert.True(t, want == p.csv(), "the same bits")
	assert.Equal(t, "Your text: mine.txt",
		eval[string](p, `document.getElementById("chosen").selectedOptions[0].textContent`))

	p.run(`document.getElementById("own").scrollIntoView()`)
	assert.Contains(t, eval[string](p, `document.getElementById("own-list").innerText`), "mine.txt, ")
	p.shot("own-text-kept")
	p.run(`document.querySelector("#own-list [aria-label^=Remove]").click()`)
	p.keepsTexts(0)
	assert.Equal(t, "mine.txt is removed from this browser, with the runs of it that were kept.", p.said())
	assert.False(t, eval[bool](p, `document.getElementById("own-kept").checkVisibility()`))
	p.run(`sparkling.reset()`)
	p.finish()
	assert.True(t, want == p.csv(), "what runs goes on until the page is left")
	assert.Zero(t, eval[int](p, `import(new URL("site/store.js", document.baseURI))
		.then(({ get }) => get(sparkling.address())).then((run) => run ? 1 : 0)`), "no run of it is kept any more")
	assert.Zero(t, p.keptElsewhere(), "nor by a tab that does not know")
	p.choose(book(t, "mine.txt", korean))
	p.learn()
	p.keepsTexts(1)
	assert.Equal(t, 1, p.keptElsewhere(), "it was given again")
}

// keptElsewhere has a script that nobody told of any text, as that of another tab, keep a run of the present one, and
// counts what is kept.
func (p *tab) keptElsewhere() int {
	p.t.Helper()
	return eval[int](p, `import(new URL("site/store.js?elsewhere", document.baseURI)).then(async ({ put, get }) => {
		const text = JSON.parse(sparkling.texts()).runs;
		await put({ address: "elsewhere", text, data: new Uint8Array(8) });
		return await get("elsewhere") ? 1 : 0;
	})`)
}

// The address of a run of a short text is the text: that it is still there is said where the text is removed.
func TestWhoRemovesAShortTextIsToldThatTheAddressCarriesIt(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.choose(book(t, "tale.txt", "\ufeff"+strings.Repeat("ab\r\n", 667)))
	p.learn()
	p.keepsTexts(1)
	p.wait(`document.querySelector("#own-list [aria-label^=Remove]")`)
	p.run(`document.querySelector("#own-list [aria-label^=Remove]").click()`)
	p.keepsTexts(0)
	p.wait(`document.getElementById("own-said").textContent`)
	assert.Equal(t, "tale.txt is removed from this browser, with the runs of it that were kept. The address of this "+
		"page still carries it until another run is chosen, and the browser's history may.", p.said())
	p.finish()
	assert.Equal(t, "done", p.state().Arms[0].State, "just as long as it has to be")
}

// Who opens a link to a run of a text that is not here is told which, and it goes on when the right one is given.
func TestALinkWithoutItsTextAsksForItAndGoesOn(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.choose(book(t, "mine.txt", korean))
	p.learn()
	p.finish()
	want, link := p.csv(), eval[string](p, `sparkling.address()`)

	p = open(t, desktop, link) // in another browser
	assert.Regexp(t, `^The experiment default with a text of its reader's own, mine\.txt\. That text is not in this `+
		`browser: it has 3420 characters, 38 symbols and a SHA-256 that begins with [0-9a-f]{12}\. Give it `+
		`below, under “Your own text”, and its run goes on\. The first minute runs instead\.$`, p.notice())
	assert.Equal(t, "#"+link, eval[string](p, `location.hash`), "the address still holds what was asked for")
	p.run(`document.getElementById("own").scrollIntoView()`)
	p.shot("own-text-wanted")
	p.choose(book(t, "other.txt", chinese))
	assert.Regexp(t, `^This is another text than the one that is asked for, which has 3420 characters, 38 symbols `+
		`and a SHA-256 that begins with [0-9a-f]{12}\. other\.txt: 4350 characters`, p.said())
	assert.Empty(t, eval[string](p, `JSON.parse(sparkling.texts()).runs`))
	p.choose(book(t, "anyname.txt", "\ufeff"+strings.ReplaceAll(korean, "\n", "\r\n")))
	p.wait(`JSON.parse(sparkling.texts()).runs`)
	assert.False(t, eval[bool](p, `document.getElementById("own-want").checkVisibility()`))
	p.finish()
	assert.True(t, want == p.csv(), "the same bits")
	assert.Equal(t, "#"+link, eval[string](p, `location.hash`))
}

// A short text is in the link, which says so, and its run needs nothing else; a link whose text was exchanged is
// refused by the arms that would learn it.
func TestALinkCarriesAShortText(t *testing.T) {
	p := open(t, desktop, short(t).Link())
	p.choose(book(t, "tale.txt", short2k))
	p.said()
	assert.Equal(t, "It is short, so links to its runs carry all of it: whoever gets one can read it.",
		eval[string](p, `document.getElementById("own-link").textContent`))
	p.learn()
	p.finish()
	want, link := p.csv(), eval[string](p, `sparkling.address()`)
	assert.Equal(t, "#"+link, eval[string](p, `location.hash`))
	p = open(t, desktop, link)
	p.finish()
	assert.True(t, want == p.csv(), "the same bits")
	assert.Empty(t, p.notice())

	v, err := experiment.FromLink(link)
	require.NoError(t, err)
	e := v.Experiment()
	e.Task.Content = strings.ReplaceAll(e.Task.Content, "short", "sport")
	p.run(`location.hash = "` + e.Link() + `"`)
	p.wait(`document.getElementById("failures").textContent`)
	assert.Contains(t, eval[string](p, `document.getElementById("failures").textContent`),
		"this is another text than the experiment learns")
}

// A browser that keeps nothing says so in one sentence, and the text is learnt all the same.
func TestATextIsLearntWhereTheBrowserKeepsNothing(t *testing.T) {
	p := blank(t, desktop)
	_, err := chromedp.Call(p.Ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(window, "indexedDB",
			{ get() { throw new DOMException("refused", "SecurityError"); } })`,
	})
	require.NoError(t, err)
	p.do(chromedp.Navigate(p.address(short(t).Link())))
	p.ready()
	p.choose(book(t, "mine.txt", korean))
	p.learn()
	assert.Equal(t, "This browser does not keep the text: it is learnt all the same, and after a reload you will be "+
		"asked for it again.", p.said())
	p.finish()
	assert.Equal(t, "done", p.state().Arms[0].State)
}

// The texts that are kept are bounded, and every text experiment can be run with one from the list.
func TestTextsAreBoundedAndChosenFromTheList(t *testing.T) {
	p := open(t, desktop, "lock")
	for i := range 8 {
		p.choose(book(t, "text"+string(rune('0'+i))+".txt", korean+strings.Repeat("끝", i)))
		p.learn()
		p.wait(`JSON.parse(sparkling.state()).last > 0`)
	}
	p.keepsTexts(6)
	assert.Equal(t, "lock, own text", p.state().Name)
	offered := eval[[]string](p, `[...document.querySelectorAll("#chosen optgroup:last-of-type option")]
		.map((o) => o.textContent)`)
	assert.Equal(t, "Your text: text7.txt", offered[0])
	assert.Len(t, offered, 6)
	p.run(`{ const c = document.getElementById("chosen"); c.value = "signal"; c.dispatchEvent(new Event("change")) }`)
	assert.Equal(t, "signal", p.state().Name)
	p.run(`{ const c = document.getElementById("chosen"); c.value = [...c.options].find((o) => ` +
		`o.textContent.endsWith("text5.txt")).value; c.dispatchEvent(new Event("change")) }`)
	assert.Equal(t, "signal, own text", p.state().Name)
	assert.Contains(t, eval[string](p, `document.getElementById("chosen-about").textContent`), "text5.txt")
}
