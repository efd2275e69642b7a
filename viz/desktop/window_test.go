package desktop

import (
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/ebitenui/ebitenui/widget"
	"github.com/hajimehoshi/ebiten/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/internal/testneed"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/trial"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

func TestMain(m *testing.M) { testgame.Main(m) }

// driver drives a window as its user does, frame by frame, on a screen of its own.
type driver struct {
	*window
	t      *testing.T
	screen *ebiten.Image
	saved  int
}

func open(t *testing.T, e experiment.Experiment, scale float64) *driver {
	t.Helper()
	return opened(t, e, scale, int(1200*scale), int(800*scale))
}

// opened is a window of a size in device pixels.
func opened(t *testing.T, e experiment.Experiment, scale float64, w, h int) *driver {
	t.Helper()
	return openWith(t, Options{Experiment: trial.Valid(e), Learners: cpu.Factory{}, Scale: scale,
		Fits: func(e experiment.Experiment) error {
			if e.Model.Hidden > 512 {
				return errors.New("there is no room")
			}
			return nil
		}}, w, h)
}

// openWith is a window with options of its own.
func openWith(t *testing.T, o Options, w, h int) *driver {
	t.Helper()
	testneed.Display(t)
	d := &driver{t: t, screen: ebiten.NewImage(w, h)}
	o.Save = func(*record.Record, *seeds.Summary, image.Image) (string, error) {
		d.saved++
		return "Saved in a folder.", nil
	}
	win, err := newWindow(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		win.session.Close()
		d.screen.Deallocate()
		runtime.GC() // by which the pictures go that the display keeps for the window
	})
	d.window = win
	d.frame()
	return d
}

func (d *driver) frame() {
	d.update()
	d.Draw(d.screen)
}

// update is one of the window, before which the frame ends of the game that the tests run in.
func (d *driver) update() {
	testgame.EndFrame()
	b := d.screen.Bounds()
	d.LayoutF(float64(b.Dx()), float64(b.Dy()))
	d.panel.shown = time.Time{}
	require.NoError(d.t, d.Update())
}

// until lets frames pass until something holds. They are not drawn: a software display would be busy with them for
// minutes.
func (d *driver) until(holds func(panel.State) bool) panel.State {
	d.t.Helper()
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); {
		d.update()
		if s := panel.Of(d.session, d.window.shown); holds(s) {
			d.frame()
			return s
		}
	}
	require.FailNow(d.t, "waited in vain")
	return panel.State{}
}

// settled lets frames pass until nothing more comes of itself.
func (d *driver) settled() panel.State {
	d.t.Helper()
	return d.until(func(panel.State) bool { return d.session.Settled() })
}

// each calls f for every widget under a container.
func each(c *widget.Container, f func(widget.PreferredSizeLocateableWidget)) {
	for _, child := range c.Children() {
		f(child)
		if inner, ok := child.(*widget.Container); ok {
			each(inner, f)
		}
	}
}

// click clicks the button with a label, and lets it be seen to.
func (d *driver) click(label string) {
	d.t.Helper()
	d.press(label)
	d.frame()
	d.frame()
}

// press clicks the button with a label. The next frame sees to it.
func (d *driver) press(label string) {
	d.t.Helper()
	found := false
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if b, ok := w.(*widget.Button); ok && b.Text().Label == label && !found {
			require.False(d.t, b.GetWidget().Disabled, "%q cannot be clicked", label)
			b.Click()
			found = true
		}
	})
	require.True(d.t, found, "no button %q", label)
}

func (d *driver) says(words string) bool {
	found := false
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if t, ok := w.(*widget.Text); ok && t.Label == words {
			found = true
		}
	})
	return found
}

func short() experiment.Experiment {
	e := experiment.Default().Rescale(30)
	e.Task.Batch, e.Task.Seq = 2, 32
	return e
}

func TestWindowTrainsPausesStepsAndLooksBack(t *testing.T) {
	d := open(t, short(), 1)
	d.until(func(s panel.State) bool { return s.Last > 2 })
	d.click("Pause")
	before := d.settled().Last
	d.click("Step")
	d.until(func(s panel.State) bool { return s.Last == before+1 })
	d.click("max")
	d.click("Play")
	s := d.until(func(s panel.State) bool { return s.Done })
	assert.Equal(t, 30, s.Last)
	assert.True(t, d.says("Step 30 of 30"))
	assert.True(t, d.says(four(s.Arms[3], s.Arms[3].FullValLoss)),
		"when the run is over the table has the full validation loss")
	assert.True(t, d.says("Full val"))
	assert.True(t, d.says(s.LossesSaid), "and says what that is")
	d.scrub(10)
	d.frame()
	assert.True(t, d.says("Step 10 of 30"))
	d.click("Live")
	assert.True(t, d.says("Step 30 of 30"))
	d.click("Numbers, figures, picture")
	assert.Equal(t, 1, d.saved)
	assert.True(t, d.says("Saved in a folder."))
	d.shot("window")
}

// Every control is inside the window, and any picture can be had alone: by its choice, or a click on its title.
func TestAnyPictureCanBeHadAloneInAnyWindow(t *testing.T) {
	for name, c := range map[string]struct {
		scale   float64
		w, h    int
		crowded bool
	}{"at the usual size": {1, 1440, 900, false}, "twice as large": {2, 1440, 900, true},
		"twice as large on a larger screen": {2, 1920, 1200, true}, "at the least size": {1, 900, 600, true}} {
		t.Run(name, func(t *testing.T) {
			d := opened(t, short(), c.scale, c.w, c.h)
			d.frame()
			d.frame()
			require.Equal(t, c.crowded, len(d.view.Shown()) == 1)
			all := d.view.Picture()
			main := d.view.Shown()[0]
			assert.False(t, d.view.Press(main.X+20, main.Y+100), "not a title")
			require.True(t, d.view.Press(main.X+20, main.Y+8))
			d.frame()
			d.frame()
			assert.Equal(t, main.Pane, d.view.Pinned())
			assert.Equal(t, string(main.Pane), d.panel.picture.SelectedEntry().(experiment.Choice).Value)
			assert.NotEqual(t, all, d.view.Picture())
			d.panel.picture.SetSelectedEntry(experiment.Choice{Value: "rms", Label: "RMS alone"})
			d.frame()
			assert.Equal(t, viz.RMS, d.view.Pinned())
			assert.True(t, d.view.Press(main.X+20, main.Y+8))
			d.frame()
			assert.Equal(t, c.crowded, len(d.view.Shown()) == 1, "and back")
			assert.Empty(t, d.view.Pinned())
			each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
				if b, ok := w.(*widget.Button); ok && !b.GetWidget().Rect.Empty() {
					r := b.GetWidget().Rect
					assert.GreaterOrEqual(t, r.Min.X, d.window.w, b.Text().Label)
					assert.LessOrEqual(t, r.Max.X, c.w, b.Text().Label)
				}
			})
			d.shot("window " + name)
		})
	}
}

func TestPanelThatIsMadeAnewHasItsWordsAtOnce(t *testing.T) {
	d := open(t, short(), 1)
	require.True(t, d.says("SPARKLING Lab"))
	d.panel.build()
	assert.True(t, d.says("SPARKLING Lab"), "it may be drawn before anything else happens")
}

func TestWidenButtonForksNow(t *testing.T) {
	d := open(t, experiment.Default().Rescale(400), 1)
	d.until(func(s panel.State) bool { return s.Last > 2 })
	d.click("Pause")
	present := d.settled().Last
	d.click("Widen ×2")
	s := d.until(func(s panel.State) bool { return s.Forked })
	assert.Equal(t, present, s.Fork)
	assert.Equal(t, s.Fork, d.panel.draft.Fork(), "the control follows")
}

func TestExampleRunsAsSoonAsItIsChosen(t *testing.T) {
	d := open(t, short(), 1)
	list := d.examples()
	list.SetSelectedEntry(experiment.Choice{Value: "compute", Label: "The same compute"})
	d.frame()
	assert.Equal(t, "compute", d.session.Experiment().Name)
	assert.Equal(t, viz.FLOPs, d.view.Scale(), "arms of equal cost are compared at equal cost")
	assert.True(t, d.session.Playing())
	d.until(func(s panel.State) bool { return s.Last > 15 })
	d.shot("window-example")
}

func TestControlsAreGatheredAndRunTogether(t *testing.T) {
	d := open(t, short(), 2)
	d.click("Pause")
	require.NoError(t, d.panel.draft.Turn("axis", "hidden"))
	require.NoError(t, d.panel.draft.Turn("seed", "7"))
	d.frame()
	assert.True(t, d.says("Changed, not yet running: 2."))
	assert.Equal(t, uint64(1), d.session.Experiment().Seed, "nothing runs before it is asked for")
	d.shot("window-2x")
	d.click("Undo")
	assert.Equal(t, uint64(1), d.panel.draft.Seed)
	require.NoError(t, d.panel.draft.Turn("seed", "7"))
	d.frame()
	d.click("Run this experiment")
	assert.Equal(t, uint64(7), d.session.Experiment().Seed)
	assert.True(t, d.session.Playing())
}

// numbers are the fields of the experiment: what stands before them, to be written in, is empty.
func (d *driver) numbers() (out []*widget.TextInput) {
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if i, ok := w.(*widget.TextInput); ok && i.GetText() != "" {
			out = append(out, i)
		}
	})
	require.NotEmpty(d.t, out)
	return out
}

func TestValueThatIsNotAllowedSaysSoUnderItsControl(t *testing.T) {
	d := open(t, short(), 1)
	seed := d.numbers()[0]
	seed.SetText("-3")
	d.frame()
	d.frame()
	assert.True(t, d.says("Seed is \"-3\"; allowed is a whole number from 0 to 18446744073709551615, in digits alone."))
	assert.Equal(t, uint64(1), d.panel.draft.Seed)
	assert.True(t, d.says("Seed cannot be what was typed there."))
	each(d.panel.content, func(w widget.PreferredSizeLocateableWidget) {
		if b, ok := w.(*widget.Button); ok && b.Text().Label == "Run this experiment" {
			assert.True(t, b.GetWidget().Disabled, "what is in error does not run")
		}
	})
}

func TestWhatDoesNotFitIsRefusedBesideItsButton(t *testing.T) {
	d := open(t, short(), 1)
	require.NoError(t, d.panel.draft.Turn("hidden", "1024"))
	d.frame()
	d.click("Run this experiment")
	assert.True(t, d.says("there is no room."))
	assert.Equal(t, 32, d.session.Experiment().Model.Hidden, "what was there before goes on")
	assert.Equal(t, 1024, d.panel.draft.Model.Hidden, "and what was edited is not lost")
	d.click("Undo")
	assert.False(t, d.says("there is no room."))
}

// What a control brings along is shown by the controls that it is the value of.
func TestControlsShowWhatOthersBringAlong(t *testing.T) {
	d := open(t, short(), 1)
	inputs := d.numbers()
	texts := func() (out []string) {
		for _, i := range inputs[:4] { // seed, steps, widen at, factor
			out = append(out, i.GetText())
		}
		return out
	}
	require.Equal(t, []string{"1", "30", "15", "2"}, texts())
	inputs[3].SetText("1.25")
	inputs[1].SetText("60")
	d.frame()
	d.frame()
	assert.Equal(t, []string{"1", "60", "30", "1.25"}, texts(), "the widening stays at half-time")
	assert.Equal(t, 30, d.panel.draft.Fork())
	assert.Equal(t, 1.25, d.panel.draft.Arms[1].Widen[0].Factor)
	d.shot("window-controls")
}

func TestArmThatDivergesSaysWhereAndThereAreTwoWaysOn(t *testing.T) {
	e := short()
	e.Optimizer.LR, e.Optimizer.WeightDecay = 10, 1
	d := open(t, e, 1)
	d.click("max")
	s := d.until(func(s panel.State) bool { return s.Broken != nil })
	assert.True(t, d.says(s.Broken.Said))
	d.shot("window-diverged")
	d.click(s.Broken.GoBack)
	d.until(func(s panel.State) bool { return s.Broken == nil && d.session.Settled() })
	assert.Equal(t, viz.Update, d.view.Pinned(), "the very update that breaks it is shown")
	d.until(func(panel.State) bool { return d.session.Watched(d.view.Wants()) })
	d.frame()
	d.shot("window-gone-back")
	d.view.Pin("")
	d.session.Play()
	s = d.until(func(s panel.State) bool { return s.Broken != nil })
	broken, rate := d.session.Record(), d.session.Experiment().Optimizer.LR
	d.click(s.Broken.Anew)
	d.until(func(s panel.State) bool { return s.Last > 2 })
	assert.InEpsilon(t, rate/3, d.session.Experiment().Optimizer.LR, 0.02)
	d.click("Go back to it")
	assert.Same(t, broken, d.session.Record(), "the run that broke is kept")
	d.until(func(s panel.State) bool { return s.Broken != nil })
}

func TestNamesInOtherScriptsAreTheArmsNumbers(t *testing.T) {
	e := short()
	e.Arms[1].Name, e.Arms[2].Name, e.About = "复制", "نسخة", "Здесь 复制 и 小さい"
	d := open(t, e, 1)
	assert.True(t, d.says("Arm 2"))
	assert.True(t, d.says("Arm 3"))
	assert.True(t, d.says("Здесь Arm 2 и …"))
	d.shot("window-names")
}

func TestWhatCannotBeSavedIsSaid(t *testing.T) {
	d := open(t, short(), 1)
	d.options.Save = func(*record.Record, *seeds.Summary, image.Image) (string, error) {
		return "", errors.New("the disk is full")
	}
	d.click("Numbers, figures, picture")
	assert.True(t, d.says("the disk is full."))
}

// shot keeps a picture of the window in the folder that SPARKLING_SHOTS names.
func (d *driver) shot(name string) {
	dir := os.Getenv("SPARKLING_SHOTS")
	if dir == "" {
		return
	}
	f, err := os.Create(filepath.Join(dir, name+".png"))
	require.NoError(d.t, err)
	defer f.Close()
	require.NoError(d.t, png.Encode(f, d.screen))
}
