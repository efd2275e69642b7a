package main

import (
	"syscall/js"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/sparkling-lab/sparkling/sim/look"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/sweep"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// lab is the game: it shows the session's record.
type lab struct {
	session *session.Session
	view    *viz.View
	writer  session.Autowriter
	shown   int         // step; −1 follows the newest
	draft   panel.Draft // what the controls say, run or not
	notice  notice
	wants   *wanted // waits for its text
	seeds   sweep.Turns
	opened  *session.Session // the run of a seed that was opened last
	before  []*earlier       // runs that are kept, the one that was here last at the end
	blind   bool             // nothing can be drawn any more: the browser has taken the canvas away
	saving  bool             // the state of the present run was asked for
	saved   session.State
	size    int // bytes that the next state may take
	host    *workerHost
	bridge  js.Value
	calm    js.Value // whether the reader wants nothing to move
	ready   bool
	trained bool // the first update has been shown
	frames  int  // frames so far
	glance  glance
	chosen  choice
	changed int      // times that glance was another
	again   js.Func  // beats
	watch   js.Value // the timer that looks after workers
	due     bool     // a frame was asked for
	wanted  js.Value // takes the pixels of the pictures, their width and height; undefined where nobody waits
	sharp   float64  // pixels wanted for a CSS pixel

	begins   beginning
	director *story.Director // tells what is to be seen
}

func newLab(host *workerHost, bridge js.Value) *lab {
	l := &lab{view: viz.New(), director: story.NewDirector(), shown: -1, host: host, bridge: bridge,
		writer: session.Autowriter{Temperature: session.Temperature},
		calm:   js.Global().Call("matchMedia", "(prefers-reduced-motion: reduce)")}
	l.view.SetLettering(newPens())
	l.view.SetLooked(func(arm int, q look.Question) (look.Answer, bool) { return l.session.Looked(arm, q) })
	l.view.SetActed(l.acted)
	l.again = js.FuncOf(func(js.Value, []js.Value) any { l.beat(); return nil })
	return l
}

// beat looks whether there is anything to do, a few times between two pictures. Animation frames stop in a hidden tab;
// training does not.
func (l *lab) beat() {
	l.direct()
	l.session.Tick()
	if l.writes() {
		l.writer.Tick(l.session)
	}
	l.session.Watch(l.wantsSeen())
	l.reap()
	l.shelve()
	l.show()
	js.Global().Call("setTimeout", l.again, (l.refresh() / 3).Milliseconds())
}

// writes reports whether what networks write can be seen.
func (l *lab) writes() bool {
	return !l.blind && l.view.Shows(viz.Writing) && !js.Global().Get("document").Get("hidden").Bool()
}

// wantsSeen is what the pictures show of the insides of arms, as far as they can be seen.
func (l *lab) wantsSeen() []look.Want {
	if l.blind || js.Global().Get("document").Get("hidden").Bool() {
		return nil
	}
	return l.view.Wants()
}

// refresh is how often a picture is drawn anew at most: half as often as else while every core has something better to
// do.
func (l *lab) refresh() time.Duration {
	if l.hurries() {
		return 2 * viz.Refresh
	}
	return viz.Refresh
}

// hurries reports whether the run goes on as fast as it can, or those of several seeds do.
func (l *lab) hurries() bool {
	return l.session.Playing() && l.session.Speed() == session.Max || l.seeds.Playing()
}

// show asks for a frame if one would show anything new. There are no others, but for those that Ebitengine makes for a
// window of another size.
func (l *lab) show() {
	l.view.SetRecord(l.session.Record())
	l.view.SetRefresh(l.refresh())
	l.view.SetReducedMotion(l.hurries() || l.calm.Get("matches").Bool())
	if !l.blind && (l.view.Stale(time.Now()) || l.wanted.Type() == js.TypeFunction) {
		l.due = true
		ebiten.ScheduleFrame() //lint:ignore SA1019 goes with the mode that run chooses
	}
}

// settled reports whether the pictures stay as they are until somebody does something: nothing more comes, and all that
// has come is shown.
func (l *lab) settled() bool {
	return l.session.Settled() && !l.seeds.Playing() &&
		!l.director.Counts() && !(l.writes() && l.writer.Due(l.session)) && !l.due &&
		l.session.Watched(l.wantsSeen()) && !l.view.Behind() && l.wanted.IsUndefined()
}

// Update implements ebiten.Game.
func (l *lab) Update() error {
	l.frames++
	l.due = false
	l.view.SetRecord(l.session.Record())
	l.note()
	if !l.ready {
		l.ready = true
		l.bridge.Call("ready")
	}
	return nil
}

// note notes, where a browser keeps such notes, when the first update of a network was shown.
func (l *lab) note() {
	if !l.trained && l.session.Record().Last() > 0 {
		l.trained = true
		js.Global().Get("performance").Call("mark", "trained")
	}
}

// give hands over the picture that was asked for. Pixels can be read only in the game's own turn: the canvas forgets
// them.
func (l *lab) give() {
	use := l.wanted
	l.wanted = js.Undefined()
	picture := l.view.Print(l.sharp)
	pixels := js.Global().Get("Uint8ClampedArray").New(len(picture.Pix))
	js.CopyBytesToJS(pixels, picture.Pix)
	use.Invoke(pixels, picture.Rect.Dx(), picture.Rect.Dy())
}

// Draw implements ebiten.Game.
func (l *lab) Draw(screen *ebiten.Image) {
	if l.blind {
		return
	}
	asked := l.wanted.Type() == js.TypeFunction
	if asked {
		l.view.Renew()
	}
	l.view.Draw(screen, time.Now())
	if asked {
		l.give()
	}
	l.show()
}

// Layout implements ebiten.Game; Ebitengine calls LayoutF instead.
func (l *lab) Layout(w, h int) (int, int) { return w, h }

// LayoutF implements ebiten.LayoutFer: a screen as sharp as the device.
func (l *lab) LayoutF(w, h float64) (float64, float64) {
	scale := ebiten.Monitor().DeviceScaleFactor()
	l.view.Layout(int(w*scale), int(h*scale), scale)
	return w * scale, h * scale
}
