// Command lab is the page's main program: the pictures, and the session that commands the trainers in their Web Workers. What it shows
// beside the canvas it gives to the page's scripts as plain data. It never trains.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall/js"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

func main() {
	if err := run(js.Global().Get("sparkling")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run begins with the experiment that the address holds, playing at once, and returns when the pictures cannot go on.
func run(bridge js.Value) error {
	notice := ""
	e, err := sim.FromAddress(js.Global().Get("location").Get("hash").String())
	if err != nil {
		e, notice = sim.Default(), unopened(err, "The default experiment runs instead.")
	}
	host := newWorkerHost(bridge)
	s, err := sim.NewSession(e, host)
	if err != nil {
		return err
	}
	debug.SetGCPercent(garbage)
	l := newLab(s, bridge)
	l.draft, l.notice = panel.NewDraft(e), notice
	host.heard = l.show
	l.view.SetScale(viz.ScaleFor(e))
	l.export()
	s.Play()
	l.beat()
	watch := js.FuncOf(func(js.Value, []js.Value) any { host.watch(time.Now()); return nil })
	js.Global().Call("setInterval", watch, lookEvery.Milliseconds())

	ebiten.SetRunnableOnUnfocused(true)
	ebiten.SetScreenClearedEveryFrame(false)
	ebiten.SetTPS(ebiten.SyncWithFPS)
	//lint:ignore SA1019 in any other mode every animation frame costs about a millisecond, whether it shows anything new or not
	ebiten.SetFPSMode(ebiten.FPSModeVsyncOffMinimum)
	return ebiten.RunGameWithOptions(l, &ebiten.RunGameOptions{InitUnfocused: true})
}

// garbage is by how many hundredths the heap may grow before it is collected, which makes frames long. Little of it is alive: a dozen
// megabytes.
const garbage = 400

// unopened says why an address was of no use, and what happens now.
func unopened(err error, instead string) string {
	return fmt.Sprintf("This address holds no experiment that can be run: %v. %s", err, instead)
}
