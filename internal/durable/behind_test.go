package durable_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// slow is a disk whose syncs begin when they are asked for, and end when the test says so, and how.
type slow struct {
	durable.Disk
	begun  chan struct{}
	end    chan error
	closed bool
}

type slowHandle struct{ d *slow }

func (d *slow) Create(string) (durable.Handle, error) { return slowHandle{d}, nil }

func (h slowHandle) Write(p []byte) (int, error) { return len(p), nil }
func (h slowHandle) Close() error                { h.d.closed = true; return nil }
func (h slowHandle) Sync() error                 { h.d.begun <- struct{}{}; return <-h.d.end }

// onSlow begins a file on such a disk, and gives it more than is kept for the end. The sync of that is under way.
func onSlow(t *testing.T) (*durable.File, *slow) {
	t.Helper()
	d := &slow{Disk: durable.Current(), begun: make(chan struct{}, 1), end: make(chan error, 1)}
	t.Cleanup(durable.Use(d))
	f, err := durable.Create(filepath.Join(t.TempDir(), "large"))
	require.NoError(t, err)
	more(t, f, 9<<20)
	<-d.begun
	return f, d
}

func more(t *testing.T, f *durable.File, n int) {
	t.Helper()
	_, err := f.Write(make([]byte, n))
	require.NoError(t, err)
}

// The disk works while more is made: writing waits for no sync, and the end for all of them.
func TestALargeFileIsSyncedWhileItIsWritten(t *testing.T) {
	f, d := onSlow(t)
	more(t, f, 30<<20) // none of which waits for the disk
	assert.Empty(t, d.begun, "one sync at a time")
	d.end <- nil
	d.end <- nil
	require.NoError(t, f.Close())
	assert.Len(t, d.begun, 1, "what came last is synced too")
}

// A system may tell a failed sync once only, to whoever asked first: it is not lost.
func TestASyncThatFailsBesideTheWritingIsAnError(t *testing.T) {
	bad := errors.New("the disk is gone")
	t.Run("while more is written", func(t *testing.T) {
		f, d := onSlow(t)
		d.end <- bad
		var err error
		for err == nil { // until the sync has ended
			_, err = f.Write(make([]byte, 1<<20))
		}
		assert.ErrorIs(t, err, bad)
		assert.ErrorContains(t, err, "large cannot be written: the disk is gone")
		assert.ErrorIs(t, f.Close(), bad)
		assert.True(t, d.closed)
	})
	t.Run("at the end", func(t *testing.T) {
		f, d := onSlow(t)
		d.end <- bad
		assert.ErrorIs(t, f.Close(), bad)
		assert.True(t, d.closed)
	})
}

// A handle that is closed under a sync would let another file have its number.
func TestAnAbandonedFileWaitsForItsSync(t *testing.T) {
	f, d := onSlow(t)
	d.end <- nil
	f.Abandon()
	assert.True(t, d.closed)
	assert.Empty(t, d.end, "the sync has ended")
}
