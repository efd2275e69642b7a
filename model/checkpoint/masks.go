package checkpoint

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// meant is the batch as the file's masks and positions mean it.
func (b Batch) meant(ctx context.Context, f *File) (Batch, error) {
	if e, ok := f.Find(countsName); ok && e.Len() > 0 {
		counts, err := b.mask(ctx, f, e)
		if err != nil {
			return b, err
		}
		for i, c := range counts {
			if !c {
				b.Labels[i] = Ignored
			}
		}
	}
	from, to := 0, b.Seq
	e, masked := f.Find(seenName)
	if masked = masked && e.Len() > 0; masked {
		seen, err := b.mask(ctx, f, e)
		if err != nil {
			return b, err
		}
		if from, to, err = b.columns(seen); err != nil {
			return b, err
		}
	}
	length := to - from
	if e, ok := f.Find(positionsName); ok && e.Len() > 0 {
		at, err := b.positions(ctx, f, e)
		if err != nil {
			return b, err
		}
		if length, err = segment(at, b.Seq, from, to); err != nil {
			return b, err
		}
		if masked && length < to-from {
			return b, fmt.Errorf("%s begins anew within a row, and %s is there too: whether the parts see each other "+
				"is not said; give them as rows", positionsName, seenName)
		}
	}
	return b.cut(from, to, length), nil
}

// cut keeps the columns from..to of every row, and makes a row of each length of them.
func (b Batch) cut(from, to, length int) Batch {
	out := Batch{Rows: b.Rows * ((to - from) / length), Seq: length}
	for r := range b.Rows {
		out.IDs = append(out.IDs, b.IDs[r*b.Seq+from:r*b.Seq+to]...)
		out.Labels = append(out.Labels, b.Labels[r*b.Seq+from:r*b.Seq+to]...)
	}
	return out
}

// ones are the bits of 1 in the types that a mask may have.
var ones = map[DType]uint64{
	"BOOL": 1, "U8": 1, "I8": 1, "U16": 1, "I16": 1, "U32": 1, I32: 1, "U64": 1, I64: 1, "F16": 0x3c00, BF16: 0x3f80,
	F32: 0x3f800000, "F64": 0x3ff0000000000000,
}

// mask reads one yes or no a token.
func (b Batch) mask(ctx context.Context, f *File, e Entry) ([]bool, error) {
	one, ok := ones[e.DType]
	switch {
	case !ok:
		return nil, fmt.Errorf("%s is %s, which is no type of a mask", e.Name, e.DType)
	case !slices.Equal(e.Shape, []int{b.Rows, b.Seq}):
		return nil, fmt.Errorf("%s has shape %v; allowed is that of %s, %v", e.Name, e.Shape, idsName,
			[]int{b.Rows, b.Seq})
	}
	size := int(sizes[e.DType])
	negative := uint64(0) // −0, where the type has one
	if strings.Contains(string(e.DType), "F") {
		negative = 1 << (8*size - 1)
	}
	var out []bool
	bad := -1
	err := f.each(ctx, e, func(piece []byte) {
		var word [8]byte
		for ; len(piece) > 0; piece = piece[size:] {
			copy(word[:], piece[:size])
			x := binary.LittleEndian.Uint64(word[:])
			if x != 0 && x != one && x != negative && bad < 0 {
				bad = len(out)
			}
			out = append(out, x == one)
		}
	})
	if err == nil && bad >= 0 {
		err = fmt.Errorf("%s[%d, %d] is neither 0 nor 1; other weights are not computed here", e.Name,
			bad/b.Seq, bad%b.Seq)
	}
	return out, err
}

// columns are those that attention_mask shows. A token that is hidden must be so in every row, at the beginning or the
// end, for then the batch is that without the column. Elsewhere hidden tokens would still be among those that the
// experts are balanced over.
func (b Batch) columns(seen []bool) (from, to int, err error) {
	first := seen[:b.Seq]
	from = slices.Index(first, true)
	if from < 0 {
		return 0, 0, fmt.Errorf("%s hides every token of row 0", seenName)
	}
	to = from
	for to < b.Seq && first[to] {
		to++
	}
	for i, s := range seen {
		if t := i % b.Seq; s != (t >= from && t < to) {
			return 0, 0, fmt.Errorf("%s[%d, %d] is %d: tokens can be hidden only in whole columns, before the first "+
				"or after the last that is seen", seenName, i/b.Seq, t, map[bool]int{true: 1}[s])
		}
	}
	for i, s := range seen {
		if !s && b.Labels[i] != Ignored {
			return 0, 0, fmt.Errorf("%s[%d, %d] is %d, but %s hides the token; only %d can stand there", labelsName,
				i/b.Seq, i%b.Seq, b.Labels[i], seenName, Ignored)
		}
	}
	return from, to, nil
}

// positions reads position_ids, of every row or of all rows at once.
func (b Batch) positions(ctx context.Context, f *File, e Entry) ([]int64, error) {
	one := slices.Equal(e.Shape, []int{b.Seq}) || slices.Equal(e.Shape, []int{1, b.Seq})
	switch {
	case e.DType != I64 && e.DType != I32:
		return nil, fmt.Errorf("%s is %s; allowed are %s and %s", e.Name, e.DType, I64, I32)
	case !one && !slices.Equal(e.Shape, []int{b.Rows, b.Seq}):
		return nil, fmt.Errorf("%s has shape %v; allowed is that of %s, %v, or of one row", e.Name, e.Shape, idsName,
			[]int{b.Rows, b.Seq})
	}
	at, err := f.Ints(ctx, e)
	if err == nil && one {
		at = slices.Repeat(at, b.Rows)
	}
	return at, err
}

// segment is the length of the sequences that positions tell apart in the columns from..to of rows of seq tokens. The
// rotary embedding knows distances only, so that it does not matter where a row begins to count; where it begins anew
// at 0, another sequence begins.
func segment(at []int64, seq, from, to int) (int, error) {
	length := 0
	for r := range len(at) / seq {
		row, begun := at[r*seq+from:r*seq+to], 0
		for t := 1; t <= len(row); t++ {
			if x := row[t-1]; x < 0 || x > math.MaxInt32 {
				return 0, fmt.Errorf("%s[%d, %d] is %d; allowed are 0 to %d", positionsName, r, from+t-1, x,
					math.MaxInt32)
			}
			if t < len(row) && row[t] == row[t-1]+1 {
				continue
			}
			if t < len(row) && row[t] != 0 {
				return 0, fmt.Errorf("%s[%d, %d] is %d, after %d: positions count up by one, or begin anew at 0",
					positionsName, r, from+t, row[t], row[t-1])
			}
			if length == 0 {
				length = t - begun
			}
			if t-begun != length {
				return 0, fmt.Errorf("%s[%d, %d] ends a sequence of %d tokens, and the first has %d: packed "+
					"sequences must have one length; give others in files of their own", positionsName, r, from+t-1,
					t-begun, length)
			}
			begun = t
		}
	}
	if length == 1 && to-from > 1 {
		return 0, fmt.Errorf("%s is 0 at every token: no sequence has more than one", positionsName)
	}
	return length, nil
}
