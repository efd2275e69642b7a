// Package compute defines the small set of operations that the network, its optimizers and its probes are written in,
// and the engines that carry them out on float32 slices: [Reference], plain Go that is easy to read and is the judge of all
// others, and the SIMD engine that [NewCPU] returns where the build has one.
//
// It knows matrices, rows and scalars. It never knows layers, parameters, arms or experiments, and imports nothing of ours.
//
// Two promises hold for every engine. Each output element of a matrix product is summed over k in one ascending order,
// wherever in the matrix it lies, and elementwise operations treat main part and tail alike; so equal inputs give
// bit-identical outputs in every column and row, on which the exactness of the symmetry lock rests. And no operation
// allocates once its scratch memory has grown to the largest shape seen.
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

// AttnShape is the shape of causal grouped-query attention: q and out are (Batch·Seq, Heads·HeadDim), k and v are
// (Batch·Seq, KVHeads·HeadDim), probabilities (Batch, Heads, Seq, Seq). KV head j serves q heads j·G … j·G+G−1, G = Heads/KVHeads.
type AttnShape struct {
	Batch, Seq, Heads, KVHeads, HeadDim int
}

// AdamW holds the scalars of one AdamW update (decoupled weight decay). Corr1 and Corr2 are the bias corrections 1−β^t.
type AdamW struct {
	LR, Decay, Beta1, Beta2, Eps, Corr1, Corr2 float32
}

// Engine is the set of operations. An engine owns scratch memory and belongs to one goroutine at a time.
// Slices hold dense rows; the number of rows follows from the lengths. Arguments named d… are gradients.
type Engine interface {
	// Name says which engine this is, and its vector width, for people.
	Name() string

	// MatMul sets dst = a·b in the given form, or adds to dst when acc is true.
	MatMul(form Form, dst, a, b Mat, acc bool)
	// GroupedMatMul multiplies rows by expert: rows off[e] to off[e+1] belong to expert e. For NN and NT, dst and a hold
	// the rows and b stacks one matrix an expert; for TN, a and b hold the rows and dst stacks one matrix an expert.
	GroupedMatMul(form Form, dst, a, b Mat, off []int, acc bool)

	// RMSNorm sets y = x·inv·gain a row of len(gain) elements, with inv[i] = 1/sqrt(mean(x_i²)+eps).
	RMSNorm(y, inv, x, gain []float32, eps float32)
	// RMSNormBackward sets dx (adds to it when acc is true) and adds to dgain.
	RMSNormBackward(dx, dgain, dy, x, gain, inv []float32, acc bool)

	// Rope rotates x (rows, heads·headDim) in place, first half with second half of each head; row i is at position i mod seq,
	// and cos and sin are (seq, headDim/2). Inverse rotates back, which is the gradient.
	Rope(x, cos, sin []float32, seq, heads, headDim int, inverse bool)
	// Attention is causal with scale 1/sqrt(HeadDim); probs above the diagonal are set to zero.
	Attention(out, probs, q, k, v []float32, s AttnShape)
	// AttentionBackward sets dq, dk and dv.
	AttentionBackward(dq, dk, dv, dout, probs, q, k, v []float32, s AttnShape)

	// Softmax sets y to the softmax of each row of x and lse to its log-sum-exp.
	Softmax(y, lse, x []float32, cols int)
	// TopK picks the k largest of each row of probs (ties go to the lower index) in falling order, and sets
	// w to their values over their sum.
	TopK(idx []int32, w, probs []float32, cols, k int)
	// RouterBackward sets dlogits from dw, the gradient of TopK's weights; dp, added to the gradient of every row of
	// probs (the load-balancing loss); and z, the factor of 2·lse in the gradient of each row (the z-loss).
	RouterBackward(dlogits, dw, probs, lse, w, dp []float32, idx []int32, z float32, cols, k int)
	// SwiGLU sets h = silu(gate)⊙up.
	SwiGLU(h, gate, up []float32)
	// SwiGLUBackward sets dgate and dup.
	SwiGLUBackward(dgate, dup, dh, gate, up []float32)

	// Gather sets row i of dst to row rows[i] of src, times scale[i] unless scale is nil.
	Gather(dst, src []float32, rows []int32, scale []float32, cols int)
	// ScatterAdd adds row i of src, times scale[i] unless scale is nil, to row rows[i] of dst, in ascending i.
	ScatterAdd(dst, src []float32, rows []int32, scale []float32, cols int)
	// RowDot sets dst[i] to the dot product of rows i of a and b.
	RowDot(dst, a, b []float32, cols int)

	// CrossEntropy returns the summed −log softmax(logits)[label] over the rows whose label is not negative, in nats,
	// and sets dlogits, unless nil, to scale·(softmax − onehot), zero in the other rows. dlogits may be logits itself.
	CrossEntropy(dlogits, logits []float32, labels []int32, cols int, scale float32) float64

	// Axpby sets y = a·x + b·y; b = 0 ignores what y held.
	Axpby(y []float32, a float32, x []float32, b float32)
	// SumSquares returns Σx² summed in float64.
	SumSquares(x []float32) float64
	// AdamW updates p, m and v in place from the gradient g.
	AdamW(p, g, m, v []float32, s AdamW)
}
