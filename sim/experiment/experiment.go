package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// Version is the version of the Experiment document that this program writes; it reads those before too.
const Version = 2

// Experiment is the one document that says everything about a run: the page's link, a lesson, the desktop's controls
// and the command line's file are all this.
type Experiment struct {
	Version   int          `json:"version"`
	Name      string       `json:"name"`
	About     string       `json:"about,omitempty"`
	Task      task.Spec    `json:"task"`
	Seed      uint64       `json:"seed"`
	Steps     int          `json:"steps"`
	Model     model.Config `json:"model"`
	Optimizer optim.Config `json:"optimizer"`
	Arms      []Arm        `json:"arms"`
	// layers compute again in the backward pass what they do not keep: less memory, more time, the same bits
	Recompute bool `json:"recompute,omitempty"`
}

// Bounds of a document, which may come from a link or a file.
const (
	MaxDocument = 1 << 20 // bytes
	MaxArms     = 8
	MaxSteps    = 1_000_000
	maxText     = 2000 // characters of a name or a description
	MaxStages   = 8
)

// JSON is the document, indented, with a final newline.
func (e Experiment) JSON() []byte {
	b, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		panic(err) // only NaN or Inf fields, which Validate refuses
	}
	return append(b, '\n')
}

// Clone is a deep copy.
func (e Experiment) Clone() Experiment {
	arms := make([]Arm, len(e.Arms))
	for i, a := range e.Arms {
		a.Widen = append([]Widening(nil), a.Widen...)
		arms[i] = a
	}
	e.Arms = arms
	e.Task = e.Task.Clone()
	return e
}

// Fork is the step at which the arms first part: the earliest widening of any that is widened on its way, or Steps.
func (e Experiment) Fork() int {
	at := e.Steps
	for _, a := range e.Arms {
		if a.Widens() {
			at = min(at, a.Widen[0].Step)
		}
	}
	return at
}

// Trunk is the arm whose trainer runs the shared small phase: the first that forks; −1 where all begin on their own.
func (e Experiment) Trunk() int {
	return slices.IndexFunc(e.Arms, func(a Arm) bool { return a.From == Fork })
}

// Baseline is the arm that the others are compared with, the first that is widened on its way; −1 where none is.
func (e Experiment) Baseline() int {
	for i, a := range e.Arms {
		if a.Widens() {
			return i
		}
	}
	return -1
}

// Waits reports whether an arm begins where the arms part. Where none is ever widened they never do, and each is
// trained from the start.
func (e Experiment) Waits(arm int) bool {
	return e.Arms[arm].From == Fork && arm != e.Trunk() && e.Fork() < e.Steps
}

// Vocab is the number of symbols that the network knows: the model's, or the task's own where that is 0.
func (e Experiment) Vocab() int {
	if e.Model.Vocab != 0 {
		return e.Model.Vocab
	}
	return e.Task.Vocab()
}

func versionError(version int) error {
	return fmt.Errorf("version is %d; this program reads versions 1 to %d", version, Version)
}

// check is [Experiment.Validate] without what it makes.
func (e Experiment) check() error {
	if e.Version != Version {
		return versionError(e.Version)
	}
	if e.Steps < 1 || e.Steps > MaxSteps {
		return fmt.Errorf("steps is %d; allowed are 1 to %d", e.Steps, MaxSteps)
	}
	if len(e.Arms) < 1 || len(e.Arms) > MaxArms {
		return fmt.Errorf("arms has %d entries; allowed are 1 to %d", len(e.Arms), MaxArms)
	}
	if len(e.Name) > maxText || len(e.About) > maxText {
		return fmt.Errorf("name and about may have at most %d characters", maxText)
	}
	if err := e.Task.Validate(); err != nil {
		return err
	}
	c := e.Small()
	for _, err := range []error{c.Validate(), e.Optimizer.Validate()} {
		if err != nil {
			return err
		}
	}
	for i, a := range e.Arms {
		if err := a.validate(e.Steps, c); err != nil {
			return &validationError{fmt.Sprintf("arms[%d] (%q): ", i, a.Name), fmt.Sprintf("in “%s” ", a.Name), err}
		}
	}
	return nil
}

// validationError is what is not allowed, with its place in the document: as a path for who wrote it, and in words for
// who turned a control.
type validationError struct {
	path, place string
	err         error
}

func (m *validationError) Error() string { return m.path + m.err.Error() }
func (m *validationError) Unwrap() error { return m.err }

// inWords is an error of [Experiment.Validate] without paths.
func inWords(err error) error {
	place := ""
	for m := (*validationError)(nil); errors.As(err, &m); err = m.err {
		place += m.place
	}
	return fmt.Errorf("%s%w", place, err)
}

// Rescale is the same experiment over another number of steps: widenings stay at their share of them.
func (e Experiment) Rescale(steps int) Experiment {
	old := e.Steps
	e = e.Clone()
	e.Steps = steps
	for i := range e.Arms {
		for k := range e.Arms[i].Widen {
			e.Arms[i].Widen[k].Step = e.Arms[i].Widen[k].Step * steps / max(old, 1)
		}
	}
	return e
}
