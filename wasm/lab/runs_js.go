package main

import (
	"bytes"
	"errors"
	"fmt"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// notice is a sentence that has to be seen, with a way on from there where there is one.
type notice struct {
	Text  string `json:"text"`
	Wrong bool   `json:"wrong"` // something is; else it only has to be known
	Way   string `json:"way"`   // what the button says
	then  func() error
}

// earlier is the run that was on the page before the present one. It is kept, and trains no more.
type earlier struct {
	session *sim.Session // until its state is saved
	state   sim.State
	new     bool // its state has not been given to the page
	words   string
}

// begin runs another experiment from its start.
func (l *lab) begin(e sim.Experiment) error {
	if err := fits(e); err != nil {
		return err
	}
	s, err := sim.NewSession(e, l.host)
	if err != nil {
		return err
	}
	l.put(s)
	l.session.Tick()
	return nil
}

// put makes a session the one that runs, at the pace of the one before, which is kept.
func (l *lab) put(s *sim.Session) {
	if old := l.session; old == nil {
		s.Play()
	} else {
		s.SetSpeed(old.Speed())
		if old.Playing() || old.Done() {
			s.Play()
		}
		l.keep(old)
	}
	l.session, l.notice = s, notice{}
	l.saving, l.size = false, 0
	l.draft = panel.NewDraft(s.Experiment())
	l.view.SetScale(viz.ScaleFor(s.Experiment()))
	l.scrub(-1)
}

// keep takes a run out of the way, so that the reader can go back to it. One that has done nothing is not worth the one kept before.
func (l *lab) keep(s *sim.Session) {
	if s.Record().Last() < 1 {
		s.Close()
		return
	}
	if l.before != nil && l.before.session != nil {
		l.before.session.Close()
	}
	s.Pause()
	s.Save()
	l.before = &earlier{session: s, new: true, words: words(s.Record())}
}

// mark keeps the state that was saved last, before something is done to the present run that cannot be taken back.
func (l *lab) mark() {
	st, ok := l.session.Saved()
	if !ok {
		st = l.saved // while arms are asked for theirs
	}
	if st.Record != nil && st.Record.Last() > 0 && same(st.Record.Experiment, l.session.Experiment()) {
		if l.before != nil && l.before.session != nil {
			l.before.session.Close()
		}
		l.before = &earlier{state: st, new: true, words: words(st.Record) + ", not yet widened"}
	}
}

func words(r *sim.Record) string {
	return fmt.Sprintf("%s at step %d", panel.Title(r.Experiment), max(r.Last(), 0))
}

// shelve ends the trainers of the run that is kept as soon as its state is there.
func (l *lab) shelve() {
	b := l.before
	if b == nil || b.session == nil {
		return
	}
	b.session.Tick()
	if st, ok := b.session.Saved(); ok {
		b.session.Close()
		b.session, b.state = nil, st
	}
}

// back goes back to the run that is kept; the present one is kept in its place.
func (l *lab) back() error {
	b := l.before
	if b == nil {
		return errors.New("no earlier run is kept")
	}
	s := b.session
	if s == nil {
		var err error
		if s, err = sim.Resume(b.state, l.host); err != nil {
			return err
		}
	}
	l.before = nil
	l.put(s)
	return nil
}

// open runs the experiment of an address: from where it was, if the page has kept a state of it, else from its start. kept is undefined, or has
// that state in bytes, and whether it was playing and how fast.
func (l *lab) open(address string, kept js.Value, otherwise string) {
	e, err := sim.FromAddress(address)
	switch {
	case err != nil:
	case l.session != nil && same(e, l.session.Experiment()):
		return
	case l.before != nil && same(e, l.before.experiment()):
		err = l.back()
	case kept.Type() == js.TypeObject && l.restore(e, kept):
		return
	default:
		err = l.begin(e)
	}
	if err != nil {
		l.notice = l.unopened(err, otherwise)
	}
}

// unopened says why an address was of no use, and what happens now, and offers what was probably meant.
func (l *lab) unopened(err error, instead string) notice {
	unknown := sim.Unknown{}
	if !errors.As(err, &unknown) {
		return notice{Text: fmt.Sprintf("This address holds no experiment that can be run: %v. %s", err, instead), Wrong: true}
	}
	n := notice{Text: fmt.Sprintf("There is no experiment called “%s”. %s", unknown.Name, instead), Wrong: true}
	if meant, err := sim.Named(unknown.Nearest); err == nil {
		n.Way, n.then = "Run "+panel.Title(meant), func() error { return l.example(meant.Name) }
	} else {
		n.Text += " The list below has those that there are."
	}
	return n
}

func (b *earlier) experiment() sim.Experiment {
	if b.session != nil {
		return b.session.Experiment()
	}
	return b.state.Record.Experiment
}

func same(a, b sim.Experiment) bool { return bytes.Equal(a.JSON(), b.JSON()) }

// restore goes on with a run of e from a state that the page has kept, and says so. It reports false where that is none.
func (l *lab) restore(e sim.Experiment, kept js.Value) bool {
	data := make([]byte, kept.Get("data").Length())
	js.CopyBytesToGo(data, kept.Get("data"))
	st, err := sim.DecodeState(bytes.NewReader(data))
	why := kept.Get("why") // where the reader has not gone away
	if err != nil || !same(st.Record.Experiment, e) || fits(e) != nil || st.Record.Last() < 1 && why.IsUndefined() {
		return false
	}
	s, err := sim.Resume(st, l.host)
	if err != nil {
		return false
	}
	l.put(s)
	if v, ok := panel.ParseSpeed(kept.Get("speed").String()); ok {
		s.SetSpeed(v)
	}
	if s.Pause(); kept.Get("playing").Bool() {
		s.Play()
	}
	l.notice = notice{Text: fmt.Sprintf("Restored: %s.", words(s.Record())), Way: "Begin anew", then: l.reset}
	if why.Type() == js.TypeString {
		l.notice = notice{Text: why.String() + " " + l.notice.Text}
	}
	if f := st.Foreign(); f != "" {
		l.notice.Text += " " + f
	}
	return true
}

// kept are the states that have been saved and not yet given to the page: of the present run after each [sim.Session.Save], and of the earlier one.
func (l *lab) kept() any {
	list := js.Global().Get("Array").New()
	give := func(st sim.State, runs bool) {
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
		list.Call("push", js.ValueOf(map[string]any{"address": st.Record.Experiment.Address(), "data": data, "runs": runs,
			"playing": runs && l.session.Playing(), "speed": panel.SpeedName(l.session.Speed())}))
	}
	if l.saving {
		if st, ok := l.session.Saved(); ok {
			l.saving, l.saved = false, st
			give(st, true)
		}
	}
	if b := l.before; b != nil && b.new && b.session == nil {
		b.new = false
		give(b.state, false)
	}
	return list
}

// stateBytes is about how large the next state will be: it has the weight and two moments of every parameter, and what was measured.
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

// end stops all trainers: another program goes on in this one's place.
func (l *lab) end() {
	l.session.Close()
	if l.before != nil && l.before.session != nil {
		l.before.session.Close()
	}
}
