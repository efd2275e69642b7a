package desktop

import (
	"cmp"
	"slices"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// choice is a list of which one is chosen. now is the value that holds, where something else sets it too, and nil
// where nothing does: the list follows it, and what it follows is no choice of its reader's.
//
// A list says what is chosen in it a while later, also what it begins with, and sets itself to what it hears. One that
// were set again before it has heard would go back and forth between the two without end, within one frame: so it is
// set only when all has been said, and while nobody chooses in it.
func (c *controls) choice(k panel.Control, width int, now func() string, change func(string)) *widget.ListComboButton {
	p := c.theme.choice(width)
	var entries []any
	own := experiment.Choice{Value: k.Value, Label: cmp.Or(k.Mixed, "your own")} // where none of the choices holds
	selected := own
	for _, choice := range k.Choices {
		entries = append(entries, choice)
		if choice.Value == k.Value {
			selected = choice
		}
	}
	if selected == own {
		entries = append([]any{own}, entries...)
	}
	label := func(e any, taken float64) string {
		return fit(p.Button.TextFace, e.(experiment.Choice).Label, float64(width-c.theme.px(taken)))
	}
	button := func(e any) string { return label(e, 44) + "  ▼" } // else it looks as if it did something at once
	entry := func(e any) string { return label(e, 22) }
	list := widget.NewListComboButton(
		widget.ListComboButtonOpts.Entries(entries), widget.ListComboButtonOpts.ButtonParams(p.Button),
		widget.ListComboButtonOpts.ListParams(p.List),
		widget.ListComboButtonOpts.MaxContentHeight(*p.MaxContentHeight),
		widget.ListComboButtonOpts.EntryLabelFunc(button, entry),
		widget.ListComboButtonOpts.InitialEntry(selected))
	said := false // all that was chosen
	list.EntrySelectedEvent.AddHandler(func(args any) {
		if a, ok := args.(*widget.ListComboButtonEntrySelectedEventArgs); ok {
			said = true
			if e := a.Entry.(experiment.Choice); e != selected { // else it is what was set here
				selected = e
				change(e.Value)
			}
		}
	})
	if now == nil {
		return list
	}
	c.follow = append(c.follow, func(panel.State) {
		value := now()
		if value == selected.Value || !said || list.ContentVisible() {
			return
		}
		at := slices.IndexFunc(k.Choices, func(e experiment.Choice) bool { return e.Value == value })
		if at >= 0 {
			selected, said = k.Choices[at], false
			list.SetSelectedEntry(selected)
		}
	})
	return list
}
