package model

import "math"

// BlockRMS is the root mean square of what enters a residual block (h, before its norm) and of what the block adds
// (f(Norm(h))).
type BlockRMS struct{ In, Out float32 }

// Ratio is RMS(f(Norm(h))) / RMS(h), the mix of residual stream and branch that has to survive a widening (Sec. 3.2).
// It is NaN or infinite where one of the two is, or where nothing enters.
func (b BlockRMS) Ratio() float32 { return b.Out / b.In }

// MeanRMSRatio is r, the mean of the blocks' ratios: Sec. 3.2 asks each of them to survive a widening, as Eq. 3 asks it
// of the scale of every layer. Blocks that move in opposite ways may leave it as it is; see [LargestRMSChange]. It is
// NaN where the ratio of a block is no number, or where there is no block.
func MeanRMSRatio(blocks []BlockRMS) float64 {
	sum := 0.0
	for _, b := range blocks {
		sum += finiteOrNaN(float64(b.Ratio()))
	}
	return sum / float64(len(blocks))
}

// LargestRMSChange is the largest change of a block's ratio, as a fraction of what it was before. It is NaN where a
// ratio is no number or was 0, or where there is no block.
func LargestRMSChange(before, after []BlockRMS) float64 {
	if len(before) == 0 {
		return math.NaN()
	}
	most := 0.0
	for k := range before {
		was, is := finiteOrNaN(float64(before[k].Ratio())), finiteOrNaN(float64(after[k].Ratio()))
		most = max(most, finiteOrNaN(math.Abs(is/was-1))) // NaN stays
	}
	return most
}

func finiteOrNaN(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	return x
}

// measure notes the RMS of a block's input and output.
func (n *Net) measure(block int, in, out []float32) {
	if n.MeasureRMS {
		rms := func(x []float32) float32 { return float32(math.Sqrt(n.eng.SumSquares(x) / float64(len(x)))) }
		n.RMS[block] = BlockRMS{In: rms(in), Out: rms(out)}
	}
}
