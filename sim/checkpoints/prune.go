package checkpoints

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// prune removes the checkpoints before the one that was just written, but for the last that are kept with it. What this
// program did not write stays: folders without its list of files, files that the list does not name, links. So do those
// that were found damaged: somebody may want to save what can be saved.
func (k *Keeper) prune(just string) error {
	all, err := places(k.Dir())
	if err != nil {
		return err
	}
	now, _ := placed(just)
	kept := 1
	for _, at := range all {
		if at.compare(now) >= 0 || k.damaged[at.String()] {
			continue
		}
		dir := filepath.Join(k.Dir(), at.String())
		list, err := readSums(dir)
		if err != nil || list[positionName] == "" {
			_ = durable.Remove(dir) // what was cut at its last step is empty; anything else is not ours, and stays
			continue
		}
		if kept < k.keep {
			kept++
			continue
		}
		if err := remove(dir, list); err != nil {
			return fmt.Errorf("the checkpoint %s is whole, but an older one cannot be removed: %w", just, err)
		}
	}
	return nil
}

// Discard removes all checkpoints of the folder that this program wrote, gives the folder up, and removes it where
// nothing else lies there.
func (k *Keeper) Discard() error {
	defer func() {
		k.Close()
		_ = durable.Remove(k.Dir()) // unless somebody else left something there
	}()
	all, err := places(k.Dir())
	for _, at := range all {
		dir := filepath.Join(k.Dir(), at.String())
		if list, unread := readSums(dir); unread == nil && list[positionName] != "" {
			err = cmp.Or(err, remove(dir, list))
		}
	}
	return err
}

// remove takes a checkpoint away: first what makes a folder one of a network, last the list by which the rest is known
// to be ours, wherever this is cut.
func remove(dir string, list map[string]string) error {
	names := append([]string{checkpoint.ConfigName}, slices.Sorted(maps.Keys(list))...)
	for _, name := range append(names, sumsName) {
		path := filepath.Join(dir, name)
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			continue
		}
		if err := errors.Join(err, durable.Remove(path)); err != nil {
			return err
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		return err
	}
	return durable.Remove(dir)
}
