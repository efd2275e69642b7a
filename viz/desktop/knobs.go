package desktop

import (
	"fmt"
	"slices"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// knobs are the experiment's controls, those for the curious behind a button. Changes are gathered and run together.
func (c *controls) knobs(to *widget.Container) {
	l := c.theme
	group := ""
	for _, k := range c.draft.Controls() {
		if k.Group != group {
			group = k.Group
			if k.Folded {
				to.AddChild(row(l, 6, c.button(l.button(), k.Group+"…",
					func() { c.open[k.Group] = !c.open[k.Group]; c.build() })))
			} else {
				to.AddChild(c.words(&l.small, muted, func(panel.State) string { return k.Group }))
			}
		}
		switch {
		case k.Group == experiment.GroupArms:
			if k.ID == "arm0.name" { // they are a list, with more than controls in it
				c.armList(to)
			}
		case !k.Folded || c.open[k.Group]:
			c.knob(to, k, c.draft.Turn)
		}
	}
	changed := func() int {
		running := c.window.session.Experiment()
		return len(c.draft.Changed(running)) + c.draft.Rearranged(running)
	}
	run := c.button(l.loud(), "Run this experiment", func() { c.begin(c.draft.Experiment) })
	undo := c.button(l.button(), "Undo", func() {
		c.draft, c.refused = panel.NewDraft(c.window.session.Experiment()), ""
		c.build()
	})
	c.follow = append(c.follow, func(panel.State) {
		none, wrong := changed() == 0, c.draft.Err() != nil
		run.GetWidget().Disabled, undo.GetWidget().Disabled = none || wrong, none && !wrong
	})
	first := func() { c.begin(experiment.FirstMinute()) }
	to.AddChild(row(l, 6, run, undo, c.button(l.button(), "First minute", first)))
	to.AddChild(c.words(&l.small, red, func(panel.State) string { return c.refused }))
	to.AddChild(c.words(&l.small, muted, func(panel.State) string {
		if err := c.draft.Err(); err != nil {
			return fmt.Sprintf("%v.", err)
		}
		if n := changed(); n > 0 {
			return fmt.Sprintf("Changed, not yet running: %d.", n)
		}
		return ""
	}))
}

// knob is one control, which turn sets: its name, the control, and under it what it does or what was wrong with the
// last value.
func (c *controls) knob(to *widget.Container, k panel.Control, turn func(id, value string) error) {
	l := c.theme
	const wide = 200
	help, note := k.Help, muted
	if k.Wrong != "" {
		help, note = k.Wrong+".", red
	}
	change := func(value string) {
		c.refused = ""
		if err := turn(k.ID, value); err != nil {
			help, note = err.Error()+".", red
			return
		}
		help, note = k.Help, muted
		c.turns++
		c.window.did("turn:" + k.ID + "=" + value)
	}
	label := widget.NewText(widget.TextOpts.Text(k.Label, &l.body, ink),
		widget.TextOpts.MaxWidth(float64(l.px(inner-wide-10))),
		widget.TextOpts.WidgetOpts(widget.WidgetOpts.MinSize(l.px(inner-wide-10), 0)))
	var control widget.PreferredSizeLocateableWidget
	if len(k.Choices) > 0 {
		control = c.choice(k, l.px(wide), nil, func(value string) {
			before := c.draft.Controls()
			change(value)
			if along(before, c.draft.Controls(), k.ID) {
				c.build()
			}
		})
	} else {
		control = c.number(k, l.px(wide), change, func() { help, note = k.Help, muted })
	}
	to.AddChild(row(l, 10, label, control))
	text := c.words(&l.small, muted, func(panel.State) string { return help })
	c.follow = append(c.follow, func(panel.State) { text.SetColor(note) })
	to.AddChild(text)
}

// along reports whether any other control has another value or other choices now.
func along(before, now []panel.Control, id string) bool {
	return !slices.EqualFunc(before, now, func(a, b panel.Control) bool {
		return a.ID == b.ID && (a.ID == id || a.Value == b.Value && slices.Equal(a.Choices, b.Choices))
	})
}

// number is an input for a number. While nobody types in it, it follows what other controls bring along, and is calm.
func (c *controls) number(k panel.Control, width int, change func(string), calm func()) *widget.TextInput {
	p := c.theme.input()
	shown, turns := k.Value, c.turns // the text that is not its user's doing, and when it was
	input := widget.NewTextInput(widget.TextInputOpts.Face(p.Face), widget.TextInputOpts.Image(p.Image),
		widget.TextInputOpts.Color(p.Color),
		widget.TextInputOpts.Padding(p.Padding), widget.TextInputOpts.WidgetOpts(widget.WidgetOpts.MinSize(width, 0)),
		widget.TextInputOpts.Placeholder(k.Mixed),
		widget.TextInputOpts.ChangedHandler(func(a *widget.TextInputChangedEventArgs) {
			if a.InputText != shown {
				shown = a.InputText
				change(shown)
			}
		}))
	input.SetText(k.Value)
	c.follow = append(c.follow, func(panel.State) {
		if turns == c.turns || input.IsFocused() {
			return
		}
		turns = c.turns
		k := c.control(k.ID)
		if k.Wrong == "" {
			calm()
		}
		if k.Value != shown {
			shown = k.Value
			input.SetText(shown)
		}
	})
	return input
}

// control is one of the draft's.
func (c *controls) control(id string) panel.Control {
	for _, k := range c.draft.Controls() {
		if k.ID == id {
			return k
		}
	}
	return panel.Control{}
}
