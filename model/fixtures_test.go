package model_test

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/fixture"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

// The tolerances that the conventions allow against an independent float32 implementation.
const (
	tolLogit  = 1e-5 // absolute, also loss terms
	tolGrad   = 1e-4 // ‖Δ‖/‖g‖ of a tensor
	tolWeight = 1e-4 // absolute, after steps
	tolState  = 1e-3 // ‖Δ‖/‖state‖ of a tensor, after steps on weights that differ by tolWeight
)

func engines() []compute.Engine { return []compute.Engine{compute.Reference{}, compute.NewCPU()} }

// TestFixtures keeps the promise that the network, the optimizers and the widening compute what an independent
// implementation computes.
func TestFixtures(t *testing.T) {
	for _, set := range fixture.Sets(t, "testdata/fixtures") {
		for _, eng := range engines() {
			t.Run(filepath.Base(set)+"/"+eng.Name(), func(t *testing.T) {
				s := fixture.LossesOf(t, set)
				c := s.Config.Config(t)
				t.Run("training", func(t *testing.T) { checkTraining(t, set, s, c, eng) })
				for _, axis := range []model.Axis{model.Inner, model.Hidden, model.Joint} {
					if w, ok := s.Widened[axis]; ok {
						t.Run(string(axis), func(t *testing.T) {
							checkWidening(t, set, s, c, axis, eng)
							checkSteps(t, set, s, w.Config.Config(t), axis, eng)
						})
					}
				}
			})
		}
	}
}

type batch struct {
	ids, labels []int32
	rows, seq   int
	file        fixture.File
}

func loadBatch(t *testing.T, set string) batch {
	f := fixture.Load(t, set, "batch")
	ids, shape := f.Ints(t, "input_ids")
	labels, _ := f.Ints(t, "labels")
	return batch{ids, labels, shape[0], shape[1], f}
}

func checkTraining(t *testing.T, set string, s fixture.Losses, c model.Config, eng compute.Engine) {
	table, b := model.NewTable(c), loadBatch(t, set)
	net := model.NewNet(eng, fixture.Load(t, set, "weights_init").Values(t, table), b.rows, b.seq)
	net.Forward(b.ids)
	near(t, "logits", b.file.F32(t, "logits", nil), net.Logits(), tolLogit)
	loss := net.Backward(b.labels)
	for name, got := range map[string]float64{"loss": loss.CE, "lb": loss.Aux, "z": loss.ZLoss,
		"objective": loss.Objective} {
		assert.InDelta(t, b.file.F32(t, name, nil)[0], got, tolLogit, name)
	}
	close2(t, fixture.Load(t, set, "grads").Values(t, table), net.Grads, tolGrad)

	opt := optim.New(s.Optimizer(), eng, model.NewGrowth(c), model.NewValues(table), model.NewValues(table), 0)
	bounds := newAdamBounds(table)
	for i, lr := range s.LR {
		net.Forward(b.ids)
		assert.InDelta(t, s.CE[i], net.Backward(b.labels).CE, tolLogit, "loss of step %d", i)
		bounds.see(net.Grads, lr)
		opt.Step(net.Weights, net.Grads, []float64{lr})
	}
	bounds.hold(t, fixture.Load(t, set, "weights_step3").Values(t, table), net.Weights)
	close2(t, fixture.Load(t, set, "opt_m_step3").Values(t, table), opt.M, tolState)
	close2(t, fixture.Load(t, set, "opt_v_step3").Values(t, table), opt.V, tolState)
}

func checkWidening(t *testing.T, set string, s fixture.Losses, c model.Config, axis model.Axis, eng compute.Engine) {
	from, b := model.NewTable(c), loadBatch(t, set)
	old := fixture.Load(t, set, "weights_step3").Values(t, from)
	m, v := fixture.Load(t, set, "opt_m_step3").Values(t, from), fixture.Load(t, set, "opt_v_step3").Values(t, from)
	before := model.NewNet(eng, old, b.rows, b.seq)
	before.Forward(b.ids)
	out := fixture.Load(t, set, fmt.Sprintf("widen_%s_out", axis))
	near(t, "logits before", out.F32(t, "logits3", nil), before.Logits(), tolLogit)

	for _, x := range []struct {
		suffix, logits string
		init           widen.Init
		scale          widen.Scale
	}{{"", "logits", widen.CopyCopy, widen.RMS}, {"_naive", "logits_naive", widen.CopyCopy, widen.Unscaled},
		{"_zerocopy", "logits_zerocopy", widen.ZeroCopy, widen.RMS}, {"_uneven", "", widen.Uneven, widen.RMS}} {
		file := fmt.Sprintf("widen_%s%s", axis, x.suffix)
		if !fixture.Has(set, file) {
			require.NotEmpty(t, x.suffix, "every set has %s", file)
			continue
		}
		spec := widen.Spec{Axis: axis, Factor: s.Ratio, Init: x.init, Scale: x.scale, OptState: widen.Asymmetric}
		plan, err := widen.New(spec, from, 1)
		require.NoError(t, err)
		f := fixture.Load(t, set, file)
		now := plan.Weights(old)
		each(t, f.Values(t, plan.To), now, 1e-7)
		mult, err := strconv.ParseFloat(f.Meta["logit_mult"], 64)
		require.NoError(t, err)
		assert.InEpsilon(t, mult, plan.To.Config.LogitMult, 1e-12, "logit_mult of %s", file)
		if x.logits != "" {
			net := model.NewNet(eng, now, b.rows, b.seq)
			net.Forward(b.ids)
			near(t, file+" logits", out.F32(t, x.logits, nil), net.Logits(), tolLogit)
			if s.Ratio == math.Trunc(s.Ratio) && x.suffix == "" {
				near(t, "copy-copy at a whole ratio keeps the function", before.Logits(), net.Logits(), tolLogit)
			}
		}
		if x.suffix != "" {
			continue
		}
		for state, name := range map[widen.OptState]string{widen.Asymmetric: "asym", widen.Copy: "copy",
			widen.AsymmetricScaled: "asym_scaled"} {
			spec.OptState = state
			plan, err := widen.New(spec, from, 1)
			require.NoError(t, err)
			got := plan.States(m, v)
			for i, q := range []string{"m", "v"} {
				each(t, fixture.Load(t, set, fmt.Sprintf("widen_%s_%s_%s", axis, q, name)).Values(t, plan.To),
					got[i], 1e-8)
			}
		}
		checkMask(t, fixture.Load(t, set, fmt.Sprintf("widen_%s_newmask", axis)),
			model.NewGrowth(c).Widen(plan.To.Config), plan.To)
	}
}

// checkMask compares the stages that choose learning rates with the mask of new parameters.
func checkMask(t *testing.T, f fixture.File, g model.Growth, table *model.Table) {
	stages := model.NewValues(table)
	for _, r := range g.Segments(table) {
		for i := r.From; i < r.To; i++ {
			stages.Data[i] = float32(r.Stage)
		}
	}
	stages.Each(func(name string, shape []int, data []float32) {
		for i, isNew := range f.Bools(t, name, shape) {
			if data[i] != float32(isNew) {
				t.Fatalf("%s[%d]: age %g, mask %d", name, i, data[i], isNew)
			}
		}
	})
}

func checkSteps(t *testing.T, set string, s fixture.Losses, c model.Config, axis model.Axis, eng compute.Engine) {
	w, b := s.Widened[axis], loadBatch(t, set)
	file := func(name string) fixture.File { return fixture.Load(t, set, fmt.Sprintf("widen_%s%s", axis, name)) }
	table := model.NewTable(c)
	growth := model.NewGrowth(s.Config.Config(t)).Widen(c)
	net := model.NewNet(eng, file("").Values(t, table), b.rows, b.seq)
	opt := optim.New(s.Optimizer(), eng, growth, file("_m_asym").Values(t, table),
		file("_v_asym").Values(t, table), len(s.LR))
	bounds := newAdamBounds(table)
	for i := range w.LROld {
		net.Forward(b.ids)
		assert.InDelta(t, w.CE[i], net.Backward(b.labels).CE, tolLogit, "loss of step %d after the widening", i)
		bounds.see(net.Grads, max(w.LROld[i], w.LRNew[i]))
		opt.Step(net.Weights, net.Grads, []float64{w.LROld[i], w.LRNew[i]})
	}
	bounds.hold(t, file("_step3").Values(t, table), net.Weights)
}
