package bench

import (
	"fmt"
	"slices"
	"strings"
)

// Row is one line of the table: what is measured, and what is wanted of it.
type Row struct {
	Key           string   `json:"key"`
	What          string   `json:"what"`
	Unit          string   `json:"unit"` // x is a ratio of speeds: above 1 is faster than the peer
	Measured      *float64 `json:"measured"`
	Target        float64  `json:"target"`
	StretchTarget float64  `json:"stretch_target,omitempty"` // 0: none beyond the target
	LowerIsBetter bool     `json:"lower_is_better"`
	Note          string   `json:"note,omitempty"`
	Missing       string   `json:"missing,omitempty"` // why there is no number
}

// table is every row with its targets, empty.
func table() []Row {
	higher := func(key, unit string, target, stretch float64, what string) Row {
		return Row{Key: key, What: what, Unit: unit, Target: target, StretchTarget: stretch}
	}
	lower := func(key, unit string, target, stretch float64, what string) Row {
		return Row{Key: key, What: what, Unit: unit, Target: target, StretchTarget: stretch, LowerIsBetter: true}
	}
	return []Row{
		higher("worker-products-scalar", "x", 6, 0, "matrix product in Chromium, against scalar blocked Go"),
		higher("worker-products-peak", "%", 45, 60, "matrix product in Chromium, of the 128-bit peak"),
		higher("products-native", "x", 0.75, 1, "matrix product, native, against OpenBLAS"),
		higher("products-native-avx2", "x", 0.5, 0.9, "matrix product, native, against OpenBLAS, both at AVX2"),
		higher("worker-products-tfjs", "x", 3, 6, "the step's matrix products in Chromium, against tfjs-wasm"),
		higher("step-native", "x", 4, 8, "training step, default after Inner 2x, against PyTorch"),
		higher("step-native-large", "x", 0.9, 1.3, "training step, d 512, 8 experts, 2048 tokens, against PyTorch"),
		higher("threads-large", "x", 1.5, 0, "training step, d 512, 8 experts, 2048 tokens, two threads against one"),
		lower("loop", "%", 5, 0, "a long run at that size: what its loop takes beside its steps"),
		higher("loop-torch", "x", 0.9, 1.3, "a long run at that size, all of it, against PyTorch's bare steps"),
		higher("worker-step-peak", "%", 20, 35, "training step in Chromium, of the 128-bit peak"),
		higher("worker-step", "x", 2, 4, "training step in Chromium, against PyTorch"),
		higher("page-run", "x", 2, 4, "three-arm default run in Chromium, against three PyTorch runs"),
		lower("probes", "%", 5, 0, "probes of pairs, native, of the updates' time"),
		lower("worker-probes", "%", 5, 0, "probes of pairs in Chromium, of the updates' time"),
		lower("allocations", "", 0, 0, "allocations of a training step after warm-up"),
		higher("disk-widen", "x", 0.6, 0.9, "a checkpoint widened on the disk, bytes a second, against a copy of it"),
		lower("page-bytes-picture", "MB", 3.5, 2.5, "page: bytes before the first picture, brotli"),
		lower("page-bytes-training", "MB", 4.2, 3, "page: bytes before training starts, brotli"),
		lower("page-first-step", "s", 2, 1, "page: first training step after load on this machine"),
		lower("page-frame", "ms", 8, 4, "page: main-thread CPU a frame, 95th percentile, while four arms train"),
	}
}

// row is the row of a key.
func (r *Report) row(key string) *Row {
	i := slices.IndexFunc(r.Rows, func(x Row) bool { return x.Key == key })
	return &r.Rows[i] // where there is none, the table and the parts do not agree
}

// set fills a row.
func (r *Report) set(key string, value float64, note string, args ...any) {
	row := r.row(key)
	row.Measured, row.Note, row.Missing = &value, fmt.Sprintf(note, args...), ""
}

// miss says why a row is empty, where there is a reason, unless it is filled or explained already.
func (r *Report) miss(key string, why error) {
	if row := r.row(key); why != nil && row.Measured == nil && row.Missing == "" {
		row.Missing = why.Error()
	}
}

// reaches reports whether the value is as good as a target; not-a-number never is.
func (r Row) reaches(target float64) bool {
	if r.LowerIsBetter {
		return *r.Measured <= target
	}
	return *r.Measured >= target
}

// Verdict is the row's last cell.
func (r Row) Verdict() string {
	switch {
	case r.Measured == nil:
		return "not measured"
	case r.StretchTarget != 0 && r.reaches(r.StretchTarget):
		return "stretch met"
	case r.reaches(r.Target):
		return "met"
	}
	return "not met"
}

// number is a value with its unit, short but not rounded to what it is not.
func (r Row) number(v float64) string {
	switch {
	case r.Unit == "":
		return fmt.Sprintf("%.0f", v)
	case r.Unit == "%" && v >= 10:
		return fmt.Sprintf("%.0f %%", v)
	case r.Unit == "%":
		return fmt.Sprintf("%.1f %%", v)
	}
	return fmt.Sprintf("%.2f %s", v, r.Unit)
}

// String is the row as it is printed, its cells parted by bars.
func (r Row) String() string {
	measured, target, stretch := "-", r.number(r.Target), "-"
	if r.Measured != nil {
		measured = r.number(*r.Measured)
	}
	if r.LowerIsBetter {
		target = "≤ " + target
	}
	if r.StretchTarget != 0 {
		stretch = r.number(r.StretchTarget)
	}
	return strings.Join([]string{r.What, measured, target, stretch, r.Verdict()}, "|")
}
