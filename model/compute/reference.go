package compute

import "math"

// Reference is the plain engine: the shortest correct loops, in float32 with float64 for long scalar sums.
type Reference struct{}

// Name implements [Engine].
func (Reference) Name() string { return "reference (plain Go)" }

// MatMul implements [Engine].
func (Reference) MatMul(form Form, dst, a, b Mat, acc bool) {
	depth := a.Cols
	if form == TN {
		depth = a.Rows
	}
	for i := range dst.Rows {
		for j := range dst.Cols {
			var s float32
			if acc {
				s = dst.Data[i*dst.Stride+j]
			}
			for k := range depth {
				var x, y float32
				switch form {
				case NN:
					x, y = a.Data[i*a.Stride+k], b.Data[k*b.Stride+j]
				case NT:
					x, y = a.Data[i*a.Stride+k], b.Data[j*b.Stride+k]
				case TN:
					x, y = a.Data[k*a.Stride+i], b.Data[k*b.Stride+j]
				}
				s += x * y
			}
			dst.Data[i*dst.Stride+j] = s
		}
	}
}

// GroupedMatMul implements [Engine].
func (r Reference) GroupedMatMul(form Form, dst, a, b Mat, off []int, acc bool) {
	groupedMatMul(r, form, dst, a, b, off, acc)
}

// groupedMatMul is one plain product an expert.
func groupedMatMul(e Engine, form Form, dst, a, b Mat, off []int, acc bool) {
	experts := len(off) - 1
	for x := range experts {
		ga := rowsOf(a, off[x], off[x+1])
		if form == TN {
			per := dst.Rows / experts
			e.MatMul(form, rowsOf(dst, x*per, (x+1)*per), ga, rowsOf(b, off[x], off[x+1]), acc)
			continue
		}
		per := b.Rows / experts
		e.MatMul(form, rowsOf(dst, off[x], off[x+1]), ga, rowsOf(b, x*per, (x+1)*per), acc)
	}
}

func rowsOf(m Mat, from, to int) Mat {
	return Mat{m.Data[from*m.Stride : to*m.Stride], to - from, m.Cols, m.Stride}
}

// RMSNorm implements [Engine] (Zhang and Sennrich 2019, arXiv 1910.07467).
func (Reference) RMSNorm(y, rstd, x, weight []float32, eps float32) {
	d := len(weight)
	for i := range rstd {
		row := x[i*d : (i+1)*d]
		var ss float64
		for _, v := range row {
			ss += float64(v) * float64(v)
		}
		rstd[i] = float32(1 / math.Sqrt(ss/float64(d)+float64(eps)))
		for j, v := range row {
			y[i*d+j] = v * rstd[i] * weight[j]
		}
	}
}

// RMSNormBackward implements [Engine]: dx = rstd·(γ⊙dy − x·inv²·mean(γ⊙dy⊙x)).
func (Reference) RMSNormBackward(dx, dweight, dy, x, weight, rstd []float32, acc bool) {
	d := len(weight)
	for i, r := range rstd {
		var dot float64
		for j := range d {
			dot += float64(weight[j]) * float64(dy[i*d+j]) * float64(x[i*d+j])
		}
		c := float32(dot/float64(d)) * r * r
		for j := range d {
			g := (weight[j]*dy[i*d+j] - x[i*d+j]*c) * r
			if acc {
				g += dx[i*d+j]
			}
			dx[i*d+j] = g
			dweight[j] += dy[i*d+j] * x[i*d+j] * r
		}
	}
}

// SwiGLU implements [Engine] (Shazeer 2020, arXiv 2002.05202).
func (Reference) SwiGLU(h, gate, up []float32) {
	for i, g := range gate {
		h[i] = g * sigmoid(g) * up[i]
	}
}

// SwiGLUBackward implements [Engine].
func (Reference) SwiGLUBackward(dgate, dup, dh, gate, up []float32) {
	for i, g := range gate {
		s, u, dy := sigmoid(g), up[i], dh[i]
		dup[i] = dy * g * s
		dgate[i] = dy * u * s * (1 + g*(1-s))
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// Gather implements [Engine].
func (Reference) Gather(dst, src []float32, rows []int32, cols int) {
	for i, r := range rows {
		copy(dst[i*cols:(i+1)*cols], src[int(r)*cols:])
	}
}

// ScatterAdd implements [Engine].
func (Reference) ScatterAdd(dst, src []float32, rows []int32, cols int) {
	for i, r := range rows {
		out := dst[int(r)*cols : (int(r)+1)*cols]
		for j, v := range src[i*cols : (i+1)*cols] {
			out[j] += v
		}
	}
}

// CrossEntropy implements [Engine].
func (Reference) CrossEntropy(total float64, dlogits, logits []float32, labels []int32, cols int,
	scale float32) float64 {
	for i, label := range labels {
		row := logits[i*cols : (i+1)*cols]
		if label < 0 {
			if dlogits != nil {
				clear(dlogits[i*cols : (i+1)*cols])
			}
			continue
		}
		top := row[0]
		for _, v := range row {
			top = max(top, v)
		}
		var sum float64
		for _, v := range row {
			sum += math.Exp(float64(v - top))
		}
		total += math.Log(sum) - float64(row[label]-top)
		if dlogits == nil {
			continue
		}
		out := dlogits[i*cols : (i+1)*cols]
		for j, v := range row {
			out[j] = scale * float32(math.Exp(float64(v-top))/sum)
		}
		out[label] -= scale
	}
	return total
}

// Axpby implements [Engine].
func (Reference) Axpby(y []float32, a float32, x []float32, b float32) {
	for i, v := range x {
		if b == 0 {
			y[i] = a * v
		} else {
			y[i] = a*v + b*y[i]
		}
	}
}

// SumSquares implements [Engine].
func (Reference) SumSquares(x []float32) float64 {
	var s float64
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return s
}

// AdamW implements [Engine] (Kingma and Ba 2014, arXiv 1412.6980; Loshchilov and Hutter 2017, arXiv 1711.05101).
func (Reference) AdamW(p, g, m, v, rate []float32, s AdamW) {
	for i, gi := range g {
		m[i] = s.Beta1*m[i] + (1-s.Beta1)*gi
		v[i] = s.Beta2*v[i] + (1-s.Beta2)*gi*gi
		root := float32(math.Sqrt(float64(v[i] / s.BiasCorr2)))
		p[i] -= rate[i%len(rate)] * (s.WeightDecay*p[i] + (m[i]/s.BiasCorr1)/(root+s.Eps))
	}
}

// UpdateWeights implements [Engine].
func (Reference) UpdateWeights(p, u, rate []float32, decay, scale float32) {
	for i, x := range u {
		p[i] -= rate[i%len(rate)] * (decay*p[i] + scale*x)
	}
}
