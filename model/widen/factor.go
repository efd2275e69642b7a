package widen

import "math"

// RMSFactor is α, by which a fan-in matrix is multiplied when its input grows from old to now coordinates, so that the
// scale RMS(Wx)/RMS(x) is expected to be afterwards what it was before (Eq. 3). Where both sides are copied it is that
// of Eq. 16, 17, else that of Eq. 14, also where one side is zero (Sec. 3.2.3, App. B). Without scaling it is 1.
func (s Spec) RMSFactor(old, now int) float64 {
	switch {
	case s.Scale == Unscaled:
		return 1
	case s.Init == CopyCopy || s.Init.split():
		return copiedFactor(old, now)
	}
	return independentFactor(old, now)
}

// LogitFactor multiplies the logits when the hidden axis grows from old to now and the embedding is the output
// projection too: one tensor cannot carry a factor for what reads it and none for what it writes (App. D.1). For uneven
// splits and ±, whose columns have factors of their own, it is that of plain copies.
func (s Spec) LogitFactor(old, now int) float64 { return s.RMSFactor(old, now) }

// independentFactor is sqrt(d_in/d_in'): the squares of independent terms add up (Eq. 14).
func independentFactor(old, now int) float64 { return math.Sqrt(float64(old) / float64(now)) }

// copiedFactor is sqrt(d_in / Σ m_j²) with m_j copies of old coordinate j: equal terms add up before they are squared.
// Up to twice the width that is 1/sqrt(1+3c) with c = d_in'/d_in − 1 (Eq. 16, 17), and at every whole ratio the paper's
// 1/(1+c). At fractional ratios above 2 the paper has that too; ours differs a little, because some coordinates have
// more copies there.
func copiedFactor(old, now int) float64 {
	q, more := now/old, now%old // more coordinates have q+1 copies, the others q
	return math.Sqrt(float64(old) / float64(more*(q+1)*(q+1)+(old-more)*q*q))
}
