package checkpoints

import (
	"os"
	"testing"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// unsynced is the machine's disk, but for the waiting: what a sync is for, tests of cut power find out by themselves.
type unsynced struct{ durable.Disk }

func (unsynced) Sync(string) error { return nil }

func (d unsynced) Create(path string) (durable.Handle, error) {
	h, err := d.Disk.Create(path)
	return unsyncedHandle{h}, err
}

type unsyncedHandle struct{ durable.Handle }

func (unsyncedHandle) Sync() error { return nil }

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
	}
	durable.Use(unsynced{durable.Current()})
	os.Exit(m.Run())
}
