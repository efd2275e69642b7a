package checkpoint

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// batch is a file with tensors of 32-bit integers.
func batch(shapes map[string]string, numbers map[string][]int32) []byte {
	header, data := "{", []byte(nil)
	for _, name := range []string{"input_ids", "labels"} {
		x, ok := numbers[name]
		if !ok {
			continue
		}
		if header != "{" {
			header += ","
		}
		header += fmt.Sprintf(`%q:{"dtype":"I32","shape":%s,"data_offsets":[%d,%d]}`, name, shapes[name], len(data),
			len(data)+4*len(x))
		for _, n := range x {
			data = binary.LittleEndian.AppendUint32(data, uint32(n))
		}
	}
	b := file(header+"}", 0)
	return append(b, data...)
}

func TestBatchIsReadAndChecked(t *testing.T) {
	c := model.Config{Vocab: 5}
	two := map[string]string{"input_ids": "[2,2]", "labels": "[2,2]"}
	ids, labels := []int32{0, 1, 4, 3}, []int32{1, -100, 3, 0}
	read := func(shapes map[string]string, numbers map[string][]int32) (Batch, error) {
		f, err := open(t, batch(shapes, numbers))
		require.NoError(t, err)
		return ReadBatch(context.Background(), f.f.Name(), c)
	}
	got, err := read(two, map[string][]int32{"input_ids": ids, "labels": labels})
	require.NoError(t, err)
	assert.Equal(t, Batch{2, 2, ids, labels}, got)
	path := filepath.Join(t.TempDir(), "written")
	require.NoError(t, got.Write(path))
	again, err := ReadBatch(context.Background(), path, c)
	require.NoError(t, err)
	assert.Equal(t, got, again)
	for name, x := range map[string]struct {
		shapes  map[string]string
		numbers map[string][]int32
		says    string
	}{
		"no labels": {two, map[string][]int32{"input_ids": ids}, "labels is missing"},
		"no ids":    {two, map[string][]int32{"labels": labels}, "input_ids is missing"},
		"id too large": {two, map[string][]int32{"input_ids": {0, 1, 5, 0}, "labels": labels},
			"input_ids[1, 0] is 5; the vocabulary has 0 to 4"},
		"id negative": {two, map[string][]int32{"input_ids": {0, -100, 0, 0}, "labels": labels},
			"input_ids[0, 1] is -100"},
		"label negative": {two, map[string][]int32{"input_ids": ids, "labels": {0, 0, 0, -1}}, "labels[1, 1] is -1"},
		"a row": {map[string]string{"input_ids": "[4]", "labels": "[4]"},
			map[string][]int32{"input_ids": ids, "labels": labels}, "shape [4]"},
		"nothing": {map[string]string{"input_ids": "[0,2]", "labels": "[0,2]"},
			map[string][]int32{"input_ids": {}, "labels": {}}, "shape [0 2]"},
		"different shapes": {map[string]string{"input_ids": "[2,2]", "labels": "[4,1]"},
			map[string][]int32{"input_ids": ids, "labels": labels}, "labels has shape [4 1]"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(x.shapes, x.numbers)
			assert.ErrorContains(t, err, x.says)
		})
	}
}
