package cli

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// ownText makes an experiment learn the text of --text, or, where it learns a text of its reader's own already, finds
// that it is this one. It errs, with what is to be done, where such a text is not given.
func (v runVerb) ownText(e *env, exp *experiment.Experiment) error {
	if v.Text == "" {
		if _, err := task.New(exp.Task); err != nil {
			return fmt.Errorf("%w: use --text FILE", err)
		}
		return nil
	}
	if exp.Task.Kind != task.KindText {
		return fmt.Errorf("--text is for experiments that learn a text; %s learns %s", exp.Name, exp.Task.Kind)
	}
	data, err := readText(e, v.Text)
	if err != nil {
		return err
	}
	spec, text, err := task.TakeText(exp.Task, data, sha256.Sum256)
	if err != nil {
		return fmt.Errorf("%s: %w", v.Text, err)
	}
	if exp.Task.Own() && exp.Task != spec {
		return fmt.Errorf("%s is another text than the experiment learns: it is %s, and the experiment wants %s",
			v.Text, spec.Text, exp.Task.Text)
	}
	all, train := text.Len()
	if !v.Quiet {
		fmt.Fprintf(e.err, "%s: %d characters, %d symbols; the last %d characters are for validation.\n",
			plain.Line(v.Text), all, text.Vocab(), all-train)
		if shared := text.Shared(); shared > 0 {
			fmt.Fprintf(e.err, "It has more symbols than %d: the rarest, %.2f %% of the text, share one.\n",
				task.MaxSymbols-1, 100*shared)
		}
	}
	if !exp.Task.Own() {
		exp.Task = spec
		exp.About = fmt.Sprintf("The experiment %s with a text of its own, %s.", exp.Name,
			plain.Line(filepath.Base(v.Text)))
		exp.Name += ", own text"
	}
	return nil
}

// readText is what a file holds, as far as a text may go, and a byte more where it goes on.
func readText(e *env, path string) ([]byte, error) {
	f, err := input.Open(e.ctx, path)
	var data []byte
	if err == nil {
		defer f.Close()
		data, err = io.ReadAll(io.LimitReader(f, task.MaxText+1))
	}
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		err = fmt.Errorf("the text %s cannot be read: %w", path, why.Err)
	}
	return data, err
}
