package checkpoint

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
)

// What is saved loads again bit for bit, in the same shape; a factor on the logits comes back as a head of its own.
func TestSavedNetworkLoadsAgain(t *testing.T) {
	for name, change := range map[string]func(c *model.Config){
		"untied": func(*model.Config) {}, "tied": func(c *model.Config) { c.Untied = false },
		"tied with a factor": func(c *model.Config) { c.Untied, c.LogitMult = false, 0.5 },
	} {
		t.Run(name, func(t *testing.T) {
			c := network(t).Table.Config
			change(&c)
			w, m := model.Init(c, 1), model.Init(c, 2)
			v := model.Init(c, 3)
			dir := filepath.Join(t.TempDir(), "saved")
			require.NoError(t, Save(context.Background(), dir, map[string]string{"steps": "12"}, w, m, v))
			f, err := ReadFolder(context.Background(), dir)
			require.NoError(t, err)
			require.Len(t, f.States, 2)
			assert.Equal(t, map[string]string{"steps": "12", "format": "pt"}, f.Weights.Files[0].Meta)
			text, err := os.ReadFile(filepath.Join(dir, ConfigName))
			require.NoError(t, err)
			assert.Contains(t, string(text), `"rope_theta": 1e+06`)
			assert.Contains(t, string(text), `"attention_dropout": 0.0`)
			want := c
			want.LogitMult, want.Untied = 1, c.Untied || c.LogitMult != 1
			assert.Equal(t, want, f.Table.Config)
			for k, x := range []struct {
				set Set
				old model.Values
			}{{f.Weights, w}, {f.States[0], m}, {f.States[1], v}} {
				got, err := f.Load(context.Background(), x.set, noProgress)
				require.NoError(t, err)
				assert.Equal(t, x.old.Data, got.Data[:len(x.old.Data)])
				if head := got.Data[len(x.old.Data):]; len(head) > 0 {
					factor := []float32{0.5, 2, 4}[k]
					for i, e := range x.old.Tensor(0) {
						require.Equal(t, factor*e, head[i], "the head of %s", x.set.Name)
					}
				}
			}
			assert.Error(t, Save(context.Background(), dir, nil, w), "nothing is overwritten")
		})
	}
}

// A network of every family is saved as that family, with its scaling of the rotary embedding, and is itself when it is
// read again; what no family has is refused.
func TestEveryFamilyIsSavedAsItself(t *testing.T) {
	ctx := context.Background()
	for i, f := range families {
		c := network(t).Table.Config
		if c.Variant = f.variant; c.NoRouter {
			c.Experts, c.TopK, c.AuxLossCoef, c.ZLossCoef = 1, 1, 0, 0
		}
		c.Rope = []model.RopeScaling{{}, {Kind: model.Linear, Factor: 4},
			{Kind: model.YaRN, Factor: 4, Original: 64, Slow: 1, Fast: 32, Attention: 1.25},
			{Kind: model.Llama3, Factor: 8, Original: 64, Slow: 1, Fast: 4}}[i%4]
		c.RawTopK = f.topK
		require.NoError(t, c.Validate())
		dir, w := filepath.Join(t.TempDir(), "saved"), model.Init(c, 1)
		require.NoError(t, Save(ctx, dir, nil, w))
		folder, err := ReadFolder(ctx, dir)
		require.NoError(t, err, f.model)
		assert.Equal(t, f.model, folder.Family())
		assert.Equal(t, c, folder.Table.Config)
		got, err := folder.Load(ctx, folder.Weights, noProgress)
		require.NoError(t, err)
		assert.Equal(t, w.Data, got.Data, f.model)
	}
	c := network(t).Table.Config
	c.PostNorm = true
	assert.ErrorContains(t, Save(ctx, filepath.Join(t.TempDir(), "saved"), nil, model.Init(c, 1)),
		"no family of checkpoints has networks like this one")
}
