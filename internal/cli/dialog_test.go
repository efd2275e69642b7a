//go:build linux

package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// The window's dialog is the system's own; where there is none that is said, with what does instead.
func TestATextIsChosenInTheSystemsDialog(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	mine := filepath.Join(dir, "mine.txt")
	require.NoError(t, os.WriteFile(mine, []byte(strings.Repeat("mine ", 500)), 0o644))
	e := &env{ctx: context.Background()}
	dialog := func(script string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "zenity"), []byte("#!/bin/sh\n"+script), 0o755))
	}

	_, _, err := e.chooseText(e.ctx)
	assert.EqualError(t, err, "there is no program here that shows a file dialog, as zenity does; drop the file on "+
		"this window, or begin with --text FILE")
	dialog(fmt.Sprintf("[ \"$1\" = --file-selection ] && echo %q", mine))
	called, data, err := e.chooseText(e.ctx)
	require.NoError(t, err)
	assert.Equal(t, "mine.txt", called)
	assert.Len(t, data, 2500)
	sum, err := takeText(task.Spec{Kind: task.KindText, Text: task.TextOpticks, Seq: 64, Batch: 8}, data)
	require.NoError(t, err)
	assert.Equal(t, 5, sum.Task.Symbols)
	_, err = takeText(sum.Task, data[:10])
	assert.Error(t, err)

	dialog("exit 1") // closed without a file
	called, _, err = e.chooseText(e.ctx)
	require.NoError(t, err)
	assert.Empty(t, called)
	dialog("echo " + filepath.Join(dir, "gone.txt"))
	_, _, err = e.chooseText(e.ctx)
	assert.ErrorContains(t, err, "gone.txt cannot be read")
	dialog("exit 255")
	_, _, err = e.chooseText(e.ctx)
	assert.ErrorContains(t, err, "begin with --text FILE")
}
