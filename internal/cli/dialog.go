package cli

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/ncruces/zenity"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// chooseText shows the system's own file dialog, and reads the file that is chosen there.
func (e *env) chooseText(ctx context.Context) (called string, data []byte, err error) {
	path, err := zenity.SelectFile(zenity.Context(ctx), zenity.Title("A text to learn"),
		zenity.FileFilters{{Name: "Texts", Patterns: []string{"*.txt", "*.md"}, CaseFold: true},
			{Name: "All files", Patterns: []string{"*"}}})
	switch {
	case errors.Is(err, zenity.ErrCanceled):
		return "", nil, nil
	case errors.Is(err, exec.ErrNotFound):
		return "", nil, errors.New("there is no program here that shows a file dialog, as zenity does; drop the file " +
			"on this window, or begin with --text FILE")
	case err != nil:
		return "", nil, fmt.Errorf("the file dialog failed, %w; drop the file on this window, or begin with --text "+
			"FILE", err)
	}
	data, err = readBounded(e.ctx, "text", path, task.MaxFile)
	return plain.Line(filepath.Base(path)), data, err
}

// takeText is what the window does with a text.
func takeText(rows task.Spec, data []byte) (task.Summary, error) {
	spec, text, err := task.TakeText(rows, data, sha256.Sum256)
	if err != nil {
		return task.Summary{}, err
	}
	return task.Summarized(spec, text), nil
}
