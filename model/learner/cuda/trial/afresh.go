package trial

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// broken is the error of a device that has failed, and does nothing more.
func (t *trial) broken() error {
	for _, f := range t.devices {
		if err := f.Err(); err != nil {
			return err
		}
	}
	return nil
}

// afresh tries parts by another process, and adds what it finds: a kernel that faults takes the context with it, and
// that of a process is made only once.
func (t *trial) afresh(ctx context.Context, r *Report, names []string) error {
	dir, err := os.MkdirTemp("", "sparkling-gpu-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "found.json")
	args := append(t.Rest[1:len(t.Rest):len(t.Rest)], "--only", strings.Join(names, ","), "--json", path)
	c := exec.CommandContext(ctx, t.Rest[0], args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it keeps what it has found
	c.WaitDelay = patience + time.Second
	var wrong strings.Builder
	c.Stdout, c.Stderr = t.Out, &wrong
	ended := c.Run()
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w: %s", ended, last(wrong.String()))
	}
	var rest Report
	if err := json.Unmarshal(data, &rest); err != nil {
		return err
	}
	r.Parts = append(r.Parts, rest.Parts...)
	t.found(r)
	return nil // it has said itself what did not pass
}
