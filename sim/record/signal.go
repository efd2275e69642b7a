package record

import (
	"math"

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
