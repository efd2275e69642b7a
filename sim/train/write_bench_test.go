package train

import (
	"testing"

	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// What a character costs beside an update: experiment.WriteEvery is made of their ratio.
func BenchmarkWriting(b *testing.B) {
	e := experiment.Default()
	for _, wide := range []int{0, 1} {
		if wide == 1 {
			e.Model.Inner *= 2
		}
		b.Run("update", func(b *testing.B) {
			r := begun(b, e, 0)
			for b.Loop() {
				if _, _, err := r.train(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("character", func(b *testing.B) {
			t := NewTrainer(cpu.Factory{})
			t.Handle(Message{Kind: KindStart, Document: e.JSON()}.Encode())
			w := asking(b, t.run, "the rays of light ", 0.8)
			for b.Loop() {
				if _, _, err := w.symbols.Next(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("beginning", func(b *testing.B) {
			r := begun(b, e, 0)
			for b.Loop() {
				asking(b, r, "the rays of light ", 0.8).close()
			}
		})
	}
}
