package checkpoint

import (
	"context"
	"fmt"
	"math"
	"regexp"

	"github.com/sparkling-lab/sparkling/model"
)

// frequencies are the names under which older programs store what config.json says already: how fast each pair of a head turns.
var frequencies = regexp.MustCompile(`^model\.(layers\.\d+\.self_attn\.)?rotary_emb\.(original_)?inv_freq$`)

// redundant requires of what a set holds besides the network's matrices that it says the same as they and config.json: a tied head that is
// stored too, and rotary frequencies. Tensors without elements say nothing.
func (f *Folder) redundant(ctx context.Context, s Set) error {
	slots := Slots(f.Table)
	for _, shard := range s.Files {
		for _, e := range shard.Entries {
			var err error
			switch {
			case e.Len() == 0:
			case slots[e.Name].Again:
				err = f.sameAsEmbedding(ctx, s, shard, e)
			case frequencies.MatchString(e.Name):
				err = f.sameFrequencies(ctx, shard, e)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// sameAsEmbedding compares a stored head with the embedding that it is tied to, bit by bit.
func (f *Folder) sameAsEmbedding(ctx context.Context, s Set, shard Shard, head Entry) error {
	name := f.Table.Tensors[f.Table.Find(model.Embed, -1)].Name(0)
	a, err := f.Open(shard)
	if err != nil {
		return err
	}
	defer a.Close()
	for _, other := range s.Files {
		embed, ok := other.Find(name)
		if !ok {
			continue
		}
		b, err := f.Open(other)
		if err != nil {
			return err
		}
		defer b.Close()
		const n = chunk / 4
		x, y := make([]float32, n), make([]float32, n)
		for at := 0; at < head.Len(); at += n {
			k := min(n, head.Len()-at)
			if err := a.Floats(ctx, x[:k], head.part(at, k)); err != nil {
				return err
			}
			if err := b.Floats(ctx, y[:k], embed.part(at, k)); err != nil {
				return err
			}
			for i := range k {
				if math.Float32bits(x[i]) != math.Float32bits(y[i]) {
					return fmt.Errorf("%s holds %s, which differs from %s at [%d, %d], but tie_word_embeddings in %s is true",
						shard.Name, head.Name, name, (at+i)/head.Shape[1], (at+i)%head.Shape[1], ConfigName)
				}
			}
		}
	}
	return nil
}

// sameFrequencies compares stored frequencies with base^(−2i/head_dim), as near as their type and single precision let programs come.
func (f *Folder) sameFrequencies(ctx context.Context, shard Shard, e Entry) error {
	c := f.Table.Config
	if e.DType != F32 && e.DType != BF16 {
		return fmt.Errorf("tensor %s in %s is %s; allowed are %s and %s", e.Name, shard.Name, e.DType, F32, BF16)
	}
	if len(e.Shape) != 1 || e.Shape[0] != c.HeadDim/2 {
		return fmt.Errorf("tensor %s in %s has shape %v; %s asks for %v", e.Name, shard.Name, e.Shape, ConfigName, []int{c.HeadDim / 2})
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
	near := 1e-5
	if e.DType == BF16 {
		near = 1.0 / 128
	}
	for i, x := range got {
		want := math.Pow(c.RopeBase, -2*float64(i)/float64(c.HeadDim))
		if !(math.Abs(float64(x)-want) <= near*want) {
			return fmt.Errorf("%s holds %s, whose element %d is %g; by rope_theta and head_dim in %s it is %g",
				shard.Name, e.Name, i, x, ConfigName, want)
		}
	}
	return nil
}
