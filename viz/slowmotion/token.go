package slowmotion

import (
	"fmt"
	"math"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/look"
)

// The rows of a neuron, in the order of [look.Parts].
const (
	gate = iota
	up
	down
)

// channel is that of the followed weight, for people.
func (t *teller) channel() string { return fmt.Sprintf("channel %d", t.w.Channel+1) }

// row are the weights of one half in one matrix.
func (t *teller) row(side, row int) *look.Row { return &t.u.Sides[side].Rows[row] }

// product is one of many that are summed up: a weight times what it is multiplied with.
func (t *teller) product(side, row int, by float32) string {
	return fmt.Sprintf("… + %s × %s + …", t.arg(t.row(side, row).Before[t.w.Channel]), t.arg(by))
}

// forward is what the halves make of the shown token.
func (t *teller) forward() Stage {
	token := &t.u.Token
	x := token.In[t.w.Channel]
	sum := func(row int) func(int) (string, float32) {
		return func(i int) (string, float32) {
			s := &t.u.Sides[i]
			return t.product(i, row, x), [2]float32{s.Gate, s.Up}[row]
		}
	}
	sums := fmt.Sprintf("Σ w × x, %d products", len(token.In))
	return Stage{Title: "Forward", Says: t.reads(), Lines: []Line{
		t.line("gate", sums, "how far the neuron opens: its gate weights times what it reads", sum(gate)),
		t.line("up", sums, "what it would say: its up weights times the same", sum(up)),
		t.line("silu", "gate / (1 + e^−gate)", "the gate, bent: below zero hardly anything passes",
			func(i int) (string, float32) {
				g := t.u.Sides[i].Gate
				return fmt.Sprintf("%s / (1 + e^%s)", t.num(g), t.arg(-g)), silu(g)
			}),
		t.line("h", "silu × up", "what the neuron says", func(i int) (string, float32) {
			s := &t.u.Sides[i]
			return t.num(silu(s.Gate)) + " × " + t.arg(s.Up), t.hidden(i)
		}),
		t.line("adds", "p × h × down", "what it adds to "+t.channel()+"; p is the router’s weight of the expert",
			func(i int) (string, float32) {
				w := t.row(i, down).Before[t.w.Channel]
				return fmt.Sprintf("%s × %s × %s", t.num(token.Weight), t.arg(t.hidden(i)), t.arg(w)),
					token.Weight * t.hidden(i) * w
			}),
	}}
}

// reads says which token is shown.
func (t *teller) reads() string {
	token := &t.u.Token
	if token.Tokens == 0 {
		return "The expert got no token of this batch: nothing is read, and no gradient comes of it."
	}
	const most = 12
	begin := ""
	shown := token.Symbols
	if len(shown) > most {
		shown, begin = shown[len(shown)-most:], "…"
	}
	s := fmt.Sprintf("One of the %d tokens that the expert reads in this batch: after “%s%s”", token.Tokens, begin,
		strings.Join(shown, ""))
	if token.Label != "" {
		s += fmt.Sprintf(" comes “%s”", token.Label)
	}
	if len(t.u.Sides) > 1 {
		s += ". Both halves read the same"
	}
	return s + "."
}

func silu(x float32) float32 { return float32(float64(x) / (1 + math.Exp(-float64(x)))) }

func (t *teller) hidden(side int) float32 {
	s := &t.u.Sides[side]
	return silu(s.Gate) * s.Up
}

// loss is the same for both halves: they are in one network.
func (t *teller) loss() Stage {
	token, s := &t.u.Token, Stage{Title: "Loss"}
	s.Says = "The network’s answer is measured once, whatever the halves added to it."
	if token.Label != "" {
		s.Lines = append(s.Lines, common("loss", "−ln q", fmt.Sprintf("of this token, in nats; q is the probability "+
			"that the network gives to “%s”", token.Label), "", token.Loss))
	}
	s.Lines = append(s.Lines,
		common("L", "", "the mean over all labels of the batch", "", t.u.Loss),
		common("δ", "∂L/∂out", "how L changes with what the expert puts out on "+t.channel()+", here", "",
			token.DOut[t.w.Channel]))
	return s
}

// backward is how the loss comes back to the followed weight.
func (t *teller) backward() Stage {
	token := &t.u.Token
	x, d := token.In[t.w.Channel], token.DOut[t.w.Channel]
	back := t.line("∂h", fmt.Sprintf("Σ δ × down, %d products", len(token.In)), "how L changes with h",
		func(i int) (string, float32) { return t.product(i, down, d), t.u.Sides[i].DHidden })
	s := Stage{Title: "Backward", Says: "How the loss changes with the followed weight: its gradient. Equal halves " +
		"in one network get equal gradients, whatever came before."}
	switch t.w.Row {
	case gate:
		s.Lines = []Line{back,
			t.line("∂gate", "∂h × up × silu′(gate)", "how L changes with the gate", func(i int) (string, float32) {
				n := &t.u.Sides[i]
				return fmt.Sprintf("%s × %s × %s", t.num(n.DHidden), t.arg(n.Up), t.arg(slope(n.Gate))), t.dgate(i)
			}),
			t.part("∂gate × x", func(i int) (float32, float32) { return t.dgate(i), x })}
	case up:
		s.Lines = []Line{back,
			t.line("∂up", "∂h × silu", "how L changes with up", func(i int) (string, float32) {
				n := &t.u.Sides[i]
				return t.num(n.DHidden) + " × " + t.arg(silu(n.Gate)), t.dup(i)
			}),
			t.part("∂up × x", func(i int) (float32, float32) { return t.dup(i), x })}
	default:
		s.Lines = []Line{
			t.given("h", "what the neuron says", t.hidden),
			common("δ", "", "how L changes with what the expert puts out on "+t.channel(), "", d),
			t.part("δ × h", func(i int) (float32, float32) { return d, t.hidden(i) })}
	}
	s.Lines = append(s.Lines, t.given("g", fmt.Sprintf("the gradient: the sum over all %d tokens that the expert got",
		token.Tokens), func(i int) float32 { return t.row(i, t.w.Row).Gradient[t.w.Channel] }))
	return s
}

// part is what the shown token adds to the gradient of the followed weight.
func (t *teller) part(rule string, of func(side int) (float32, float32)) Line {
	return t.line("part", rule, "what this token adds to the gradient of the weight",
		func(i int) (string, float32) {
			a, b := of(i)
			return t.num(a) + " × " + t.arg(b), a * b
		})
}

// slope is the derivative of silu.
func slope(x float32) float32 {
	s := 1 / (1 + math.Exp(-float64(x)))
	return float32(s * (1 + float64(x)*(1-s)))
}

func (t *teller) dgate(side int) float32 {
	s := &t.u.Sides[side]
	return s.DHidden * s.Up * slope(s.Gate)
}

func (t *teller) dup(side int) float32 {
	s := &t.u.Sides[side]
	return s.DHidden * silu(s.Gate)
}
