package ondisk

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// RecipeName is the file that says how training goes on from a widened folder.
const RecipeName = "recipe.json"

// Schedules are how the rate of the old parameters may fall from the widening to the end.
var Schedules = []string{"cosine", "linear", "constant"}

// Recipe is what a trainer needs to go on from a widened folder: the learning rate of the old parameters goes on as it
// was, and that of the new ones follows the re-warmup of Eq. 25–28, from Rate up to Rho times it in Tau updates, then
// by half a cosine to FinalRate at the end. What nobody said is null.
type Recipe struct {
	Rate      *float64 `json:"rate"`            // at the widening, ηe
	PeakRate  *float64 `json:"peak_rate"`       // of the baseline; Rate where nobody said
	FinalRate *float64 `json:"final_rate"`      // at the end, ηmin
	StepsDone *int     `json:"optimizer_steps"` // updates before the widening: Adam counts on
	StepsLeft *int     `json:"steps_left"`      // updates from the widening to the end, T − te
	Schedule  string   `json:"schedule"`        // of the old parameters
	Rho       float64  `json:"rho"`
	Tau       *int     `json:"tau"` // τw, in updates
	// the widening
	Spec widen.Spec `json:"widening"`
	Seed uint64     `json:"seed"`
}

// NewRecipe completes a recipe: the peak is the rate where nothing is said, the final rate a hundredth of the peak, and
// τw a fiftieth of the updates left, at least five. It errs where a number is not allowed.
func NewRecipe(r Recipe) (Recipe, error) {
	if !slices.Contains(Schedules, r.Schedule) {
		return r, fmt.Errorf("schedule is %q; allowed are cosine, linear and constant", r.Schedule)
	}
	if r.Rate != nil {
		if r.PeakRate == nil {
			r.PeakRate = r.Rate
		}
		if r.FinalRate == nil && r.Schedule == "constant" {
			r.FinalRate = r.Rate
		} else if r.FinalRate == nil {
			final := *r.PeakRate / 100
			r.FinalRate = &final
		}
	}
	for _, f := range []struct {
		name  string
		value *float64
	}{{"rate", r.Rate}, {"peak-rate", r.PeakRate}, {"final-rate", r.FinalRate}} {
		if f.value != nil && !(*f.value >= 0 && *f.value <= 10) {
			return r, fmt.Errorf("%s is %g; allowed are 0 to 10", f.name, *f.value)
		}
	}
	if r.Rate != nil && !(*r.FinalRate <= *r.Rate && *r.Rate <= *r.PeakRate) {
		return r, fmt.Errorf("the rates are %g at the peak, %g at the widening and %g at the end: they must not rise",
			*r.PeakRate, *r.Rate, *r.FinalRate)
	}
	if r.StepsLeft != nil && (*r.StepsLeft < 1 || *r.StepsLeft > 1<<30) {
		return r, fmt.Errorf("steps-left is %d; allowed are 1 to %d", *r.StepsLeft, 1<<30)
	}
	if r.StepsDone != nil && *r.StepsDone < 0 {
		return r, fmt.Errorf("steps-done is %d; allowed are 0 and more", *r.StepsDone)
	}
	if r.Tau != nil && (*r.Tau < 0 || *r.Tau > 1<<30) {
		return r, fmt.Errorf("tau is %d; allowed are 0 to %d", *r.Tau, 1<<30)
	}
	w := optim.Rewarm{Scope: optim.RewarmNew, Rho: r.Rho}
	if r.Tau != nil {
		w.Steps = *r.Tau
	} else if r.StepsLeft != nil {
		w.Fraction = optim.DefaultFraction
		tau := min(w.Tau(*r.StepsLeft), *r.StepsLeft)
		r.Tau = &tau
	}
	return r, w.Validate()
}

// Rates are those of old and new parameters at update t after the widening, where the recipe knows all.
func (r Recipe) Rates(t int) (old, fresh float64) {
	peak, now, final, left := *r.PeakRate, *r.Rate, *r.FinalRate, float64(*r.StepsLeft)
	at := min(float64(t)/left, 1)
	switch {
	case r.Schedule == "constant" || peak <= final:
		old = now
	case r.Schedule == "linear":
		old = now + (final-now)*at
	default:
		begun := math.Acos(min(max(2*(now-final)/(peak-final)-1, -1), 1)) / math.Pi
		old = final + (peak-final)*(1+math.Cos(math.Pi*(begun+(1-begun)*at)))/2
	}
	// a baseline that begins at ηe, so that the re-warmup from its step 0 is that from the widening
	s := optim.NewSchedule(optim.Config{LR: now, MinLRRatio: ratio(final, now)}, *r.StepsLeft)
	s.Widen(0, optim.Rewarm{Scope: optim.RewarmNew, Rho: r.Rho, Steps: *r.Tau})
	var rates [2]float64
	s.Rates(t, rates[:])
	return old, rates[1]
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// write puts the recipe into a folder.
func (r Recipe) write(dir string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return durable.WriteBytes(filepath.Join(dir, RecipeName), append(text, '\n'))
}
