package viz

import "github.com/sparkling-lab/sparkling/sim/look"

// SetLooked says who knows what arms answer to those who look inside them. Without one nothing is ever answered.
func (v *View) SetLooked(of func(arm int, q look.Question) (look.Answer, bool)) { v.looked = of }

// Wants is what the pictures in sight show of the insides of arms, or would: each question once, that of the largest
// picture first.
func (v *View) Wants() []look.Want {
	var wants []look.Want
	for i := range v.places {
		for _, w := range v.places[i].wants {
			wants = want(wants, w)
		}
	}
	return wants
}

func want(list []look.Want, w look.Want) []look.Want {
	for _, x := range list {
		if x == w {
			return list
		}
	}
	return append(list, w)
}

// look is an arm's newest answer to a question, which may be of an earlier step; false where there is none yet. The
// picture that is being drawn is drawn anew when another comes.
func (v *View) look(arm int, q look.Question) (look.Answer, bool) {
	v.wants = want(v.wants, look.Want{Arm: arm, Question: q})
	if v.looked == nil {
		return look.Answer{}, false
	}
	return v.looked(arm, q)
}

// numbers changes whenever one of the answers does that a picture shows.
func (v *View) numbers(wants []look.Want) (n int) {
	if v.looked == nil {
		return 0
	}
	for _, w := range wants {
		if a, ok := v.looked(w.Arm, w.Question); ok {
			n += a.Number
		}
	}
	return n
}
