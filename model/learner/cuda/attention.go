package cuda

import "github.com/sparkling-lab/sparkling/model/learner/cuda/driver"

// The kernels of attention, by what they compute.
const (
	attend = iota
	attendQuery
	attendKey
)

// attentionKernel is the name of the kernel of attention for heads of so many dimensions: others take the next wider.
func attentionKernel(what int, p Precision, dim int) string {
	names := [...][2][3]string{
		{{"attention_32", "attention_64", "attention_128"},
			{"attention_bf16_32", "attention_bf16_64", "attention_bf16_128"}},
		{{"attention_query_32", "attention_query_64", "attention_query_128"},
			{"attention_query_bf16_32", "attention_query_bf16_64", "attention_query_bf16_128"}},
		{{"attention_key_32", "attention_key_64", "attention_key_128"},
			{"attention_key_bf16_32", "attention_key_bf16_64", "attention_key_bf16_128"}},
	}
	of := names[what][p]
	switch {
	case dim <= 32:
		return of[0]
	case dim <= 64:
		return of[1]
	}
	return of[2]
}

// attend launches a kernel of attention for so many heads of a layer; args has its buffers.
func (l *Learner) attend(what, heads int, args *driver.Args, w *layer) {
	c := &l.shape
	const rows, threads = 32, 128
	args.Int(c.Heads, c.KVHeads, l.pass.seq, c.HeadDim, w.heads.ld, w.att.ld)
	if what == attendKey {
		args.Int(l.act.dqkv.ld)
	}
	l.launch(attentionKernel(what, l.precision, c.HeadDim),
		driver.Grid{(l.pass.seq + rows - 1) / rows, heads, l.pass.batch}, threads, 0, args)
}
