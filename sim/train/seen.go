package train

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/look"
)

// seen is a pass of which one expert is looked at.
type seen struct {
	pass   model.ExpertPass
	config model.Config
	expert int32
}

// most is the slot (token·k + choice) of the expert that adds most to a neuron's gradient; −1 where it got no token.
func (s *seen) most(neuron int) int {
	best, most := -1, 0.0
	for slot, e := range s.pass.Experts {
		if e != s.expert {
			continue
		}
		at := slot*s.config.Inner + neuron
		in := squares(s.in(slot))
		adds := (square(s.pass.DGate[at])+square(s.pass.DUp[at]))*in + square(s.pass.Hidden[at])*squares(s.dOut(slot))
		if !model.Finite(adds) {
			return slot // of what breaks there is no most
		}
		if best < 0 || adds > most {
			best, most = slot, adds
		}
	}
	return best
}

func (s *seen) in(slot int) []float32 {
	t, d := slot/s.config.TopK, s.config.Hidden
	return s.pass.In[t*d : (t+1)*d]
}

func (s *seen) dOut(slot int) []float32 {
	d := s.config.Hidden
	return s.pass.DOut[slot*d : (slot+1)*d]
}

func square(x float32) float64 { return float64(x) * float64(x) }

func squares(x []float32) (sum float64) {
	for _, v := range x {
		sum += square(v)
	}
	return sum
}

// token is what a slot is about; all zeros where there is none.
func (s *seen) token(slot int) look.Token {
	d := s.config.Hidden
	t := look.Token{Expert: int(s.expert), In: make([]float32, d),
		DOut: make([]float32, d)}
	for _, e := range s.pass.Experts {
		if e == s.expert {
			t.Tokens++
		}
	}
	if slot >= 0 {
		t.Weight = s.pass.Weights[slot]
		copy(t.In, s.in(slot))
		copy(t.DOut, s.dOut(slot))
	}
	return t
}

// side is what a neuron does for the token of a slot.
func (s *seen) side(slot, neuron int) look.Side {
	side := look.Side{Neuron: neuron}
	if slot >= 0 {
		p, at := &s.pass, slot*s.config.Inner+neuron
		side.Gate, side.Up, side.Hidden = p.Gate[at], p.Up[at], p.Hidden[at]
		side.DHidden, side.DGate, side.DUp = p.DHidden[at], p.DGate[at], p.DUp[at]
	}
	return side
}
