//go:build unix

package input

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOnlyRegularFilesAreOpenedWhereAFileHasToBe(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	require.NoError(t, os.WriteFile(path("file"), []byte("text"), 0o644))
	require.NoError(t, os.Symlink("file", path("link")))
	require.NoError(t, syscall.Mkfifo(path("pipe"), 0o644))
	require.NoError(t, os.Symlink("pipe", path("link to pipe")))
	for _, name := range []string{"file", "link"} {
		f, err := Regular(path(name))
		require.NoError(t, err)
		data, err := io.ReadAll(f)
		require.NoError(t, err)
		assert.Equal(t, "text", string(data))
		f.Close()
	}
	for name, why := range map[string]string{"pipe": "not a regular file", "link to pipe": "not a regular file",
		"": "a folder", "missing": "no such file"} {
		_, err := Regular(path(name))
		assert.ErrorContains(t, err, why, name)
	}
}

func TestWhatIsLargerThanItMayBeIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("text"), 0o644))
	data, err := Small(path, 4)
	require.NoError(t, err)
	assert.Equal(t, "text", string(data))
	data, err = Small(path, 3)
	assert.EqualError(t, err, "read "+path+": it has more than the 3 bytes allowed")
	assert.Nil(t, data)
}

// Whoever names a pipe gets what comes out of it, and whoever gives up does not wait for it.
func TestAPipeIsReadUntilTheContextEnds(t *testing.T) {
	dir := t.TempDir()
	// Every reader has a pipe of its own: one that has given up still waits for a writer, and would take what it
	// brings.
	mkfifo := func(name string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, syscall.Mkfifo(path, 0o644))
		return path
	}

	pipe := mkfifo("whole")
	go func() { _ = os.WriteFile(pipe, []byte("text"), 0) }()
	r, err := Open(t.Context(), pipe)
	require.NoError(t, err)
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "text", string(data))

	ctx, stop := context.WithCancel(t.Context())
	r, err = Open(ctx, mkfifo("silent")) // which nobody writes to
	require.NoError(t, err)
	stop()
	_, err = io.ReadAll(r)
	assert.ErrorIs(t, err, context.Canceled)

	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	pipe = mkfifo("half")
	r, err = Open(ctx, pipe)
	require.NoError(t, err)
	w, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	defer w.Close()
	_, err = w.WriteString("half")
	require.NoError(t, err)
	half := make([]byte, 4)
	_, err = io.ReadFull(r, half)
	require.NoError(t, err)
	stop()
	_, err = io.ReadAll(r)
	assert.ErrorIs(t, err, context.Canceled, "the other end stays open")
}
