//go:build linux && amd64 && goexperiment.simd

package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
)

func TestWithoutADriverThereIsOneSentence(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "libcuda.so.1")
	_, err := Run(t.Context(), Options{Library: nowhere, Sizes: Tiny(), Out: &bytes.Buffer{}})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "there is no CUDA driver on this machine")
	assert.NotContains(t, err.Error(), "\n")
	_, err = Run(t.Context(), Options{Only: []string{"checks"}})
	assert.EqualError(t, err, `there is no part "checks"; allowed are check, positions, lock, sanitizer, products, `+
		`full size, pytorch, hugging face`)
}

// A command on a lent machine has 600 seconds, of which the driver takes some to compile the kernels.
func TestAllLimitsTogetherFitALease(t *testing.T) {
	all := 30 * time.Second
	for _, p := range parts {
		all += p.limit + patience
	}
	assert.LessOrEqual(t, all, 600*time.Second)
}

func TestWhatBecomesOfAPartIsSaid(t *testing.T) {
	trying := func(limit time.Duration, run func(context.Context, *Part) error) (*Part, bool, string) {
		var out bytes.Buffer
		x := &trial{Options: Options{Out: &out}}
		p, stuck := x.try(t.Context(), part{"part", limit, func(_ *trial, ctx context.Context, p *Part) error {
			return run(ctx, p)
		}}, &Report{})
		return p, stuck, out.String()
	}
	p, stuck, out := trying(time.Hour, func(_ context.Context, p *Part) error {
		p.add(Row{What: "speed", Value: 3, Unit: "m/s", Fraction: 0.25, PyTorch: 2})
		p.add(Row{What: "ratio", Value: math.NaN()})
		return nil
	})
	assert.Equal(t, Passed, p.Outcome)
	assert.False(t, stuck)
	assert.Regexp(t, `speed +3 m/s +25.0 % of peak +PyTorch 2\n +ratio +\(not a number\)\n`, out)
	_, err := json.Marshal(p)
	require.NoError(t, err, "JSON has no word for what is no number")

	p, _, _ = trying(time.Hour, func(context.Context, *Part) error { return errors.New("wrong") })
	assert.Equal(t, [2]string{string(Failed), "wrong"}, [2]string{string(p.Outcome), p.Why})
	p, _, _ = trying(time.Hour, func(context.Context, *Part) error { return errMissing{errors.New("no program")} })
	assert.Equal(t, NotHere, p.Outcome)
	p, _, _ = trying(time.Hour, func(context.Context, *Part) error { return context.Canceled })
	assert.Equal(t, Interrupted, p.Outcome, "nobody knows whether it fails")
	p, stuck, _ = trying(time.Millisecond, func(ctx context.Context, p *Part) error {
		<-ctx.Done()
		return fmt.Errorf("after 2 updates: %w", ctx.Err())
	})
	assert.Equal(t, OutOfTime, p.Outcome)
	assert.False(t, stuck)

	r := Report{Parts: []*Part{{Name: "a", Outcome: Passed}, {Name: "b", Outcome: Failed},
		{Name: "c", Outcome: NotHere}, {Name: "d", Outcome: OutOfTime}}}
	assert.Equal(t, "b (failed), d (out of time)", r.Bad())
}

func TestPeaksAreKnownByTheNamesOfCards(t *testing.T) {
	for name, want := range map[string]float64{
		"NVIDIA H200": 989, "NVIDIA H100 80GB HBM3": 989, "NVIDIA H100 PCIe": 756, "NVIDIA A100-SXM4-80GB": 312,
		"NVIDIA L4": 121, "NVIDIA L40S": 362, "NVIDIA A10G": 70, "NVIDIA H100 80GB HBM3 MIG 1g.10gb": 0,
		"Tesla T4": 0, "emulated GPU": 0,
	} {
		assert.Equal(t, want, peakOf(name), name)
	}
}

// The sanitizer watches the program itself, and what it says last is told; where it finds something the part fails.
func TestTheSanitizerLooksOn(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, sanitizer), []byte("#!/bin/sh\n"+text), 0o755))
	}
	t.Setenv("PATH", dir)
	x := &trial{Options: Options{Again: []string{"program", "gpu"}}}
	write(`echo "$@"; echo "ERROR SUMMARY: 0 errors"`)
	p := &Part{}
	require.NoError(t, x.sanitize(t.Context(), p))
	assert.Equal(t, []Row{{What: "memcheck", Note: "ERROR SUMMARY: 0 errors"},
		{What: "racecheck", Note: "ERROR SUMMARY: 0 errors"}}, p.Rows)
	write(`[ "$*" = "--tool memcheck --error-exitcode 9 program gpu" ] && exit 0; echo "2 hazards"; exit 9`)
	err := x.sanitize(t.Context(), &Part{})
	assert.EqualError(t, err, "racecheck: exit status 9: 2 hazards")
}

// Else the program that is watched would go on beside what is measured next, and its pipe hold up the trial.
func TestASanitizerThatIsOutOfTimeEndsWithTheProgramItWatches(t *testing.T) {
	dir := t.TempDir()
	id := filepath.Join(dir, "id")
	text := "#!/bin/sh\n/bin/sleep 3600 &\necho $! >" + id + ".new && /bin/mv " + id + ".new " + id + "\nwait\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, sanitizer), []byte(text), 0o755))
	t.Setenv("PATH", dir)
	ctx, cancel := context.WithCancel(t.Context())
	var watched string
	go func() {
		defer cancel()
		for watched == "" && t.Context().Err() == nil {
			data, _ := os.ReadFile(id)
			watched = strings.TrimSpace(string(data))
			time.Sleep(time.Millisecond)
		}
	}()
	x := &trial{Options: Options{Again: []string{"program", "gpu"}}}
	require.ErrorIs(t, x.sanitize(ctx, &Part{}), context.Canceled)
	assert.Eventually(t, func() bool { // where nobody fetches its end it stays in the list, as a zombie
		stat, err := os.ReadFile("/proc/" + watched + "/stat")
		return err != nil || strings.Contains(string(stat), ") Z ")
	}, time.Minute, time.Millisecond)
}

// The full size is tried on the cards that are lent, the smallest of which is sold as 80 GB.
func TestTheFullSizeFitsACardOf80GB(t *testing.T) {
	n := Paper().Full
	need := cuda.FootprintOf(n.Config, n.setup(optimizer(optim.AdamW, fullRate)), cuda.BF16).Total()
	assert.Less(t, need, 76e9)
	assert.Greater(t, need, 40e9, "float32 weights, gradients and moments alone are as much")
	assert.InDelta(t, 2.56e9, float64(model.Count(n.Config, 1, 1).Total), 0.02e9, "Table 2 of the paper")
	assert.Equal(t, 1<<16, n.tokens())
}
