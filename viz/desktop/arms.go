package desktop

import (
	"fmt"
	"image/color"
	"strconv"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/hajimehoshi/ebiten/v2/text/v2"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// shownArms are buttons that leave an arm out of pictures and tables, or show it again; the last one stays. There are
// as many in a row as there is room for.
func (c *controls) shownArms(to *widget.Container) {
	l, view := c.theme, c.window.view
	const between = 4
	line, left := row(l, between), 0.0
	for i, name := range style.Names(c.window.session.Experiment(), viz.Covers) {
		b := c.again("shown "+strconv.Itoa(i), l.button(), name, func() { view.Hide(i, !view.Hidden(i)) })
		if !view.Hidden(i) {
			b.SetImage(l.current())
		}
		wide := text.AdvanceAt(name, len(name), l.body)/l.scale + 2*11 + between
		if left -= wide; left < 0 {
			line, left = row(l, between), inner-wide
			to.AddChild(line)
		}
		line.AddChild(b)
	}
}

// again is a button that does something after which all widgets are made anew. Whoever pressed it with a key stays at
// it.
func (c *controls) again(id string, p *widget.ButtonParams, label string, act func()) *widget.Button {
	b := c.button(p, label, func() {
		ui := c.window.ui
		held := ui.GetFocusedWidget() == widget.Focuser(c.buttons[id])
		act()
		c.build()
		if b, ok := c.buttons[id]; ok && held {
			ui.SetFocusedWidget(b)
		}
	})
	c.buttons[id] = b
	return b
}

// armList are the arms of the edited experiment: each is named, given another place or removed, and others are added.
// Which there are runs with the other changes; a name holds at once.
func (c *controls) armList(to *widget.Container) {
	l := c.theme
	say := func(f *text.Face, ink color.Color, s func() string) {
		to.AddChild(c.words(f, ink, func(panel.State) string { return s() }))
	}
	name, does := c.control("arm0.name"), c.control("arm0.treatment")
	say(&l.small, muted, func() string { return "Name: " + name.Help + "\nWhat it does: " + does.Help })
	all := c.draft.DraftArms()
	styles := style.Of(c.draft.Experiment)
	for i, a := range all {
		say(&l.strong, styles[i].Hue, func() string {
			return c.draft.Arms[i].Name + map[bool]string{true: ", not yet running"}[a.New]
		})
		for _, part := range []string{"name", "treatment"} {
			k := c.control(fmt.Sprintf("arm%d.%s", i, part))
			k.Help = "" // it is said above them all
			c.knob(to, k, c.turnArm(i))
		}
		say(&l.small, muted, func() string { return c.draft.DraftArms()[i].About })
		say(&l.small, muted, func() string {
			if base := max(c.draft.Baseline(), 0); i != base {
				return c.draft.Difference(base, i)
			}
			return "The others are compared with it."
		})
		up := c.again(fmt.Sprintf("up %d", i), l.button(), "Up", func() { c.arranged(c.draft.Move(i, i-1)) })
		down := c.again(fmt.Sprintf("down %d", i), l.button(), "Down", func() { c.arranged(c.draft.Move(i, i+1)) })
		remove := c.again(fmt.Sprintf("remove %d", i), l.button(), "Remove",
			func() { c.arranged(c.draft.Remove(i)) })
		up.GetWidget().Disabled, down.GetWidget().Disabled = i == 0, i == len(all)-1
		remove.GetWidget().Disabled = len(all) == 1
		to.AddChild(row(l, 6, up, down, remove))
	}
	add := panel.Control{Mixed: "Add an arm…", Choices: c.draft.Additions()}
	to.AddChild(c.choice(add, l.px(inner), nil, func(a string) {
		c.arranged(c.draft.Add(a))
		c.build()
	}))
	say(&l.small, red, func() string { return c.misplaced })
	say(&l.small, muted, func() string { return c.draft.Said() })
	c.difference(to)
}

// turnArm sets what an arm is called, in the run too, or what it does.
func (c *controls) turnArm(arm int) func(id, value string) error {
	return func(id, value string) error {
		if id != fmt.Sprintf("arm%d.name", arm) {
			return c.draft.Turn(id, value)
		}
		defer c.window.view.Renew()
		return c.draft.Call(c.window.session, arm, value)
	}
}

// arranged keeps why arms could not be arranged as was asked for, or that they were.
func (c *controls) arranged(err error) {
	if c.misplaced = ""; err != nil {
		c.misplaced = err.Error() + "."
	}
}

// difference spells out in what two arms differ that are chosen.
func (c *controls) difference(to *widget.Container) {
	l := c.theme
	n := len(c.draft.Arms)
	for k := range c.pair {
		if c.pair[k] >= n || c.pair[0] == c.pair[1] {
			c.pair = [2]int{max(n-2, 0), n - 1}
		}
	}
	pick := func(k int) *widget.ListComboButton {
		control := panel.Control{Value: strconv.Itoa(c.pair[k])}
		for i, a := range c.draft.Arms {
			control.Choices = append(control.Choices,
				experiment.Choice{Value: strconv.Itoa(i), Label: c.legible(a.Name)})
		}
		return c.choice(control, l.px(inner/2-3), nil,
			func(value string) { c.pair[k], _ = strconv.Atoi(value) })
	}
	to.AddChild(c.words(&l.small, ink, func(panel.State) string { return "What differs between two of them" }))
	to.AddChild(row(l, 6, pick(0), pick(1)))
	to.AddChild(c.words(&l.small, muted, func(panel.State) string {
		return c.draft.Difference(c.pair[0], c.pair[1])
	}))
}
