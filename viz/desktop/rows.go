package desktop

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/hajimehoshi/ebiten/v2/text/v2"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// inner is the width of the panel's content in CSS pixels.
const inner = panelWidth - 10 - 2*18

func column(l theme, spacing float64) *widget.Container {
	return widget.NewContainer(widget.ContainerOpts.Layout(widget.NewRowLayout(
		widget.RowLayoutOpts.Direction(widget.DirectionVertical), widget.RowLayoutOpts.Spacing(l.px(spacing)),
		widget.RowLayoutOpts.Padding(l.inset(18, 18)))))
}

func row(l theme, spacing float64, children ...widget.PreferredSizeLocateableWidget) *widget.Container {
	r := widget.NewContainer(widget.ContainerOpts.Layout(
		widget.NewRowLayout(widget.RowLayoutOpts.Spacing(l.px(spacing)))))
	for _, child := range children {
		child.GetWidget().LayoutData = widget.RowLayoutData{Position: widget.RowLayoutPositionCenter}
		r.AddChild(child)
	}
	return r
}

// words is a text that follows the state. It takes no place while there is nothing to say.
func (c *controls) words(f *text.Face, ink color.Color, of func(panel.State) string) *widget.Text {
	t := widget.NewText(widget.TextOpts.Text("", f, ink), widget.TextOpts.MaxWidth(float64(c.theme.px(inner))))
	c.follow = append(c.follow, func(s panel.State) {
		t.Label = c.legible(of(s))
		show(t, t.Label != "")
	})
	return t
}

// legible is a text in which arms are called by their numbers where the type has no letters for their names, and other
// words that it cannot show are left out.
func (c *controls) legible(s string) string {
	if viz.Covers(s) {
		return s
	}
	e := c.window.session.Experiment()
	for i, name := range style.Names(e, viz.Covers) {
		if own := e.Arms[i].Name; own != name && strings.TrimSpace(own) != "" {
			s = strings.ReplaceAll(s, own, name)
		}
	}
	lines := strings.Split(s, "\n")
	for k, line := range lines {
		words := strings.Fields(line)
		for i, word := range words {
			if !viz.Covers(word) {
				words[i] = "…"
			}
		}
		lines[k] = strings.Join(slices.Compact(words), " ")
	}
	return strings.Join(lines, "\n")
}

func (c *controls) button(p *widget.ButtonParams, label string, act func()) *widget.Button {
	return widget.NewButton(widget.ButtonOpts.Image(p.Image), widget.ButtonOpts.Text(label, p.TextFace, p.TextColor),
		widget.ButtonOpts.TextPadding(p.TextPadding),
		widget.ButtonOpts.ClickedHandler(func(*widget.ButtonClickedEventArgs) { act() }))
}

// segments is a row of choices of which one holds.
func (c *controls) segments(labels []string, act func(i int), current func(panel.State) int) *widget.Container {
	l := c.theme
	r := row(l, 4)
	idle, on := l.button().Image, l.current()
	for i, label := range labels {
		b := c.button(l.button(), label, func() { act(i) })
		r.AddChild(b)
		c.follow = append(c.follow, func(s panel.State) {
			if current(s) == i {
				b.SetImage(on)
			} else {
				b.SetImage(idle)
			}
		})
	}
	return r
}

// transport is the run: play, step, reset, widen, speed, and the slider that looks back.
func (c *controls) transport(to *widget.Container) {
	l, w := c.theme, c.window
	if r := w.options.Record; r != nil {
		runs := w.options.Fits(r.Experiment) == nil
		to.AddChild(c.words(&l.body, ink, func(panel.State) string { return w.recordSaid(runs) }))
	}
	play := c.button(l.button(), "Pause", c.toggle)
	step := c.button(l.button(), "Step", w.session.StepOnce)
	widen := c.button(l.loud(), "Widen", c.widen)
	c.follow = append(c.follow, func(s panel.State) {
		label := "Play"
		if s.Playing {
			label = "Pause"
		}
		play.SetText(label)
		widen.SetText("Widen ×" + s.Factor)
		play.GetWidget().Disabled = s.Done
		step.GetWidget().Disabled = s.Done
		widen.GetWidget().Disabled = s.Forked || s.Factor == ""
	})
	to.AddChild(row(l, 6, play, step, c.button(l.button(), "Reset", c.reset), widen))

	speeds := []string{"0.25", "1", "4", "max"}
	to.AddChild(c.segments([]string{"¼×", "1×", "4×", "max"}, func(i int) {
		if v, ok := panel.ParseSpeed(speeds[i]); ok {
			w.session.SetSpeed(v)
			w.did("turn:speed=" + speeds[i])
		}
	}, func(s panel.State) int { return index(speeds, s.Speed) }))

	p := l.slider()
	slider := widget.NewSlider(widget.SliderOpts.Images(p.TrackImage, p.HandleImage),
		widget.SliderOpts.FixedHandleSize(*p.FixedHandleSize),
		widget.SliderOpts.TrackPadding(p.TrackPadding), widget.SliderOpts.PageSizeFunc(p.PageSizeFunc),
		widget.SliderOpts.MinMax(0, w.session.Experiment().Steps),
		widget.SliderOpts.WidgetOpts(widget.WidgetOpts.MinSize(l.px(inner), l.px(18))))
	set := 0 // the slider's last place that is not its user's doing
	slider.ChangedEvent.AddHandler(func(any) {
		if slider.Current != set {
			set = slider.Current
			w.scrub(set)
		}
	})
	live := c.button(l.button(), "Live", func() { w.scrub(-1) })
	c.follow = append(c.follow, func(s panel.State) {
		slider.Max, slider.Current, set = s.Steps, s.Step, s.Step
		live.GetWidget().Disabled = s.Live
	})
	to.AddChild(slider)
	at := c.words(&l.body, ink, func(s panel.State) string {
		return fmt.Sprintf("Step %s of %s", record.Thousands(s.Step), record.Thousands(s.Steps))
	})
	to.AddChild(row(l, 12, live, at))
}

// arms is the table of arms at the shown step.
func (c *controls) arms(to *widget.Container) {
	l := c.theme
	table := widget.NewContainer(widget.ContainerOpts.Layout(widget.NewGridLayout(
		widget.GridLayoutOpts.Columns(4), widget.GridLayoutOpts.Spacing(l.px(10), l.px(6)),
		widget.GridLayoutOpts.Stretch([]bool{true, false, false, false}, nil))))
	cell := func(ink color.Color, width float64, of func(panel.State) string) {
		t := widget.NewText(widget.TextOpts.Text("", &l.body, ink),
			widget.TextOpts.WidgetOpts(widget.WidgetOpts.MinSize(l.px(width), 0)))
		c.follow = append(c.follow, func(s panel.State) { t.Label = c.legible(of(s)) })
		table.AddChild(t)
	}
	for _, head := range []string{"", "Train", "Val", "Locked"} {
		cell(muted, 50, func(s panel.State) string {
			if head == "Val" && s.FullVal {
				return "Full val"
			}
			return head
		})
	}
	for i, style := range style.Of(c.window.session.Experiment()) {
		if c.window.view.Hidden(i) {
			continue
		}
		cell(style.Hue, inner-3*70, func(s panel.State) string { return s.Arms[i].Name })
		for _, of := range []func(panel.Arm) string{
			func(a panel.Arm) string { return four(a, a.TrainLoss) },
			nil,
			func(a panel.Arm) string {
				if a.Lock.Pairs == 0 {
					return "–"
				}
				if a.Lock.Diverged > 0 {
					return record.Diverged.String()
				}
				return a.Lock.Said
			},
		} {
			cell(ink, 50, func(s panel.State) string {
				switch a := s.Arms[i]; {
				case of != nil:
					return of(a)
				case s.FullVal:
					return four(a, a.FullValLoss)
				default:
					return four(a, a.ValLoss)
				}
			})
		}
	}
	c.shownArms(to)
	to.AddChild(table, c.words(&l.small, muted, func(s panel.State) string { return s.LossesSaid }),
		c.words(&l.small, muted, func(s panel.State) string { return s.Experts }))
}

// failures says what keeps an arm, and which have stopped, and starts those again.
func (c *controls) failures(to *widget.Container) {
	l := c.theme
	to.AddChild(c.words(&l.small, muted, func(s panel.State) (sentences string) {
		for _, a := range s.Arms {
			if a.Doing != "" {
				sentences += a.Name + " is " + a.Doing + ". "
			}
		}
		return sentences
	}))
	to.AddChild(c.words(&l.body, red, func(s panel.State) (sentences string) {
		for _, a := range s.Arms {
			if a.Err != "" && (s.Broken == nil || s.Arms[s.Broken.Arm].Name != a.Name) {
				sentences += a.Err + " "
			}
		}
		return sentences
	}))
	again := c.button(l.button(), "Start what stopped again", func() {
		for i := range c.window.session.Arms() {
			if _, lost := c.window.session.Record().Diverged(i, c.window.session.Experiment().Steps); !lost {
				_ = c.window.session.Restart(i) // of those that have not stopped it has nothing to say
			}
		}
	})
	c.follow = append(c.follow, func(s panel.State) {
		visible := widget.Visibility_Hide
		for _, a := range s.Arms {
			if a.Err != "" && a.Diverged == "" {
				visible = widget.Visibility_Show
			}
		}
		again.GetWidget().SetVisibility(visible)
	})
	to.AddChild(again)
}

// examples is the choice among the experiments that the program brings along; each runs as soon as it is chosen.
func (c *controls) examples(to *widget.Container) {
	l, e := c.theme, c.window.session.Experiment()
	about, k := panel.About(e), panel.Control{Value: panel.Chosen(e), Mixed: panel.Called(e)}
	for _, x := range panel.Examples() {
		k.Choices = append(k.Choices, experiment.Choice{Value: x.Name, Label: x.Title})
	}
	to.AddChild(c.choice(k, l.px(inner), nil, func(name string) {
		if e, err := experiment.Named(name); err == nil {
			c.begin(e)
		}
	}))
	to.AddChild(c.words(&l.small, muted, func(panel.State) string { return about }))
}

// scales chooses what the x axis of the loss counts.
func (c *controls) scales(to *widget.Container) {
	var labels []string
	for _, s := range viz.Scales {
		labels = append(labels, s.Label)
	}
	view := c.window.view
	to.AddChild(c.segments(labels, func(i int) {
		view.SetScale(viz.Scales[i].ID)
		c.window.did("turn:scale=" + string(viz.Scales[i].ID))
	}, func(panel.State) int {
		return slices.IndexFunc(viz.Scales, func(s viz.ScaleChoice) bool { return s.ID == view.Scale() })
	}))
}

// colourings chooses what the colours of facts are of, where facts are learnt.
func (c *controls) colourings(to *widget.Container) {
	if c.window.session.Experiment().Task.Questions() == 0 {
		return
	}
	var labels []string
	for _, k := range viz.Colourings {
		labels = append(labels, k.Label)
	}
	view := c.window.view
	c.heading(to, "Facts are coloured by")
	to.AddChild(c.segments(labels, func(i int) {
		view.SetColouring(viz.Colourings[i].ID)
		c.window.did("turn:colouring=" + string(viz.Colourings[i].ID))
	}, func(panel.State) int {
		return slices.IndexFunc(viz.Colourings, func(k viz.ColouringChoice) bool { return k.ID == view.Colouring() })
	}))
}

// panes chooses the picture that is shown alone, or lets all be shown as the story has them.
func (c *controls) panes(to *widget.Container) {
	view := c.window.view
	entries := []experiment.Choice{{Label: "as the story has them"}}
	for _, p := range viz.PanesOf(c.window.session.Experiment()) {
		entries = append(entries, experiment.Choice{Value: string(p.ID), Label: p.Label + " alone"})
	}
	now := func() string { return string(view.Pinned()) } // by a click on a title, or a key
	c.picture = c.choice(panel.Control{Value: now(), Choices: entries}, c.theme.px(inner), now,
		func(id string) { c.window.open(viz.PaneID(id)) })
	to.AddChild(c.picture)
}

func (c *controls) quantities(to *widget.Container) {
	to.AddChild(c.segments([]string{"weights", "gradients", "1st moment", "2nd moment"}, c.compare,
		func(panel.State) int { return int(c.window.view.Quantity()) }))
}

// compare compares the pairs in one of those.
func (c *controls) compare(i int) {
	c.window.view.SetQuantity(record.Quantity(i))
	c.window.did(fmt.Sprintf("turn:quantity=%d", i))
}

// four rounds an exact number of an arm to four digits after the point, or says that the arm has diverged.
func four(a panel.Arm, exact string) string {
	if a.Diverged != "" {
		return record.Diverged.String()
	}
	var v float64
	if _, err := fmt.Sscan(exact, &v); err != nil {
		return "–"
	}
	return fmt.Sprintf("%.4f", v)
}

func index(list []string, s string) int {
	for i, x := range list {
		if x == s {
			return i
		}
	}
	return -1
}

// recordSaid says that a record is shown, as long as one is, and what begins a run, where its experiment runs here.
func (w *window) recordSaid(runs bool) string {
	switch {
	case w.session.Record() != w.options.Record:
		return ""
	case !runs:
		return "The record of a run that is over. Nothing trains, and its experiment does not run here."
	}
	return "The record of a run that is over. Nothing trains: Reset runs its experiment anew, and a text of yours " +
		"another."
}
