package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
)

// The right loss of every form of configuration and of batch; what is not computed is refused by name.
func TestEveryFormOfConfigAndBatchGivesItsRightLossOrIsNamed(t *testing.T) {
	plain, err := os.ReadFile(filepath.Join(kinds, "config.json"))
	require.NoError(t, err)
	set := func(changes string) []byte { // keys of the config in place of rope_theta
		return []byte(strings.Replace(string(plain), ` "rope_theta": 10000.0,`, changes, 1))
	}
	linear, err := os.ReadFile(filepath.Join(kinds, "linear.json"))
	require.NoError(t, err)
	const (
		apart   = 2.4587961 // what the halves of every row give as rows
		slower  = 2.3916708 // with positions that are scaled linearly, by 8
		longest = `"rope_theta": 10000, "rope_scaling": {"type": "longrope", "factor": 8.0},`
	)
	for name, c := range map[string]struct {
		config []byte
		batch  string
		loss   float64
		says   []string
	}{
		"plain":                         {plain, "batch", rightLoss, nil},
		"linear scaling by the old key": {linear, "batch", slower, nil},
		"linear scaling, older": {set(`"rope_theta": 10000, "rope_scaling": {"type": "linear", ` +
			`"factor": 8.0},`), "batch", slower, nil},
		"another scaling": {set(longest), "batch", 0, []string{"config.json", `rope_scaling.type is "longrope"`}},
		"a block for every layer type": {set(`"layer_types": ["full_attention"], "rope_parameters": ` +
			`{"full_attention": {"rope_type": "default", "rope_theta": 1e4}, "sliding_attention": {"rope_theta": 7}},`),
			"batch", rightLoss, nil},
		"scaled for the layer type": {set(`"rope_parameters": {"full_attention": {"rope_type": "linear", ` +
			`"factor": 8.0, "rope_theta": 1e4}},`), "batch", slower, nil},
		"another scaling for the layer type": {set(`"rope_parameters": {"full_attention": {"rope_type": "longrope", ` +
			`"factor": 8.0, "rope_theta": 1e4}},`), "batch", 0,
			[]string{`rope_parameters.full_attention.rope_type is "longrope"`}},
		"defaults spelt out": {set(`"rope_theta": 1e4, "rope_scaling": null, "attention_bias": false, ` +
			`"sliding_window": null, "mlp_only_layers": [], "dtype": "float32",`), "batch", rightLoss, nil},
		"in UTF-16": {append([]byte{0xff, 0xfe}, twoBytes(plain)...), "batch", rightLoss, nil},
		"an unknown key": {set(`"rope_theta": 1e4, "attn_logit_softcapping": 50.0,`), "batch", 0,
			[]string{"attn_logit_softcapping is not known here"}},
		"rows":                      {plain, "apart", apart, nil},
		"positions that begin anew": {plain, "packed", apart, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir, batch := kind(t, "split"), filepath.Join(kinds, c.batch+".safetensors")
			put(t, dir, "config.json", c.config)
			if c.says != nil {
				refused(t, c.says, "check", "--model", dir, "--batch", batch)
				refused(t, c.says, "widen", "--model", dir, "--out", filepath.Join(t.TempDir(), "wide"),
					"--axis", "inner")
				return
			}
			got, _ := checkedAt(t, dir, batch)
			assert.InDelta(t, c.loss, float64(got.CELoss), 1e-6)
		})
	}
}

// twoBytes is ASCII text with a zero beside every character.
func twoBytes(text []byte) (b []byte) {
	for _, c := range text {
		b = append(b, c, 0)
	}
	return b
}

// Padding that a mask hides in every row changes nothing that check prints: not the loss, and not what is averaged over
// tokens.
func TestPaddingThatIsHiddenChangesNothing(t *testing.T) {
	dir := kind(t, "split")
	want, _ := checkedAt(t, dir, kindBatch)
	ids, labels := tensorsOf(t, kinds, "batch.safetensors")[0], tensorsOf(t, kinds, "batch.safetensors")[1]
	if ids.Name != "input_ids" {
		ids, labels = labels, ids
	}
	pad := func(x fixture.Tensor, with int64) fixture.Tensor { // one column before, two after
		out := fixture.Tensor{Name: x.Name, DType: x.DType, Shape: []int{2, 11}}
		for r := range 2 {
			out.Data = slices.Concat(out.Data, fixture.Ints64("", nil, with).Data, x.Data[64*r:64*r+64],
				fixture.Ints64("", nil, with, with).Data)
		}
		return out
	}
	seen := []int64{0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0}
	batch := filepath.Join(t.TempDir(), "padded.safetensors")
	put(t, filepath.Dir(batch), filepath.Base(batch), fixture.Encode(t, nil, pad(ids, 3), pad(labels, -100),
		fixture.Ints64("attention_mask", []int{2, 11}, slices.Concat(seen, seen)...),
		fixture.Ints64("position_ids", []int{11}, 1, 0, 1, 2, 3, 4, 5, 6, 7, 1, 1)))
	got, _ := checkedAt(t, dir, batch)
	assert.Equal(t, want, got)
}
