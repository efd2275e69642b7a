package desktop

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// lead lets the story follow the run, and the pictures follow the story.
func (w *window) lead() {
	stage := w.director.Lead(time.Now(), w.session, w.shown)
	turns, turned := w.director.Turned(w.shown)
	w.view.Follow(viz.StageOf(stage.Main, stage.Half, stage.Aside), turns, turned)
}

// seek shows a step for the story; −1 is the newest.
func (w *window) seek(step int) {
	w.shown = step
	w.view.SetStep(step)
}

// did tells the story of what the reader has done, as [story.Do] names it.
func (w *window) did(act string) {
	if w.director.Act(w.session, act) {
		w.seek(-1)
	}
}

// acted does what the reader asks for on the pictures, and tells the story of the rest.
func (w *window) acted(act string) {
	if !viz.Perform(act, w.session) {
		w.did(act)
	}
}

// pinned tells it which picture is alone, if one is.
func (w *window) pinned() {
	if id := w.view.Pinned(); id != "" {
		w.did("pin:" + string(id))
	}
}

// open shows a picture alone; the empty name brings the story's back.
func (w *window) open(id viz.PaneID) {
	w.view.Pin(id)
	w.pinned()
}

// goOn goes on with the story, and reports whether there was anything to go on to.
func (w *window) goOn() bool {
	step, went := w.director.Continue(w.session)
	if went {
		w.seek(step)
	}
	return went
}

// prose is words of a page, a paragraph to a block.
func prose(told []story.Told) string {
	var out []string
	for _, t := range told {
		out = append(out, t.Text())
	}
	return strings.Join(out, "\n\n")
}

// story is what is to be read, what is asked, and what goes on from there.
func (c *controls) story(to *widget.Container) {
	l, w := c.theme, c.window
	var page story.Page
	c.follow = append(c.follow, func(s panel.State) { page = w.director.Page(s) })
	page = w.director.Page(panel.Of(w.session, w.shown))

	var numbers []string
	for i := range page.Chapters {
		numbers = append(numbers, fmt.Sprint(i+1))
	}
	c.lesson(to, &page)
	to.AddChild(c.segments(numbers, func(i int) {
		if step, recorded := w.director.Turn(i); recorded {
			w.seek(step)
		}
	}, func(panel.State) int { return page.Shown }))
	to.AddChild(c.words(&l.strong, ink, func(panel.State) string { return page.Chapters[page.Shown].Title }))
	to.AddChild(c.words(&l.body, ink, func(panel.State) string { return prose(page.Text) }))
	to.AddChild(c.words(&l.strong, ink, func(panel.State) string {
		return story.Told{Items: [][]story.Run{page.Ask}}.Text()
	}))

	choices := row(l, 6)
	for i := range 2 {
		b := c.button(l.button(), "", func() { w.director.Reply(w.session, i) })
		choices.AddChild(b)
		c.visible(b, func() bool {
			// A button has no text before it was laid out once.
			if t := b.Text(); len(page.Choices) > i && t != nil && t.Label != page.Choices[i] {
				b.SetText(page.Choices[i])
			}
			return len(page.Choices) > i
		})
	}
	to.AddChild(choices)
	c.deeds(to, &page)
	goOn := c.button(l.loud(), "Continue", func() { w.goOn() })
	c.follow = append(c.follow, func(panel.State) {
		goOn.GetWidget().Disabled = !page.Goes
		goOn.SetText(map[bool]string{true: "Skip this", false: "Continue"}[page.Due])
	})
	to.AddChild(row(l, 12, goOn, c.words(&l.small, muted, func(panel.State) string { return page.Soon })))
	another := c.button(l.button(), "Another seed", c.another)
	c.visible(another, func() bool { return page.Outcome != nil })
	to.AddChild(another, c.words(&l.small, muted, func(panel.State) string { return w.outcomes(page.Outcome) }))
	to.AddChild(c.words(&l.small, muted, func(panel.State) string {
		lines := []string{prose(page.Notes)}
		for _, e := range page.Terms() {
			lines = append(lines, e.Term+": "+e.Means)
		}
		return strings.Join(lines, "\n")
	}))
}

// visible shows a button where something holds.
func (c *controls) visible(b *widget.Button, holds func() bool) {
	c.follow = append(c.follow, func(panel.State) { show(b, holds()) })
}

// outcomes lists what the runs of an experiment came to, this one among them; it keeps it while the window is open.
func (w *window) outcomes(o *story.Outcome) string {
	if o == nil {
		return ""
	}
	if w.runs == nil || w.runs[0].Document != o.Document {
		w.runs = nil
	}
	if !slices.Contains(w.runs, *o) {
		w.runs = append(w.runs, *o)
	}
	var list []string
	for _, r := range w.runs {
		list = append(list, fmt.Sprintf("seed %s: %+d", r.Seed, r.More))
	}
	return "Facts that SPARKLING knows more than Copy. " + strings.Join(list, ", ")
}

// another runs the same with the next seed, at full speed.
func (c *controls) another() {
	e := c.window.session.Experiment()
	e.Seed++
	c.begin(e)
	c.window.director.Hurry(c.window.session)
}
