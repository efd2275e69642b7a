package reproduce

import (
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Number is a float64 that is null in a file where it is no finite number: it was not measured, or the run diverged.
type Number float64

// numberOf is a measured number; where it is none it counts as not measured, here as in a file.
func numberOf(x float32) Number {
	if !record.Finite(x) {
		return Number(math.NaN())
	}
	return Number(x)
}

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	if !record.Finite(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(data, (*float64)(n))
}

// Result is what is kept of one arm of a finished run. Losses are in nats a token, on text that is never trained on.
type Result struct {
	Key          string `json:"key"`
	Failed       string `json:"failed,omitempty"`    // why the arm did not reach its last step
	FinalValLoss Number `json:"final_full_val_loss"` // of the full validation split, after the last update
	// answers that are right after the last update, of those asked for; 0 of 0 where they were not counted
	Right int `json:"right,omitempty"`
	Asked int `json:"asked,omitempty"`
	// of the validation windows just before the widening; NaN where there is none
	ValLossBefore Number  `json:"val_loss_before"`
	ValLossAfter  Number  `json:"val_loss_after"` // just after it
	FLOPs         float64 `json:"flops"`          // exact, of all updates
	// most pairs whose weights or gradients differed at any probe after the widening
	MaxUnlocked int     `json:"max_unlocked"`
	ValLoss     []Point `json:"val_loss,omitempty"` // the watched windows, by step, the shared small phase included
	Pairs       []Pairs `json:"pairs,omitempty"`
	// Ratios of what a block adds to what enters it, block by block, just before and just after the widening.
	RatiosBefore []Number `json:"ratios_before,omitempty"`
	RatiosAfter  []Number `json:"ratios_after,omitempty"`

	Provenance Provenance `json:"-"` // what made the run
}

// Point is one reading of the fixed validation windows.
type Point struct {
	Step  int     `json:"step"`
	Loss  Number  `json:"loss"`
	FLOPs float64 `json:"flops"`
	Right int     `json:"right,omitempty"` // answers
}

// Pairs is one probe of all pairs of originals and copies.
type Pairs struct {
	Step     int    `json:"step"`
	Weight   Number `json:"weight_cosine"`
	Gradient Number `json:"gradient_cosine"`
	Count    int    `json:"count"`
	Locked   int    `json:"locked"` // whose weights are equal bit for bit
}

// Spike is by how much the loss rises at the widening.
func (r *Result) Spike() float64 { return float64(r.ValLossAfter - r.ValLossBefore) }

// StillLocked is the number of pairs whose weights are equal at the last probe.
func (r *Result) StillLocked() int {
	if len(r.Pairs) == 0 {
		return 0
	}
	return r.Pairs[len(r.Pairs)-1].Locked
}

// WeightCosine is the mean cosine of originals and copies at the last probe, NaN where there is none.
func (r *Result) WeightCosine() float64 {
	if len(r.Pairs) == 0 {
		return math.NaN()
	}
	return float64(r.Pairs[len(r.Pairs)-1].Weight)
}

// results are what is kept of a record, one for each arm of the group.
func results(g Group, rec *record.Record, arms []record.ArmStatus) []Result {
	out := make([]Result, len(g.Entries))
	nan := Number(math.NaN())
	for i, e := range g.Entries {
		r := Result{Key: e.Key, FinalValLoss: nan, ValLossBefore: nan, ValLossAfter: nan}
		if arms[i].State != record.Finished {
			r.Failed = arms[i].Err
			if r.Failed == "" {
				r.Failed = "it did not begin"
			}
		}
		track := rec.Tracks[i]
		if trunk := rec.Experiment.Trunk(); trunk >= 0 && len(track) > 0 && track[0].Step > 0 {
			r.read(before(rec.Tracks[trunk], track[0].Step))
		}
		r.read(track)
		if x, ok := rec.FinalValLoss(i); ok {
			last := track[len(track)-1]
			r.FinalValLoss, r.Right, r.Asked = Number(x), last.Right, last.Asked
		}
		if w, ok := rec.Report(i); ok {
			r.ValLossBefore, r.ValLossAfter = numberOf(w.ValLossBefore), numberOf(w.ValLossAfter)
			r.RatiosBefore, r.RatiosAfter = ratios(w.RMSBefore), ratios(w.RMSAfter)
		}
		out[i] = r
	}
	return out
}

// before is the part of a track that lies before a step.
func before(track []record.ArmFrame, step int) []record.ArmFrame {
	for k, f := range track {
		if f.Step >= step {
			return track[:k]
		}
	}
	return track
}

func (r *Result) read(track []record.ArmFrame) {
	for k := range track {
		f := &track[k]
		r.FLOPs = f.FLOPs
		if record.Finite(f.ValLoss) {
			r.ValLoss = append(r.ValLoss, Point{f.Step, Number(f.ValLoss), f.FLOPs, f.Right})
		}
		if len(f.Pairs) == 0 {
			continue
		}
		w, g := f.Summary(record.Weight), f.Summary(record.Gradient)
		r.MaxUnlocked = max(r.MaxUnlocked, w.Pairs-w.In[record.Locked], g.Pairs-g.In[record.Locked])
		r.Pairs = append(r.Pairs, Pairs{f.Step, Number(w.Cos), Number(g.Cos), w.Pairs, w.In[record.Locked]})
	}
}

func ratios(blocks []record.BlockRMS) []Number {
	out := make([]Number, len(blocks))
	for i, b := range blocks {
		out[i] = numberOf(b.Ratio())
	}
	return out
}

// Results are all results at hand, by setting, seed and arm.
type Results struct {
	of map[place]*Result
}

type place struct {
	setting string
	seed    uint64
	arm     string
}

// NewResults is empty.
func NewResults() *Results { return &Results{map[place]*Result{}} }

// Add puts in the results of a job. An arm whose final loss is no number did not reach its end, whatever else is said
// of it.
func (r *Results) Add(j Job, of []Result) {
	for i := range of {
		if of[i].Failed == "" && !record.Finite(of[i].FinalLoss()) {
			of[i].Failed = "its final loss is no number"
		}
		r.of[place{j.Setting.ID, j.Seed, of[i].Key}] = &of[i]
	}
}

// stale reports whether results of a document are by a program that counted FLOPs otherwise, so that arms ended
// elsewhere at equal compute.
func stale(e experiment.Experiment, of []Result) bool {
	for i, r := range of {
		if r.Failed == "" && r.FLOPs != e.FLOPs(i, e.End(i)) {
			return true
		}
	}
	return false
}

// Stale reports whether a job is there whose FLOPs were counted otherwise than now.
func (j Job) Stale(r *Results) bool {
	var of []Result
	for _, e := range j.Group.Entries {
		x, ok := r.Of(j.Setting, j.Seed, e.Key)
		if !ok {
			return false
		}
		of = append(of, *x)
	}
	return stale(j.Experiment, of)
}

// Of is the result of an arm.
func (r *Results) Of(s Setting, seed uint64, arm string) (*Result, bool) {
	x, ok := r.of[place{s.ID, seed, arm}]
	return x, ok
}

// Seeds are those that a setting was run with, ascending.
func (r *Results) Seeds(s Setting) []uint64 {
	seen := map[uint64]bool{}
	for at := range r.of {
		if at.setting == s.ID {
			seen[at.seed] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// First are the results of the seeds up to n: what there was before more were added.
func (r *Results) First(n int) *Results {
	out := NewResults()
	for at, x := range r.of {
		if at.seed <= uint64(n) {
			out.of[at] = x
		}
	}
	return out
}

// Arms are the results of a setting and seed, by key.
func (r *Results) Arms(s Setting, seed uint64) []*Result {
	var out []*Result
	for at, x := range r.of {
		if at.setting == s.ID && at.seed == seed {
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b *Result) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

// Values are a number of an arm by seed, but where the run is missing; NaN where it diverged.
func (r *Results) Values(s Setting, arm string, of func(*Result) float64) []float64 {
	var out []float64
	for _, seed := range r.Seeds(s) {
		x, ok := r.Of(s, seed, arm)
		switch {
		case !ok:
		case x.Failed != "":
			out = append(out, math.NaN())
		default:
			out = append(out, of(x))
		}
	}
	return out
}

// FinalLoss is the final loss, for [Results.Values].
func (r *Result) FinalLoss() float64 { return float64(r.FinalValLoss) }

// Known is the number of right answers in the end, NaN where they were not counted.
func (r *Result) Known() float64 {
	if r.Asked == 0 {
		return math.NaN()
	}
	return float64(r.Right)
}
