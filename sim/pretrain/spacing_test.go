package pretrain

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/sparkling-lab/sparkling/model/widen/pairs"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/trial"
)

func TestTheRecordOfALongRunIsBounded(t *testing.T) {
	for _, steps := range []int{1, 100, 4096, 4097, 100_000, experiment.MaxSteps} {
		e := trial.Short(40).Rescale(steps)
		e.Arms = e.Arms[3:4]
		for _, size := range []int{1, 8} {
			e.Model.Layers, e.Model.Experts = 3*size, 8*size
			s := SpacingOf(e, 0)
			frames, probes := 0, 0
			for step := range steps + 1 {
				if s.keeps(step, steps, -1) {
					frames++
				}
				if step%s.Probes == 0 {
					probes++
				}
			}
			assert.LessOrEqual(t, frames, 3*mostFrames, "%d steps: %+v", steps, s)
			one := (e.Model.Layers*e.Model.Experts + 1) * pairs.Most * pairBytes
			assert.LessOrEqual(t, (probes-1)*one, pairsBytes, "%d steps: %+v", steps, s)
			assert.Positive(t, s.Dense)
		}
		if steps <= mostFrames {
			assert.Equal(t, 1, SpacingOf(e, 0).Frames, "all frames are kept")
		}
	}
	assert.Equal(t, 7, SpacingOf(trial.Short(40), 7).Probes)
}

func TestAPaceIsThatOfTheLastUpdates(t *testing.T) {
	var p pacer
	now := time.Unix(0, 0)
	assert.Zero(t, p.note(now, 100, 1e6, 1e9))
	for range 10 {
		now = now.Add(time.Second)
		p.note(now, 100, 1e6, 1e9)
	}
	got := p.note(now.Add(time.Second), 100, 1e6, 1e9)
	assert.InDelta(t, 100, got.Tokens, 1e-9)
	assert.InDelta(t, 1e6, got.FLOPs, 1e-6)
	assert.Equal(t, 1000*time.Second, got.Left)
	now = now.Add(time.Second)
	for range 1000 {
		now = now.Add(2 * time.Second)
		got = p.note(now, 100, 1e6, 1e9)
	}
	assert.InDelta(t, 50, got.Tokens, 1, "what was long ago no longer counts")
}
