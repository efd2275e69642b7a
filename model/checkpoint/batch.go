package checkpoint

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
)

// Ignored is the label of a token that the loss leaves out.
const Ignored = -100

// maxTokens bounds a batch.
const maxTokens = 1 << 20

// Batch is token ids and, for each, the label that should follow: row by row, Rows sequences of Seq tokens.
type Batch struct {
	Rows, Seq   int
	IDs, Labels []int32
}

// NewBatch is a batch of zeros.
func NewBatch(rows, seq int) Batch {
	return Batch{rows, seq, make([]int32, rows*seq), make([]int32, rows*seq)}
}

// Write writes the batch as a file that [ReadBatch] reads.
func (b Batch) Write(path string) error { return durable.WriteFile(path, b.Encode) }

// Encode writes what such a file holds.
func (b Batch) Encode(to io.Writer) error {
	shape := []int{b.Rows, b.Seq}
	data, err := Header{Entries: []Entry{{Name: idsName, DType: I64, Shape: shape},
		{Name: labelsName, DType: I64, Shape: shape}}}.encode()
	if err != nil {
		return err
	}
	for _, x := range append(slices.Clone(b.IDs), b.Labels...) {
		data = binary.LittleEndian.AppendUint64(data, uint64(x))
	}
	_, err = to.Write(data)
	return err
}

// The tensors of a batch that are read.
const idsName, labelsName, positionsName, seenName, countsName = "input_ids", "labels", "position_ids",
	"attention_mask", "loss_mask"

// beside are tensors of a batch that change nothing: what others computed of it, and what tokenizers add and no network
// of the family takes.
var beside = []string{"logits", "loss", "lb", "z", "objective", "token_type_ids", "special_tokens_mask"}

// ReadBatch reads a batch from a safetensors file: input_ids and labels, integers of shape (rows, tokens), where labels
// are shifted already, and what else says how they are meant. loss_mask takes labels away; attention_mask takes away
// columns, position_ids makes rows of what is packed into one. Where these ask for what is not computed here they are
// refused, as are tensors of any other name.
func ReadBatch(ctx context.Context, path string, c model.Config) (Batch, error) {
	f, err := Open(path)
	if err != nil {
		return Batch{}, err
	}
	defer f.Close()
	b, err := readBatch(ctx, f, c)
	if err != nil {
		return b, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

func readBatch(ctx context.Context, f *File, c model.Config) (b Batch, err error) {
	known := append([]string{idsName, labelsName, positionsName, seenName, countsName}, beside...)
	for _, e := range f.Entries {
		if !slices.Contains(known, e.Name) && e.Len() > 0 {
			return b, fmt.Errorf("tensor %s is not known here, and may change what the batch means%s", brief(e.Name),
				similar(e.Name, slices.Values(known)))
		}
	}
	var shapes [2][]int
	for i, t := range []struct {
		name string
		into *[]int32
		also bool // −100 is allowed
	}{{idsName, &b.IDs, false}, {labelsName, &b.Labels, true}} {
		e, ok := f.Find(t.name)
		switch {
		case !ok:
			return b, fmt.Errorf("tensor %s is missing", t.name)
		case e.DType != I64 && e.DType != I32:
			return b, fmt.Errorf("tensor %s is %s; allowed are %s and %s", t.name, e.DType, I64, I32)
		case len(e.Shape) != 2 || e.Len() == 0 || e.Len() > maxTokens:
			return b, fmt.Errorf("tensor %s has shape %v; allowed are rows and tokens, together 1 to %d", t.name,
				e.Shape, maxTokens)
		}
		shapes[i] = e.Shape
		ids, err := f.Ints(ctx, e)
		if err != nil {
			return b, err
		}
		for at, id := range ids {
			if (id < 0 || id >= int64(c.Vocab)) && (!t.also || id != Ignored) {
				return b, fmt.Errorf("%s[%d, %d] is %d; the vocabulary has 0 to %d", t.name, at/e.Shape[1],
					at%e.Shape[1], id, c.Vocab-1)
			}
			*t.into = append(*t.into, int32(id))
		}
	}
	if !slices.Equal(shapes[0], shapes[1]) {
		return b, fmt.Errorf("labels has shape %v, input_ids %v", shapes[1], shapes[0])
	}
	b.Rows, b.Seq = shapes[0][0], shapes[0][1]
	if b, err = b.meant(ctx, f); err == nil && !slices.ContainsFunc(b.Labels,
		func(y int32) bool { return y != Ignored }) {
		err = errors.New("no label counts, and a mean of nothing is no loss")
	}
	return b, err
}
