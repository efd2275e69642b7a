package gguf

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
)

// maxExperts and maxLayers are llama.cpp's own limits.
const maxExperts, maxLayers = 512, 512

// defaultContext is the length of sequence that a file names where config.json names none.
const defaultContext = 4096

// spelt are keys of config.json that say nothing about what is computed, and that a GGUF file has a place for.
type spelt struct {
	Context int             `json:"max_position_embeddings"`
	BOS     json.RawMessage `json:"bos_token_id"`
	EOS     json.RawMessage `json:"eos_token_id"`
	Pad     json.RawMessage `json:"pad_token_id"`
}

// pairs are the metadata of the file: the shape of the network and its vocabulary.
func (f *File) pairs() ([]pair, error) {
	c := f.folder.Table.Config
	if c.LogitMult != 1 {
		return nil, unsaid("there is no key for a factor on the logits")
	}
	if c.Experts > maxExperts {
		return nil, unsaid("a layer has %d experts, and llama.cpp takes at most %d", c.Experts, maxExperts)
	}
	if c.Layers > maxLayers {
		return nil, unsaid("it has %d layers, and llama.cpp takes at most %d", c.Layers, maxLayers)
	}
	var s spelt
	if err := json.Unmarshal(f.folder.Config(c), &s); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(f.folder.Dir, checkpoint.ConfigName), err)
	}
	if s.Context < 1 {
		s.Context = defaultContext
	}
	f.result.Architecture = f.kind.name
	all := []pair{
		{"general.architecture", f.result.Architecture},
		{"general.name", filepath.Base(f.folder.Dir)},
		{"general.alignment", uint32(alignment)},
		{"general.file_type", fileTypes[f.most()]},
	}
	all = append(all, f.kind.shape(c, s.Context)...)
	scaled, err := f.kind.scaling(c)
	if err != nil {
		return nil, err
	}
	all = append(all, scaled...)
	words, err := f.vocabulary(s)
	return append(all, words...), err
}

// shape are the keys of the network's sizes and constants.
func (k kind) shape(c model.Config, context int) []pair {
	key := func(name string, value any) pair {
		if n, ok := value.(int); ok {
			value = uint32(n)
		}
		return pair{k.name + "." + name, value}
	}
	all := []pair{
		key("vocab_size", c.Vocab), key("context_length", context), key("block_count", c.Layers),
		key("embedding_length", c.Hidden), key("feed_forward_length", c.Inner),
		key("attention.head_count", c.Heads), key("attention.head_count_kv", c.KVHeads),
		key("attention.key_length", c.HeadDim), key("attention.value_length", c.HeadDim),
		key("attention.layer_norm_rms_epsilon", float32(c.NormEps)),
		key("rope.dimension_count", c.HeadDim), key("rope.freq_base", float32(c.RopeBase)),
	}
	if c.NoRouter {
		return all
	}
	return append(all, key("expert_count", c.Experts), key("expert_used_count", c.TopK),
		key("expert_feed_forward_length", c.Inner))
}

// most is the type that most of the file's bytes have.
func (f *File) most() ggmlType {
	bytes, best := map[ggmlType]int64{}, ggmlF32
	for _, x := range f.tensors {
		bytes[x.kind] += x.bytes()
	}
	for _, kind := range []ggmlType{ggmlF16, ggmlBF16} {
		if bytes[kind] > bytes[best] {
			best = kind
		}
	}
	return best
}
