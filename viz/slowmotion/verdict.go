package slowmotion

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/sim/look"
)

// compared is what two halves have in common, in all their weights.
type compared struct {
	weight, gradient, state, rate, after bool
	empty                                [2]bool // a half has no state: all its moments are zero
}

func compare(u *look.Update) compared {
	c := compared{true, true, true, true, true, [2]bool{true, true}}
	a, b := &u.Sides[0], &u.Sides[1]
	for k := range a.Rows {
		x, y := &a.Rows[k], &b.Rows[k]
		c.weight = c.weight && same(x.Before, y.Before)
		c.gradient = c.gradient && same(x.Gradient, y.Gradient)
		c.state = c.state && same(x.M, y.M) && same(x.V, y.V)
		c.rate = c.rate && same(x.Rate, y.Rate)
		c.after = c.after && same(x.After, y.After)
		for i, row := range []*look.Row{x, y} {
			c.empty[i] = c.empty[i] && zero(row.M) && zero(row.V)
		}
	}
	return c
}

func same(a, b []float32) bool {
	for i := range a {
		if !look.Same(a[i], b[i]) {
			return false
		}
	}
	return true
}

func zero(x []float32) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// verdict is what the update comes to, of all weights of the neuron, in a few words and then in a sentence; the moves
// are those of the followed one.
func (t *teller) verdict() (short, long string) {
	if _, broken := firstBroken(t.u); broken {
		return "This update breaks the network", "A number is no longer finite; from then on the network computes none."
	}
	if len(t.traces) < 2 {
		return "One neuron alone", fmt.Sprintf("Its weight moves by %s. It has no copy: none was made, or not of this "+
			"neuron.", t.moves(0))
	}
	c := compare(t.u)
	state := "state"
	if t.u.Rule.Muon {
		state = "momentum"
	}
	moves := fmt.Sprintf("original’s weight moves by %s, the copy’s by %s", t.moves(0), t.moves(1))
	alike := fmt.Sprintf("Both move by %s. All %d weights of the halves have the same bits, before and after: a copy "+
		"stays a copy.", t.moves(0), t.weights())
	switch {
	case c.gradient && c.weight && c.after && c.empty == [2]bool{true, true}:
		return "Equal gradient + [0, 0] = equal update", "What both remember is equally empty. " + alike
	case c.gradient && c.weight && c.after:
		return fmt.Sprintf("Equal gradient + equal %s = equal update", state), alike
	case c.gradient && c.weight && !c.state && c.empty[1]:
		return "Equal gradient + [S, 0] = different update", fmt.Sprintf("S is what the original remembers, 0 what "+
			"the copy does. So the %s. They are copies no longer.", moves)
	case c.gradient && c.weight && !c.state:
		return fmt.Sprintf("Equal gradient + another %s = different update", state), "The " + moves +
			". They are copies no longer."
	case c.gradient && c.weight && !c.rate:
		return fmt.Sprintf("Equal gradient, equal %s, another learning rate", state), "The " + moves + "."
	case c.gradient && c.weight:
		return "Equal gradient, equal " + state + ", and yet another update", "The " + moves + "."
	}
	return "The halves parted before", fmt.Sprintf("Other weights get other gradients, and so other "+
		"updates. Here the %s.", moves)
}

// moves is how far the followed weight of a half moves, with its sign.
func (t *teller) moves(side int) string { return t.num(-t.traces[side].Move) }

// weights is how many a half has.
func (t *teller) weights() (n int) {
	for k := range t.u.Sides[0].Rows {
		n += len(t.u.Sides[0].Rows[k].Before)
	}
	return n
}
