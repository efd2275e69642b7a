package train

import (
	"time"

	"github.com/sparkling-lab/sparkling/sim/look"
)

// look answers a question about the network as it is. No bit of the run depends on it.
func (t *Trainer) look(m Message) [][]byte {
	begin := time.Now()
	a := t.run.answer(m.Question)
	a.Question, a.Step = m.Question, t.run.step
	return [][]byte{Message{Kind: KindLooked, Arm: t.run.arm, Step: t.run.step, Ask: m.Ask, Answer: a,
		Took: time.Since(begin)}.Encode()}
}

func (r *run) answer(q look.Question) look.Answer {
	return look.Answer{Declined: "this network does not show its inside yet"}
}
