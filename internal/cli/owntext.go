package cli

import (
	"crypto/sha256"
	"fmt"
	"io"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// ownText makes an experiment learn the text of a file, as --text names one, or, where it learns a text of its reader's
// own already, finds that it is this one. Without a file it errs, with what is to be done, where the experiment learns
// such a text and does not carry it. What is said of a text is written to say.
func ownText(e *env, path string, exp *experiment.Experiment, say io.Writer) error {
	if err := task.TakeContent(exp.Task, sha256.Sum256); err != nil {
		return fmt.Errorf("the text that the experiment carries: %w", err)
	}
	if path == "" {
		if !exp.Task.Own() {
			return nil
		}
		_, err := task.New(exp.Task)
		if err != nil && exp.Task.Content == "" {
			err = fmt.Errorf("%w; use --text FILE", err)
		}
		return err
	}
	if exp.Task.Kind != task.KindText {
		return fmt.Errorf("--text is for experiments that learn a text; %s learns %s", exp.Name, exp.Task.Kind)
	}
	data, err := readBounded(e.ctx, "text", path, task.MaxFile)
	if err != nil {
		return err
	}
	spec, text, err := task.TakeText(exp.Task, data, sha256.Sum256)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, s := range task.Summarized(spec, text).Said {
		fmt.Fprintf(say, "%s: %s\n", plain.Line(path), s)
	}
	if !exp.Task.Own() {
		*exp = exp.WithText(spec, plain.Line(filepath.Base(path)))
	}
	return nil
}
