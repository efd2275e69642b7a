package figure

import (
	"bytes"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sparkling-lab/sparkling/internal/testgame"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// played is the record of a run that nobody ran: curves that fall, pairs that part where their arm lets them, and all
// else that figures show.
func played(t *testing.T, name string, seed uint64) *record.Record {
	t.Helper()
	e, err := experiment.Named(name)
	require.NoError(t, err)
	e.Seed = seed
	e = e.Rescale(200)
	if e.Task.Side() > 0 {
		e.Task.Letters = 9
	}
	v, err := e.Validate()
	require.NoError(t, err)
	r := record.New(v)
	e = r.Experiment
	for i, a := range e.Arms {
		begin := 0
		if e.Waits(i) && i != e.Trunk() {
			begin = e.Fork()
		}
		for step := begin; step <= e.End(i); step++ {
			if step%10 == 0 || step == begin || step == e.End(i) {
				r.Tracks[i] = append(r.Tracks[i], frame(r, i, step))
			}
		}
		if a.Widens() {
			r.AddReport(report(r, i))
		}
		r.AddWriting(record.Writing{Arm: i, Step: e.End(i), Written: "of light", Sure: []float32{1, 0.5, 0.2, 1, 0.9,
			0.8, 0.6, 0.3}, Prompt: record.Prompt{Text: "the rays ", Temperature: 0.7, Seed: 1, Count: 8}})
	}
	return r
}

// since is how far an arm has come from the widening to the end, 0 to 1.
func since(e experiment.Experiment, step int) float64 {
	return math.Max(float64(step-e.Fork()), 0) / float64(e.Steps-e.Fork())
}

// frame is what an arm measured: the later one, the better it ends.
func frame(r *record.Record, arm, step int) record.ArmFrame {
	e := r.Experiment
	s := since(e, step)
	noise := 0.01 * math.Sin(float64(step)*0.7+float64(arm)+3*float64(e.Seed))
	f := record.ArmFrame{Arm: arm, Step: step, FLOPs: e.FLOPs(arm, step), FullValLoss: float32(math.NaN()),
		ValLoss: float32(1.7 + 1.8*math.Exp(-float64(step)/60) - 0.04*float64(arm)*s + noise)}
	if step == e.End(arm) {
		if f.FullValLoss = f.ValLoss; !e.Task.LiveIsFull() {
			f.FullValLoss -= 0.05
		}
	}
	f.LROld = float32(0.005 * (1 + math.Cos(math.Pi*float64(step)/float64(e.Steps))))
	f.LRNew = f.LROld
	if w := e.Arms[arm].Widen; step > e.Fork() && len(w) > 0 && w[0].Rewarm.Scope == optim.RewarmNew {
		f.LRNew *= 1.3
	}
	if side := e.Task.Side(); side > 0 {
		rng := rand.New(rand.NewPCG(e.Seed, 2))
		for range side * side {
			p := 1 / (1 + math.Exp(-25*(0.3+0.5*float64(step)/float64(e.Steps)+0.07*float64(arm)*s-rng.Float64())))
			f.Answers = append(f.Answers, record.Answer{Sure: uint8(150 * p), Right: p > 0.4})
			if p > 0.4 {
				f.Right++
			}
		}
		f.Asked = side * side
	}
	routed := divided(e, arm).Tracks[arm]
	f.ExpertLoad, f.Router, f.Gets = routed[0].ExpertLoad, routed[0].Router, routed[0].Gets
	if !e.Arms[arm].Widens() || step < e.Fork() {
		return f
	}
	for layer := range e.Model.Layers {
		g := record.PairGroup{Axis: "inner", Layer: layer, Orig: []int32{0}, Copy: []int32{1}}
		for q := range g.Stats {
			cos := math.Exp(-float64(1+q+layer) * s * (1 + 5*math.Abs(noise)) / 3)
			stat := record.PairStat{Cos: float32(cos), Dist: float32(math.Sqrt(2 - 2*cos)), State: record.Apart}
			if state := e.Arms[arm].Widen[0].OptState; state == widen.Copy || state == widen.Drop {
				stat = record.PairStat{Cos: 1, State: record.Locked}
			}
			g.Stats[q] = []record.PairStat{stat}
		}
		f.Pairs = append(f.Pairs, g)
	}
	return f
}

// report is what the widening did to an arm: less where a factor keeps the RMS.
func report(r *record.Record, arm int) record.Report {
	w := r.Experiment.Arms[arm].Widen[0]
	p := record.Report{Arm: arm, Step: w.Step, ValLossBefore: 1.85, ValLossAfter: 1.85 + 0.1*float32(arm)}
	for layer := range r.Experiment.Model.Layers {
		for _, share := range []float32{0.9, 0.4} {
			p.RMSBefore = append(p.RMSBefore, record.BlockRMS{In: float32(layer + 1), Out: share})
			p.RMSUnscaled = append(p.RMSUnscaled, record.BlockRMS{In: float32(layer + 1), Out: 2 * share})
		}
	}
	if p.RMSAfter = p.RMSBefore; !w.Scaled() {
		p.RMSAfter = p.RMSUnscaled
		p.ValLossAfter++
	}
	return p
}

// looks are the sizes and themes that golden pictures have.
var looks = map[string]Options{"page": {}, "column": {For: Column}, "slide": {For: Projector, Theme: Dark, Bare: true}}

func TestEveryFigureLooksAsItDidInEverySize(t *testing.T) {
	facts := runs{played(t, "facts", 1)}
	seeds := runs{facts[0], played(t, "facts", 2), played(t, "facts", 3)}
	muon := played(t, "recipe", 1)
	muon.Experiment.Optimizer.Kind = optim.Muon
	of := map[string]runs{
		"loss": {played(t, "recipe", 1)}, "known": seeds, "difference": seeds, "paired": seeds, "paired-known": seeds,
		"cosine": facts, "distance": seeds, "layers": facts, "compute": facts, "rms": {played(t, "signal", 1)},
		"knowledge": facts, "experts": {played(t, "default", 1)}, "writing": {played(t, "default", 1)},
		"paper-1": {played(t, "signal", 1)}, "paper-2": {played(t, "states", 1)}, "paper-3": {played(t, "recipe", 1)},
		"paper-7": {played(t, "signal", 1)}, "paper-12": {muon}, "paper-14-16": {played(t, "compute", 1)},
	}
	for _, name := range Names {
		require.Contains(t, of, name, "every figure has golden pictures")
		f, err := Named(name, of[name]...)
		require.NoError(t, err)
		for look, o := range looks {
			t.Run(name+"-"+look, func(t *testing.T) {
				var b bytes.Buffer
				require.NoError(t, f.In(o).PNG(&b, 60))
				m, err := png.Decode(&b)
				require.NoError(t, err)
				testgame.Golden(t, name+"-"+look, m)
			})
		}
	}
}

func TestFiguresOfSeveralSeedsAreMeans(t *testing.T) {
	rs := runs{played(t, "facts", 1), played(t, "facts", 2)}
	last := len(rs[0].Tracks[1]) - 1
	mean := float64(rs[0].Tracks[1][last].ValLoss+rs[1].Tracks[1][last].ValLoss) / 2
	f, err := Named("loss", rs...)
	require.NoError(t, err)
	s := svg(t, f)
	assert.Contains(t, s, ">Copy "+decimal(mean, 4)+"<")
	assert.Contains(t, f.Caption, "Means over the seeds 1, 2, with their standard errors as bands.")
	assert.Contains(t, s, "fill-opacity:0.18", "there is a band")
	spots, err := Named("paper-7", played(t, "signal", 1), played(t, "signal", 2))
	require.NoError(t, err)
	assert.Contains(t, spots.Caption, "Means over the seeds 1, 2. ", "spots have no bands")
	one, err := Named("loss", rs[0])
	require.NoError(t, err)
	assert.NotContains(t, svg(t, one), "fill-opacity:0.18")
	assert.Contains(t, one.Caption, "Seed 1.")
}

func TestRecordsThatDoNotBelongTogetherAreRefused(t *testing.T) {
	facts := played(t, "facts", 1)
	_, err := All()
	assert.EqualError(t, err, "a figure needs a record")
	_, err = All(facts, facts)
	assert.EqualError(t, err, "two records have the seed 1")
	_, err = Named("loss", facts, played(t, "states", 2))
	assert.ErrorContains(t, err, "different experiments")
	_, err = Named("rms", facts, played(t, "facts", 2))
	assert.ErrorContains(t, err, "which needs a widening, and a single run")
	_, err = Named("paired", facts)
	assert.ErrorContains(t, err, "runs of several seeds")
}

func TestCounterpartsOfThePaperSayWhoseTheyAreAndAtWhatScale(t *testing.T) {
	f, err := Named("paper-2", played(t, "states", 1))
	require.NoError(t, err)
	for _, says := range []string{"The counterpart of the paper’s Fig. 2",
		"Ours: 2 layers of width 32, 4 experts of 16 neurons", "200 steps of 8 × 64 characters, Inner 2x",
		"The paper’s: 24 layers of width 1,024"} {
		assert.Contains(t, f.Caption, says)
	}
	s := svg(t, f)
	for _, arm := range []string{"Drop", "Copy", "Copy, scaled", "Asymmetric reset", "Asymmetric, scaled"} {
		assert.Contains(t, s, ">"+arm, "the treatment of optimizer states is all that these differ in")
	}
	_, err = Named("paper-2", played(t, "signal", 1))
	assert.ErrorContains(t, err, "arms that differ in nothing but the treatment of optimizer states")
	_, err = Named("paper-3", played(t, "states", 1))
	assert.ErrorContains(t, err, "nothing but the re-warmup")
	_, err = Named("paper-12", played(t, "recipe", 1))
	assert.ErrorContains(t, err, "Muon")
	f, err = Named("paper-1", played(t, "signal", 1))
	require.NoError(t, err)
	assert.NotContains(t, svg(t, f), "Random", "it differs in more than the factor")
}
