package gguf_test

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/gguf"
)

// tensor is one of a GGUF file, as a test reads it.
type tensor struct {
	shape []uint64 // the fastest dimension first
	kind  uint32
	data  []byte // from its first byte to the end of the file
}

// parsed reads a GGUF file as the format's description has it.
func parsed(t *testing.T, path string) (keys map[string]any, tensors map[string]tensor) {
	t.Helper()
	all, err := os.ReadFile(path)
	require.NoError(t, err)
	rest := all
	u32 := func() uint32 { x := binary.LittleEndian.Uint32(rest); rest = rest[4:]; return x }
	u64 := func() uint64 { x := binary.LittleEndian.Uint64(rest); rest = rest[8:]; return x }
	text := func() string { n := u64(); s := string(rest[:n]); rest = rest[n:]; return s }
	var value func(kind uint32) any
	value = func(kind uint32) any {
		switch kind {
		case 4, 5:
			return int(u32())
		case 6:
			return math.Float32frombits(u32())
		case 7:
			yes := rest[0] == 1
			rest = rest[1:]
			return yes
		case 8:
			return text()
		}
		require.EqualValues(t, 9, kind)
		of, list := u32(), []any{}
		for range u64() {
			list = append(list, value(of))
		}
		return list
	}
	require.Equal(t, "GGUF", string(rest[:4]))
	rest = rest[4:]
	require.EqualValues(t, 3, u32())
	count, pairs := u64(), u64()
	keys, tensors = map[string]any{}, map[string]tensor{}
	for range pairs {
		key := text()
		keys[key] = value(u32())
	}
	at := map[string]uint64{}
	for range count {
		name, x := text(), tensor{}
		for range u32() {
			x.shape = append(x.shape, u64())
		}
		x.kind = u32()
		at[name], tensors[name] = u64(), x
	}
	begin := uint64(len(all)-len(rest)+31) / 32 * 32
	for name, x := range tensors {
		assert.Zero(t, at[name]%32, name)
		x.data = all[begin+at[name]:]
		tensors[name] = x
	}
	return keys, tensors
}

// A file holds the network bit for bit, in the types that the folder has: vectors and routers in float32, which is
// exact, and experts of more than one type too.
func TestTheFileHoldsTheNetworkBitForBit(t *testing.T) {
	v := spread(small)
	dir := t.TempDir()
	require.NoError(t, checkpoint.Save(context.Background(), filepath.Join(dir, "small"), nil, v))
	path := filepath.Join(dir, "small", "model.safetensors")
	require.NoError(t, os.Remove(path))
	h := checkpoint.Header{}
	mixed := "model.layers.1.mlp.experts.3.up_proj.weight"
	for _, s := range checkpoint.Split(v.Table) {
		e := checkpoint.Entry{Name: s.Name, DType: checkpoint.BF16, Shape: s.Shape}
		if s.Name == mixed {
			e.DType = checkpoint.F32
		}
		h.Entries = append(h.Entries, e)
	}
	w, err := checkpoint.Create(path, h)
	require.NoError(t, err)
	v.Each(func(name string, _ []int, data []float32) {
		for i, x := range data { // what 16 bits hold
			data[i] = math.Float32frombits(math.Float32bits(x) &^ 0xffff)
		}
		require.NoError(t, w.Write(context.Background(), data))
	})
	require.NoError(t, w.Close())

	file, r := exported(t, filepath.Join(dir, "small"))
	keys, tensors := parsed(t, file)
	assert.Len(t, tensors, len(v.Table.Tensors))
	assert.Equal(t, "qwen3moe", r.Architecture)
	for key, want := range map[string]any{
		"general.architecture": "qwen3moe", "general.name": "small", "general.file_type": 32,
		"qwen3moe.block_count": 2, "qwen3moe.embedding_length": 32, "qwen3moe.expert_count": 4,
		"qwen3moe.expert_used_count": 2, "qwen3moe.expert_feed_forward_length": 24, "qwen3moe.attention.head_count": 4,
		"qwen3moe.attention.head_count_kv": 2, "qwen3moe.attention.key_length": 6, "qwen3moe.vocab_size": 23,
		"qwen3moe.rope.freq_base": float32(5000), "qwen3moe.attention.layer_norm_rms_epsilon": float32(1e-6),
		"qwen3moe.context_length": 4096,
	} {
		assert.Equal(t, want, keys[key], key)
	}
	assert.Len(t, keys["tokenizer.ggml.tokens"], 23)
	for name, x := range map[string]struct {
		part  model.Part
		layer int
		kind  uint32
		shape []uint64
	}{
		"token_embd.weight":          {model.Embed, -1, 30, []uint64{32, 23}},
		"blk.1.attn_q.weight":        {model.Q, 1, 30, []uint64{32, 24}},
		"blk.1.attn_k_norm.weight":   {model.KNorm, 1, 0, []uint64{6}},
		"blk.0.ffn_gate_inp.weight":  {model.Route, 0, 0, []uint64{32, 4}},
		"blk.0.ffn_down_exps.weight": {model.Down, 0, 30, []uint64{24, 32, 4}},
		"blk.1.ffn_up_exps.weight":   {model.Up, 1, 0, []uint64{32, 24, 4}},
		"output_norm.weight":         {model.FinalNorm, -1, 0, []uint64{32}},
	} {
		got := tensors[name]
		assert.Equal(t, x.shape, got.shape, name)
		assert.Equal(t, x.kind, got.kind, name)
		for i, want := range v.Tensor(v.Table.Find(x.part, x.layer)) {
			var bits uint32
			if got.kind == 30 {
				bits = uint32(binary.LittleEndian.Uint16(got.data[2*i:])) << 16
			} else {
				bits = binary.LittleEndian.Uint32(got.data[4*i:])
			}
			require.Equal(t, math.Float32bits(want), bits, "%s[%d]", name, i)
		}
	}
}

// What is stopped leaves nothing.
func TestAnExportThatIsStoppedLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "small")
	require.NoError(t, checkpoint.Save(context.Background(), dir, nil, spread(small)))
	folder, err := checkpoint.ReadFolder(context.Background(), dir)
	require.NoError(t, err)
	f, err := gguf.New(folder)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	to := t.TempDir()
	_, err = f.Write(ctx, filepath.Join(to, "network.gguf"), func(int64) { stop() })
	assert.ErrorIs(t, err, context.Canceled)
	left, err := os.ReadDir(to)
	require.NoError(t, err)
	assert.Empty(t, left)
}
