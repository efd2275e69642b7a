// Command lab is the page's main program: the pictures, and the session that commands the trainers in their Web
// Workers. What it shows beside the canvas it gives to the page's scripts as plain data. It never trains.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"syscall/js"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/story"
)

func main() {
	if err := run(js.Global().Get("sparkling")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run begins with the experiment that the address holds, where the page has kept it, at rest where the page says so, or
// else playing at once, and returns when the pictures cannot go on.
func run(bridge js.Value) error {
	debug.SetGCPercent(garbage)
	host := newWorkerHost(bridge)
	l := newLab(host, bridge)
	l.begins = beginningOf(bridge.Get("begin"))
	host.heard = l.show
	if kept := bridge.Get("marks"); kept.Type() == js.TypeString {
		l.director.Recall(story.ReadProgress([]byte(kept.String())))
	}
	l.begins.opening = l.begins.rests
	address := js.Global().Get("location").Get("hash").String()
	l.open(address, bridge.Get("run"), "The first minute runs instead.")
	if why, wants := l.notice, l.wants; l.session == nil {
		if err := l.run(experiment.FirstMinute()); err != nil {
			return err
		}
		l.notice, l.wants = why, wants
	}
	l.begun(address)
	l.export()
	l.beat()
	watch := js.FuncOf(func(js.Value, []js.Value) any { host.watch(time.Now()); return nil })
	l.watch = js.Global().Call("setInterval", watch, lookEvery.Milliseconds())

	ebiten.SetRunnableOnUnfocused(true)
	ebiten.SetScreenClearedEveryFrame(false)
	ebiten.SetTPS(ebiten.SyncWithFPS)
	// In any other mode every animation frame costs about a millisecond, whether it shows anything new or not.
	//lint:ignore SA1019 for that reason
	ebiten.SetFPSMode(ebiten.FPSModeVsyncOffMinimum)
	return ebiten.RunGameWithOptions(l, &ebiten.RunGameOptions{InitUnfocused: true})
}

// garbage is by how many hundredths the heap may grow before it is collected, which makes frames long. Little of it is
// alive: a dozen megabytes.
const garbage = 400
