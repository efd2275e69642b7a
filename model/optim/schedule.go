package optim

import "math"

// Schedule gives the learning rate of every age of parameters at every step t, counted from 0.
type Schedule struct {
	peak, final float64
	warm, total int
	stages      []stage
}

type stage struct {
	at int
	Rewarm
}

// NewSchedule is the baseline: linear from 0 to the peak over the warm-up, then cosine to the final rate at step total.
func NewSchedule(c Config, total int) *Schedule {
	return &Schedule{peak: c.LR, final: c.LR * c.FinalRatio, warm: int(math.Round(c.Warmup * float64(total))), total: total}
}

// Widen adds a widening before update at.
func (s *Schedule) Widen(at int, r Rewarm) { s.stages = append(s.stages, stage{at, r}) }

// Base is the baseline's rate at step t.
func (s *Schedule) Base(t int) float64 {
	return warmCosine(t, s.warm, s.total, 0, s.peak, s.final)
}

// Rates sets into[k] to the rate of parameters of age k, k up to the number of widenings. New parameters follow
// f(t−te; τw, T−te, ηe, ρ·ηe, ηmin) with ηe the baseline's rate at the widening te (Eq. 25–28); those of earlier widenings keep their own
// schedule, unless a later one re-warms everything.
func (s *Schedule) Rates(t int, into []float64) {
	into[0] = s.Base(t)
	for k, w := range s.stages {
		into[k+1] = into[0]
		if w.Scope == RewarmNone {
			continue
		}
		from := s.Base(w.at)
		into[k+1] = warmCosine(t-w.at, w.Steps, s.total-w.at, from, w.Rho*from, s.final)
		if w.Scope == RewarmAll {
			for j := range k + 1 {
				into[j] = into[k+1]
			}
		}
	}
}

// warmCosine goes linearly from start to peak over warm steps, then on a half cosine to final at step total.
func warmCosine(t, warm, total int, start, peak, final float64) float64 {
	switch {
	case t < warm:
		return start + (peak-start)*float64(t)/float64(warm)
	case t >= total:
		return final
	}
	x := float64(t-warm) / float64(max(total-warm, 1))
	return final + (peak-final)*(1+math.Cos(math.Pi*x))/2
}
