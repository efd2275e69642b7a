package compute

import "math"

// What networks of some families need besides the operations of an [Engine], on channel-major matrices (channels,
// tokens). It is plain Go, the same for every engine: next to the matrix products around it, it takes little time.

// tokenBlock is how many tokens are summed up at once.
const tokenBlock = 64

// AddBias adds bias[c] to every token of channel c.
func AddBias(x Mat, bias []float32) {
	for c, b := range bias {
		row := x.row(c, x.Cols)
		for t := range row {
			row[t] += b
		}
	}
}

// AddBiasBackward adds the gradient of the bias to dbias: the sum of dx over the tokens.
func AddBiasBackward(dbias []float32, dx Mat) {
	for c := range dbias {
		sum := 0.0
		for _, g := range dx.row(c, dx.Cols) {
			sum += float64(g)
		}
		dbias[c] += float32(sum)
	}
}

// NormChannels sets y, which may be x, to x·rstd·weight a token, as RMSNorm does over all channels of it, of which each
// has a weight; rstd has a row for the roots.
func NormChannels(y, rstd, x Mat, weight []float32, eps float32) {
	var sums [tokenBlock]float64
	for from := 0; from < x.Cols; from += tokenBlock {
		n := min(tokenBlock, x.Cols-from)
		sum, roots := sums[:n], rstd.Data[from:from+n]
		clear(sum)
		for c := range weight {
			for t, v := range x.Data[c*x.Stride+from:][:n] {
				sum[t] += float64(v) * float64(v)
			}
		}
		for t, s := range sum {
			roots[t] = float32(1 / math.Sqrt(s/float64(len(weight))+float64(eps)))
		}
		for c, w := range weight {
			out := y.Data[c*y.Stride+from:][:n]
			for t, v := range x.Data[c*x.Stride+from:][:n] {
				out[t] = v * roots[t] * w
			}
		}
	}
}

// NormChannelsBackward sets dx, which may be dy, and adds to dweight.
func NormChannelsBackward(dx Mat, dweight []float32, dy, x Mat, weight []float32, rstd Mat) {
	var dots [tokenBlock]float64
	for from := 0; from < x.Cols; from += tokenBlock {
		n := min(tokenBlock, x.Cols-from)
		dot, roots := dots[:n], rstd.Data[from:from+n]
		clear(dot)
		for c, w := range weight {
			g, v := dy.Data[c*dy.Stride+from:][:n], x.Data[c*x.Stride+from:][:n]
			sum := 0.0
			for t := range g {
				dot[t] += float64(w) * float64(g[t]) * float64(v[t])
				sum += float64(g[t]) * float64(v[t]) * float64(roots[t])
			}
			dweight[c] += float32(sum)
		}
		for t := range dot {
			dot[t] *= float64(roots[t]) * float64(roots[t]) / float64(len(weight))
		}
		for c, w := range weight {
			g, v, out := dy.Data[c*dy.Stride+from:][:n], x.Data[c*x.Stride+from:][:n], dx.Data[c*dx.Stride+from:][:n]
			for t := range out {
				out[t] = (w*g[t] - v[t]*float32(dot[t])) * roots[t]
			}
		}
	}
}

// Rotate turns every head of x, channel-major (heads·headDim, tokens), first half with second half, by the angles of r;
// y may be x.
func Rotate(y, x Mat, headDim int, r Rotary) { rotate(y, x, headDim, r, 1) }

// RotateBackward sets dx, which may be dy.
func RotateBackward(dx, dy Mat, headDim int, r Rotary) { rotate(dx, dy, headDim, r, -1) }

// rotate turns forward where way is 1, and back where it is −1.
func rotate(y, x Mat, headDim int, r Rotary, way float32) {
	half := headDim / 2
	for first := 0; first < x.Rows; first += headDim {
		for c := range half {
			cos, sin := r.Cos.row(c, x.Cols), r.Sin.row(c, x.Cols)
			a, b := x.row(first+c, x.Cols), x.row(first+half+c, x.Cols)
			u, v := y.row(first+c, x.Cols), y.row(first+half+c, x.Cols)
			for t := range u {
				p, q, s := a[t], b[t], way*sin[t]
				u[t], v[t] = p*cos[t]-q*s, q*cos[t]+p*s
			}
		}
	}
}

// RawTopK makes the weights of a token's experts their probabilities, which Route of [Engine] has made to sum to 1.
func RawTopK(r Routing) {
	for j := range r.Weight.Rows {
		at := j * r.Weight.Stride
		for t := range r.Weight.Cols {
			r.Weight.Data[at+t] = r.Prob.Data[int(r.TopK[at+t])*r.Prob.Stride+t]
		}
	}
}

// RawTopKBackward is RouteBackward of [Engine] for such weights: dw is the gradient of the chosen probabilities
// themselves.
func RawTopKBackward(dlogits, dw Mat, r Routing, dp []float32, z float32) {
	for t := range dlogits.Cols {
		p, out := r.Prob.Data[t:], dlogits.Data[t:]
		for e, x := range dp {
			out[e*dlogits.Stride] = x
		}
		for j := range r.Weight.Rows {
			out[int(r.TopK[j*r.Weight.Stride+t])*dlogits.Stride] += dw.Data[j*dw.Stride+t]
		}
		var dot float32
		for e := range dp {
			dot += out[e*dlogits.Stride] * p[e*r.Prob.Stride]
		}
		for e := range dp {
			out[e*dlogits.Stride] = p[e*r.Prob.Stride] * (out[e*dlogits.Stride] - dot + 2*z*r.LSE.Data[t])
		}
	}
}
