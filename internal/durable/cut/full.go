package cut

import (
	"io/fs"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// Full does work in a folder that prepare has filled while the disk has room for ever more of it: for no change that
// takes room, for one, for two … until the work succeeds. After each try look is given the folder, and what the work
// said. It returns the number of tries.
func Full(t *testing.T, prepare func(dir string), work func(dir string) error, look func(dir string, err error)) int {
	t.Helper()
	for room := 0; ; room++ {
		dir := t.TempDir()
		prepare(dir)
		var err error
		used := Space(room, func() { err = work(dir) })
		look(dir, err)
		if used <= room {
			return room + 1
		}
		require.Less(t, room, 10000, "the work never ends")
	}
}

// Space does work while the disk has room for so many changes, and returns how many were asked for: more, where one
// found none.
func Space(room int, work func()) (used int) {
	d := &full{Disk: durable.Current(), room: room}
	back := durable.Use(d)
	defer back()
	work()
	return d.used
}

// full is a disk that has no room after some changes; names can still be changed and removed.
type full struct {
	durable.Disk
	room, used int

	mu sync.Mutex // of used
}

func (d *full) take() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.used++; d.used > d.room {
		return syscall.ENOSPC
	}
	return nil
}

func (d *full) Create(path string) (durable.Handle, error) {
	if err := d.take(); err != nil {
		return nil, err
	}
	h, err := d.Disk.Create(path)
	return &fullHandle{h, d, path}, err
}

func (d *full) Mkdir(path string) error {
	if err := d.take(); err != nil {
		return err
	}
	return d.Disk.Mkdir(path)
}

type fullHandle struct {
	durable.Handle
	d    *full
	path string
}

// Write leaves half of what finds no room, as a disk does.
func (h *fullHandle) Write(p []byte) (int, error) {
	if err := h.d.take(); err != nil {
		n, _ := h.Handle.Write(p[:len(p)/2])
		return n, &fs.PathError{Op: "write", Path: h.path, Err: err} // as a file of the system says it
	}
	return h.Handle.Write(p)
}

// Sync is where some file systems first notice.
func (h *fullHandle) Sync() error {
	if err := h.d.take(); err != nil {
		return err
	}
	return h.Handle.Sync()
}
