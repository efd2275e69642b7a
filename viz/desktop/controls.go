package desktop

import (
	"fmt"
	"time"

	nine "github.com/ebitenui/ebitenui/image"
	"github.com/ebitenui/ebitenui/widget"
	"github.com/hajimehoshi/ebiten/v2"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// controls is the panel. Everything it shows comes from the session, every frame; it remembers only the experiment
// being edited.
type controls struct {
	window  *window
	theme   theme
	content *widget.Container
	draft   panel.Draft
	turns   int                     // of controls so far
	open    map[string]bool         // groups of knobs that were unfolded
	bar     *widget.Slider          // how far the panel is scrolled
	scroll  *widget.ScrollContainer // what is seen of the content
	held    widget.Focuser          // the control that had the keyboard
	follow  []func(panel.State)     // brings one widget up to date
	picture *widget.ListComboButton // which is shown alone
	looks   string                  // the choices of pictures that look inside, as they are offered
	said    string                  // what the last deed led to, in a sentence
	refused string                  // why the edited experiment did not run, in a sentence

	buttons   map[string]*widget.Button // after which all is made anew, by what they do
	misplaced string                    // why arms were not arranged as was asked for, in a sentence
	pair      [2]int                    // arms whose difference is spelled out

	shown time.Time // when the widgets were last brought up to date
}

// refresh is how often the words follow the run.
const refresh = 100 * time.Millisecond

func newControls(w *window) *controls {
	c := &controls{window: w, theme: newTheme(w.scale), draft: panel.NewDraft(w.session.Experiment()),
		open: map[string]bool{}}
	c.build()
	return c
}

// show brings every widget up to date, now and then.
func (c *controls) show(now time.Time) {
	if now.Sub(c.shown) < refresh {
		return
	}
	if shapeOf(c.window.view.Choices()) != c.looks {
		c.build() // another picture is in sight
	}
	c.shown = now
	c.update()
}

// update brings every widget up to date.
func (c *controls) update() {
	s := panel.Of(c.window.session, c.window.shown).Hide(c.window.view.Hidden)
	for _, f := range c.follow {
		f(s)
	}
}

// build makes all widgets anew, for the experiment as it is edited now.
func (c *controls) build() {
	c.follow, c.shown, c.buttons = nil, time.Time{}, map[string]*widget.Button{}
	c.window.ui.ClearFocus() // else a control that is gone keeps the keyboard
	l := c.theme
	content := column(l, 10)
	c.content = content
	content.AddChild(c.words(&l.title, ink, func(panel.State) string { return "SPARKLING Lab" }))
	c.transport(content)
	c.broken(content)
	c.examples(content)
	c.lessons(content)
	c.ownTexts(content)
	c.story(content)
	c.heading(content, "The picture")
	c.panes(content)
	c.heading(content, "The arms")
	c.arms(content)
	c.failures(content)
	c.seeds(content)
	c.heading(content, "Pairs are compared in their")
	c.quantities(content)
	c.heading(content, "The loss is drawn over")
	c.scales(content)
	c.colourings(content)
	c.insides(content)
	c.writing(content)
	c.heading(content, "The experiment")
	c.knobs(content)
	c.heading(content, "Take it with you")
	content.AddChild(row(l, 6, c.button(l.button(), "Numbers, figures, picture", c.save)))
	content.AddChild(c.words(&l.small, muted, func(panel.State) string { return c.said }))
	content.AddChild(c.words(&l.small, muted, func(panel.State) string {
		return "Keys: Space go on with the story, else play or pause, . step, W widen, R reset, left and " +
			"right through an update in slow motion. Tab moves from " +
			"control to control. Point at a picture for exact values. A click on its title makes it large, Escape " +
			"brings the others back."
	}))

	root := widget.NewContainer(widget.ContainerOpts.Layout(widget.NewAnchorLayout()))
	root.AddChild(c.scrolled(content))
	c.window.ui.Container = root
	c.update() // before it is drawn
}

// scrolled puts the content on a ground at the right edge of the window, with a bar where it is taller than the window.
func (c *controls) scrolled(content *widget.Container) *widget.Container {
	l := c.theme
	ground := nine.NewNineSliceColor(ground)
	scroll := widget.NewScrollContainer(
		widget.ScrollContainerOpts.Content(content), widget.ScrollContainerOpts.StretchContentWidth(),
		widget.ScrollContainerOpts.Image(&widget.ScrollContainerImage{Idle: ground, Mask: ground}))
	page := func() int {
		return int(whole * float64(scroll.ViewRect().Dy()) / float64(max(content.GetWidget().Rect.Dy(), 1)))
	}
	bar := l.bar()
	slider := widget.NewSlider(widget.SliderOpts.Orientation(widget.DirectionVertical),
		widget.SliderOpts.MinMax(0, whole),
		widget.SliderOpts.Images(bar.TrackImage, bar.HandleImage), widget.SliderOpts.PageSizeFunc(page),
		widget.SliderOpts.WidgetOpts(widget.WidgetOpts.MinSize(l.px(10), 0)),
		widget.SliderOpts.ChangedHandler(func(a *widget.SliderChangedEventArgs) {
			scroll.ScrollTop = float64(a.Current) / whole
		}))
	if c.bar != nil {
		slider.Current = c.bar.Current // what is made anew stays where it was
	}
	c.bar, c.scroll = slider, scroll
	scroll.GetWidget().ScrolledEvent.AddHandler(func(args any) {
		if a, ok := args.(*widget.WidgetScrolledEventArgs); ok {
			slider.Current -= int(a.Y * float64(page()) / 4)
		}
	})
	box := widget.NewContainer(
		widget.ContainerOpts.BackgroundImage(ground),
		widget.ContainerOpts.WidgetOpts(widget.WidgetOpts.MinSize(l.px(panelWidth), 0),
			widget.WidgetOpts.LayoutData(widget.AnchorLayoutData{
				HorizontalPosition: widget.AnchorLayoutPositionEnd, StretchVertical: true,
			})),
		widget.ContainerOpts.Layout(widget.NewGridLayout(widget.GridLayoutOpts.Columns(2),
			widget.GridLayoutOpts.Stretch([]bool{true, false}, []bool{true}))))
	box.AddChild(scroll, slider)
	return box
}

// whole is as far as the panel can be scrolled.
const whole = 1000

// reveal scrolls to the control that has got the keyboard, as by Tab, where it is out of sight. What is clicked is in
// sight, and stays under the pointer.
func (c *controls) reveal() {
	f := c.window.ui.GetFocusedWidget()
	if f == c.held || f != nil && f.GetWidget().Rect.Empty() { // it has no place yet
		return
	}
	c.held = f
	seen, all := c.scroll.ViewRect(), c.content.GetWidget().Rect
	room := all.Dy() - seen.Dy()
	if f == nil || f == widget.Focuser(c.bar) || room <= 0 || ebiten.IsMouseButtonPressed(ebiten.MouseButtonLeft) {
		return
	}
	at, margin := f.GetWidget().Rect.Sub(all.Min), c.theme.px(40)
	top := min(seen.Min.Y-all.Min.Y, at.Min.Y-margin)
	top = max(top, at.Max.Y+margin-seen.Dy())
	c.bar.Current = min(max(whole*top/room, 0), whole)
}

func (c *controls) heading(to *widget.Container, s string) {
	to.AddChild(c.words(&c.theme.strong, ink, func(panel.State) string { return s }))
}

// begin runs another experiment from its start.
func (c *controls) begin(e experiment.Experiment) {
	doc, err := e.Validate()
	if err == nil {
		err = c.window.options.Fits(e)
	}
	if err == nil {
		err = c.window.session.SetExperiment(doc)
	}
	if err != nil {
		c.refused = fmt.Sprintf("%v.", err)
		return
	}
	c.draft, c.refused = panel.NewDraft(e), ""
	c.window.view.SetScale(viz.ScaleFor(e))
	c.window.scrub(-1)
	c.window.lead()
	c.window.session.Play()
	c.build()
}

// space goes on with the story where the run waits for that, and else plays or pauses.
func (c *controls) space() {
	if !c.window.director.Waits() || !c.window.goOn() {
		c.toggle()
	}
}

func (c *controls) toggle() {
	s := c.window.session
	if s.Playing() {
		s.Pause()
		return
	}
	c.window.scrub(-1)
	s.Play()
}

// widen widens now. Controls that were not turned follow.
func (c *controls) widen() {
	s := c.window.session
	untouched := c.draft.Untouched(s.Experiment())
	c.tell(c.window.director.Widen(s))
	if untouched {
		c.draft = panel.NewDraft(s.Experiment())
		c.build()
	}
}

func (c *controls) reset() {
	if err := c.window.options.Fits(c.window.session.Experiment()); err != nil {
		c.tell(err) // what is shown is a record, and stays
		return
	}
	c.window.scrub(-1)
	c.tell(c.window.session.Reset())
}

func (c *controls) save() {
	where, err := c.window.options.Save(c.window.session.Record(), c.window.sown.Summary(c.window.session),
		c.window.view.Picture())
	c.said = where
	c.tell(err)
}

// tell says what went wrong.
func (c *controls) tell(err error) {
	if err != nil {
		c.said = fmt.Sprintf("%v.", err)
	}
}
