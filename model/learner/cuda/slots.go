package cuda

import "github.com/sparkling-lab/sparkling/model/learner/cuda/driver"

// slotChunk is how many slots are sorted by one block, see kernels/routing.cu.
const slotChunk = 1024

func slotChunks(slots int) int { return (slots + slotChunk - 1) / slotChunk }

// sortSlots gives every token and expert that its router chose a slot: sorted by expert, tokens ascending.
func (l *Learner) sortSlots(w *layer) {
	n, e := l.pass.slots, l.shape.Experts
	chunks := slotChunks(n)
	l.launch("rank", driver.Grid{chunks, 1, 1}, eachThreads, 0,
		l.dev.Args().Buf(w.slot, l.act.count, w.choice).Int(n, e))
	l.launch("bounds", driver.Grid{1, 1, 1}, boundsThreads, 0, l.dev.Args().Buf(w.off, l.act.count).Int(chunks, e))
	l.each("place", n, l.dev.Args().Buf(w.slot, w.choice, l.act.count).Int(n, e))
}

// boundsThreads are those of the one block that finds where experts' slots begin, at least one an expert.
const boundsThreads = 128
