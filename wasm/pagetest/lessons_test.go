//go:build !js

package pagetest

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
)

// due waits until a chapter of a lesson waits for its reader to do something.
func (p *tab) due(chapter string) {
	p.t.Helper()
	p.wait(`document.querySelector("#chapters [data-chapter=` + chapter + `][aria-current]")`)
	p.wait(`!document.getElementById("do").hidden && document.getElementById("go-on").textContent === "Skip this"`)
}

// hit presses a key where the focus is: Space on a button, Enter on a link.
func (p *tab) hit(selector string) {
	p.t.Helper()
	p.wait(`document.querySelector("` + selector + `")`)
	p.run(`document.querySelector("` + selector + `").focus()`)
	if eval[bool](p, `document.activeElement.matches("a")`) {
		p.chord("Enter", "Enter", 13, 0)
	} else {
		p.chord(" ", "Space", 32, 0)
	}
}

// A lesson is found in the list, asked, done and left by keyboard alone; it goes on when its reader does the thing, and
// after a reload it is where it was, and the list knows.
func TestALessonIsTakenByKeyboardAndGoesOnAfterAReload(t *testing.T) {
	p := open(t, desktop, "")
	p.run(`sparkling.speed("max")`)
	assert.False(t, eval[bool](p, `document.getElementById("lesson-list").checkVisibility()`))
	p.hit("#lessons summary")
	p.wait(`document.getElementById("lesson-list").checkVisibility()`)
	p.shot("lessons-list")
	p.hit("#lesson-list a[href='#lesson=width']")
	p.wait(`location.hash === "#lesson=width/memory"`)
	assert.False(t, eval[bool](p, `document.getElementById("lessons").open`), "it makes room for what it led to")
	p.at("guess", true)
	assert.Equal(t, 299, p.state().Last, "a lesson waits at full speed too")
	assert.Empty(t, eval[string](p, `document.getElementById("goes-in").textContent`), "for it was chosen")
	p.hit("#choices button:last-child")
	p.due("guess")
	assert.Contains(t, p.told(), "You said: Not all. The network has 64 neurons")
	assert.Contains(t, p.told(), "Press Widen ×2.")
	p.run(`document.getElementById("scrub").focus()`)
	p.chord("w", "KeyW", 87, 0)
	p.due("wide")
	assert.Equal(t, []int{300, 301}, []int{p.state().Fork, p.state().Last}, "it widens where it was to be widened")
	assert.Contains(t, p.told(), "64 neurons have become 128")
	p.shot("lessons-wide")
	p.hit("#do .open")
	p.wait(`document.querySelector("#chapters [data-chapter=pairs][aria-current]")`)
	assert.Equal(t, "copies", p.alone(), "the picture that was asked for")
	p.at("pairs", false)
	assert.Contains(t, p.told(), "Copy 64 of 64")
	assert.Equal(t, "#lesson=width/pairs", eval[string](p, `location.hash`))
	p.stored() // the step where it waits, and not one on the way there
	p.do(chromedp.Reload())
	p.ready()
	p.run(`sparkling.speed("max")`)
	p.at("pairs", false)
	assert.Contains(t, eval[string](p, `document.getElementById("notice-text").textContent`), "Restored: The lesson “")
	assert.Equal(t, 340, p.state().Last)
	said := `[...document.querySelectorAll("#lesson-list li")].map((l) => l.innerText)[0]`
	p.hit("#lessons summary")
	p.wait(`document.getElementById("lesson-list").checkVisibility()`)
	assert.Contains(t, eval[string](p, said), "go on at part 4 of 6, Pairs")
	assert.Contains(t, eval[string](p, "localStorage.getItem(`sparkling-lab lessons ${location.pathname}`)"), "pairs",
		"other pages of the same host have progress of their own")
	p.hit("#go-on")
	p.at("apart", false)
	p.hit("#go-on")
	p.wait(`JSON.parse(sparkling.state()).done && !document.getElementById("next").hidden`)
	assert.Contains(t, eval[string](p, `document.getElementById("next").textContent`), "Next lesson: 2. The lock")
	assert.Contains(t, eval[string](p, said), "done")
	assert.Regexp(t, `1 of \d+ done`, eval[string](p, `document.getElementById("lessons-done").textContent`))
}

// What was kept is older than the chapter of the address, as where the newest step was not kept: the run goes on to
// that chapter and waits at its end, at full speed too. Where it is newer, that chapter is looked back at.
func TestARestoredLessonIsNotRunPastItsChapter(t *testing.T) {
	p := open(t, desktop, "lesson=width/wide")
	p.run(`document.getElementById("story").dispatchEvent(new Event("pointerdown"))`) // it waits for who is there
	p.run(`sparkling.speed("max")`)
	p.due("wide")
	p.kept(true)
	p.run(`history.replaceState(null, "", "#lesson=width/pairs")`)
	p.do(chromedp.Reload())
	p.ready()
	p.at("pairs", false)
	assert.Contains(t, eval[string](p, `document.getElementById("notice-text").textContent`), "at step 301")
	assert.Equal(t, 340, p.state().Last)

	p.kept(true)
	p.run(`history.replaceState(null, "", "?present#lesson=width/wide")`)
	p.do(chromedp.Reload())
	p.ready()
	p.wait(`document.querySelector("#chapters [data-chapter=wide][aria-current]")`)
	assert.Equal(t, []int{301, 340}, []int{p.state().Step, p.state().Last}, "a chapter that it has passed is shown")
}

// A link to a chapter takes the run there; what the chapter waits for is done with a finger; what no lesson is called
// is said.
func TestALinkLeadsToAChapterOfALesson(t *testing.T) {
	p := open(t, window{W: 390, H: 844, Scale: 2, Touch: true}, "lesson=lock/equal")
	p.run(`document.getElementById("story").dispatchEvent(new Event("pointerdown"))`) // it waits for who is there
	p.due("equal")
	assert.Equal(t, "1", p.state().Speed, "the speed is the reader's again")
	assert.Equal(t, 501, p.state().Last)
	assert.Contains(t, p.told(), "Lesson 2. The lock")
	p.settle()
	assert.Equal(t, "copies", p.shown()[0].Pane)
	p.sees("#chapters", "#do", "#go-on") // what is to be done, below the chapter and not below its lesson
	p.shot("lessons-phone")
	p.run(`document.querySelector("#do .open").click()`)
	p.wait(`document.querySelector("#chapters [data-chapter=update][aria-current]")`)
	assert.Equal(t, "1", eval[string](p, `document.querySelector("#quantity :checked").value`))

	fresh := open(t, desktop, "lesson=lock/somewhere")
	fresh.wait(`!document.getElementById("notice").hidden`)
	assert.Contains(t, eval[string](fresh, `document.getElementById("notice-text").textContent`),
		"The lesson “The lock” has no part called “somewhere”; it begins at its start.")

	last := p.state().Last
	p.run(`location.hash = "#lesson=lock/nowhere"`)
	p.wait(`!document.getElementById("notice").hidden`)
	assert.Contains(t, eval[string](p, `document.getElementById("notice-text").textContent`),
		"The lesson “The lock” has no part called “nowhere”; it stays where it is.")
	assert.GreaterOrEqual(t, p.state().Last, last, "and the run goes on")

	p.run(`location.hash = "#lesson=lokc"`)
	p.wait(`document.getElementById("notice-text").textContent.includes("lokc")`)
	assert.Contains(t, eval[string](p, `document.getElementById("notice-text").textContent`),
		"There is no lesson called “lokc”.")
	assert.Equal(t, "lock", p.state().Name, "what was here goes on")
}
