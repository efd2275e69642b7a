package desktop

import (
	"fmt"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// broken says what broke an arm, and offers the two ways on; and the way back to a run that was kept.
func (c *controls) broken(to *widget.Container) {
	l, w := c.theme, c.window
	var b *panel.Broken
	box := stack(l)
	c.follow = append(c.follow, func(s panel.State) {
		b = s.Broken
		show(box, b != nil)
	})
	says := func(of func() string) func(panel.State) string {
		return func(panel.State) string {
			if b == nil {
				return ""
			}
			return of()
		}
	}
	box.AddChild(c.words(&l.body, red, says(func() string { return b.Said })))
	for _, way := range []struct {
		words, label func() string
		act          func() error
	}{
		{func() string { return b.Back }, func() string { return b.GoBack }, w.goBack},
		{func() string { return b.Smaller }, func() string { return b.Anew },
			func() error { return w.beside(panel.Smaller(w.session.Experiment())) }},
	} {
		button := c.button(l.button(), "", func() { c.tell(way.act()) })
		c.follow = append(c.follow, func(panel.State) {
			if t := button.Text(); b != nil && t != nil && t.Label != way.label() {
				button.SetText(way.label())
			}
		})
		box.AddChild(c.words(&l.body, ink, says(way.words)), button)
	}
	kept := stack(l, c.words(&l.small, muted, func(panel.State) string {
		if w.before == nil {
			return ""
		}
		return fmt.Sprintf("The run that was here before is kept: %s at step %s.",
			panel.Title(w.before.Experiment()), record.Thousands(max(w.before.Record().Last(), 0)))
	}), c.button(l.button(), "Go back to it", func() { w.swap(w.before) }))
	c.follow = append(c.follow, func(panel.State) { show(kept, w.before != nil) })
	to.AddChild(box, kept)
}

// stack is widgets one under the other.
func stack(l theme, children ...widget.PreferredSizeLocateableWidget) *widget.Container {
	s := widget.NewContainer(widget.ContainerOpts.Layout(widget.NewRowLayout(
		widget.RowLayoutOpts.Direction(widget.DirectionVertical), widget.RowLayoutOpts.Spacing(l.px(8)))))
	s.AddChild(children...)
	return s
}

// show shows a widget, or takes it away with its place.
func show(c widget.HasWidget, shown bool) {
	v := widget.Visibility_Hide
	if shown {
		v = widget.Visibility_Show
	}
	c.GetWidget().SetVisibility(v)
}

// goBack goes back to before the update that broke an arm, and shows that.
func (w *window) goBack() error {
	b := panel.BrokenOf(w.session)
	if b == nil {
		return nil // it is the same by now
	}
	if err := w.session.GoBack(b.Arm); err != nil {
		return err
	}
	w.scrub(-1)
	w.view.SetRecord(w.session.Record())
	w.view.OpenBreaking(b.Arm, b.Place)
	return nil
}

// beside runs another experiment and keeps the one that was here, to be gone back to.
func (w *window) beside(e experiment.Experiment) error {
	doc, err := e.Validate()
	if err == nil {
		err = w.options.Fits(e)
	}
	var s *session.Session
	if err == nil {
		if s, err = session.New(doc, w.host); err != nil {
			s.Close() // some of its trainers may have been started
		}
	}
	if err != nil {
		return err
	}
	s.SetSpeed(w.session.Speed())
	s.Play()
	w.swap(s)
	return nil
}

// swap makes a session the one that is shown. The one that was is kept, and trains no more.
func (w *window) swap(s *session.Session) {
	if w.before != nil && w.before != s {
		w.before.Close()
	}
	w.session.Pause()
	w.before, w.session = w.session, s
	w.view.SetScale(viz.ScaleFor(s.Experiment()))
	w.view.SetRecord(s.Record())
	w.scrub(-1)
	w.lead()
	w.panel.draft, w.panel.refused = panel.NewDraft(s.Experiment()), ""
	w.panel.build()
}

// close ends all trainers.
func (w *window) close() {
	w.sown.Close()
	w.session.Close()
	if w.before != nil {
		w.before.Close()
	}
}
