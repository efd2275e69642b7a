package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// logarithmic gives both axes of a plot whose curves are in place a logarithmic scale.
func logarithmic(p *plot.Plot) {
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = powers(2), powers(10)
	p.Y.Min, p.Y.Max = p.Y.Min/1.3, p.Y.Max*1.3
	if p.X.Min == p.X.Max { // one point; a plot would make room by a difference, down to zero perhaps
		p.X.Min, p.X.Max = p.X.Min/1.3, p.X.Max*1.3
	}
}

// powers are ticks at the powers of a number.
type powers float64

// Ticks implements plot.Ticker.
func (b powers) Ticks(low, high float64) []plot.Tick {
	var out []plot.Tick
	if !(low > 0) || !record.Finite(high) {
		return nil
	}
	for e := math.Ceil(math.Log(low)/math.Log(float64(b)) - 1e-9); ; e++ {
		v := math.Pow(float64(b), e)
		if v > high*(1+1e-9) {
			return out
		}
		out = append(out, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'g', 4, 64)})
	}
}
