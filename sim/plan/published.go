package plan

import (
	"math"

	"github.com/sparkling-lab/sparkling/model"
)

// Published is a row of the paper's Table 2.
type Published struct {
	Active  float64 `json:"active_params"`
	Total   float64 `json:"total_params"`
	Scratch float64 `json:"scratch_6nd"`
	Widened float64 `json:"widened_6nd"` // 0 where there is none
	Saving  float64 `json:"saving"`
}

// printed is a row as it is printed, and the value of the last digit of each number.
type printed struct{ values, digits Published }

// table2 is Table 2, by axis; the small network has none. Its operations are 6ND of its rounded parameters.
var table2 = map[model.Axis]printed{
	"":           {Published{450e6, 2.56e9, 5.40e20, 0, 0}, Published{1e6, 0.01e9, 0.01e20, 0, 0}},
	model.Inner:  {Published{751e6, 5e9, 9.01e20, 7.21e20, 0.20}, Published{1e6, 1e9, 0.01e20, 0.01e20, 0.01}},
	model.Hidden: {Published{900e6, 5.13e9, 10.80e20, 8.10e20, 0.25}, Published{1e6, 0.01e9, 0.01e20, 0.01e20, 0.01}},
	model.Joint: {Published{1.5e9, 9.96e9, 18.00e20, 11.70e20, 0.35},
		Published{0.1e9, 0.01e9, 0.01e20, 0.01e20, 0.01}},
}

// compare puts what was published beside the counts.
func (r *Row) compare(p printed) {
	of := func(x, want float64) float64 {
		if want == 0 {
			return 0 // there is none
		}
		return x / want
	}
	off := func(got, want float64) float64 { return of(got-want, want) }
	v, d := p.values, p.digits
	r.Published = &v
	r.Deviation = &Published{off(float64(r.Active), v.Active), off(float64(r.Total), v.Total),
		off(r.Scratch, v.Scratch), off(r.Widened, v.Widened), r.Saving - v.Saving}
	if v.Widened == 0 {
		r.Deviation.Widened, r.Deviation.Saving = 0, 0
	}
	r.Rounding = &Published{of(d.Active/2, v.Active), of(d.Total/2, v.Total), of(d.Scratch/2, v.Scratch),
		of(d.Widened/2, v.Widened), d.Saving / 2}
}

// Tolerance is how far a count may be from what the paper prints, as a fraction, and a saving as a plain difference.
const Tolerance = 0.003

// Agrees reports whether a difference is within that, or within what the last printed digit leaves open.
func Agrees(off, open float64) bool { return math.Abs(off) <= math.Max(Tolerance, open) }
