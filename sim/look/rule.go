package look

import "math"

// Rule is the optimizer of the rows of an update, as float32: all that an update of one weight needs besides the
// numbers of its [Row].
type Rule struct {
	Muon    bool
	Updates int // t: this one included
	Decay   float32

	Beta1, Beta2, Eps float32 // AdamW's
	Bias1, Bias2      float32 // 1 − β^t

	Momentum float32 // Muon's
	Scale    float32 // of its direction: 0.2·sqrt(max(rows, cols))

	Rounding Rounding
	// Exact says that the rule, computed in float32 as Rounding says, gave the engine's next moments and weights to the
	// bit, for every weight of the update.
	Exact bool
}

// Rounding is what the formulas leave to an engine.
type Rounding struct {
	Reciprocal    bool // m̂ and v̂ are products with the reciprocals of the bias corrections, not quotients
	FusedDecay    bool // decay·w + … is rounded once
	FusedMomentum bool // gradient + μ·momentum is rounded once
}

// Trace is one weight on its way through an update, line by line, each a float32. Under AdamW:
//
//	M = β1·m + (1−β1)·g          V = β2·v + (1−β2)·g·g
//	MHat = M/Bias1               VHat = V/Bias2
//	Root = sqrt(VHat) + ε        Step = MHat/Root
//	Total = decay·w + Step       Move = rate·Total       After = w − Move
//
// Under Muon M = g + μ·m and Nesterov = g + μ·M; the whole matrix of these gives the direction; Step = scale·direction,
// and the last line is as above.
type Trace struct {
	Gradient, MBefore, VBefore, Before, Rate float32
	M, V, MHat, VHat, Root                   float32
	Nesterov, Direction                      float32 // Muon's
	Step, Total, Move, After                 float32
}

// Trace recomputes the update of weight i of a row from the numbers of the row.
func (r Rule) Trace(row *Row, i int) Trace {
	t := Trace{Gradient: row.Gradient[i], MBefore: row.M[i], Before: row.Before[i], Rate: row.Rate[i]}
	g := t.Gradient
	if r.Muon {
		t.Direction = row.Direction[i]
		t.M = mulAdd(r.Momentum, t.MBefore, g, r.Rounding.FusedMomentum)
		t.Nesterov = mulAdd(r.Momentum, t.M, g, r.Rounding.FusedMomentum)
		t.Step = r.Scale * t.Direction
	} else {
		t.VBefore = row.V[i]
		t.M = float32(r.Beta1*t.MBefore) + float32((1-r.Beta1)*g)
		t.V = float32(r.Beta2*t.VBefore) + float32(float32((1-r.Beta2)*g)*g)
		if r.Rounding.Reciprocal {
			t.MHat, t.VHat = (1/r.Bias1)*t.M, t.V*(1/r.Bias2)
		} else {
			t.MHat, t.VHat = t.M/r.Bias1, t.V/r.Bias2
		}
		t.Root = float32(math.Sqrt(float64(t.VHat))) + r.Eps
		t.Step = t.MHat / t.Root
	}
	t.Total = mulAdd(r.Decay, t.Before, t.Step, r.Rounding.FusedDecay)
	t.Move = t.Rate * t.Total
	t.After = t.Before - float32(t.Rate*t.Total)
	return t
}

// mulAdd is x·y + z, rounded once where it is fused. In float64 the product is exact and the sum is not; rounding that
// to odd keeps what decides the rounding to float32.
func mulAdd(x, y, z float32, fused bool) float32 {
	if !fused {
		return float32(x*y) + z
	}
	a, b := float64(x)*float64(y), float64(z)
	s := a + b
	v := s - a
	rest := (a - (s - v)) + (b - v)
	if bits := math.Float64bits(s); rest != 0 && bits&1 == 0 && !math.IsInf(s, 0) {
		if (rest > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}

// Settle finds out how the engine rounds: Rounding is set to that with which every weight of the sides gets the
// engine's next moments and weights to the bit, and Exact whether there is one.
func (u *Update) Settle() {
	for k := range 8 {
		u.Rule.Rounding = Rounding{Reciprocal: k&1 == 0, FusedDecay: k&2 == 0, FusedMomentum: k&4 == 0}
		if u.Rule.Exact = u.exact(); u.Rule.Exact {
			return
		}
	}
}

func (u *Update) exact() bool {
	for i := range u.Sides {
		for k := range u.Sides[i].Rows {
			row := &u.Sides[i].Rows[k]
			for j := range row.Before {
				t := u.Rule.Trace(row, j)
				if !Same(t.After, row.After[j]) || !Same(t.M, row.MAfter[j]) ||
					!u.Rule.Muon && !Same(t.V, row.VAfter[j]) {
					return false
				}
			}
		}
	}
	return true
}

// Same reports whether two numbers have the same bits; what is no number is so in one place as in another.
func Same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}
