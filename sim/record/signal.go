package record

import (
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// RMSRatios is what a widening did to the signal, in the mean RMS ratio r of the blocks ([model.MeanRMSRatio]). What
// was not measured, or is no number, is NaN.
type RMSRatios struct {
	Before, After float64 // r just before the widening and just after it
	Unscaled      float64 // r after the same widening without its factor
	Largest       float64 // largest change of any block's ratio, as a fraction
	Factorless    bool    // the widening has no factor: Unscaled is After
}

// MeanRMSRatio is [model.MeanRMSRatio].
func MeanRMSRatio(blocks []BlockRMS) float64 { return model.MeanRMSRatio(blocks) }

// Change says the largest change in percent, with the digits that a person reads.
func (x RMSRatios) Change() string {
	switch p := 100 * x.Largest; {
	case p > 0 && p < 0.1:
		return "less than 0.1 %"
	case p >= 100:
		return strconv.FormatFloat(p, 'f', 0, 64) + " %"
	default:
		return strconv.FormatFloat(p, 'g', 3, 64) + " %"
	}
}

// Words says in a sentence what became of r.
func (x RMSRatios) Words() string {
	was, is := digits(x.Before), digits(x.After)
	s := "The blocks add " + was + " times what flows past them, "
	switch {
	case !Finite(x.Before):
		s = "What the blocks add beside what flows past them was no number before the widening"
	case !Finite(x.After):
		s += "and after the widening that is no number"
	case was == is:
		s += "before and after the widening"
	default:
		s += "and after the widening " + is + " times"
	}
	switch {
	case x.Factorless:
		s += "; it has no factor"
	case Finite(x.Unscaled):
		s += "; without its factor it would be " + digits(x.Unscaled)
	}
	return s + "."
}

// digits is a ratio as a person reads it.
func digits(r float64) string { return strconv.FormatFloat(r, 'g', 3, 64) }

// Capital is a sentence of words that begin in lower case.
func Capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// Thousands is a whole number as a person reads it: 1,296.
func Thousands[T int | int64](n T) string { return task.Thousands(n) }

// RMSRatios are those of a report of the record.
func (r *Record) RMSRatios(p Report) RMSRatios {
	x := RMSRatios{
		Before: model.MeanRMSRatio(p.RMSBefore), After: model.MeanRMSRatio(p.RMSAfter), Unscaled: math.NaN(),
		Largest: model.LargestRMSChange(p.RMSBefore, p.RMSAfter),
	}
	for _, w := range r.Experiment.Arms[p.Arm].Widen {
		if w.Step == p.Step && !w.Scaled() {
			x.Factorless, x.Unscaled = true, x.After
		}
	}
	if len(p.RMSUnscaled) > 0 {
		x.Unscaled = model.MeanRMSRatio(p.RMSUnscaled)
	}
	return x
}
