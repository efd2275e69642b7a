// Package desktop is the native window: the pictures of package viz on the left, and a panel of controls, made from the
// same table as the page's, on the right. It commands a session, and neither trains nor knows files.
package desktop

import (
	"context"
	"image"
	"io/fs"
	"time"

	"github.com/ebitenui/ebitenui"
	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/inpututil"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/sweep"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// Options are what a window is opened with.
type Options struct {
	Experiment experiment.Valid
	Record     *record.Record // of a run of it that is over, to be shown; nil trains
	Learners   learner.Factory
	Scale      float64 // device pixels to a unit of length; 0 asks the screen
	// Fits errs where an experiment takes more memory than there is, or cannot be trained here at all.
	Fits func(experiment.Experiment) error
	// Choose asks the reader for a file with a text, and returns what it is called and holds; an empty name is none. It
	// may take as long as the reader does.
	Choose func(context.Context) (called string, data []byte, err error)
	// Take takes a text for tasks that name it, with rows as the task has them, and says what is to be told of it.
	Take     func(rows task.Spec, data []byte) (task.Summary, error)
	Lesson   string // to begin with, and the chapter of it; the experiment is its
	Chapter  string
	Progress story.Progress // in the lessons, as it was kept
	// Keep keeps it.
	Keep func(progress []byte) error
	// Save keeps the record, what several seeds came to where they were run, and the picture, and says in a sentence
	// where.
	Save func(*record.Record, *seeds.Summary, image.Image) (string, error)
}

// panelWidth is the width of the controls in CSS pixels.
const panelWidth = 400

// Run opens the window, which trains at once unless it shows a record, and returns when it is closed or ctx ends. It
// errs where there is no display to open it on.
func Run(ctx context.Context, o Options) error {
	w, err := newWindow(o)
	if err != nil {
		return err
	}
	defer w.close()
	w.ctx = ctx
	ebiten.SetWindowTitle("SPARKLING Lab")
	ebiten.SetWindowSize(windowSize(o.Scale))
	ebiten.SetWindowSizeLimits(900, 600, -1, -1)
	ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	ebiten.SetTPS(ebiten.SyncWithFPS)
	ebiten.SetRunnableOnUnfocused(true)
	return ebiten.RunGame(w)
}

// windowSize is how large the window opens, in the display's units: so that as much is in it as at scale 1, and it is
// no larger than the screen.
func windowSize(scale float64) (w, h int) {
	if scale == 0 {
		scale = 1 // the display's own, which its units have in them
	} else {
		scale /= ebiten.Monitor().DeviceScaleFactor()
	}
	mostW, mostH := ebiten.Monitor().Size()
	return min(int(1440*scale), max(mostW, 900)), min(int(900*scale), max(mostH, 600))
}

// window implements ebiten.Game.
type window struct {
	ctx      context.Context
	options  Options
	host     *session.LocalHost
	session  *session.Session
	before   *session.Session // the one that was here before and is kept; nil without one
	view     *viz.View
	writer   session.Autowriter
	ui       *ebitenui.UI
	panel    *controls
	director *story.Director
	runs     []story.Outcome // of one experiment, by seed
	kept     string          // how far the reader has come in the lessons, as it was kept last
	shown    int             // step; −1 follows the newest
	sown     sweep.Turns
	count    int              // place of the number of seeds that is chosen
	unsown   string           // why seeds are not run, a sentence
	opened   *session.Session // the run of a seed that was opened last
	scale    float64
	w, h     int  // of the pictures, in device pixels
	hand     bool // the pointer is over what can be clicked on
	begun    time.Time

	own     ownText
	dropped func() fs.FS // since the last frame
}

// frame is the least time between two frames. A display that does not wait for its own picture would otherwise be drawn
// on without end, by cores that should train.
const frame = 15 * time.Millisecond

func newWindow(o Options) (w *window, err error) {
	host := session.NewLocalHost(o.Learners)
	var s *session.Session
	if o.Record != nil {
		s = session.Show(o.Experiment, o.Record, host)
	} else if s, err = session.New(o.Experiment, host); err != nil {
		return nil, err
	}
	w = &window{ctx: context.Background(), options: o, host: host, session: s, view: viz.New(), shown: -1,
		count: usualCount, director: story.NewDirector(), writer: session.Autowriter{Temperature: session.Temperature},
		dropped: ebiten.DroppedFiles}
	w.view.SetScale(viz.ScaleFor(s.Experiment()))
	w.view.SetActed(w.acted)
	w.view.SetLooked(func(arm int, q look.Question) (look.Answer, bool) { return w.session.Looked(arm, q) })
	w.lead()
	s.Play()
	return w, nil
}

// scrub shows an earlier step; −1 follows the newest.
func (w *window) scrub(step int) {
	w.director.Scrubbed()
	w.seek(step)
}

// Update implements ebiten.Game.
func (w *window) Update() error {
	if w.ctx.Err() != nil {
		return ebiten.Termination
	}
	if rest := frame - time.Since(w.begun); rest > 0 {
		w.host.Wait(rest)
	}
	w.begun = time.Now()
	w.host.Poll()
	w.lead()
	w.session.Tick()
	w.reap()
	if w.view.Shows(viz.Writing) {
		w.writer.Tick(w.session)
	}
	w.session.Watch(w.view.Wants())
	w.view.SetRecord(w.session.Record())
	x, y := ebiten.CursorPosition()
	w.point(float64(x)/w.scale, float64(y)/w.scale, x >= 0 && x < w.w && y >= 0 && y < w.h)
	w.keys()
	w.hear(w.dropped())
	w.panel.show(time.Now())
	w.ui.Update()
	w.panel.reveal()
	return nil
}

// point tells the pictures where the pointer is, in CSS pixels, and what it clicks on.
func (w *window) point(x, y float64, inside bool) {
	w.view.Point(x, y, inside)
	if hand := w.view.Pressable(); hand != w.hand {
		w.hand = hand
		ebiten.SetCursorShape(map[bool]ebiten.CursorShapeType{true: ebiten.CursorShapePointer}[hand])
	}
	if inside && inpututil.IsMouseButtonJustPressed(ebiten.MouseButtonLeft) {
		w.director.Touch()
		w.view.Press(x, y)
		w.pinned()
	}
}

// keys are the shortcuts, the same as the page's, while no control has the keyboard. Escape brings the other pictures
// back wherever the keyboard is.
func (w *window) keys() {
	if len(inpututil.AppendJustPressedKeys(nil)) > 0 {
		w.director.Touch()
	}
	if inpututil.IsKeyJustPressed(ebiten.KeyEscape) {
		w.view.Pin("")
	}
	if w.ui.HasFocus() {
		return
	}
	for key, act := range map[ebiten.Key]func(){
		ebiten.KeySpace: w.panel.space, ebiten.KeyPeriod: w.session.StepOnce, ebiten.KeyW: w.panel.widen,
		ebiten.KeyR: w.panel.reset, ebiten.KeyRight: func() { w.stepUpdate(1) },
		ebiten.KeyLeft: func() { w.stepUpdate(-1) },
	} {
		if inpututil.IsKeyJustPressed(key) {
			act()
		}
	}
}

// stepUpdate goes through the update in slow motion, where that is seen.
func (w *window) stepUpdate(by int) {
	if w.view.Shows(viz.Update) {
		w.view.StepUpdate(by)
	}
}

// Draw implements ebiten.Game.
func (w *window) Draw(screen *ebiten.Image) {
	screen.Fill(paper)
	w.view.Present()
	w.view.Draw(screen, time.Now())
	w.ui.Draw(screen)
}

// Layout implements ebiten.Game; Ebitengine calls LayoutF instead.
func (w *window) Layout(width, height int) (int, int) { return width, height }

// LayoutF implements ebiten.LayoutFer: a screen as sharp as the device. The panel is built anew for another scale.
func (w *window) LayoutF(width, height float64) (float64, float64) {
	device := ebiten.Monitor().DeviceScaleFactor()
	scale := w.options.Scale
	if scale == 0 {
		scale = device
	}
	width, height = width*device, height*device
	if scale != w.scale {
		w.scale = scale
		w.ui = &ebitenui.UI{}
		w.panel = newControls(w)
	}
	w.w, w.h = max(int(width-panelWidth*scale), 1), int(height)
	w.view.Layout(w.w, w.h, scale)
	return width, height
}
