//go:build !js

package pagetest

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testneed"
)

// slides opens the slides as an address says that ends so. make slides has built them; a page without them cannot be
// tested.
func slides(t *testing.T, win window, at string) *tab {
	t.Helper()
	p := blank(t, win)
	if _, err := os.Stat(filepath.Join(built, "slides", "index.html")); errors.Is(err, fs.ErrNotExist) {
		testneed.Here(t, errors.New("the page has no slides that are up to date; make slides builds them"))
	}
	p.do(chromedp.Navigate(p.address("") + "slides/" + at))
	p.wait(`document.querySelector(".reveal.ready")`)
	return p
}

// labs are the slides with a Lab, from 0.
func (p *tab) labs() []int {
	p.t.Helper()
	return eval[[]int](p, `[...document.querySelectorAll(".slides > section")].flatMap((slide, i) => `+
		`slide.querySelector(".embed") ? [i] : [])`)
}

// turnTo shows a slide, from 0.
func (p *tab) turnTo(slide int) {
	p.t.Helper()
	p.run(fmt.Sprintf(`import(new URL("reveal/reveal.mjs", location.href)).then((m) => m.default.slide(%d))`, slide))
	p.wait(fmt.Sprintf(at+` === %d`, slide))
}

// waiting says whether the Lab of a slide begins where it waits for somebody to press Play in it, or comes to such a
// step.
const waiting = `document.querySelectorAll(".slides > section")[%d].querySelector(".embed").dataset.lab` +
	`.includes("&until=")`

const (
	// where the deck is, from 0
	at    = `[...document.querySelectorAll(".slides > section")].findIndex((s) => s.classList.contains("present"))`
	count = `document.querySelectorAll(".slides > section").length`
	// how many Labs are loaded, and how many of them play
	loaded  = `document.querySelectorAll(".embed iframe").length`
	playing = `[...document.querySelectorAll(".embed iframe")].filter(({ contentWindow }) => ` +
		`contentWindow.sparkling?.stats && JSON.parse(contentWindow.sparkling.state()).playing).length`
)

// refused is what Labs say of addresses that they do not understand.
const refused = `[...document.querySelectorAll(".embed iframe")].flatMap(({ contentWindow }) => {
	const said = contentWindow.document.getElementById("refused");
	return said?.checkVisibility() ? [said.innerText] : [];
})`

// outside names what of a slide lies beyond its edges or is cut, and words that are smaller than 24 CSS pixels of a
// slide. Formulas have smaller ones above and below the line.
const outside = `(() => {
	const slide = document.querySelector("section.present"), edge = slide.getBoundingClientRect();
	const scale = edge.width / 1920, found = [];
	if (slide.scrollHeight > slide.clientHeight || slide.scrollWidth > slide.clientWidth) found.push("it scrolls");
	for (const e of slide.querySelectorAll("*")) {
		const box = e.getBoundingClientRect(), said = e.localName + " " + e.textContent.slice(0, 40);
		if (!e.checkVisibility() || box.width === 0) continue;
		if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.bottom > edge.bottom - 60 * scale ||
				box.top < edge.top - 1) found.push("outside: " + said);
		if (e.closest("math") || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
		if (parseFloat(getComputedStyle(e).fontSize) < 24) found.push("small: " + said);
		if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth) found.push("cut: " + said);
	}
	return found;
})()`

// drawing is a picture on a slide: its file below slides/, and how large it stands there, in CSS pixels of the slide.
type drawing struct {
	File          string
	Width, Height float64
}

// drawings are those of the slide that is shown.
const drawings = `[...document.querySelectorAll("section.present img.figure")].map((picture) => ({
	File: picture.getAttribute("src"), Width: picture.clientWidth, Height: picture.clientHeight }))`

var (
	viewBox = regexp.MustCompile(`viewBox="[0-9.]+ [0-9.]+ ([0-9.]+) ([0-9.]+)"`)
	typed   = regexp.MustCompile(`font-size[:=]"?([0-9.]+)`)
)

// smallest is the size of the smallest words of a drawing, in CSS pixels of its slide.
func (p drawing) smallest(t *testing.T) float64 {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(built, "slides", filepath.FromSlash(p.File)))
	require.NoError(t, err)
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		require.NoError(t, err, p.File)
		return x
	}
	box, least := viewBox.FindStringSubmatch(string(data)), math.Inf(1)
	require.NotNil(t, box, p.File)
	for _, m := range typed.FindAllStringSubmatch(string(data), -1) {
		least = min(least, number(m[1]))
	}
	return least * min(p.Width/number(box[1]), p.Height/number(box[2]))
}

// A lecturer goes through all slides with one key, from the first to the last, with Labs on the way, and none of them
// runs where nobody sees it.
func TestSlidesAreTurnedByTheKeyboardFromFirstToLast(t *testing.T) {
	p := slides(t, projector, "#/0")
	n := eval[int](p, count)
	require.Greater(t, n, 20)
	assert.GreaterOrEqual(t, len(p.labs()), 6, "live Labs")
	for i := range n {
		p.wait(fmt.Sprintf(at+` === %d`, i))
		assert.LessOrEqual(t, eval[int](p, loaded), 3, "Labs that are loaded at slide %d", i+1)
		assert.LessOrEqual(t, eval[int](p, playing), 1, "Labs that play at slide %d", i+1)
		p.chord("PageDown", "PageDown", 34, 0)
	}
	assert.Equal(t, n-1, eval[int](p, at), "behind the last there is none")
	p.chord("Home", "Home", 36, 0)
	p.wait(at + ` === 0`)

	home := `document.querySelector("section.present .home a")`
	assert.Equal(t, p.address(""), eval[string](p, home+`.href`), "the way back to the site")
	assert.True(t, eval[bool](p, home+`.checkVisibility()`))
	_, err := chromedp.Call(p.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	require.NoError(t, err)
	assert.False(t, eval[bool](p, home+`.checkVisibility()`), "on paper there is none")
}

// Nothing is cut or too small to be read. What fits a projector of 1920 x 1080 fits a smaller one. No Lab is loaded.
func TestSlidesFitProjectors(t *testing.T) {
	shown := 0
	for _, win := range []window{projector, {W: 1280, H: 720, Scale: 1}} {
		p := slides(t, win, "?preview#/0")
		for i := range eval[int](p, count) {
			p.turnTo(i)
			p.shot(fmt.Sprintf("slide-%02d-%d", i+1, win.H))
			assert.Empty(t, eval[[]string](p, outside), "slide %d at %d x %d", i+1, win.W, win.H)
			for _, d := range eval[[]drawing](p, drawings) {
				shown++
				assert.GreaterOrEqual(t, d.smallest(t), 23.9, "words of %s", d.File)
			}
		}
		assert.Zero(t, eval[int](p, loaded))
	}
	assert.Greater(t, shown, 20, "drawings")
}

// A Lab plays while its slide is seen, and rests when that is left; a click in it takes no key from the lecturer.
func TestALabPlaysWhileItsSlideIsShown(t *testing.T) {
	p := slides(t, projector, "#/0")
	waits := func(slide int) bool { return eval[bool](p, fmt.Sprintf(waiting, slide)) }
	free := slices.DeleteFunc(p.labs(), waits)
	slide := free[0]
	shown := `document.querySelector("section.present .embed")`
	assert.Zero(t, eval[int](p, playing))
	p.turnTo(slide)
	assert.True(t, eval[bool](p, shown+`.querySelector("img").checkVisibility() && `+shown+`.dataset.state !== "live"`),
		"a still stands there until the Lab is ready")
	p.wait(shown + `.dataset.state === "live"`)
	p.wait(playing + ` === 1`)
	p.shot("slide-lab")
	assert.Empty(t, eval[[]string](p, refused), "the Lab understands its address")

	p.press("left", 960, 500)
	p.wait(`document.activeElement.localName === "iframe"`)
	p.chord("PageDown", "PageDown", 34, 0)
	p.wait(fmt.Sprintf(at+` === %d`, slide+1))
	p.wait(playing + ` === ` + fmt.Sprint(eval[int](p, `Number(!!`+shown+`)`)))
	p.chord("PageUp", "PageUp", 33, 0)
	p.wait(fmt.Sprintf(at+` === %d`, slide))
	p.wait(playing + ` === 1`)
	p.chord("b", "KeyB", 66, 0)
	p.wait(playing + ` === 0`)
	p.chord("b", "KeyB", 66, 0)
	p.wait(playing + ` === 1`)

	// the slides of the others: each understands its address, and never do two play
	for i, other := range free[1:] {
		p.turnTo(other)
		p.wait(shown + `.querySelector("iframe")?.contentWindow.sparkling?.stats`)
		if i == 0 {
			p.wait(shown + `.dataset.state === "live"`)
			p.wait(playing + ` === 1`)
		}
		assert.LessOrEqual(t, eval[int](p, playing), 1, "slide %d", other+1)
		assert.LessOrEqual(t, eval[int](p, loaded), 3, "slide %d", other+1)
		assert.Empty(t, eval[[]string](p, refused), "slide %d", other+1)
		assert.Empty(t, eval[[]string](p, outside), "slide %d", other+1)
	}
}

// Nothing is given away: what an audience is to guess first does not come before somebody presses Play, and the still
// that the screen shows meanwhile is of where the Lab begins.
func TestAnAudienceGuessesBeforeItSees(t *testing.T) {
	p := slides(t, projector, "#/0")
	shown := `document.querySelector("section.present .embed")`
	guess := `section.present .embed[data-lab*="&at=290&until=290"]`
	for _, slide := range p.labs() {
		p.turnTo(slide)
		for i, on := range eval[[]bool](p, `[...`+shown+`.querySelectorAll("img")].map((e) => e.checkVisibility())`) {
			assert.Equal(t, i == 0, on, "the still %d of slide %d", i+1, slide+1)
		}
		if !eval[bool](p, `!!document.querySelector('`+guess+`')`) {
			continue
		}
		p.wait(shown + `.dataset.state === "live"`)
		p.run(`new Promise((done) => setTimeout(done, 1000))`)
		step := `JSON.parse(` + shown + `.querySelector("iframe").contentWindow.sparkling.state()).last`
		assert.Equal(t, 290, eval[int](p, step))
		p.shot("slide-guess")
		p.run(shown + `.querySelector("iframe").contentDocument.getElementById("play").click()`)
		p.wait(step + ` > 300`)
		return
	}
	t.Fatal("no slide lets its audience guess")
}

// Where a Lab cannot come, and on paper, its still stands.
func TestAStillStandsWhereTheLabCannot(t *testing.T) {
	p := slides(t, projector, "#/0")
	slide := p.labs()[0]
	p.run(fmt.Sprintf(`document.querySelectorAll("section")[%d].querySelector(".embed").dataset.lab = "../no.html"`,
		slide))
	p.turnTo(slide)
	p.wait(`document.querySelector("section.present .embed iframe")?.contentDocument.readyState === "complete"`)
	assert.Equal(t, "hidden", eval[string](p,
		`getComputedStyle(document.querySelector("section.present iframe")).visibility`))
	assert.True(t, eval[bool](p, `document.querySelector("section.present .embed img").naturalWidth > 0`))
	p.forgive() // a file that is missing is what this is about

	_, err := chromedp.Call(p.Ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	require.NoError(t, err)
	assert.Equal(t, eval[int](p, count),
		eval[int](p, `[...document.querySelectorAll(".slides > section")].filter((s) => s.checkVisibility() && `+
			`s.offsetWidth === 1920 && s.offsetHeight === 1080).length`), "on paper every slide is a page")
	assert.False(t, eval[bool](p, `[...document.querySelectorAll("iframe")].some((f) => f.checkVisibility())`))
	assert.True(t, eval[bool](p, `[...document.querySelectorAll(".embed")].every(({ children: [...all] }) => `+
		`all.filter((e) => e.checkVisibility()).length === 1 && `+
		`all.filter((e) => e.localName === "img").at(-1).checkVisibility())`),
		"and of the end where there is a still of it")

	for file, pages := range map[string]int{"teach/handout.pdf": 2,
		"slides/slides.pdf": eval[int](p, count)} {
		pdf, err := os.ReadFile(filepath.Join(built, filepath.FromSlash(file)))
		require.NoError(t, err)
		assert.Len(t, regexp.MustCompile(`/Type\s*/Page\b`).FindAll(pdf, -1), pages, "pages of %s", file)
	}
}

// Another window has the notes, the next slide and the time. It follows the slides, and its keys turn them.
func TestThePresentersViewFollowsAndLeads(t *testing.T) {
	p := slides(t, projector, "#/3")
	p.run(`window.open = (...where) => { window.opened = where; }`)
	p.chord("s", "KeyS", 83, 0)
	assert.Equal(t, "presenter.html", eval[string](p, `opened[0]`))

	p.do(chromedp.Navigate(p.address("") + "slides/presenter.html"))
	p.run(`(() => { const deck = document.createElement("iframe"); deck.id = "deck"; deck.src = "index.html#/3";
		deck.width = 960; deck.height = 540; document.body.append(deck); })()`)
	p.wait(`document.getElementById("place").textContent.startsWith("Slide 4 of")`)
	note := `document.querySelector("#notes article:not([hidden])")`
	title := `document.getElementById("deck").contentDocument.querySelector("section.present h1").textContent`
	assert.Equal(t, eval[string](p, title), eval[string](p, note+`.querySelector("h2").textContent`))
	assert.NotEmpty(t, eval[string](p, note+`.querySelector("p, li").textContent`))
	p.chord("PageDown", "PageDown", 34, 0)
	p.wait(`document.getElementById("place").textContent.startsWith("Slide 5 of")`)
	p.wait(`document.querySelector("#then iframe").contentDocument.querySelector(".reveal.ready section.present")`)
	assert.Equal(t, eval[string](p, title), eval[string](p, note+`.querySelector("h2").textContent`))
	p.wait(`document.querySelector("#then iframe").contentDocument.querySelector("section.present").dataset.number` +
		`.startsWith("6 ")`)
	assert.Zero(t, eval[int](p, `[...document.querySelectorAll("main iframe")].flatMap((f) => `+
		`[...f.contentDocument.querySelectorAll("iframe")]).length`), "no Lab runs in a preview")
	p.shot("presenter")
	p.run(`document.getElementById("back").click()`)
	p.wait(`document.getElementById("place").textContent.startsWith("Slide 4 of")`)
}
