//go:build device && linux && amd64

package cuda_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/learner/learnertest"
	"github.com/sparkling-lab/sparkling/model/optim"
)

// What takes too long for every change: make test-device.

// large is a network in which every warp of every block has work, with heads as wide as the paper's; no dimension but
// the heads' is whole tiles.
func large() model.Config {
	c := shapes()[0]
	c.Hidden, c.Inner, c.Heads, c.KVHeads, c.HeadDim, c.Vocab, c.Experts, c.TopK = 136, 104, 2, 1, 96, 267, 7, 3
	return c
}

func TestTheDeviceKeepsWhatEveryLearnerHasToKeepInBf16Too(t *testing.T) {
	f, _ := open(t, cuda.BF16)
	learnertest.CheckRounded(t, f)
}

func TestTheLockIsExactAfterFiftyUpdates(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, _ := open(t, p)
		for _, kind := range optim.Kinds {
			for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
				for _, factor := range []float64{2, 2.4} {
					lock(t, f, shapes()[0], kind, axis, factor, 50)
				}
			}
		}
	})
}

func TestTheLockIsExactInALargeNetwork(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, _ := open(t, p)
		for _, kind := range optim.Kinds {
			lock(t, f, large(), kind, model.Joint, 1.6, 2)
		}
	})
}

// Whatever the order in which threads take turns, whole updates leave the same bits: no barrier is missing.
func TestUpdatesAreTheSameInEveryOrderOfTurns(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, lib := open(t, p)
		for _, kind := range optim.Kinds {
			for _, c := range []model.Config{large(), shapes()[2]} {
				lib.SameInEveryOrder(t, func() []byte {
					s := setup(c, kind)
					s.Recompute, s.Accumulate, s.Optimizer.Clip = true, 2, 0.1
					l, err := f.New(s)
					require.NoError(t, err)
					defer func() { require.NoError(t, l.Close()) }()
					l.Measure(true)
					ups, state := trained(t, l, 2, 60)
					bits := fmt.Appendf(nil, "%+v", ups)
					for _, v := range []model.Values{state.Weights, state.M, state.V} {
						for _, x := range v.Data {
							bits = binary.LittleEndian.AppendUint32(bits, math.Float32bits(x))
						}
					}
					return bits
				})
			}
		}
	})
}

func TestGradientsOfALargeNetworkAreThePlainEngines(t *testing.T) {
	inBoth(t, func(t *testing.T, p cuda.Precision) {
		f, _ := open(t, p)
		c := large()
		s := setup(c, optim.AdamW)
		s.Batch, s.Seq = 2, 70
		w := s.State.Weights.Clone()
		ids, labels := tokens(140, c.Vocab)
		var eng compute.Engine = compute.Reference{}
		allowed := 1e-5
		if p == cuda.BF16 {
			eng, allowed = judge{experts: c.Experts}, 2e-2 // as far as the judge is from itself, see bf16_test.go
		}
		want, grads := judged(eng, w, ids, labels, 2, 70)
		l := start(t, f, s)
		u, err := l.Train(ids, labels, []float64{0})
		require.NoError(t, err)
		assert.InEpsilon(t, want.CE, u.CE, 1e-4)
		off := apart(grads.Data, read(t, l, model.Gradient).Data)
		assert.LessOrEqual(t, off, allowed)
		t.Logf("%s: %.1e", p, off)
	})
}
