package desktop

import (
	"fmt"
	"strings"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// take begins a lesson, at a chapter where one is named.
func (w *window) take(name, chapter string) error {
	l := story.Named(name)
	if l == nil {
		return fmt.Errorf("there is no lesson called %q", name)
	}
	e, err := experiment.Named(l.Experiment)
	if err == nil {
		_, err = e.Validate()
	}
	if err == nil {
		err = w.options.Fits(e)
	}
	if err != nil {
		return err
	}
	w.panel.begin(e)
	w.director.Take(name, chapter)
	w.director.Touch() // it was chosen
	w.view.Pin("")
	w.lead()
	w.panel.build()
	return nil
}

// keep keeps how far the reader has come in the lessons, where that has changed. A place that keeps nothing is borne.
func (w *window) keep() {
	if now := string(w.director.Progress().JSON()); now != w.kept {
		if w.kept = now; w.options.Keep != nil {
			_ = w.options.Keep([]byte(now)) // it holds while the window is open
		}
	}
}

// lessons is the choice among the lessons, with how far the reader has come in each.
func (c *controls) lessons(to *widget.Container) {
	w := c.window
	c.follow = append(c.follow, func(panel.State) { w.keep() })
	offers := w.director.Offers()
	k := panel.Control{Mixed: fmt.Sprintf("%d short lessons", len(offers))}
	for _, o := range offers {
		label := o.Title
		if o.Said != "" {
			label += " – " + o.Said
		}
		k.Choices = append(k.Choices, experiment.Choice{Value: o.Address, Label: label})
		if o.Now {
			k.Value = o.Address
		}
	}
	to.AddChild(c.choice(k, c.theme.px(inner), nil, func(address string) {
		name, chapter, _ := story.Linked(address)
		c.tell(w.take(name, chapter))
	}))
}

// lesson is the title of the lesson that is told, where one is.
func (c *controls) lesson(to *widget.Container, page *story.Page) {
	if page.Title == "" {
		return
	}
	to.AddChild(c.words(&c.theme.strong, ink, func(panel.State) string { return "Lesson " + page.Title }),
		c.words(&c.theme.small, muted, func(panel.State) string { return page.Learn }))
}

// deeds is what the reader is to do, and what the words open or turn, a button each: as many as any chapter has.
func (c *controls) deeds(to *widget.Container, page *story.Page) {
	l, w := c.theme, c.window
	to.AddChild(c.words(&l.strong, ink, func(panel.State) string {
		says := story.Told{Items: [][]story.Run{page.Do}}.Text()
		if says != "" && page.Did {
			says += " That is done."
		}
		return says
	}))
	deeds := row(l, 6)
	for i := range 2 {
		b := c.button(l.button(), "", func() {
			if d := page.Deeds(); i < len(d) {
				w.follow(d[i].Href)
			}
		})
		deeds.AddChild(b)
		c.visible(b, func() bool {
			d := page.Deeds()
			// A button has no text before it was laid out once.
			if t := b.Text(); i < len(d) && t != nil && t.Label != d[i].Text {
				b.SetText(d[i].Text)
			}
			return i < len(d)
		})
	}
	to.AddChild(deeds)
	next := c.button(l.button(), "Next lesson", func() {
		if page.Next != nil {
			name, chapter, _ := story.Linked(page.Next.Address)
			c.tell(w.take(name, chapter))
		}
	})
	c.visible(next, func() bool { return page.Next != nil })
	to.AddChild(next)
}

// follow goes where words lead that open a picture or turn a control of what is shown.
func (w *window) follow(href string) {
	if pane, ok := strings.CutPrefix(href, story.Open); ok {
		w.open(viz.PaneID(pane))
		return
	}
	if w.view.Turn(strings.TrimPrefix(href, story.Turn)) {
		w.did(href)
	}
}
