package cuda

import "github.com/sparkling-lab/sparkling/model/learner/cuda/driver"

// attended is the shape of attention: sequences of seq tokens each, heads of queries, and kv of keys and of values.
type attended struct{ sequences, seq, heads, kv, dim int }

// attended is the shape of attention in the present pass.
func (l *Learner) attended() attended {
	c := &l.shape
	return attended{l.pass.batch, l.pass.seq, c.Heads, c.KVHeads, c.HeadDim}
}

// attentionKernels are compiled for so many channels; heads that have fewer are filled up with zeros.
type attentionKernels struct {
	channels            int
	forward, query, key string
}

// By precision, the narrowest first.
var attentions = [...][]attentionKernels{
	Float32: {
		{32, "attention_32", "attention_query_32", "attention_key_32"},
		{64, "attention_64", "attention_query_64", "attention_key_64"},
		{128, "attention_128", "attention_query_128", "attention_key_128"},
	},
	BF16: {
		{16, "attention_bf16_16", "attention_query_bf16_16", "attention_key_bf16_16"},
		{32, "attention_bf16_32", "attention_query_bf16_32", "attention_key_bf16_32"},
		{64, "attention_bf16_64", "attention_query_bf16_64", "attention_key_bf16_64"},
		{96, "attention_bf16_96", "attention_query_bf16_96", "attention_key_bf16_96"},
		{128, "attention_bf16_128", "attention_query_bf16_128", "attention_key_bf16_128"},
	},
}

// attention is the kernels for heads of a dimension, which is at most maxHeadDim.
func (p Precision) attention(dim int) *attentionKernels {
	all := attentions[p]
	i := 0
	for all[i].channels < dim {
		i++
	}
	return &all[i]
}

// What the text of the kernels says of them: threads of a block, its rows, and its tiles.
const (
	attentionThreads  = 128
	attentionRows     = 32 // in float32
	attentionRowsBF16 = 64 // twice as many forward
	attentionTile     = 64
)

// tiles is the shared memory of so many rows in bf16, which are set apart by 16 bytes.
func (a *attentionKernels) tiles(rows int) int { return rows * (a.channels + 8) * driver.BF16.Size() }

// forwardShared is the shared memory of the forward in bf16: queries, and two stages of keys and values.
func (a *attentionKernels) forwardShared() int {
	keys := attentionTile
	if a.channels > 96 {
		keys = 32
	}
	return a.tiles(2*attentionRowsBF16 + 4*keys)
}

// queryShared is that of the gradients of queries: two stages of two tiles, and a delta a row.
func (a *attentionKernels) queryShared() int { return a.tiles(4*attentionTile) + 4*attentionRowsBF16 }

// keyShared is that of the gradients of keys and values: two stages of two tiles, of lse and of delta. Where registers
// have no room for the block's own rows these take half of the stages' place.
func (a *attentionKernels) keyShared() int { return a.tiles(4*attentionTile) + 4*4*attentionTile }

// attention launches one of the kernels, for so many heads of each sequence, in blocks of so many rows.
func (k *kernels) attention(p Precision, name string, s attended, heads, rows, shared int, args *driver.Args) {
	if p == Float32 {
		rows, shared = attentionRows, 0
	}
	k.launch(name, driver.Grid{(s.seq + rows - 1) / rows, heads, s.sequences}, attentionThreads, shared, args)
}

// attend sets out (tokens, heads·dim), an operand, from qkv (tokens, (heads+2·kv)·dim), normed and rotated, an operand;
// and lse (sequences, heads, seq), which the backward needs.
func (k *kernels) attend(p Precision, out matrix, lse driver.Buffer, qkv matrix, s attended) {
	a := p.attention(s.dim)
	k.attention(p, a.forward, s, s.heads, 2*attentionRowsBF16, a.forwardShared(),
		k.dev.Args().Buf(out.Buffer, lse, qkv.Buffer).Int(s.heads, s.kv, s.seq, s.dim, qkv.ld, out.ld))
}

// attendBackward sets, from dout and out, operands both: dqk (tokens, heads+kv, dim), the gradients of normed and
// rotated queries and keys; and those of values, in their columns of dqkv, an operand of qkv's shape. delta is memory
// for as many numbers as lse has. Rows of out and dout lie equally far apart.
func (k *kernels) attendBackward(p Precision, dqk, delta driver.Buffer, dqkv, dout, out matrix, lse driver.Buffer,
	qkv matrix, s attended) {
	a := p.attention(s.dim)
	k.attention(p, a.query, s, s.heads, attentionRowsBF16, a.queryShared(),
		k.dev.Args().Buf(dqk, delta, dout.Buffer, out.Buffer, lse, qkv.Buffer).
			Int(s.heads, s.kv, s.seq, s.dim, qkv.ld, out.ld))
	k.attention(p, a.key, s, s.kv, attentionRowsBF16, a.keyShared(),
		k.dev.Args().Buf(dqk, dqkv.Buffer, delta, dout.Buffer, lse, qkv.Buffer).
			Int(s.heads, s.kv, s.seq, s.dim, qkv.ld, out.ld, dqkv.ld))
}
