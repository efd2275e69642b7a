package desktop

import (
	"slices"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// temperatures are those that can be chosen.
var (
	temperatures      = []float64{0, 0.5, 1, record.MaxTemperature}
	temperatureLabels = []string{"0.0", "0.5", "1.0", "2.0"}
)

// writing is what networks are asked to go on with, where a text is learnt.
func (c *controls) writing(to *widget.Container) {
	l, w := c.theme, c.window
	if !w.session.Experiment().Task.Writes() {
		return
	}
	c.heading(to, "Let the networks write")
	p := l.input()
	var wrong error
	write := func(prompt string, temperature float64) { wrong = w.writer.Write(w.session, prompt, temperature) }
	prompt := widget.NewTextInput(widget.TextInputOpts.Face(p.Face), widget.TextInputOpts.Image(p.Image),
		widget.TextInputOpts.Color(p.Color), widget.TextInputOpts.Padding(p.Padding),
		widget.TextInputOpts.WidgetOpts(widget.WidgetOpts.MinSize(l.px(inner), 0)),
		widget.TextInputOpts.Placeholder("how the unseen part of the text begins"),
		widget.TextInputOpts.SubmitOnEnter(true),
		widget.TextInputOpts.SubmitHandler(func(a *widget.TextInputChangedEventArgs) {
			write(a.InputText, w.writer.Temperature)
		}))
	prompt.SetText(w.writer.Prompt)
	to.AddChild(prompt)
	choice := c.segments(temperatureLabels, func(i int) { write(prompt.GetText(), temperatures[i]) },
		func(panel.State) int { return slices.Index(temperatures, w.writer.Temperature) })
	to.AddChild(row(l, 10, c.words(&l.small, muted, func(panel.State) string { return "temperature" }), choice,
		c.button(l.button(), "Write", func() { write(prompt.GetText(), w.writer.Temperature) })))
	to.AddChild(c.words(&l.small, red, func(s panel.State) string {
		switch {
		case wrong != nil:
			return wrong.Error() + "."
		case s.Writing.Refused != "":
			return s.Writing.Refused + "."
		}
		return ""
	}))
}
