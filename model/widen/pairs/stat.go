package pairs

import (
	"strconv"

	"github.com/sparkling-lab/sparkling/model"
)

// Group holds the pairs of one expert (inner axis) or of the residual stream (hidden axis; Layer and Expert are −1).
type Group struct {
	Axis          string // "inner" or "hidden"
	Layer, Expert int
	Orig, Copy    []int32 // coordinates, pair by pair
	Stats         [model.Quantities][]Stat
}

// State says how the vectors of an original and its copy stand to each other, as their bits say.
type State uint8

// The states.
const (
	Unknown State = iota // the record is of a version that could not tell two vectors of zeros from what is no number
	Apart                // both are finite and neither is zero, and some element differs in a bit
	Locked               // both are finite, and every element has the same bits: two vectors of zeros are locked too
	// both are finite and some element differs in a bit, but one points nowhere: it is zero, as a gradient that is none
	OneZero
	Diverged // an element of one of them is NaN or infinite
	States   // their number
)

func (s State) String() string {
	return [States]string{"not told", "apart", "locked", "zero at one of the two", "diverged"}[s]
}

// Stat compares the vectors of an original and its copy: Cos = a·b/sqrt(a·a·b·b) and Dist = ‖a−b‖/sqrt((‖a‖²+‖b‖²)/2),
// both from float64 sums. Cos is NaN where a vector is exactly zero, Dist where both are, and both where the pair has
// diverged. A distance of 0 does not mean that a pair is locked: it may be too small for a float32.
type Stat struct {
	Cos, Dist float32
	State     State
}

// Summary is a quantity over all pairs of a frame: the means of what is a number, and how many pairs are in which
// state.
type Summary struct {
	Cos, Dist float64 // NaN where no pair has one
	Pairs     int
	In        [States]int
}

// Cosine is the mean cosine with so many digits, or a word where there is none: also where some pairs have one, and
// others have diverged.
func (s Summary) Cosine(digits int) string {
	switch {
	case s.In[Diverged] > 0:
		return Diverged.String()
	case model.Finite(s.Cos):
		return s.rounded(digits)
	case s.In[Unknown] > 0:
		return Unknown.String()
	}
	return "none"
}

// rounded writes a mean cosine that is there. One of pairs that are apart never looks like that of equal ones: it has
// more digits, or is said to be near.
func (s Summary) rounded(digits int) string {
	write := func(digits int) string { return strconv.FormatFloat(s.Cos, 'f', digits, 64) }
	one := func(digits int) bool { return write(digits) == strconv.FormatFloat(1, 'f', digits, 64) }
	switch {
	case s.In[Apart] == 0 || !one(digits):
		return write(digits)
	case !one(digits + 1):
		return write(digits + 1)
	}
	return "≈ 1"
}

// Word is the state that all pairs are in, or diverged where any is; empty where some are apart. Where no gradient
// points anywhere that is said, whether the pairs are locked in it or one of each has none.
func (s Summary) Word(q model.Quantity) string {
	switch nowhere := s.In[Locked]+s.In[OneZero] == s.Pairs && !model.Finite(s.Cos); {
	case s.Pairs == 0:
		return ""
	case s.In[Diverged] > 0:
		return Diverged.String()
	case nowhere && q == model.Gradient:
		return "without gradient"
	case s.All(Locked):
		return Locked.String()
	case s.All(Unknown):
		return Unknown.String()
	case nowhere:
		return OneZero.String()
	}
	return ""
}

// Cosine is that of a pair, as [Summary.Cosine].
func (p Stat) Cosine(digits int) string {
	s := Summary{Cos: float64(p.Cos), Pairs: 1}
	s.In[p.State]++
	return s.Cosine(digits)
}

// All reports whether there are pairs, and all of them are in that state.
func (s Summary) All(state State) bool { return s.Pairs > 0 && s.In[state] == s.Pairs }

// Summarize is that of a quantity over all pairs of the groups.
func Summarize(groups []Group, q model.Quantity) Summary {
	var s Summary
	var cos, dist mean
	for i := range groups {
		for _, p := range groups[i].Stats[q] {
			s.Pairs++
			s.In[p.State]++
			cos.add(float64(p.Cos))
			dist.add(float64(p.Dist))
		}
	}
	s.Cos, s.Dist = cos.value(), dist.value()
	return s
}

// mean averages what is finite.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(x float64) {
	if model.Finite(x) {
		m.sum, m.n = m.sum+x, m.n+1
	}
}

// value is NaN where nothing finite was added.
func (m *mean) value() float64 { return m.sum / float64(m.n) }
