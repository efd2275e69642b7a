package desktop

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// drops lets a file be dropped on the window before its next frame.
func (d *driver) drops(files fs.FS) {
	d.window.dropped = func() fs.FS { d.window.dropped = func() fs.FS { return nil }; return files }
}

// told waits until something begins as expected, and returns it.
func (d *driver) told(begins string) {
	d.t.Helper()
	d.until(func(panel.State) bool { return strings.HasPrefix(d.own.said, begins) })
	assert.True(d.t, d.says(d.own.said))
}

func takes(rows task.Spec, data []byte) (task.Summary, error) {
	spec, text, err := task.TakeText(rows, data, sha256.Sum256)
	if err != nil {
		return task.Summary{}, err
	}
	return task.Summarized(spec, text), nil
}

// A file that is dropped on the window is told of before it runs, and learnt when that is asked for, in the experiment
// that is shown.
func TestAFileThatIsDroppedIsToldOfAndLearnt(t *testing.T) {
	d := open(t, short(), 1)
	d.options.Take = takes
	text := "\ufeff" + strings.Repeat("Es war einmal.\r\n", 300)
	d.drops(fstest.MapFS{"tale.txt": {Data: []byte(text)}})
	d.told("tale.txt:")
	assert.True(t, d.says("4500 characters: training reads the first 4275, and the last 225 are held out for "+
		"validation. 13 different symbols."))
	assert.True(t, d.says("Its symbols: newline space . E a e i l m n r s w"), d.own.seen.Symbols)
	assert.Equal(t, "default", strings.TrimSuffix(d.session.Experiment().Name, " (changed)"), "nothing runs yet")
	d.shot("own-text")
	d.click("Learn this text")
	s := d.until(func(s panel.State) bool { return s.Last > 2 })
	assert.Equal(t, "default, own text", s.Name)
	assert.Contains(t, d.session.Experiment().About, "tale.txt")
	assert.Equal(t, 32, d.session.Experiment().Task.Seq)
	d.click("max")
	for _, a := range d.until(func(s panel.State) bool { return s.Done }).Arms {
		assert.Equal(t, "done", a.State, a.Err)
	}
}

// What cannot be learnt is refused in one sentence, and what runs goes on.
func TestWhatIsDroppedAndCannotBeLearntIsRefused(t *testing.T) {
	d := open(t, short(), 1)
	d.options.Take = takes
	file := func(name string, data []byte) fstest.MapFS { return fstest.MapFS{name: {Data: data}} }
	for want, files := range map[string]fstest.MapFS{
		"a.txt cannot be learnt: the text has 5 bytes; at least 2000":  file("a.txt", []byte("short")),
		"b.txt cannot be learnt: the text is not in UTF-8, first in":   file("b.txt", bytes.Repeat([]byte{0xff}, 3000)),
		"c.txt cannot be learnt: the text has more than 8000000 bytes": file("c.txt", make([]byte, 8_000_001)),
		"folder cannot be learnt: it is no file.":                      file("folder/a.txt", nil),
		"one file at a time, please: a network learns one text.":       {"a": {}, "b": {}},
	} {
		d.drops(files)
		d.told(want)
		assert.Nil(t, d.own.seen)
	}
	assert.False(t, d.session.Experiment().Task.Own())
}

// The button shows the system's dialog; whoever closes it without a file has changed nothing, and where there is none
// that is said.
func TestAFileIsOpenedWithTheSystemsDialog(t *testing.T) {
	d := open(t, short(), 1)
	d.options.Take = takes
	come := make(chan struct{})
	asked := 0
	d.options.Choose = func(context.Context) (string, []byte, error) {
		asked++
		<-come
		return "mine.txt", []byte(strings.Repeat("mine ", 600)), nil
	}
	d.click("Your text…")
	d.click("Your text…")
	d.until(func(s panel.State) bool { return s.Last > 2 }) // the window goes on meanwhile
	close(come)
	d.told("mine.txt:")
	assert.Equal(t, 1, asked, "one dialog at a time")

	done := make(chan struct{})
	d.options.Choose = func(context.Context) (string, []byte, error) { defer close(done); return "", nil, nil }
	d.click("Your text…")
	<-done
	d.frame()
	assert.NotNil(t, d.own.seen, "what was told stays")
	d.click("Put it away")
	assert.Nil(t, d.own.seen)
	d.until(func(panel.State) bool { return !d.own.asking.Load() })
	d.options.Choose = func(context.Context) (string, []byte, error) {
		return "", nil, errors.New("there is no dialog")
	}
	d.click("Your text…")
	d.told("there is no dialog.")
}
