package trial

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner/cuda"
)

//go:embed products.py
var productsScript string

// shapes are the products of a layer of a network, and those of its head, forward and backward. Grouped ones have as
// many rows as there are slots, evenly over the experts.
func shapes(n Network) []cuda.Product {
	tokens, a, b := n.Batch*n.Seq, n.Heads*n.HeadDim, n.KVHeads*n.HeadDim
	slots, rows := tokens*n.TopK, min(tokens, 4096) // of logits, as many as a learner makes at once
	all := func(name string, groups, m, out, in int) []cuda.Product {
		return []cuda.Product{
			{Name: name, Form: cuda.NT, Groups: groups, M: m, N: out, K: in},
			{Name: name, Form: cuda.NN, Groups: groups, M: m, N: in, K: out},
			{Name: name, Form: cuda.TN, Groups: groups, M: out, N: in, K: m},
		}
	}
	var list []cuda.Product
	list = append(list, all("queries, keys, values", 1, tokens, a+2*b, n.Hidden)...)
	list = append(list, all("attention's output", 1, tokens, n.Hidden, a)...)
	list = append(list, all("experts' gate and up", n.Experts, slots, 2*n.Inner, n.Hidden)...)
	list = append(list, all("experts' down", n.Experts, slots, n.Hidden, n.Inner)...)
	return append(list, all("logits", 1, rows, n.Vocab, n.Hidden)...)
}

// products times every shape of the full size in bf16, and copies, beside PyTorch.
func (t *trial) products(ctx context.Context, p *Part) error {
	list, f := shapes(t.Sizes.Full), t.devices[cuda.BF16]
	var theirs struct{ TFLOPs []float64 }
	within, cancel := half(ctx)
	defer cancel()
	wrong := t.ask(within, productsScript, map[string]any{"products": list, "repeats": t.Sizes.Repeats}, &theirs)
	if wrong != nil {
		p.add(Row{What: "PyTorch", Note: wrong.Error()})
	}
	if missing := (errMissing{}); errors.As(wrong, &missing) {
		wrong = nil
	}
	for i, x := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		took, err := f.Time(x, cuda.BF16, t.Sizes.Repeats)
		if err != nil {
			return err
		}
		r := Row{What: fmt.Sprintf("%s, %s", x.Name, x.Form), Value: x.FLOPs() / took.Seconds() / 1e12, Unit: "TFLOP/s",
			Note: fmt.Sprintf("%d of (%d, %d, %d)", x.Groups, x.M, x.N, x.K)}
		if t.card.PeakTFLOPs > 0 {
			r.Fraction = r.Value / t.card.PeakTFLOPs
		}
		if i < len(theirs.TFLOPs) {
			r.PyTorch = theirs.TFLOPs[i]
		}
		t.fastest = max(t.fastest, r.Value, r.PyTorch)
		p.add(r)
	}
	p.add(Row{What: "the fastest of all, PyTorch's too", Value: t.fastest, Unit: "TFLOP/s"})
	if err := t.attention(p); err != nil {
		return err
	}
	took, err := f.TimeCopy(t.Sizes.CopyBytes, t.Sizes.Repeats)
	if err != nil {
		return err
	}
	p.add(Row{What: "a copy on the device, read and written", Unit: "GB/s",
		Value: 2 * float64(t.Sizes.CopyBytes) / took.Seconds() / 1e9})
	return wrong // of PyTorch: what is measured here is not lost by it
}

// half leaves half of the time that there is to what comes after.
func half(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(end)/2)
}

// attention times that of one layer of the full size in bf16. The backward counts what it needs, and not what it makes
// again.
func (t *trial) attention(p *Part) error {
	n := t.Sizes.Full
	x := cuda.Attention{Batch: n.Batch, Seq: n.Seq, Heads: n.Heads, KVHeads: n.KVHeads, HeadDim: n.HeadDim}
	forward, backward, err := t.devices[cuda.BF16].TimeAttention(x, cuda.BF16, t.Sizes.Repeats)
	if err != nil {
		return err
	}
	const backwardFLOPs = 2.5 // of the forward's
	for _, r := range []struct {
		what        string
		flops, took float64
	}{{"attention", x.FLOPs(), forward.Seconds()},
		{"attention, backward", backwardFLOPs * x.FLOPs(), backward.Seconds()}} {
		row := Row{What: r.what, Value: r.flops / r.took / 1e12, Unit: "TFLOP/s",
			Note: fmt.Sprintf("%d sequences of %d, %d heads of %d", x.Batch, x.Seq, x.Heads, x.HeadDim)}
		if t.card.PeakTFLOPs > 0 {
			row.Fraction = row.Value / t.card.PeakTFLOPs
		}
		p.add(row)
	}
	return nil
}

// positions finds out whether equal rows and columns get equal bits wherever they lie in a product: whether the order
// of the sums inside a matrix instruction is the same for all of them, which no manual promises.
func (t *trial) positions(ctx context.Context, p *Part) error {
	for _, precision := range precisions {
		worst, of := 0, 0
		for _, x := range t.Sizes.squares() {
			if err := ctx.Err(); err != nil {
				return err
			}
			first, err := t.devices[precision].Positions(x, precision)
			if err != nil {
				return err
			}
			again, err := t.devices[precision].Positions(x, precision)
			if err != nil {
				return err
			}
			worst, of = worst+unlike(first, again), of+len(first)
			for _, y := range first {
				worst += unlike(first[:1], []float32{y})
			}
		}
		p.add(Row{What: fmt.Sprintf("%s: unlike sums of equal rows and columns", precision), Value: float64(worst),
			Unit: "numbers", Note: fmt.Sprintf("of %d, in two runs", of)})
		if worst > 0 {
			return fmt.Errorf("%s: equal rows and columns got unlike bits: the lock does not hold on this device",
				precision)
		}
	}
	return nil
}

// squares are the products that are looked at: small ones with broken tiles, and a large one, for which another tile
// may be taken.
func (s Sizes) squares() (list []cuda.Product) {
	rows := s.Small.Batch * s.Small.Seq
	for _, form := range []cuda.Form{cuda.NT, cuda.NN, cuda.TN} {
		for _, k := range []int{16, 47, s.Small.Hidden, rows} {
			list = append(list, cuda.Product{Form: form, Groups: 1, M: rows, N: s.Small.Vocab, K: k})
		}
		if s.Wide > 0 {
			list = append(list, cuda.Product{Form: form, Groups: 1, M: s.Wide, N: s.Wide, K: s.Wide / 2})
		}
	}
	return list
}
