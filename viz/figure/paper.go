package figure

import (
	"fmt"
	"slices"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// drawPaperSignal is the counterpart of the paper's Fig. 1: the loss around the widening and until the end, of arms
// that differ in nothing but the factor that keeps the RMS.
func drawPaperSignal(rs runs) (Figure, bool) {
	arms := varied(rs, func(w *experiment.Widening) { w.Scale = "" })
	if arms == nil {
		return Figure{}, false
	}
	at := float64(rs[0].Experiment.Fork())
	around := window(losses(rs).only(arms), at-10, at+float64(experiment.ProbeDense))
	end := window(losses(rs).only(arms), at+0.4*(float64(rs[0].Last())-at), float64(rs[0].Last()))
	around.Title, end.Title = "Around the widening", "Until the end"
	for i := range around.Series {
		around.Series[i].Ended, around.Series[i].Digits = nil, -1
	}
	return Curves("paper-1", "With the factor that keeps the RMS, and without", counterpart("1", rs)+
		rs.seeds()+fullNote(end),
		around, end)
}

// drawPaperStates is the counterpart of the paper's Fig. 2: arms that differ in nothing but what becomes of the
// optimizer's states.
func drawPaperStates(rs runs) (Figure, bool) {
	arms := varied(rs, func(w *experiment.Widening) { w.OptState = "" })
	if arms == nil {
		return Figure{}, false
	}
	base := arms[0]
	for _, i := range arms {
		if rs[0].Experiment.Arms[i].Widen[0].OptState == widen.Copy {
			base = i
		}
	}
	return against("paper-2", "What becomes of the optimizer’s states", counterpart("2", rs), rs, arms, base)
}

// drawPaperRewarm is the counterpart of the paper's Fig. 3: arms that differ in nothing but the re-warmup, under AdamW.
func drawPaperRewarm(rs runs) (Figure, bool) { return rewarm("paper-3", "3", optim.AdamW, rs) }

// drawPaperMuon is the counterpart of the paper's Fig. 12: as [drawPaperRewarm], under Muon.
func drawPaperMuon(rs runs) (Figure, bool) { return rewarm("paper-12", "12", optim.Muon, rs) }

func rewarm(name, number string, under optim.Kind, rs runs) (Figure, bool) {
	arms := varied(rs, func(w *experiment.Widening) { w.Rewarm = optim.Rewarm{} })
	if arms == nil || rs.first().Experiment.Optimizer.Kind != under {
		return Figure{}, false
	}
	return against(name, "With a re-warmup of the learning rate, and without", counterpart(number, rs), rs, arms,
		arms[0])
}

// against shows what arms differ by: the loss since the widening, and the difference to one of them.
func against(name, title, caption string, rs runs, arms []int, base int) (Figure, bool) {
	e := rs.first().Experiment
	at := float64(e.Fork())
	l := window(losses(rs).only(arms), at+0.4*(float64(rs.first().Last())-at), float64(rs.first().Last()))
	for i := range l.Series {
		l.Series[i].Ended, l.Series[i].Digits = nil, -1
	}
	d, ok := differences(rs, base)
	if !ok {
		return Figure{}, false
	}
	d = d.only(arms)
	l.Title, d.Title = "The loss until the end", "The difference since the widening"
	return Curves(name, title, fmt.Sprintf("%s%s Differences are means over %d steps.%s", caption, rs.seeds(),
		record.DiffSteps, fullNote(d)), l, d)
}

// drawPaperSpike is the counterpart of the paper's Fig. 7: how much the loss rises at the widening, and how it ends.
func drawPaperSpike(rs runs) (Figure, bool) {
	r := rs[0]
	e := r.Experiment
	styles, names := style.Of(e), names(e)
	c := Cloud{X: "rise of the loss at the widening", Y: "final loss, nats " + e.Task.Words().Unit}
	otherwise := false // some arm is widened otherwise than the first
	for i, a := range e.Arms {
		if !a.Widens() {
			continue
		}
		first := e.Arms[e.Baseline()].Widen[0]
		otherwise = otherwise || a.Widen[0].Init != first.Init || a.Widen[0].Scale != first.Scale
		rise := rs.ended(func(r *record.Record) (float64, bool) {
			p, ok := r.Report(i)
			y := float64(p.ValLossAfter) - float64(p.ValLossBefore)
			return y, ok && record.Finite(y)
		})
		last := rs.ended(func(r *record.Record) (float64, bool) {
			y, ok := r.FinalValLoss(i)
			return float64(y), ok
		})
		if rise != nil && last != nil {
			c.Spots = append(c.Spots, Spot{names[i], *rise, *last, styles[i], !a.Widen[0].Scaled()})
		}
	}
	if len(c.Spots) < 3 || !otherwise {
		return Figure{}, false
	}
	return Scatter("paper-7", "The rise at the widening and the loss at the end", counterpart("7", rs)+rs.means()+
		" Full: with the factor that keeps the RMS. Ring: without.", c)
}

// drawPaperCompute is the counterpart of the paper's Fig. 14 to 16: the loss over what it cost, of widened networks and
// of wide ones from scratch.
func drawPaperCompute(rs runs) (Figure, bool) {
	var arms []int
	widened, scratch := false, false
	for i, a := range rs[0].Experiment.Arms {
		switch {
		case a.From != experiment.Fork:
			scratch = true
		case a.Widens():
			widened = true
		default:
			continue
		}
		arms = append(arms, i)
	}
	if !widened || !scratch {
		return Figure{}, false
	}
	l, caption := costs(rs, arms)
	return Curves("paper-14-16", "Widened, and wide from scratch, over what it cost", counterpart("14–16", rs)+caption,
		l.only(arms))
}

// counterpart says whose figure it is like, and at what scale ours is.
func counterpart(number string, rs runs) string {
	e := rs.first().Experiment
	c := e.Model
	experts := fmt.Sprintf("%d experts of %d neurons", c.Experts, c.Inner)
	if c.Experts == 1 {
		experts = fmt.Sprintf("%d neurons", c.Inner)
	}
	var axes []string
	for _, a := range e.Arms {
		for _, w := range a.Widen {
			if s := fmt.Sprintf("%s %gx", axisNames[w.Axis], w.Factor); a.Widens() && !slices.Contains(axes, s) {
				axes = append(axes, s)
			}
		}
	}
	s := fmt.Sprintf("The counterpart of the paper’s Fig. %s, measured here, with axes of our own. Ours: %d layers of "+
		"width %d, %s, %s steps of %d × %d %s", number, c.Layers, c.Hidden, experts, record.Thousands(e.Steps),
		e.Task.Rows(), e.Task.Seq, symbols(e))
	for _, a := range axes {
		s += ", " + a
	}
	return s + ". The paper’s: 24 layers of width 1,024, 64 experts of 512 neurons, 200 billion tokens. "
}

func symbols(e experiment.Experiment) string {
	if e.Task.Writes() {
		return "characters"
	}
	return "symbols"
}

// axisNames are what the paper calls the axes.
var axisNames = map[model.Axis]string{model.Inner: "Inner", model.Hidden: "Hidden", model.Joint: "Hidden and Inner"}

// varied are the arms, of the first group of at least two, that are equal once a field of their widenings is blanked,
// and differ in it. It is nil where there is no such group.
func varied(rs runs, blank func(*experiment.Widening)) []int {
	e := rs.first().Experiment.Clone()
	var bare []experiment.Arm
	for _, a := range e.Arms {
		b := experiment.Arm{From: a.From, Widen: slices.Clone(a.Widen)}
		for i := range b.Widen {
			blank(&b.Widen[i])
		}
		bare = append(bare, b)
	}
	for i, a := range e.Arms {
		group := []int{i}
		for k := i + 1; k < len(e.Arms); k++ {
			if a.Widens() && e.Arms[k].Widens() && experiment.Alike(bare[i], bare[k]) &&
				!experiment.Alike(a, e.Arms[k]) {
				group = append(group, k)
			}
		}
		if len(group) > 1 {
			return group
		}
	}
	return nil
}

// only are the curves of some arms.
func (l Lines) only(arms []int) Lines {
	var all []Series
	for _, i := range arms {
		all = append(all, l.Series[i])
	}
	l.Series = all
	return l
}

// window is what the curves are between two places.
func window(l Lines, from, to float64) Lines {
	l.Series = slices.Clone(l.Series)
	for i, s := range l.Series {
		l.Series[i].XYer, l.Series[i].Marks = part(s, from, to)
	}
	return l
}
