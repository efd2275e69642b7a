package desktop

import (
	"fmt"
	"strconv"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// insides are what can be chosen about the pictures that look inside networks, while one is in sight: the same as on
// the pictures themselves, for who uses a keyboard.
func (c *controls) insides(to *widget.Container) {
	l, view := c.theme, c.window.view
	choices := view.Choices()
	c.looks = shapeOf(choices)
	if len(choices) == 0 {
		return
	}
	c.heading(to, "Look inside")
	for k, x := range choices {
		var entries []experiment.Choice
		for i, label := range x.Options {
			entries = append(entries, experiment.Choice{Value: strconv.Itoa(i), Label: c.legible(label)})
		}
		at := x.Chosen
		chosen := func() string { // also by a click on the picture
			if now := view.Choices(); shapeOf(now) == c.looks {
				at = now[k].Chosen
			}
			return strconv.Itoa(at)
		}
		list := c.choice(panel.Control{Value: chosen(), Choices: entries}, l.px(inner-140), chosen,
			func(value string) {
				if i, err := strconv.Atoi(value); err == nil {
					view.Choose(x.ID, i)
				}
			})
		name := widget.NewText(widget.TextOpts.Text(x.Label, &l.body, ink),
			widget.TextOpts.WidgetOpts(widget.WidgetOpts.MinSize(l.px(130), 0)))
		to.AddChild(row(l, 10, name, list))
	}
}

// shapeOf tells whether other choices are to be offered.
func shapeOf(choices []viz.Choice) string {
	s := ""
	for _, c := range choices {
		s += fmt.Sprint(c.ID, c.Options)
	}
	return s
}
