package desktop

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/ebitenui/ebitenui/widget"

	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// ownText is a text of the reader's own: it is dropped on the window, or opened, told of before it runs, and learnt.
type ownText struct {
	asking atomic.Bool   // the dialog is open
	news   chan func()   // what is read beside the frames
	called string        // as its file is
	seen   *task.Summary // of what was read, where that can be learnt
	said   string        // what came of the last file, in a sentence
}

// ownTexts are the controls.
func (c *controls) ownTexts(to *widget.Container) {
	l, own := c.theme, &c.window.own
	hint := c.words(&l.small, muted, func(panel.State) string { return "or drop a file on the window" })
	to.AddChild(row(l, 10, c.button(l.button(), "Your text…", c.window.choose), hint))
	if own.said != "" {
		to.AddChild(c.words(&l.body, ink, func(panel.State) string { return own.said }))
	}
	if own.seen == nil {
		return
	}
	to.AddChild(c.words(&l.body, ink, func(panel.State) string { return strings.Join(own.seen.Said, " ") }))
	to.AddChild(c.words(&l.small, muted, func(panel.State) string { return symbols(own.seen.Symbols) }))
	base := c.window.session.Experiment().OnText().Untexted()
	to.AddChild(c.words(&l.small, muted, func(panel.State) string {
		return fmt.Sprintf("It takes the place of the text of the experiment %s.", base)
	}))
	to.AddChild(row(l, 6,
		c.button(l.loud(), "Learn this text", func() {
			e := c.window.session.Experiment().WithText(own.seen.Task, own.called)
			c.window.put(nil, "", "")
			c.begin(e)
		}),
		c.button(l.button(), "Put it away", func() { c.window.put(nil, "", "") })))
}

// mostSymbols is how many of a text's symbols the panel has room for.
const mostSymbols = 100

// symbols are those of a text, as far as there is room.
func symbols(all []string) string {
	parts := slices.Clone(all[:min(len(all), mostSymbols)])
	if more := len(all) - mostSymbols; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return "Its symbols: " + strings.Join(parts, " ")
}

// put shows what was read of a file, or what came of it, where it can be seen, and forgets what was there before.
func (w *window) put(seen *task.Summary, called, said string) {
	w.own.seen, w.own.called, w.own.said = seen, called, said
	w.panel.bar.Current = 0
	w.panel.build()
}

// choose asks for a file, beside the frames.
func (w *window) choose() {
	if w.own.asking.Swap(true) {
		return
	}
	w.read(func() (string, []byte, error) {
		defer w.own.asking.Store(false)
		return w.options.Choose(w.ctx)
	})
}

// read reads a text beside the frames, and then tells of it, unless another was read meanwhile. Where no text comes it
// says nothing.
func (w *window) read(from func() (called string, data []byte, err error)) {
	news, rows := make(chan func(), 1), w.session.Experiment().OnText().Task
	rows = task.Spec{Kind: task.KindText, Text: task.TextOpticks, Seq: rows.Seq, Batch: rows.Batch}
	w.own.news = news
	go func() {
		called, data, err := from()
		var seen *task.Summary
		said := called + ":"
		if err == nil && called != "" {
			var s task.Summary
			if s, err = w.options.Take(rows, data); err == nil {
				seen = &s
			}
		}
		switch {
		case err != nil && called != "":
			said = fmt.Sprintf("%s cannot be learnt: %v.", called, err)
		case err != nil:
			said = fmt.Sprintf("%v.", err)
		}
		news <- func() {
			if called != "" || err != nil {
				w.put(seen, called, said)
			}
		}
	}()
}

// hear takes up what was read, and what was dropped.
func (w *window) hear(files fs.FS) {
	select {
	case act := <-w.own.news:
		act()
	default:
	}
	if files != nil {
		w.read(func() (string, []byte, error) { return dropped(files) })
	}
}

// dropped is the one file of those that were dropped, as far as one may go, and a byte more where it goes on.
func dropped(files fs.FS) (called string, data []byte, err error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return "", nil, errors.New("what was dropped could not be read")
	}
	if len(entries) != 1 {
		return "", nil, errors.New("one file at a time, please: a network learns one text")
	}
	called = entries[0].Name()
	if !entries[0].Type().IsRegular() {
		return called, nil, errors.New("it is no file")
	}
	f, err := files.Open(called)
	if err == nil {
		defer f.Close()
		data, err = io.ReadAll(io.LimitReader(f, task.MaxFile+1))
	}
	if err != nil {
		err = errors.New("it could not be read")
	}
	return called, data, err
}
