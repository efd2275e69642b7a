package cuda

import (
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/driver"
)

// orders are the tokens of an update's batches sorted by symbol, so that the device finds those of one symbol without a
// search: of each batch N tokens, then where each symbol begins, at most N, and where the last ends.
type orders struct {
	tokens  int
	all     []int32
	symbols []int   // of each batch
	next    []int32 // by symbol, while they are sorted
}

func orderLen(tokens int) int { return 2*tokens + 1 }

func newOrders(s shape) orders {
	return orders{s.tokens(), make([]int32, orderLen(s.tokens())*s.accumulate), make([]int, s.accumulate),
		make([]int32, s.Vocab)}
}

// sort orders the tokens of a batch, those of a symbol ascending.
func (o *orders) sort(batch int, ids []int32) {
	of := o.all[batch*orderLen(o.tokens):][:orderLen(o.tokens)]
	order, begin := of[:o.tokens], of[o.tokens:]
	clear(o.next)
	for _, id := range ids {
		o.next[id]++
	}
	at, symbols := int32(0), 0
	for id, n := range o.next {
		if o.next[id] = at; n > 0 {
			begin[symbols] = at
			symbols++
		}
		at += n
	}
	begin[symbols] = at
	o.symbols[batch] = symbols
	for t, id := range ids {
		order[o.next[id]] = int32(t)
		o.next[id]++
	}
}

// scatter adds the gradients of the tokens' rows of the embedding.
func (l *Learner) scatter() {
	n, z, batch := l.shape.tokens(), l.act, l.pass.last
	of := z.order.From(batch * orderLen(n))
	const threads, columns = 64, 4 * 64 // of a block; where 4 columns are not done at once, a quarter
	across := (l.shape.Hidden + columns - 1) / columns
	if l.shape.Hidden%4 != 0 {
		across = (l.shape.Hidden + threads - 1) / threads
	}
	l.launch("scatter", driver.Grid{l.orders.symbols[batch], across, 1}, threads, 0, l.dev.Args().
		Buf(l.gradient(model.Embed, -1).Buffer, z.dx.Buffer, l.pass.ids, of, of.From(n)).Int(l.shape.Hidden))
}

// upload brings the tokens of an update to the device.
func (l *Learner) upload(ids, labels []int32) {
	n := l.shape.tokens()
	for i := range l.setup.Accumulate {
		l.orders.sort(i, ids[i*n:(i+1)*n])
	}
	driver.Put(l.dev, l.act.ids, ids)
	driver.Put(l.dev, l.act.labels, labels)
	driver.Put(l.dev, l.act.order, l.orders.all)
}
