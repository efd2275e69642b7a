package main

import (
	"bytes"
	"fmt"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// kept are the states that have been saved and not yet given to the page: of the present run after each
// [session.Session.Save], and of earlier ones.
func (l *lab) kept() any {
	list := js.Global().Get("Array").New()
	give := func(st session.State, runs bool) {
		var b bytes.Buffer
		b.Grow(l.stateBytes())
		if st.Encode(&b) != nil {
			return // a Buffer takes everything
		}
		if runs {
			l.size = b.Len()
		}
		data := js.Global().Get("Uint8Array").New(b.Len())
		js.CopyBytesToJS(data, b.Bytes())
		e := st.Record.Experiment
		address := e.Address()
		if name, _, ok := story.Linked(l.address()); ok && runs {
			address = story.Fragment(name, "")
		}
		list.Call("push",
			js.ValueOf(map[string]any{"address": address, "data": data, "runs": runs, "text": textOf(e),
				"step": st.Record.Last(), "playing": runs && l.session.Playing(),
				"speed": panel.SpeedName(l.session.Speed())}))
	}
	if l.saving {
		if st, ok := l.session.Saved(); ok {
			l.saving, l.saved = false, st
			give(st, true)
		}
	}
	for _, b := range l.before {
		if b.new && b.session == nil {
			b.new = false
			give(b.state, false)
		}
	}
	return list
}

// stage is another after whatever a reader would not want to do again: the run is another one, it has been widened,
// stopped, or has ended. A run that is stopped still makes the updates that it was granted, and is another once more
// when they are done.
func (l *lab) stage() string {
	s := l.session
	return fmt.Sprint(l.choice().address, s.Forked(), s.Playing(), s.Settled(), s.Done())
}

// stateBytes is about how large the next state will be: it has the weight and two moments of every parameter, and what
// was measured.
func (l *lab) stateBytes() int {
	sum := 0
	for _, a := range l.session.Arms() {
		sum += 12 * int(a.Params)
	}
	return max(sum, l.size)
}

// save asks for the state of the present run, which kept then gives.
func (l *lab) save() {
	l.saving = true
	l.session.Save()
}

// end stops all trainers, and what would set this program to work for ever: another one goes on in its place.
func (l *lab) end() {
	js.Global().Call("clearInterval", l.watch)
	l.session.Close()
	l.seeds.Close()
	for _, b := range l.before {
		b.close()
	}
}
