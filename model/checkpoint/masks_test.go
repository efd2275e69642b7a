package checkpoint

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// part is one tensor of a batch file.
type part struct {
	name, dtype, shape string
	data               []byte
}

func longs(name, shape string, x ...int64) part {
	p := part{name, "I64", shape, nil}
	for _, v := range x {
		p.data = binary.LittleEndian.AppendUint64(p.data, uint64(v))
	}
	return p
}

func singles(name, shape string, x ...float32) part {
	p := part{name, "F32", shape, nil}
	for _, v := range x {
		p.data = binary.LittleEndian.AppendUint32(p.data, math.Float32bits(v))
	}
	return p
}

// batchFile is a batch of 2 rows of 4 tokens, with these parts too.
func batchFile(parts ...part) []byte {
	parts = append([]part{longs("input_ids", "[2,4]", 0, 1, 2, 3, 4, 5, 6, 7),
		longs("labels", "[2,4]", 1, 2, 3, -100, 5, 6, 7, -100)}, parts...)
	header, data := "{", []byte(nil)
	for i, p := range parts {
		if i > 0 {
			header += ","
		}
		header += fmt.Sprintf(`%q:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, p.name, p.dtype, p.shape, len(data),
			len(data)+len(p.data))
		data = append(data, p.data...)
	}
	return append(file(header+"}", 0), data...)
}

func readParts(t testing.TB, data []byte) (Batch, error) {
	path := filepath.Join(t.TempDir(), "batch.safetensors")
	require.NoError(t, os.WriteFile(path, data, 0o644))
	return ReadBatch(context.Background(), path, model.Config{Vocab: 8})
}

// What changes nothing is read, what is understood is done, and the batch is then what it says.
func TestBatchIsReadAsItsMasksAndPositionsMeanIt(t *testing.T) {
	whole := Batch{2, 4, []int32{0, 1, 2, 3, 4, 5, 6, 7}, []int32{1, 2, 3, -100, 5, 6, 7, -100}}
	three := Batch{2, 3, []int32{0, 1, 2, 4, 5, 6}, []int32{1, 2, 3, 5, 6, 7}}
	apart := Batch{4, 2, whole.IDs, whole.Labels}
	yes := []byte{1, 1, 1, 1, 1, 1, 1, 1}
	for name, c := range map[string]struct {
		parts []part
		want  Batch
	}{
		"nothing else":          {nil, whole},
		"positions":             {[]part{longs("position_ids", "[2,4]", 0, 1, 2, 3, 0, 1, 2, 3)}, whole},
		"positions of all rows": {[]part{longs("position_ids", "[1,4]", 0, 1, 2, 3)}, whole},
		"positions of a row":    {[]part{longs("position_ids", "[4]", 0, 1, 2, 3)}, whole},
		"positions begin later": {[]part{longs("position_ids", "[2,4]", 7, 8, 9, 10, 0, 1, 2, 3)}, whole},
		"positions in 32 bits": {[]part{{"position_ids", "I32", "[4]",
			[]byte{0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}}}, whole},
		"positions begin anew":   {[]part{longs("position_ids", "[2,4]", 0, 1, 0, 1, 0, 1, 0, 1)}, apart},
		"anew, from elsewhere":   {[]part{longs("position_ids", "[2,4]", 5, 6, 0, 1, 3, 4, 0, 1)}, apart},
		"all are seen":           {[]part{longs("attention_mask", "[2,4]", 1, 1, 1, 1, 1, 1, 1, 1)}, whole},
		"all are seen, as bytes": {[]part{{"attention_mask", "BOOL", "[2,4]", yes}}, whole},
		"all are seen, small":    {[]part{{"attention_mask", "I8", "[2,4]", yes}}, whole},
		"all are seen, floats":   {[]part{singles("attention_mask", "[2,4]", 1, 1, 1, 1, 1, 1, 1, 1)}, whole},
		"all are seen, BF16": {[]part{{"attention_mask", "BF16", "[2,4]", []byte{0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f,
			0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f, 0x80, 0x3f}}}, whole},
		"padded on the right": {[]part{longs("attention_mask", "[2,4]", 1, 1, 1, 0, 1, 1, 1, 0)}, three},
		"padded, with positions": {[]part{longs("attention_mask", "[2,4]", 1, 1, 1, 0, 1, 1, 1, 0),
			longs("position_ids", "[2,4]", 0, 1, 2, 1, 0, 1, 2, 1)}, three},
		"nothing below 0": {[]part{singles("attention_mask", "[2,4]", 1, 1, 1, float32(math.Copysign(0, -1)), 1,
			1, 1, 0)}, three},
		"all count": {[]part{singles("loss_mask", "[2,4]", 1, 1, 1, 1, 1, 1, 1, 1)}, whole},
		"those that count": {[]part{longs("loss_mask", "[2,4]", 0, 1, 1, 0, 1, 0, 1, 1)},
			Batch{2, 4, whole.IDs, []int32{-100, 2, 3, -100, 5, -100, 7, -100}}},
		"padded on the left, where nothing counts": {[]part{longs("loss_mask", "[2,4]", 0, 1, 1, 1, 0, 1, 1, 1),
			longs("attention_mask", "[2,4]", 0, 1, 1, 1, 0, 1, 1, 1),
			longs("position_ids", "[2,4]", -1, 0, 1, 2, 1, 0, 1, 2)},
			Batch{2, 3, []int32{1, 2, 3, 5, 6, 7}, []int32{2, 3, -100, 6, 7, -100}}},
		"what tokenizers add": {[]part{longs("token_type_ids", "[2,4]", 0, 0, 0, 0, 0, 0, 0, 0),
			longs("special_tokens_mask", "[1]", 1), singles("logits", "[1]", 3)}, whole},
		"nothing in it": {[]part{longs("position_ids", "[0]"), longs("cu_seqlens", "[0]"),
			longs("attention_mask", "[2,0]")}, whole},
	} {
		got, err := readParts(t, batchFile(c.parts...))
		if assert.NoError(t, err, name) {
			assert.Equal(t, c.want, got, name)
		}
	}
}

// What would change the result otherwise is refused by name.
func TestBatchThatMeansSomethingElseIsRefusedByName(t *testing.T) {
	for name, c := range map[string]struct {
		part part
		says string
	}{
		"counting by two": {longs("position_ids", "[2,4]", 0, 2, 4, 6, 0, 2, 4, 6),
			"position_ids[0, 1] is 2, after 0"},
		"counting down":      {longs("position_ids", "[4]", 3, 2, 1, 0), "position_ids[0, 1] is 2, after 3"},
		"a gap":              {longs("position_ids", "[4]", 0, 1, 5, 6), "position_ids[0, 2] is 5, after 1"},
		"anew, but not at 0": {longs("position_ids", "[4]", 0, 1, 1, 2), "position_ids[0, 2] is 1, after 1"},
		"uneven parts": {longs("position_ids", "[4]", 0, 1, 2, 0),
			"position_ids[0, 3] ends a sequence of 1 tokens, and the first has 3"},
		"parts in one row only": {longs("position_ids", "[2,4]", 0, 1, 2, 3, 0, 1, 0, 1),
			"position_ids[1, 1] ends a sequence of 2 tokens, and the first has 4"},
		"no positions":       {longs("position_ids", "[4]", 0, 0, 0, 0), "position_ids is 0 at every token"},
		"negative positions": {longs("position_ids", "[4]", -1, 0, 1, 2), "position_ids[0, 0] is -1"},
		"positions without end": {longs("position_ids", "[4]", 0, 1, math.MaxInt64, math.MinInt64),
			"position_ids[0, 2] is"},
		"positions of more": {longs("position_ids", "[5]", 0, 1, 2, 3, 4), "position_ids has shape [5]"},
		"three positions a token": {longs("position_ids", "[3,1,2]", 0, 1, 0, 1, 0, 1),
			"position_ids has shape [3 1 2]"},
		"positions as floats": {singles("position_ids", "[4]", 0, 1, 2, 3), "position_ids is F32"},
		"padding that differs": {longs("attention_mask", "[2,4]", 1, 1, 1, 1, 1, 1, 1, 0),
			"attention_mask[1, 3] is 0: tokens can be hidden only in whole columns"},
		"less padding below": {longs("attention_mask", "[2,4]", 1, 1, 1, 0, 1, 1, 1, 1),
			"attention_mask[1, 3] is 1"},
		"a hole": {longs("attention_mask", "[2,4]", 1, 0, 1, 1, 1, 0, 1, 1),
			"attention_mask[0, 2] is 1"},
		"nothing is seen": {longs("attention_mask", "[2,4]", 0, 0, 0, 0, 0, 0, 0, 0),
			"attention_mask hides every token"},
		"hidden, but it counts": {longs("attention_mask", "[2,4]", 0, 1, 1, 1, 0, 1, 1, 1),
			"labels[0, 0] is 1, but attention_mask hides the token"},
		"added to the scores": {singles("attention_mask", "[2,4]", 0, 0, 0, -1e9, 0, 0, 0, -1e9),
			"attention_mask[0, 3] is neither 0 nor 1"},
		"which parts see which": {longs("attention_mask", "[2,4]", 1, 1, 2, 2, 1, 1, 2, 2),
			"attention_mask[0, 2] is neither 0 nor 1"},
		"pairs that see": {longs("attention_mask", "[1,1,2,2]", 1, 0, 1, 1),
			"attention_mask has shape [1 1 2 2]"},
		"weights of labels": {singles("loss_mask", "[2,4]", 1, 0.5, 1, 1, 1, 1, 1, 1),
			"loss_mask[0, 1] is neither 0 nor 1"},
		"the least byte": {part{"loss_mask", "I8", "[2,4]", []byte{0x80, 1, 1, 1, 1, 1, 1, 1}},
			"loss_mask[0, 0] is neither 0 nor 1"},
		"no number": {singles("loss_mask", "[2,4]", float32(math.NaN()), 1, 1, 1, 1, 1, 1, 1),
			"loss_mask[0, 0] is neither 0 nor 1"},
		"loss mask of a row":   {longs("loss_mask", "[4]", 1, 1, 1, 1), "loss_mask has shape [4]"},
		"loss mask of eighths": {part{"loss_mask", "F8_E4M3", "[2,4]", make([]byte, 8)}, "loss_mask is F8_E4M3"},
		"no label":             {longs("loss_mask", "[2,4]", 0, 0, 0, 1, 0, 0, 0, 1), "no label counts"},
		"ends of parts":        {longs("cu_seqlens", "[3]", 0, 4, 8), "tensor cu_seqlens is not known here"},
		"names of parts": {longs("seq_idx", "[2,4]", 0, 0, 1, 1, 0, 0, 1, 1),
			"tensor seq_idx is not known here"},
		"another case": {longs("Position_IDs", "[4]", 0, 1, 2, 3), "tensor Position_IDs is not known " +
			"here, and may change what the batch means; position_ids is spelt otherwise"},
		"a divisor": {longs("num_items_in_batch", "[1]", 4), "tensor num_items_in_batch"},
	} {
		_, err := readParts(t, batchFile(c.part))
		if assert.Error(t, err, name) {
			assert.Contains(t, err.Error(), c.says, name)
			assert.NotContains(t, err.Error(), "\n", name)
		}
	}
	both := batchFile(longs("attention_mask", "[2,4]", 1, 1, 1, 1, 1, 1, 1, 1),
		longs("position_ids", "[2,4]", 0, 1, 0, 1, 0, 1, 0, 1))
	_, err := readParts(t, both)
	assert.ErrorContains(t, err, "position_ids begins anew within a row, and attention_mask is there too")
}

// Any file gives a batch that holds together, or an error of one line.
func FuzzBatch(f *testing.F) {
	f.Add(batchFile())
	f.Add(batchFile(longs("attention_mask", "[2,4]", 1, 1, 1, 0, 1, 1, 1, 0), longs("position_ids", "[4]", 0, 1, 2, 3)))
	f.Add(batchFile(longs("position_ids", "[4]", 0, 1, 0, 1), singles("loss_mask", "[2,4]", 1, 0, 1, 0, 1, 0, 1, 0)))
	f.Add(batchFile(part{"attention_mask", "BOOL", "[2,4]", []byte{1, 1, 1, 1, 1, 1, 1, 1}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		b, err := readParts(t, data)
		if err != nil {
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		require.Positive(t, b.Rows*b.Seq)
		require.Len(t, b.IDs, b.Rows*b.Seq)
		require.Len(t, b.Labels, b.Rows*b.Seq)
		for i, id := range b.IDs {
			require.True(t, id >= 0 && id < 8 && b.Labels[i] < 8 && (b.Labels[i] >= 0 || b.Labels[i] == Ignored))
		}
	})
}
