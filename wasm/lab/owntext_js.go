package main

import (
	"encoding/json"
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// A text of the reader's own is the page's: its scripts hold it, and give it to the workers. This program knows its
// name and its size, and never sees it.

// textHost is the host of an experiment that learns such a text: every worker is given it first.
type textHost struct {
	*workerHost
	of task.Spec
}

// hostOf is the host for an experiment's arms.
func (l *lab) hostOf(e experiment.Experiment) session.Host {
	if e.Task.Own() {
		return textHost{l.host, e.Task}
	}
	return l.host
}

// Start implements session.Host.
func (h textHost) Start(_ int, deliver func([]byte), fail func(error)) (session.Port, error) {
	p := h.start(deliver, fail)
	h.bridge.Call("give", p.worker, encode(h.of))
	return p, nil
}

// has reports whether an experiment can be run here: whether its text is, if that is its reader's own.
func (l *lab) has(e experiment.Experiment) bool {
	return !e.Task.Own() || e.Task.Content != "" || l.bridge.Call("has", e.Task.Text).Bool()
}

// textOf is the name of the text that an experiment learns, if it is its reader's own.
func textOf(e experiment.Experiment) string {
	if e.Task.Own() {
		return e.Task.Text
	}
	return ""
}

// wanted is a run that waits for its reader's text.
type wanted struct {
	of   experiment.Experiment
	open func() // begins it, or goes on with it
}

// ask asks for the text of an experiment, of which open makes the one that runs.
func (l *lab) ask(e experiment.Experiment, otherwise string, open func()) {
	l.wants = &wanted{e, open}
	l.notice = notice{Text: fmt.Sprintf("%s That text is not in this browser: it has %s. Give it below, under “Your "+
		"own text”, and its run goes on. %s", panel.About(e), e.Task.Which(), otherwise), Wrong: true}
}

// texts is what the page's scripts ask about texts of the reader's own.
type texts struct {
	Rows task.Spec `json:"rows"` // the task that a text would take the place of
	In   string    `json:"in"`   // the experiment that it would be learnt in
	Runs string    `json:"runs"` // the text that is learnt, if it is the reader's own
	Want string    `json:"want"` // the text that a run waits for, if one does,
	Told string    `json:"told"` // and which that is, in words
	Most int       `json:"most"` // bytes of its file
}

func (l *lab) texts() texts {
	e := l.session.Experiment()
	on := e.OnText()
	out := texts{Most: task.MaxFile, In: "“" + on.Untexted() + "”", Runs: textOf(e)}
	if b, err := experiment.Named(on.Untexted()); err == nil {
		out.In = panel.Title(b)
	}
	if w := l.wants; w != nil {
		on = w.of
		out.Want, out.Told = w.of.Task.Text, w.of.Task.Which()
	}
	out.Rows = task.Spec{Kind: task.KindText, Text: task.TextOpticks, Seq: on.Task.Seq, Batch: on.Task.Batch}
	return out
}

// learn runs the shown experiment, or another that learns a text, with one of the reader's own, whose task is here in
// JSON; or the run that waits for that text. called is what the reader calls it.
func (l *lab) learn(spec, called string) error {
	var own task.Spec
	if err := json.Unmarshal([]byte(spec), &own); err != nil {
		return err
	}
	if w := l.wants; w != nil && w.of.Task.Text == own.Text {
		l.wants = nil
		w.open()
		return nil
	}
	return l.run(l.session.Experiment().WithText(own, called))
}
