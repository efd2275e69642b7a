package durable

// stretch is the number of bytes after which a file that is being written is synced beside the writing. Without that
// the disk stands idle while a large file is made, and whoever made it waits for all of it at the end.
const stretch = 8 << 20

// behind writes to a handle, and syncs what was written while more comes. It says what cannot be written.
type behind struct {
	h       Handle
	path    string
	pending int        // bytes since the last sync began
	syncing chan error // of the sync that is under way; nil where none is
}

func (b *behind) Write(p []byte) (int, error) {
	n, err := b.h.Write(p)
	if b.pending += n; err == nil && b.pending >= stretch {
		err = b.sync()
	}
	if err != nil {
		err = cannot(b.path, err)
	}
	return n, err
}

// sync begins a sync, unless one is under way still. It errs where the last one did: a system may say so only once.
func (b *behind) sync() error {
	if b.syncing != nil && len(b.syncing) == 0 {
		return nil
	}
	if err := b.wait(); err != nil {
		return err
	}
	b.pending = 0
	done := make(chan error, 1)
	b.syncing = done
	go func() { done <- b.h.Sync() }()
	return nil
}

// wait waits for the sync that is under way, if one is.
func (b *behind) wait() error {
	if b.syncing == nil {
		return nil
	}
	err := <-b.syncing
	b.syncing = nil
	return err
}
