package learner

import (
	"errors"
	"math"
	"math/rand/v2"
)

// Generator writes symbol after symbol with a learner of one sequence: each is drawn from what the network says after
// those before it, of which it sees as many as fit. The random number of a symbol depends on (seed, position) alone, so
// that two networks that say nearly the same write nearly the same. It trains nothing.
type Generator struct {
	learn       Learner
	ids, labels []int32 // the sequence; the first known of ids are what the network sees
	known       int
	answers     Answers
	chances     []float64 // (Vocab)
	temperature float64
	seed        uint64
	position    int // symbols written
}

// NewGenerator goes on after a prompt of at least one symbol with a learner whose batch is one sequence of seq tokens.
// Temperature divides the logits; at 0 the most likely symbol is written, the first of those that are as likely.
func NewGenerator(l Learner, seq int, prompt []int32, temperature float64, seed uint64) *Generator {
	g := &Generator{learn: l, ids: make([]int32, seq), labels: make([]int32, seq), temperature: temperature,
		seed: seed, chances: make([]float64, l.Table().Config.Vocab)}
	g.answers.Positions = make([]int, 1)
	prompt = prompt[max(0, len(prompt)-seq):]
	g.known = copy(g.ids, prompt)
	return g
}

// errNoLogits is of a network whose numbers are none.
var errNoLogits = errors.New("what the network says is no number")

// Next writes a symbol, and tells the probability that the network gave it, at temperature 1 whatever it was drawn at.
// It allocates nothing of its own. It errs where the network says what is no number.
func (g *Generator) Next() (id int32, sure float32, err error) {
	g.answers.Positions[0] = g.known - 1
	// The rest of the sequence lies behind the place that is asked about, which does not see it.
	if _, err = g.learn.Loss(g.ids, g.labels, len(g.ids), &g.answers); err != nil {
		return 0, 0, err
	}
	if id, sure, err = g.draw(); err != nil {
		return 0, 0, err
	}
	if g.known == len(g.ids) {
		copy(g.ids, g.ids[1:])
		g.known--
	}
	g.ids[g.known] = id
	g.known++
	g.position++
	return id, sure, nil
}

// draw chooses one of the symbols.
func (g *Generator) draw() (id int32, sure float32, err error) {
	logits, top, best := g.answers.Logits, math.Inf(-1), 0
	for i, x := range logits {
		if float64(x) > top {
			top, best = float64(x), i
		}
	}
	sum, drawn := 0.0, 0.0 // over all symbols, at temperature 1 and at the one that is drawn at
	for i, x := range logits {
		below := float64(x) - top
		sum += math.Exp(below)
		g.chances[i] = math.Exp(below / g.temperature)
		drawn += g.chances[i]
	}
	if !(sum >= 1) || math.IsInf(sum, 0) { // the most likely adds 1
		return 0, 0, errNoLogits
	}
	if g.temperature > 0 {
		best = g.under(uniform(g.seed, g.position) * drawn)
	}
	return int32(best), float32(math.Exp(float64(logits[best])-top) / sum), nil
}

// under is the symbol in whose part of the sum of chances a number lies.
func (g *Generator) under(u float64) (last int) {
	for i, p := range g.chances {
		if p == 0 {
			continue
		}
		if last = i; u < p {
			break
		}
		u -= p
	}
	return last
}

// uniform is a number from 0 to below 1 that depends on (seed, position) alone.
func uniform(seed uint64, position int) float64 {
	var rng rand.PCG
	rng.Seed(seed, uint64(position))
	return float64(rng.Uint64()>>11) / (1 << 53)
}
