package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall/js"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz"
	"github.com/sparkling-lab/sparkling/viz/panel"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// export gives the page's scripts what they may ask and do. Actions return what went wrong as a sentence, empty where
// nothing did.
func (l *lab) export() {
	for name, f := range map[string]func(args []js.Value) any{
		"state":      func([]js.Value) any { return l.state() },
		"stage":      func([]js.Value) any { return l.stage() },
		"changes":    func([]js.Value) any { return l.changes() },
		"work":       func([]js.Value) any { return encode(l.work()) },
		"settled":    func([]js.Value) any { return l.settled() },
		"controls":   func([]js.Value) any { return encode(l.controls()) },
		"experts":    func([]js.Value) any { return l.experts() },
		"seeds":      func([]js.Value) any { return l.sown() },
		"seedsCSV":   func([]js.Value) any { return l.seedsCSV() },
		"shown":      func([]js.Value) any { return encode(l.view.Shown()) },
		"words":      func([]js.Value) any { return encode(append([]viz.Word{}, l.view.Words()...)) },
		"panes":      func([]js.Value) any { return encode(viz.PanesOf(l.session.Experiment())) },
		"scales":     func([]js.Value) any { return encode(viz.Scales) },
		"colourings": func([]js.Value) any { return encode(viz.Colourings) },
		"choices":    func([]js.Value) any { return encode(append([]viz.Choice{}, l.view.Choices()...)) },
		"numbers":    func([]js.Value) any { return encode(append([]viz.Numbers{}, l.view.Numbers()...)) },
		"examples":   func([]js.Value) any { return encode(panel.Examples()) },
		"chosen":     func([]js.Value) any { return l.choice().name },
		"called":     func([]js.Value) any { return l.choice().called },
		"about":      func([]js.Value) any { return l.choice().about },
		"notice":     func([]js.Value) any { return encode(l.notice) },
		"dismiss":    func([]js.Value) any { l.notice = notice{}; return "" },
		"before":     func([]js.Value) any { return l.earlier() },
		"csv":        func([]js.Value) any { return written(l.session.Record().WriteCSV) },
		"expertsCSV": func([]js.Value) any { return written(l.session.Record().WriteExpertsCSV) },
		"address":    func([]js.Value) any { return l.address() },
		"save":       func([]js.Value) any { l.save(); return "" },
		"stateBytes": func([]js.Value) any { return l.stateBytes() },
		"kept":       func([]js.Value) any { return l.kept() },
		"blind":      func([]js.Value) any { l.blind = true; return "" },
		"texts":      func([]js.Value) any { return encode(l.texts()) },
		"end":        func([]js.Value) any { l.end(); return "" },

		"type":    func(a []js.Value) any { l.view.SetType(a[0].Float()); return "" },
		"lone":    func(a []js.Value) any { l.view.SetLone(a[0].Truthy()); return "" },
		"untold":  func(a []js.Value) any { l.director.Untold = a[0].Truthy(); return "" },
		"patient": func([]js.Value) any { l.director.Patient = true; return "" },
		"picture": func(a []js.Value) any { l.wanted, l.sharp = a[0], a[1].Float(); return "" },
		"play":    func(a []js.Value) any { l.play(len(a) > 0 && a[0].Truthy()); return "" },
		"pause":   func([]js.Value) any { l.session.Pause(); return "" },
		"step":    func([]js.Value) any { l.session.StepOnce(); return "" },
		"rest":    func([]js.Value) any { return l.told(l.rest()) },
		"rested":  func([]js.Value) any { return !l.begins.under },
		"reset":   func([]js.Value) any { return l.told(l.reset()) },
		"back":    func([]js.Value) any { return l.told(l.back(len(l.before) - 1)) },
		"way":     func([]js.Value) any { return l.told(l.way()) },
		"widen":   func(a []js.Value) any { return l.told(l.widen(len(a) > 0 && a[0].Truthy())) },
		"restart": func(a []js.Value) any { return l.told(l.session.Restart(a[0].Int())) },
		"goBack":  func([]js.Value) any { return l.told(l.goBack()) },
		"smaller": func([]js.Value) any { return l.told(l.run(panel.Smaller(l.session.Experiment()))) },
		"write":   func(a []js.Value) any { return sentence(l.writer.Write(l.session, a[0].String(), a[1].Float())) },
		"scrub":   func(a []js.Value) any { l.scrub(a[0].Int()); return "" },
		"point":   func(a []js.Value) any { return l.point(a) },
		"press": func(a []js.Value) any {
			pressed := l.view.Press(a[0].Float(), a[1].Float())
			l.pinned()
			return pressed
		},
		"quantity": func(a []js.Value) any {
			if len(a) > 0 {
				l.view.SetQuantity(quantity(a[0].String()))
				l.did("turn:quantity=" + a[0].String())
			}
			return strconv.Itoa(int(l.view.Quantity()))
		},
		"choose": func(a []js.Value) any { l.view.Choose(a[0].String(), a[1].Int()); return "" },
		"pin": func(a []js.Value) any {
			if len(a) > 0 {
				l.view.Pin(viz.PaneID(a[0].String()))
				l.pinned()
			}
			return string(l.view.Pinned())
		},
		"only": func(a []js.Value) any {
			ids := make([]viz.PaneID, len(a))
			for i, name := range a {
				ids[i] = viz.PaneID(name.String())
			}
			return sentence(l.view.Only(ids...))
		},
		"alone": func([]js.Value) any { return encode(append([]viz.PaneID{}, l.view.Alone()...)) },
		"hide":  func(a []js.Value) any { l.view.Hide(a[0].Int(), a[1].Truthy()); return "" },
		"scale": func(a []js.Value) any {
			if len(a) > 0 {
				l.view.SetScale(viz.Scale(a[0].String()))
				l.did("turn:scale=" + a[0].String())
			}
			return string(l.view.Scale())
		},
		"colouring": func(a []js.Value) any {
			if len(a) > 0 {
				l.view.SetColouring(viz.Colouring(a[0].String()))
				l.did("turn:colouring=" + a[0].String())
			}
			return string(l.view.Colouring())
		},
		"slow":       func([]js.Value) any { return encode(l.view.Slow()) },
		"slowStep":   func(a []js.Value) any { l.view.StepUpdate(a[0].Int()); return "" },
		"slowNext":   func([]js.Value) any { l.view.NextUpdate(); return "" },
		"slowDigits": func(a []js.Value) any { l.view.SetAllDigits(a[0].Bool()); return "" },

		"story":    func([]js.Value) any { return encode(l.director.Page(panel.Of(l.session, l.shown))) },
		"glossary": func([]js.Value) any { return encode(story.Glossary()) },
		"lessons":  func([]js.Value) any { return encode(l.director.Offers()) },
		"progress": func([]js.Value) any { return string(l.director.Progress().JSON()) },
		"touch":    func([]js.Value) any { l.director.Touch(); return "" },
		"turn":     func(a []js.Value) any { l.turn(a[0].Int()); return "" },
		"waits":    func([]js.Value) any { return l.director.Waits() },
		"goOn":     func([]js.Value) any { l.goOn(); return "" },
		"answer":   func(a []js.Value) any { l.director.Reply(l.session, a[0].Int()); return "" },
		"another":  func([]js.Value) any { return l.told(l.anotherSeed()) },
		"sow":      func(a []js.Value) any { return l.told(l.sow(a[0].Int())) },
		"sowOn":    func([]js.Value) any { return l.told(l.seeds.Play(l.session)) },
		"sowPause": func([]js.Value) any { l.seeds.Pause(); return "" },
		"sowStop":  func([]js.Value) any { l.seeds.Stop(l.session); return "" },
		"openSeed": func(a []js.Value) any { return l.told(l.openSeed(a[0].String())) },
		"example":  func(a []js.Value) any { return l.told(l.example(a[0].String())) },
		"learn":    func(a []js.Value) any { return l.told(l.learn(a[0].String(), a[1].String())) },
		"speed": func(a []js.Value) any {
			if v, ok := panel.ParseSpeed(a[0].String()); ok {
				l.session.SetSpeed(v)
				l.did("turn:speed=" + a[0].String())
			}
			return ""
		},
		"change": func(a []js.Value) any {
			err := l.draft.Turn(a[0].String(), a[1].String())
			if err == nil {
				l.did("turn:" + a[0].String() + "=" + a[1].String())
			}
			return sentence(err)
		},
		"addArm":     func(a []js.Value) any { return sentence(l.addArm(a[0].String())) },
		"removeArm":  func(a []js.Value) any { return sentence(l.draft.Remove(a[0].Int())) },
		"moveArm":    func(a []js.Value) any { return sentence(l.draft.Move(a[0].Int(), a[1].Int())) },
		"callArm":    func(a []js.Value) any { return sentence(l.callArm(a[0].Int(), a[1].String())) },
		"difference": func(a []js.Value) any { return l.draft.Difference(a[0].Int(), a[1].Int()) },
		"apply":      func([]js.Value) any { return sentence(l.apply()) },
		"undo":       func([]js.Value) any { l.draft = panel.NewDraft(l.session.Experiment()); return "" },
		"defaults":   func([]js.Value) any { return sentence(l.run(experiment.FirstMinute())) },
		"open": func(a []js.Value) any {
			l.begins.opening = l.begins.rests
			l.open(a[0].String(), append(a, js.Undefined())[1], "What was here before goes on.")
			l.begun(a[0].String())
			if l.director.Opened() != "" {
				l.director.Touch() // it was chosen
			}
			return ""
		},
	} {
		l.bridge.Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any {
			defer func() { l.direct(); l.show() }()
			return f(args)
		}))
	}
}

// example runs one of the experiments that the program brings along.
func (l *lab) example(name string) error {
	e, err := experiment.Named(name)
	if err != nil {
		return err
	}
	return l.run(e)
}

// run begins another experiment, which was asked for and is not to wait, and plays it, unless the page begins at rest.
func (l *lab) run(e experiment.Experiment) error {
	doc, err := e.Validate()
	if err == nil {
		err = l.begin(doc)
	}
	if err != nil {
		return err
	}
	if !l.begins.opening {
		l.session.Play()
	}
	return nil
}

// reset runs the same from its start. Controls that were turned stay so.
func (l *lab) reset() error {
	draft, scale := l.draft, l.view.Scale()
	err := l.begin(l.session.Document())
	l.draft = draft
	l.view.SetScale(scale)
	return err
}

// goBack goes back to before the update that broke an arm, and shows that.
func (l *lab) goBack() error {
	b := panel.BrokenOf(l.session)
	if b == nil {
		return errors.New("no arm has diverged")
	}
	if err := l.session.GoBack(b.Arm); err != nil {
		return err
	}
	l.scrub(-1)
	l.view.SetRecord(l.session.Record())
	l.view.OpenBreaking(b.Arm, b.Place)
	return nil
}

// told is what went wrong as a sentence, which is to be seen on the panel too.
func (l *lab) told(err error) string {
	if err != nil {
		l.notice = notice{Text: fmt.Sprintf("That could not be done: %v.", err), Wrong: true}
	}
	return sentence(err)
}

// way goes on from the notice.
func (l *lab) way() error {
	then := l.notice.then
	l.notice = notice{}
	if then == nil {
		return nil
	}
	return then()
}

// earlier says to which run back goes, or nothing.
func (l *lab) earlier() string {
	if len(l.before) == 0 {
		return ""
	}
	return l.before[len(l.before)-1].words
}

// apply runs the draft, unless a control holds what is not allowed.
func (l *lab) apply() error {
	if err := l.draft.Err(); err != nil {
		return err
	}
	return l.run(l.draft.Experiment)
}

func (l *lab) scrub(step int) {
	l.director.Scrubbed()
	l.seek(step)
}

// point says where on the pictures a pointer is or a finger was last, in CSS pixels; nowhere, that it has left them.
// It returns whether a click there does anything.
func (l *lab) point(at []js.Value) bool {
	if len(at) == 2 {
		l.view.Point(at[0].Float(), at[1].Float(), true)
	} else {
		l.view.Point(0, 0, false)
	}
	return l.view.Pressable()
}

// widen widens now; by a slip of the hand perhaps, and then there is a way back. Controls that were not turned follow.
func (l *lab) widen(slip bool) error {
	if slip && !l.session.Forked() {
		l.mark()
	}
	untouched := l.draft.Untouched(l.session.Experiment())
	err := l.director.Widen(l.session)
	if untouched {
		l.draft = panel.NewDraft(l.session.Experiment())
	}
	return err
}

// controls are the controls with the draft's values, which of them differ from what runs, and why the draft cannot run
// here.
func (l *lab) controls() any {
	problem := l.draft.Err()
	if problem == nil {
		problem = fits(l.draft.Experiment)
	}
	running := l.session.Experiment()
	return struct {
		Controls   []panel.Control     `json:"controls"`
		Changed    []string            `json:"changed"`
		Problem    string              `json:"problem"`
		Arms       []panel.DraftArm    `json:"arms"`
		Rearranged int                 `json:"rearranged"` // arms that are new, gone or elsewhere
		Additions  []experiment.Choice `json:"additions"`
		Said       string              `json:"said"` // what came of the last change to the arms
	}{l.draft.Controls(), l.draft.Changed(running), sentence(problem), l.draft.DraftArms(),
		l.draft.Rearranged(running), l.draft.Additions(), l.draft.Said()}
}

// experts is the table of what each expert gets.
func (l *lab) experts() string {
	return encode(panel.ExpertsOf(l.session.Record(), l.shown, l.view.Hidden))
}

// written is the text that is written, or an Error.
func written(write func(io.Writer) error) any {
	var b strings.Builder
	if err := write(&b); err != nil {
		return js.Global().Get("Error").New(err.Error())
	}
	return b.String()
}

func quantity(s string) record.Quantity {
	for q := range record.Quantities {
		if s == string(rune('0'+q)) {
			return q
		}
	}
	return record.Weight
}

func sentence(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	return string(b)
}
