//go:build linux && amd64

package cuda_test

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
)

// judge is the plain engine with the operands of matrix products rounded to bf16, those of attention too; but for the
// router's. It is what the device computes in bf16, but for the order of sums.
type judge struct {
	compute.Reference
	experts int // no other dimension of the test's network is as long
}

func roundedMat(m compute.Mat) compute.Mat {
	m.Data = append([]float32(nil), m.Data...)
	for i, x := range m.Data {
		m.Data[i] = cuda.RoundBF16(x)
	}
	return m
}

// MatMul implements [compute.Engine].
func (j judge) MatMul(form compute.Form, dst, a, b compute.Mat, acc bool) {
	if dst.Rows != j.experts && dst.Cols != j.experts && a.Rows != j.experts {
		a, b = roundedMat(a), roundedMat(b)
	}
	j.Reference.MatMul(form, dst, a, b, acc)
}

// GroupedMatMul implements [compute.Engine].
func (j judge) GroupedMatMul(form compute.Form, dst, a, b compute.Mat, off []int, acc bool) {
	j.Reference.GroupedMatMul(form, dst, roundedMat(a), roundedMat(b), off, acc)
}

// heads goes through the queries of all heads: q, k, v and out are elements of a channel of one token.
func heads(s compute.AttnShape, each func(b, h, g int)) {
	for b := range s.Batch {
		for h := range s.Heads {
			each(b, h, h/(s.Heads/s.KVHeads))
		}
	}
}

// column is a channel of a head of a channel-major matrix, by token of a sequence.
func column(m compute.Mat, s compute.AttnShape, b, h, c int) []float32 {
	return m.Data[(h*s.HeadDim+c)*m.Stride+b*s.Seq:][:s.Seq]
}

// scores are exp(score − largest) of a query, and their sum.
func scores(q, k compute.Mat, s compute.AttnShape, b, h, g, i int) (p []float64, sum float64) {
	top := math.Inf(-1)
	for j := range i + 1 {
		x := 0.0
		for c := range s.HeadDim {
			x += float64(column(q, s, b, h, c)[i]) * float64(column(k, s, b, g, c)[j])
		}
		p = append(p, x/math.Sqrt(float64(s.HeadDim)))
		top = max(top, p[j])
	}
	for j := range p {
		p[j] = math.Exp(p[j] - top)
		sum += p[j]
	}
	return p, sum
}

// Attention implements [compute.Engine]. The backward computes probabilities again.
func (judge) Attention(out compute.Mat, _ []float32, q, k, v compute.Mat, s compute.AttnShape) {
	q, k, v = roundedMat(q), roundedMat(k), roundedMat(v)
	heads(s, func(b, h, g int) {
		for i := range s.Seq {
			p, sum := scores(q, k, s, b, h, g, i)
			for c := range s.HeadDim {
				out.Data[(b*s.Seq+i)*out.Stride+h*s.HeadDim+c] = mixed(p, sum, column(v, s, b, g, c))
			}
		}
	})
}

// mixed is the mean of a channel of values, weighted by p.
func mixed(p []float64, sum float64, v []float32) float32 {
	x := 0.0
	for j := range p {
		x += float64(cuda.RoundBF16(float32(p[j]))) * float64(v[j])
	}
	return float32(x / sum)
}

// AttentionBackward implements [compute.Engine].
func (judge) AttentionBackward(dq, dk, dv, dout compute.Mat, _ []float32, q, k, v compute.Mat, s compute.AttnShape) {
	scale := 1 / math.Sqrt(float64(s.HeadDim))
	q, k, v = roundedMat(q), roundedMat(k), roundedMat(v)
	dout = roundedMat(dout)
	for _, m := range []compute.Mat{dq, dk, dv} {
		clear(m.Data)
	}
	heads(s, func(b, h, g int) {
		for i := range s.Seq {
			row := dout.Data[(b*s.Seq+i)*dout.Stride+h*s.HeadDim:][:s.HeadDim]
			p, sum := scores(q, k, s, b, h, g, i)
			dp, delta := make([]float64, len(p)), 0.0
			for c, x := range row { // of what the product with Wo has read
				delta += float64(x) * float64(cuda.RoundBF16(mixed(p, sum, column(v, s, b, g, c))))
			}
			for j := range p {
				p[j] /= sum
				for c, x := range row {
					dp[j] += float64(x) * float64(column(v, s, b, g, c)[j])
				}
			}
			for j := range p {
				pr, ds := cuda.RoundBF16(float32(p[j])), cuda.RoundBF16(float32(p[j]*(dp[j]-delta)))
				for c, x := range row {
					column(dv, s, b, g, c)[j] += pr * x
					column(dq, s, b, h, c)[i] += float32(float64(ds) * scale * float64(column(k, s, b, g, c)[j]))
					column(dk, s, b, g, c)[j] += float32(float64(ds) * scale * float64(column(q, s, b, h, c)[i]))
				}
			}
		}
	})
}

var _ compute.Engine = judge{}

// worst is the largest difference of two tensors, as a share of the largest element that is wanted.
func worst(want, got []float32) float64 {
	size, w := 1e-30, 0.0
	for i, x := range want {
		size = math.Max(size, math.Abs(float64(x)))
		d := math.Abs(float64(x) - float64(got[i]))
		if math.IsNaN(d) {
			return d
		}
		w = math.Max(w, d)
	}
	return w / size
}

// worstTensor is the largest of all tensors, by its name.
func worstTensor(want, got model.Values) (name string, w float64) {
	for i, x := range want.Table.Tensors {
		if d := worst(want.Tensor(i), got.Tensor(i)); !(d <= w) {
			name, w = x.Name(0), d
		}
	}
	return name, w
}
