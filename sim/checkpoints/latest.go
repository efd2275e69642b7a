package checkpoints

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// Checkpoint is one that was found whole: every file holds what was written.
type Checkpoint struct {
	Dir string
	Position
	network *checkpoint.Folder
}

// Latest finds the newest checkpoint that is whole. passed says of newer ones what is wrong with them. It errs where
// there are some and none is whole; where there are none, it returns nothing.
func (k *Keeper) Latest(ctx context.Context) (c *Checkpoint, passed []error, err error) {
	c, passed, err = Latest(ctx, k.Dir())
	for _, err := range passed {
		if d := (*damaged)(nil); errors.As(err, &d) {
			k.damaged[filepath.Base(d.Dir)] = true
		}
	}
	if c != nil {
		k.last, k.lastDir = c.place(), c.Dir
	}
	return c, passed, err
}

// Latest is [Keeper.Latest] of a folder that nobody keeps.
func Latest(ctx context.Context, dir string) (c *Checkpoint, passed []error, err error) {
	all, err := places(dir)
	if err != nil {
		return nil, nil, err
	}
	for _, at := range all {
		c, err := open(ctx, filepath.Join(dir, at.String()))
		if err == nil {
			return c, passed, nil
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		passed = append(passed, err)
	}
	if len(passed) > 0 {
		said := make([]string, len(passed))
		for i, err := range passed {
			said[i] = err.Error()
		}
		return nil, passed, fmt.Errorf("no checkpoint in %s is whole: %s", dir, strings.Join(said, "; "))
	}
	return nil, nil, nil
}

// damaged is the error of a checkpoint that is not as it was written.
type damaged struct {
	Dir string
	Err error
}

func (d *damaged) Error() string {
	return fmt.Sprintf("the checkpoint %s is damaged: %v", filepath.Base(d.Dir), d.Err)
}

// Unwrap gives the reason.
func (d *damaged) Unwrap() error { return d.Err }

// open requires that a checkpoint is whole.
func open(ctx context.Context, dir string) (*Checkpoint, error) {
	c, err := opened(ctx, dir)
	if err != nil {
		return nil, &damaged{dir, err}
	}
	return c, nil
}

func opened(ctx context.Context, dir string) (*Checkpoint, error) {
	list, err := readSums(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{positionName, checkpoint.ConfigName, checkpoint.GrowthName} {
		if list[name] == "" {
			return nil, fmt.Errorf("%s does not name %s", sumsName, name)
		}
	}
	if err := verify(ctx, dir, list); err != nil {
		return nil, err
	}
	c := &Checkpoint{Dir: dir}
	if c.Position, err = readPosition(dir); err != nil {
		return nil, err
	}
	at, _ := placed(filepath.Base(dir))
	if at.again = 0; at != c.place() {
		return nil, fmt.Errorf("%s says that it is %s", positionName, c.place())
	}
	if c.network, err = checkpoint.ReadFolder(ctx, dir); err != nil {
		return nil, err
	}
	if len(c.network.States) != len(checkpoint.SetNames)-1 {
		return nil, errors.New("the optimizer's states are missing")
	}
	for _, set := range c.network.Sets() {
		if i := slices.IndexFunc(set.Files, func(f checkpoint.Shard) bool { return list[f.Name] == "" }); i >= 0 {
			return nil, fmt.Errorf("%s does not name %s, which lies in the folder and would be read", sumsName,
				set.Files[i].Name)
		}
	}
	return c, nil
}
