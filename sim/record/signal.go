package record

import (
	"math"
	"strconv"

	"github.com/sparkling-lab/sparkling/model"
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
