package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
)

// frequencies are the names under which older programs store what config.json says already: how fast each pair of a
// head turns.
var frequencies = regexp.MustCompile(`(^|\.)rotary_emb\.(original_)?inv_freq$`)

// spot is where a matrix lies: number i of those of an entry.
type spot struct {
	shard Shard
	entry Entry
	i     int
}

// redundant requires of what a set holds besides the network's matrices that it says the same as they and config.json:
// a matrix that is stored under two names, as a tied head beside the embedding, and rotary frequencies. Tensors without
// elements say nothing.
func (f *Folder) redundant(ctx context.Context, s Set) error {
	stored, first := s.Names.Stored(f.Table), map[MatrixRef]spot{}
	for _, shard := range s.Files {
		for _, e := range shard.Entries {
			if e.Len() == 0 {
				continue
			}
			if frequencies.MatchString(e.Name) {
				if err := f.sameFrequencies(ctx, shard, e); err != nil {
					return err
				}
			}
			for i, p := range stored[e.Name].Matrices {
				here := spot{shard, e, i}
				if there, twice := first[p]; !twice {
					first[p] = here
				} else if err := f.sameMatrix(ctx, s.Names, p, there, here); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// twice requires of a set that lies there as one file and as several that it is the same.
func (f *Folder) twice(ctx context.Context, s Set) error {
	if len(s.again) == 0 {
		return nil
	}
	again := Set{Name: s.Name, Names: s.Names, Files: s.again}
	err := again.fits(f.Table)
	if err == nil {
		err = f.redundant(ctx, Set{Name: s.Name, Names: s.Names, Files: append(slices.Clone(s.Files), s.again...)})
	}
	if err != nil {
		err = fmt.Errorf("there is %s, and %s lists other files, which are there too and do not hold the same; take "+
			"away what is not meant: %w", s.Name+suffix, s.IndexName(), err)
	}
	return err
}

// sameMatrix compares a matrix that is stored twice, bit by bit.
func (f *Folder) sameMatrix(ctx context.Context, names Naming, p MatrixRef, a, b spot) error {
	x := f.Table.Tensors[p.Tensor]
	size := x.Rows.Size * x.Cols.Size
	var files [2]*File
	for k, s := range []spot{a, b} {
		file, err := f.Open(s.shard)
		if err != nil {
			return err
		}
		defer file.Close()
		files[k] = file
	}
	var buf [2][chunk / 4]float32
	for at := 0; at < size; at += len(buf[0]) {
		n := min(len(buf[0]), size-at)
		for k, s := range []spot{a, b} {
			if err := files[k].Floats(ctx, buf[k][:n], s.entry.part(s.i*size+at, n)); err != nil {
				return err
			}
		}
		for i := range n {
			if math.Float32bits(buf[0][i]) == math.Float32bits(buf[1][i]) {
				continue
			}
			text := fmt.Sprintf("%s in %s and %s in %s hold the same matrix, %s, and differ in it at [%d, %d]",
				a.entry.Name, a.shard.Name, b.entry.Name, b.shard.Name,
				names.Name(x.Part, x.Layer, p.Expert), (at+i)/x.Cols.Size, (at+i)%x.Cols.Size)
			if x.Part == model.Embed {
				text += fmt.Sprintf("; tie_word_embeddings in %s is true", ConfigName)
			}
			return errors.New(text)
		}
	}
	return nil
}

// sameFrequencies compares stored frequencies with those of config.json, base^(−2i/head_dim) or scaled, as near as
// their type and single precision let programs come.
func (f *Folder) sameFrequencies(ctx context.Context, shard Shard, e Entry) error {
	c := f.Table.Config
	if !e.DType.Float() {
		return fmt.Errorf("tensor %s in %s is %s; allowed are %s, %s and %s", brief(e.Name), shard.Name, e.DType, F32,
			BF16, F16)
	}
	if len(e.Shape) != 1 || e.Shape[0] != c.HeadDim/2 {
		return fmt.Errorf("tensor %s in %s has shape %v; %s asks for %v", brief(e.Name), shard.Name, e.Shape,
			ConfigName, []int{c.HeadDim / 2})
	}
	file, err := f.Open(shard)
	if err != nil {
		return err
	}
	defer file.Close()
	got := make([]float32, e.Len())
	if err := file.Floats(ctx, got, e); err != nil {
		return err
	}
	near, step := 1e-5, 0.0
	switch e.DType {
	case BF16:
		near = 1.0 / 128
	case F16: // whose smallest numbers lie a step apart
		near, step = 1.0/1024, 1.0/(1<<24)
	}
	for i, want := range c.Frequencies() {
		if x := got[i]; !(math.Abs(float64(x)-want) <= near*want+step) {
			return fmt.Errorf("%s holds %s, whose element %d is %g; by rope_theta and head_dim in %s it is %g",
				shard.Name, brief(e.Name), i, got[i], ConfigName, want)
		}
	}
	return nil
}
