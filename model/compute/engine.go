// Package compute defines the small set of operations that the network, its optimizers and its probes are written in,
// and the engines that carry them out on float32 slices: [Reference], plain Go that is easy to read and is the judge of
// all others, and the one that [NewCPU] returns, with vectors where the build has them and assembly where it has some
// for the machine: kernels of matrix products, and functions named asm… that do an operation on rows or elements, or
// say that the portable loops have to. It is a [Threaded]: several threads can share its operations, with the same bits
// on any number of them.
//
// It knows matrices, rows and scalars. It never knows layers, parameters, arms or experiments, and imports nothing of
// ours.
//
// Two promises about bits, stated apart, hold for every engine here. *Equal rows and columns get equal bits wherever
// they lie*: an element of a result depends on its operands and not on its place, on main part or tail, so that copies
// stay copies; the symmetry lock rests on it. And *ascending summation, the plain engine's bits*: every element of a
// matrix product is one sum over ascending k, as [Reference] takes it, each product fused with its sum or not. What
// else trains networks (model/learner) has to keep the first alone; docs/exactness.md says what follows for kernels and
// machines. No operation allocates once its scratch memory has grown to the largest shape seen.
package compute

// Mat is a row-major matrix over borrowed memory: element (i, j) is Data[i*Stride+j].
type Mat struct {
	Data               []float32
	Rows, Cols, Stride int
}

// M is the dense rows x cols matrix over data.
func M(data []float32, rows, cols int) Mat { return Mat{data, rows, cols, cols} }

// Form says how a matrix product reads its operands. Weights are stored (out, in), so the forward product is NT,
// the gradient of the input is NN and the gradient of the weight is TN.
type Form uint8

// The three forms, with a, b and dst = a·b as stored.
const (
	NN Form = iota // dst (m,n) = a (m,k) · b (k,n)
	NT             // dst (m,n) = a (m,k) · b (n,k)ᵀ
	TN             // dst (m,n) = a (k,m)ᵀ · b (k,n)
)

// NewColumns is memory for a channel-major matrix: one row a channel, one column a token. Operations on such matrices
// work on whole vectors of tokens, so rows have room for whole vectors of any engine; that room stays zero. A stride of
// whole kibibytes would put all channels of one token into the same few lines of a cache.
func NewColumns(channels, tokens int) Mat {
	return Mat{make([]float32, ColumnsLen(channels, tokens)), channels, tokens, wide(tokens)}
}

// ColumnsLen is the length of that memory.
func ColumnsLen(channels, tokens int) int { return channels * wide(tokens) }

// wide is the stride of rows with room for n elements in whole vectors.
func wide(n int) int {
	const widest = 16
	s := (n + widest - 1) / widest * widest
	if s%256 == 0 {
		s += widest
	}
	return s
}

// Slice is rows from to to of m.
func (m Mat) Slice(from, to int) Mat {
	return Mat{m.Data[from*m.Stride:], to - from, m.Cols, m.Stride}
}

// row is the first n elements of a row, and of the room after it.
func (m Mat) row(i, n int) []float32 { return m.Data[i*m.Stride:][:n] }

// part is rows and columns of m.
func (m Mat) part(row, rows, col, cols int) Mat {
	return Mat{m.Data[row*m.Stride+col:], rows, cols, m.Stride}
}

// Rotary holds the angles of the rotary embedding: channel-major (headDim/2, tokens), each token at its position in its
// sequence.
type Rotary struct{ Cos, Sin Mat }

// AttnShape is the shape of causal grouped-query attention. Queries (Heads·HeadDim, Batch·Seq), keys and values
// (KVHeads·HeadDim, Batch·Seq) are channel-major; what comes out is (Batch·Seq, Heads·HeadDim). KV head j serves q
// heads j·G … j·G+G−1, G = Heads/KVHeads.
type AttnShape struct {
	Batch, Seq, Heads, KVHeads, HeadDim int
}

// attnBlock is how many queries are attended at once: work on them skips the keys that come after the block.
const attnBlock = 32

// Probs is the length of the memory for probabilities. They are kept a matrix (keys, queries) for every sequence, head
// and block of queries, with the keys up to the block's end; those of keys that come after the query are zero.
func (s AttnShape) Probs() int { return s.Batch * s.Heads * s.headProbs() }

func (s AttnShape) headProbs() int {
	last := (s.Seq - 1) / attnBlock * attnBlock
	return last*(last+attnBlock)/2 + s.Seq*attnBlock
}

// block is the probabilities of the block of queries that begins at from. Rows have room for whole vectors.
func (s AttnShape) block(probs []float32, b, h, from int) Mat {
	to := min(from+attnBlock, s.Seq)
	return Mat{probs[(b*s.Heads+h)*s.headProbs()+from*(from+attnBlock)/2:][:to*attnBlock], to, to - from, attnBlock}
}

// head is the part of head h of sequence b of a channel-major matrix.
func (s AttnShape) head(x Mat, b, h int) Mat { return x.part(h*s.HeadDim, s.HeadDim, b*s.Seq, s.Seq) }

// tokens is the same part of a matrix with one row a token.
func (s AttnShape) tokens(x Mat, b, h int) Mat { return x.part(b*s.Seq, s.Seq, h*s.HeadDim, s.HeadDim) }

// AdamW holds the scalars of one AdamW update (decoupled weight decay). BiasCorr1 and BiasCorr2 are the bias
// corrections 1−β^t.
type AdamW struct {
	WeightDecay, Beta1, Beta2, Eps, BiasCorr1, BiasCorr2 float32
}

// Engine is the set of operations. An engine owns scratch memory and belongs to one goroutine at a time.
// Slices hold dense rows; the number of rows follows from the lengths. Arguments named d… are gradients.
type Engine interface {
	// Name says which engine this is, and its vector width, for people.
	Name() string

	// MatMul sets dst = a·b in the given form, or adds to dst when acc is true.
	MatMul(form Form, dst, a, b Mat, acc bool)
	// GroupedMatMul multiplies rows by expert: rows off[e] to off[e+1] belong to expert e. For NN and NT, dst and a
	// hold the rows and b stacks one matrix an expert; for TN, a and b hold the rows and dst stacks one matrix an
	// expert.
	GroupedMatMul(form Form, dst, a, b Mat, off []int, acc bool)

	// RMSNorm sets y = x·rstd·weight a row of len(weight) elements, with rstd[i] = 1/sqrt(mean(x_i²)+eps).
	RMSNorm(y, rstd, x, weight []float32, eps float32)
	// RMSNormBackward sets dx (adds to it when acc is true) and adds to dweight.
	RMSNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool)

	// QKNormRoPE normalises every head of x, channel-major (heads·headDim, tokens) with headDim = len(weight), as
	// RMSNorm does, and rotates it, first half with second half. rstd is (heads, tokens).
	QKNormRoPE(y, rstd, x Mat, weight []float32, r Rotary, eps float32)
	// QKNormRoPEBackward sets dx, which may be dy, and adds to dweight.
	QKNormRoPEBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat, r Rotary)
	// Attention is causal with scale 1/sqrt(HeadDim).
	Attention(out Mat, probs []float32, q, k, v Mat, s AttnShape)
	// PrefixAttention is that of tokens from to to, of which each sees the tokens of a prefix, in their order, and then
	// itself: what rows that differ in their last token alone would give. Batch and Seq of the shape are not used.
	PrefixAttention(out, q, k, v Mat, s AttnShape, prefix []int, from, to int)
	// AttentionBackward sets dq, dk and dv.
	AttentionBackward(dq, dk, dv, dout Mat, probs []float32, q, k, v Mat, s AttnShape)

	// Route sets r from logits (tokens, experts); ties go to the lower index.
	Route(r Routing, logits Mat)
	// RouteBackward sets dlogits (experts, tokens), channel-major, from dw (k, tokens), the gradient of r.Weight; dp,
	// added to the gradient of every token's probabilities (the load-balancing loss); and z, the factor of 2·lse in the
	// gradient of each logit (the z-loss).
	RouteBackward(dlogits, dw Mat, r Routing, dp []float32, z float32)
	// Dispatch sets each of a token's k rows of dst to its row of src.
	Dispatch(dst, src Mat, s Permutation)
	// Combine sets a token's row of dst to the sum of its k rows of src, each times weight (k, tokens) unless that has
	// no data, or adds it when acc is true.
	Combine(dst, src Mat, s Permutation, weight Mat, acc bool)
	// CombineBackward sets dsrc and dw (k, tokens), the gradients of Combine's src and weight.
	CombineBackward(dsrc, dw, ddst, src Mat, s Permutation, weight Mat)

	// SwiGLU sets h = silu(gate)⊙up.
	SwiGLU(h, gate, up []float32)
	// SwiGLUBackward sets dgate and dup.
	SwiGLUBackward(dgate, dup, dh, gate, up []float32)

	// Gather sets row i of dst to row rows[i] of src.
	Gather(dst, src []float32, rows []int32, cols int)
	// ScatterAdd adds row i of src to row rows[i] of dst, in ascending i.
	ScatterAdd(dst, src []float32, rows []int32, cols int)

	// CrossEntropy returns total plus the summed −log softmax(logits)[label] over the rows whose label is not negative,
	// in nats, and sets dlogits, unless nil, to scale·(softmax − onehot), zero in the other rows. dlogits may be logits
	// itself. Rows in several calls, each but the last of a multiple of 64 and from the total of the one before, give
	// the bits of one call.
	CrossEntropy(total float64, dlogits, logits []float32, labels []int32, cols int, scale float32) float64

	// Axpby sets y = a·x + b·y; b = 0 ignores what y held.
	Axpby(y []float32, a float32, x []float32, b float32)
	// SumSquares returns Σx² summed in float64.
	SumSquares(x []float32) float64
	// AdamW updates p, m and v in place from the gradient g. rate holds one learning rate for all elements, or one for
	// each.
	AdamW(p, g, m, v, rate []float32, s AdamW)
	// UpdateWeights sets p = p − rate·(decay·p + scale·u), with rate as in AdamW.
	UpdateWeights(p, u, rate []float32, decay, scale float32)
}
