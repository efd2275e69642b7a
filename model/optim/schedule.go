package optim

import "math"

// Schedule gives the learning rate of every growth stage of parameters at every step t, counted from 0.
type Schedule struct {
	total  int
	first  curve   // the baseline as it was at the start
	base   []piece // the baseline, by ascending step
	stages []stage
}

// piece is the baseline from step at on: the curve read from step begin on, pace of its steps a step.
type piece struct {
	at          int
	begin, pace float64
	curve
}

// stage is one widening. Where it has changed the baseline every growth stage follows that.
type stage struct {
	at    int
	joint bool // the baseline changed here
	Rewarm
}

// NewSchedule is the baseline: linear from 0 to the peak over the warm-up, then cosine to the final rate at step total.
func NewSchedule(c Config, total int) *Schedule {
	first := curve{warm: int(math.Round(c.Warmup * float64(total))), total: total, peak: c.LR,
		final: c.LR * c.MinLRRatio}
	return &Schedule{total: total, first: first, base: []piece{{0, 0, 1, first}}}
}

// Widen adds a widening before update at, with a re-warmup of what its scope says.
func (s *Schedule) Widen(at int, r Rewarm) { s.stages = append(s.stages, stage{at: at, Rewarm: r}) }

// WidenFaster adds a widening before update at, after which the baseline falls from its present rate to the final one,
// by a cosine, over fraction of the steps left, and stays there (paper, App. K, after LEMON).
func (s *Schedule) WidenFaster(at int, fraction float64) {
	now := s.Base(at)
	over := int(math.Round(fraction * float64(s.total-at)))
	s.rebase(at, piece{at, 0, 1, curve{total: over, start: now, peak: now, final: s.first.final}})
}

// WidenRemapped adds a widening before update at, after which the baseline goes on as it was from step on, compressed
// to the steps left (paper, App. K, after Shen 2022).
func (s *Schedule) WidenRemapped(at, step int) {
	pace := float64(s.total-step) / float64(max(s.total-at, 1))
	s.rebase(at, piece{at, float64(step), pace, s.first})
}

func (s *Schedule) rebase(at int, p piece) {
	s.base = append(s.base, p)
	s.stages = append(s.stages, stage{at: at, joint: true, Rewarm: Rewarm{Scope: RewarmNone}})
}

// Base is the baseline's rate at step t.
func (s *Schedule) Base(t int) float64 {
	p := s.base[0]
	for _, q := range s.base[1:] {
		if q.at <= t {
			p = q
		}
	}
	return p.rate(p.begin + float64(t-p.at)*p.pace)
}

// Rates sets into[k] to the rate of parameters of growth stage k, k up to the number of widenings: new parameters
// follow their re-warmup (Eq. 25–28), the old ones the baseline. Those of earlier widenings keep their own schedule,
// unless a later one re-warms everything or changes the baseline.
func (s *Schedule) Rates(t int, into []float64) {
	into[0] = s.Base(t)
	for k, w := range s.stages {
		into[k+1] = into[0]
		switch {
		case w.joint:
			fill(into[:k+2], s.Base(t))
			continue
		case w.Scope == RewarmNone:
			continue
		}
		into[k+1] = s.rewarmup(w).rate(float64(t - w.at))
		if w.Scope == RewarmAll {
			fill(into[:k+1], into[k+1])
		}
	}
}

// rewarmup is the curve that the parameters of a widening at te follow from there on, η_new(t) = f(t−te; τw, T−te, ηe,
// ρ·ηe, ηmin): from the baseline's rate ηe at the widening up to ρ times it in τw steps, then a cosine to the same end
// (Eq. 25–28).
func (s *Schedule) rewarmup(w stage) curve {
	left, now := s.total-w.at, s.Base(w.at)
	return curve{warm: w.Tau(left), total: left, start: now, peak: w.Rho * now, final: s.first.final}
}

func fill(x []float64, v float64) {
	for i := range x {
		x[i] = v
	}
}

// curve is f(t; Tw, T, η0, ηmax, ηmin), of which the baseline and every re-warmup are made (Eq. 25–28): linear from
// start to peak over warm steps, then half a cosine to final at step total (Loshchilov and Hutter 2016, arXiv
// 1608.03983).
type curve struct {
	warm, total        int
	start, peak, final float64
}

func (c curve) rate(t float64) float64 {
	warm := float64(c.warm)
	switch {
	case t < warm:
		return c.start + (c.peak-c.start)*t/warm
	case t >= float64(c.total):
		return c.final
	}
	x := (t - warm) / float64(max(c.total-c.warm, 1))
	return c.final + (c.peak-c.final)*(1+math.Cos(math.Pi*x))/2
}
