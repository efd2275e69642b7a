//go:build linux && amd64

package cuda_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/emulated"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// calls are the functions of the driver that a learner calls.
var calls = []string{
	"cuMemGetInfo_v2", "cuMemAlloc_v2", "cuMemFree_v2", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2",
	"cuMemcpyDtoDAsync_v2", "cuMemsetD8Async", "cuStreamSynchronize", "cuEventRecord", "cuEventSynchronize",
	"cuModuleGetFunction", "cuFuncSetAttribute", "cuLaunchKernel",
}

// small is the smallest network that has everything.
func small() model.Config {
	c := shapes()[0]
	c.Layers, c.Hidden, c.Vocab = 1, 8, 5
	return c
}

// Whatever call of the driver fails, at whatever point of a learner's life: there is one sentence, it stays, and
// nothing is held when learner and device are closed.
func TestAnErrorOfTheDriverIsOneSentenceThatStaysAndNothingLeaks(t *testing.T) {
	s := setup(small(), optim.AdamW)
	s.Batch, s.Seq = 1, 4
	ids, labels := tokens(4, 5)
	plan, err := widen.New(widen.Spec{Axis: model.Inner, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
		OptState: widen.Copy}, s.State.Weights.Table, 5)
	require.NoError(t, err)
	for name, act := range map[string]func(l learner.Learner) error{
		"train": func(l learner.Learner) error {
			_, err := l.Train(ids, labels, rates)
			return err
		},
		"widen": func(l learner.Learner) error {
			if err := l.Widen(plan, s.Growth.Widen(plan.To.Config)); err != nil {
				return err
			}
			_, err := l.Loss(ids, labels, 4, nil)
			return err
		},
		"state": func(l learner.Learner) error {
			_, err := l.State()
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, call := range calls {
				for nth := 1; ; nth = nth*2 + 1 {
					if !fails(t, s, act, call, nth, []int{1, 719}[nth/2%2]) {
						break
					}
				}
			}
		})
	}
}

// fails makes the nth call of a function fail while something happens to a learner, and reports whether it came to
// that.
func fails(t *testing.T, s learner.Setup, act func(learner.Learner) error, call string,
	nth, code int) bool {
	t.Helper()
	lib := emulated.Build(t) // whose device an error may have ended
	f, err := cuda.Open(lib.Path(), []byte("emulated"), cuda.BF16)
	require.NoError(t, err)
	l, err := f.New(s)
	require.NoError(t, err)
	lib.Fail(call, nth, code)
	what := fmt.Sprintf("call %d of %s", nth, call)
	first := act(l)
	if first != nil {
		assert.NotContains(t, first.Error(), "\n", what)
		assert.Contains(t, first.Error(), "GPU", what)
		_, again := l.Loss([]int32{1, 2, 3, 4}, []int32{1, 2, 3, 4}, 4, nil)
		assert.Equal(t, first, again, "%s: it stays", what)
	}
	_ = l.Close() // errs where the device does
	_ = f.Close()
	assert.Zero(t, lib.Used(), "%s: bytes that are held", what)
	return first != nil
}

func TestALearnerThatCannotBeginHoldsNothing(t *testing.T) {
	s := setup(small(), optim.Muon)
	for _, call := range calls {
		for nth := 1; ; nth = nth*2 + 1 {
			lib := emulated.Build(t)
			f, err := cuda.Open(lib.Path(), []byte("emulated"), cuda.BF16)
			require.NoError(t, err)
			lib.Fail(call, nth, 2) // which is: out of memory
			l, err := f.New(s)
			if err == nil {
				_ = l.Close() // which may meet it
				_ = f.Close()
				break
			}
			assert.NotContains(t, err.Error(), "\n")
			assert.Zero(t, lib.Used(), "call %d of %s", nth, call)
			_ = f.Close()
		}
	}
}

func TestTooLittleMemoryIsSaidWithNumbersAndNothingIsHeld(t *testing.T) {
	f, lib := open(t, cuda.BF16)
	s := setup(shapes()[0], optim.AdamW)
	need := cuda.FootprintOf(shapes()[0], s, cuda.BF16).Total()
	for _, there := range []float64{0, need / 2, need - 1} {
		lib.Memory(int64(there))
		_, err := f.New(s)
		require.Error(t, err)
		assert.Contains(t, err.Error(), fmt.Sprintf("%.0f bytes", need))
		assert.Contains(t, err.Error(), fmt.Sprintf("%.0f are free", there))
		assert.Zero(t, lib.Used())
	}
	lib.Memory(int64(need))
	l, err := f.New(s)
	require.NoError(t, err, "as much as is said is enough")
	defer func() { require.NoError(t, l.Close()) }()
	before := read(t, l, model.Weight)
	plan, err := widen.New(widen.Spec{Axis: model.Joint, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
		OptState: widen.Copy}, l.Table(), 5)
	require.NoError(t, err)
	err = l.Widen(plan, s.Growth.Widen(plan.To.Config))
	require.ErrorContains(t, err, "too little memory to widen")
	assert.Equal(t, before, read(t, l, model.Weight), "and the network is as it was")
	ids, labels := tokens(30, 13)
	_, err = l.Train(ids, labels, rates)
	require.NoError(t, err, "and trains on")
}

func TestANetworkThatTheEngineDoesNotTrainIsDeclinedByName(t *testing.T) {
	f, _ := open(t, cuda.Float32)
	for name, change := range map[string]func(c *model.Config){
		"qk_norm":   func(c *model.Config) { c.QKNorm = model.NoNorm },
		"qkv_bias":  func(c *model.Config) { c.QKVBias = true },
		"post_norm": func(c *model.Config) { c.PostNorm = true },
		"raw_top_k": func(c *model.Config) { c.RawTopK = true },
		"head_dim":  func(c *model.Config) { c.HeadDim = 130 },
		"experts":   func(c *model.Config) { c.Experts = 65 },
	} {
		c := shapes()[0]
		change(&c)
		require.NoError(t, c.Validate())
		_, err := f.New(setup(c, optim.AdamW))
		assert.ErrorContains(t, err, "model."+name)
		assert.Equal(t, err, cuda.Check(c), "it can be asked beforehand")
	}
}
