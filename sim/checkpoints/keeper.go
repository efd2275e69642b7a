package checkpoints

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// Keeper keeps the checkpoints of one run in a folder, which nobody else of ours writes to meanwhile. It belongs to one
// goroutine.
type Keeper struct {
	claim     *durable.Claim
	keep      int
	tokenizer []byte
	most      int64  // bytes of a file of tensors
	last      place  // of the newest that this keeper wrote or found
	lastDir   string // empty where there is none
	damaged   map[string]bool
}

// mostBytes of tensors lie in one file, as other programs have it: some file systems and servers take no larger ones.
const mostBytes = 5_000_000_000

// Open claims the folder of a run, and makes it where it is missing. Of the checkpoints that the keeper writes the last
// keep stay, at least one. tokenizer, unless nil, is the tokenizer.json of the data, of which each gets a copy.
func Open(dir string, keep int, tokenizer []byte) (*Keeper, error) {
	if keep < 1 {
		return nil, fmt.Errorf("%d checkpoints are to be kept; allowed are 1 and more", keep)
	}
	c, err := durable.Take(dir, "")
	if err != nil {
		return nil, err
	}
	return &Keeper{claim: c, keep: keep, tokenizer: tokenizer, most: mostBytes, damaged: map[string]bool{}}, nil
}

// Close gives the folder up; what it holds stays.
func (k *Keeper) Close() { k.claim.Release() }

// Dir is the folder.
func (k *Keeper) Dir() string { return k.claim.Dir() }

// Save writes a checkpoint of a run, and removes the oldest where there are now too many. from is read matrix by
// matrix: a learner between two updates. At any instant a checkpoint is there whole or not at all; on an error, and
// when ctx ends, nothing is left of the new one, and those before it are as they were. A network that is no longer
// finite is not saved. It returns the folder, that of the last checkpoint where the run has not moved since.
func (k *Keeper) Save(ctx context.Context, from checkpoint.Source, g model.Growth, p Position) (dir string, err error) {
	if dir, err = k.write(ctx, from, g, p); err != nil {
		return "", err
	}
	return dir, k.prune(filepath.Base(dir))
}

// write writes a checkpoint, and removes none.
func (k *Keeper) write(ctx context.Context, from checkpoint.Source, g model.Growth, p Position) (dir string,
	err error) {
	if err := p.check(); err != nil {
		return "", fmt.Errorf("no checkpoint of this position can be: %w", err)
	}
	if at := p.place(); k.lastDir != "" && at == k.last {
		return k.lastDir, nil
	}
	c := from.Table().Config
	if err := Keepable(c); err != nil {
		return "", err
	}
	if g.Stages() != p.Widenings+1 {
		return "", fmt.Errorf("the network has grown %d times, and the position speaks of %d widenings", g.Stages()-1,
			p.Widenings)
	}
	if err := k.room(from.Table()); err != nil {
		return "", err
	}
	dir = k.vacant(p.place())
	if err := durable.Swap(dir, func(tmp string) error { return k.fill(ctx, tmp, from, g, p) }); err != nil {
		return "", err
	}
	k.last, k.lastDir = p.place(), dir
	return dir, nil
}

// Keepable errs where no folder of the family can hold a network of that shape so that it comes back to the bit: a
// factor on the logits is written into the head, which only a tied one, being the embedding, outlives.
func Keepable(c model.Config) error {
	if c.Untied && c.LogitMult != 1 {
		return fmt.Errorf("model.logit_mult is %g and the head is untied; for checkpoints 1 is allowed there",
			c.LogitMult)
	}
	return checkpoint.Writable(c)
}

// fill writes all files of a checkpoint.
func (k *Keeper) fill(ctx context.Context, dir string, from checkpoint.Source, g model.Growth, p Position) error {
	sums := sums{}
	err := checkpoint.Write(ctx, dir, finite{from}, checkpoint.Options{
		Meta: map[string]string{"steps": fmt.Sprint(p.Step)}, States: 2, Most: k.most, Growth: g,
		Also: func(name string) io.Writer { return sums.of(name) },
	})
	if err != nil {
		return err
	}
	position, err := p.encode()
	if err != nil {
		return err
	}
	small := map[string][]byte{positionName: position}
	if k.tokenizer != nil {
		small[tokenizerName] = k.tokenizer
	}
	for name, data := range small {
		if _, err := sums.of(name).Write(data); err != nil {
			return err
		}
		if err := durable.WriteBytes(filepath.Join(dir, name), data); err != nil {
			return err
		}
	}
	return durable.WriteBytes(filepath.Join(dir, sumsName), sums.encode())
}

// finite is a network of which no matrix may hold a NaN or an infinity.
type finite struct{ checkpoint.Source }

// errNotFinite is of a network that has diverged.
var errNotFinite = errors.New("the network has diverged, and is not saved")

func (f finite) Read(q model.Quantity, tensor, expert int, into []float32) error {
	if err := f.Source.Read(q, tensor, expert, into); err != nil {
		return err
	}
	if !model.AllFinite(into) {
		return fmt.Errorf("%w: a %s of %s is no longer finite", errNotFinite, q,
			f.Table().Tensors[tensor].Name(expert))
	}
	return nil
}

// Bytes is about what a checkpoint of a network of that shape takes on the disk.
func Bytes(t *model.Table) int64 {
	size := int64(t.Size)
	if c := t.Config; c.LogitMult != 1 && !c.Untied {
		size += int64(c.Vocab) * int64(c.Hidden) // the head, which stands apart
	}
	matrices := 0
	for _, x := range t.Tensors {
		matrices += x.Experts
	}
	const sets, entry, rest = 3, 1000, 1 << 20 // what headers say of a matrix, with its ages; the small files
	return sets*4*size + entry*int64(matrices) + rest
}

// room errs where the disk has less than a checkpoint takes.
func (k *Keeper) room(t *model.Table) error {
	need := Bytes(t) + int64(len(k.tokenizer))
	if left, ok := free(k.Dir()); ok && left < need {
		return fmt.Errorf("a checkpoint takes %.1f MB, and the disk of %s has %.1f MB left; the checkpoints that are "+
			"there stay", float64(need)/1e6, k.Dir(), float64(left)/1e6)
	}
	return nil
}

// free is the room of a disk; tests put another in its place.
var free = durable.Free
