package experiment

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// ownSuffix ends the name of an experiment that learns a text of its reader's own.
const ownSuffix = ", own text"

// OnText is the experiment itself where it learns a text, and otherwise the first built-in one that does: whose text a
// reader's own takes the place of.
func (e Experiment) OnText() Experiment {
	for _, b := range builtins() {
		if e.Task.Kind == task.KindText {
			break
		}
		e = b.Clone()
	}
	return e
}

// WithText is the experiment with a reader's own text in the place of its text. called is what the reader calls that,
// the name of a file say; it stands in the document, and may be empty.
func (e Experiment) WithText(own task.Spec, called string) Experiment {
	e = e.OnText().Clone()
	own.Seq, own.Batch, own.Accumulate = e.Task.Seq, e.Task.Batch, e.Task.Accumulate
	e.Task = own
	name := e.Untexted()
	e.Name = name + ownSuffix
	e.About = fmt.Sprintf("The experiment %s with a text of its reader's own", name)
	if called != "" {
		e.About += ", " + shortened(called)
	}
	e.About += "."
	return e
}

// Untexted is the name of the experiment before it was given a text of its reader's own.
func (e Experiment) Untexted() string { return strings.TrimSuffix(e.Name, ownSuffix) }

// maxCalled bounds what a document says that a text is called, in bytes.
const maxCalled = 200

func shortened(s string) string {
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "")
	if len(s) <= maxCalled {
		return s
	}
	for s = s[:maxCalled]; !utf8.ValidString(s); {
		s = s[:len(s)-1]
	}
	return s + "…"
}
