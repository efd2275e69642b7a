package tokens

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/sparkling-lab/sparkling/sim/task"
)

// Data is the task of learning token files: the next token. It implements [task.Task]; [Data.Err] is what a file
// suffered while it was read.
type Data struct {
	spec              task.Spec
	train, validation stream
	failed            atomic.Pointer[error]
}

// Open opens the files of a valid spec, whose paths begin at the folder dir, and checks them before anything is
// learnt: each is a regular file in one of the formats, is as long as it says, has enough tokens for a row, and has no
// token that the tokenizer has not. For the last every file is read once, and progress, which may be nil, is told how
// many bytes of how many.
func Open(ctx context.Context, dir string, spec task.Spec, progress func(done, all int64)) (*Data, error) {
	d := &Data{spec: spec}
	err := d.open(dir)
	if err == nil {
		err = d.check(ctx, progress)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Data) streams() []*stream { return []*stream{&d.train, &d.validation} }

func (d *Data) open(dir string) error {
	for i, paths := range [][]string{d.spec.TrainFiles, d.spec.ValidationFiles} {
		s := d.streams()[i]
		s.symbols = d.spec.Symbols
		for _, path := range paths {
			f, err := openShard(path, filepath.Join(dir, filepath.FromSlash(path)))
			if err != nil {
				return err
			}
			s.shards = append(s.shards, f)
		}
		if err := s.fits(d.spec.Seq); err != nil {
			return err
		}
	}
	return nil
}

func (d *Data) check(ctx context.Context, progress func(done, all int64)) error {
	done, all := int64(0), (d.train.tokens()+d.validation.tokens())*tokenBytes
	buf := make([]byte, chunk)
	for _, s := range d.streams() {
		for _, f := range s.shards {
			err := f.check(ctx, s.symbols, buf, func(bytes int) {
				if done += int64(bytes); progress != nil {
					progress(done, all)
				}
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Close closes all files.
func (d *Data) Close() (err error) {
	for _, s := range d.streams() {
		for _, f := range s.shards {
			err = errors.Join(err, f.file.Close())
		}
	}
	return err
}

// Err is the first error that reading had since [Open]: what was filled in its place is worth nothing.
func (d *Data) Err() error {
	if err := d.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// note keeps the first error.
func (d *Data) note(err error) {
	if err != nil {
		first := err // what is pointed at lies on the heap, and only this shall
		d.failed.CompareAndSwap(nil, &first)
	}
}

// Tokens is how many there are to train on, and for validation.
func (d *Data) Tokens() (train, validation int64) { return d.train.tokens(), d.validation.tokens() }

// Fingerprint tells data from other data: of every file its tokens and their CRC-32C, in order. Whatever has the same
// gives the same batches.
func (d *Data) Fingerprint() string {
	said := ""
	for i, s := range d.streams() {
		said += []string{"train", " validation"}[i]
		for _, f := range s.shards {
			said += fmt.Sprintf(" %d:%08x", f.tokens, f.sum)
		}
	}
	return said
}

// Vocab implements [task.Task]: the tokens that the tokenizer knows. A network may have room for more.
func (d *Data) Vocab() int { return d.spec.Symbols }

// Symbol implements [task.Task]: the token's number.
func (d *Data) Symbol(id int32) string { return strconv.Itoa(int(id)) }

// Batch implements [task.Task]: windows from random places of the training files, all places as likely as each other
// but for 2⁻³⁰ of it. Row i of a step is the i-th number that PCG draws from (seed, step): on every machine the same,
// and whatever the size of the batch.
func (d *Data) Batch(seed uint64, step, seq int, ids, labels []int32) {
	var rng rand.PCG
	rng.Seed(seed, uint64(step))
	places := uint64(d.train.places(seq))
	for i := 0; i < len(ids); i += seq {
		d.note(d.train.place(int64(rng.Uint64()%places), ids[i:i+seq], labels[i:i+seq]))
	}
}

// Live implements [task.Task]: [task.ValWindows] windows, spread evenly over the validation files.
func (d *Data) Live(seq int) task.Set { return d.evenly(task.ValWindows, seq) }

// Full implements [task.Task]: the windows of the validation files that do not overlap, all of them, or, where these
// have more than [task.FullTokens] tokens, as many as have so many, spread evenly.
func (d *Data) Full(seq int) task.Set {
	all := d.validation.apart(seq)
	rows := min(all, int64(task.FullTokens/seq))
	return task.Set{Rows: int(rows), Seq: seq, Fill: func(row int, ids, labels []int32) {
		d.note(d.validation.part(scale(all, int64(row), rows), ids, labels))
	}}
}

// Sample implements [task.Task]: windows that are spread evenly over the validation files.
func (d *Data) Sample(seq int, ids, labels []int32) {
	rows := len(ids) / seq
	set := d.evenly(rows, seq)
	for row := range rows {
		at, end := row*seq, (row+1)*seq
		set.Fill(row, ids[at:end], labels[at:end])
	}
}

func (d *Data) evenly(rows, seq int) task.Set {
	last := d.validation.places(seq) - 1
	return task.Set{Rows: rows, Seq: seq, Fill: func(row int, ids, labels []int32) {
		d.note(d.validation.place(scale(last, int64(row), int64(max(rows-1, 1))), ids, labels))
	}}
}

// scale is n·i/of, which is where the i-th of so many is; files are far too short for the product to overflow.
func scale(n, i, of int64) int64 { return n * i / of }

// Questions implements [task.Task]: none, nobody knows how a text goes on.
func (d *Data) Questions() task.Set { return task.Set{} }

// Class implements [task.Task]: there is one.
func (d *Data) Class([]int32, int) int { return 0 }

// Floor implements [task.Task]: it is not known.
func (d *Data) Floor(int) float64 { return math.NaN() }
