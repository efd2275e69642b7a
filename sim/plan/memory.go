package plan

import (
	"fmt"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Run is a network in training, as far as its memory goes.
type Run struct {
	Model      model.Config `json:"model"` // as it begins
	Optimizer  optim.Kind   `json:"optimizer"`
	Batch      int          `json:"batch"`      // sequences at once
	Accumulate int          `json:"accumulate"` // batches an update
	Seq        int          `json:"seq"`
	Recompute  bool         `json:"recompute"` // layers compute again in the backward pass what they do not keep
	Threads    int          `json:"threads"`
	Schedule   Schedule     `json:"schedule,omitempty"`
	// places whose logits are kept while the network is widened, to be compared with those after
	Compared int `json:"compared_tokens"`
	// a wide network is trained from scratch before every widening, to find the place of a remapped rate
	Searched bool `json:"searched,omitempty"`
	// the network is widened on the disk; it makes no difference where a wide network is searched beside the old one
	OnDisk bool `json:"widened_on_disk"`
	// learning rates are by tensor too, which a GPU has memory for
	ByTensor bool `json:"rates_by_tensor,omitempty"`
	// of the GPU that the learner is on; empty where it is in this program's memory
	Precision string `json:"gpu_precision,omitempty"`
}

// Part is what one kind of data takes.
type Part struct {
	Name  string  `json:"name"`
	Bytes float64 `json:"bytes"`
}

// Phase is a part of a run, and what it holds when it holds the most.
type Phase struct {
	Name  string       `json:"name"`
	Model model.Config `json:"model"` // at its end
	Parts []Part       `json:"parts"`
	Bytes float64      `json:"bytes"`
}

// trainer is what a network in training holds that has grown so, where it lies: on a GPU what its learner counts;
// else what [model.FootprintOf] counts in the lines that allocate it, the moments, and what the engine and the
// optimizer keep besides.
func (r Run) trainer(c model.Config, g model.Growth) []Part {
	if r.Precision != "" {
		return r.onGPU(c, g)
	}
	f := model.FootprintOf(c, r.Batch, r.Seq, r.Recompute)
	parts := []Part{{"weights", f.Values}, {"gradients", f.Values}, {"two moments", 2 * f.Values}}
	if r.Accumulate > 1 {
		parts = append(parts, Part{"sum of gradients", f.Values})
	}
	for p, bytes := range f.Parts {
		parts = append(parts, Part{model.ActivationPart(p).String(), bytes})
	}
	return append(parts,
		Part{"optimizer", r.Optimizer.ScratchBytes(model.NewTable(c))},
		Part{"engine", r.engine(c)},
		Part{"validation", learner.SeenBytes(c, r.Batch*r.Seq)},
		Part{"batches", 2 * 4 * float64(r.Batch) * float64(r.Seq) * float64(max(r.Accumulate, 1))})
}

// engine is what the operations keep for themselves, which networks of a learner share.
func (r Run) engine(c model.Config) float64 {
	rows := model.FootprintOf(c, r.Batch, r.Seq, r.Recompute).LogitRows
	tokens := r.Batch * r.Seq
	share := func(columns, rows int) int {
		if columns > rows { // threads share columns, or else rows
			return (columns + r.Threads - 1) / r.Threads
		}
		return columns
	}
	return float64(r.Threads) * (compute.LossBytes(c.Vocab) + compute.PackedBytes([][2]int{
		{share(c.Vocab, rows), c.Hidden}, {share(c.Hidden, c.Vocab), rows}, // the head, and its gradient
		{share(tokens, (c.Heads+2*c.KVHeads)*c.HeadDim), c.Hidden}, // queries, keys and values
		{c.Inner, c.Hidden}, {c.Hidden, c.Inner},
	}))
}

// one is what goes through memory when a network is written: its largest matrix.
func one(c model.Config) float64 {
	most := 0.0
	for _, t := range model.NewTable(c).Tensors {
		most = max(most, 4*float64(t.Rows.Size)*float64(t.Cols.Size))
	}
	return most
}

// phase has those parts, but such as are empty.
func phase(name string, c model.Config, parts []Part) Phase {
	p := Phase{Name: name, Model: c}
	for _, x := range parts {
		if x.Bytes > 0 {
			p.Parts, p.Bytes = append(p.Parts, x), p.Bytes+x.Bytes
		}
	}
	return p
}

// Phases are those of a run, in their order: before a widening, at it, and after the last.
func (r Run) Phases() []Phase {
	host := r.Precision == "" // what passes through the program counts where the network lies in its memory too
	training := func(name string, c model.Config, g model.Growth) Phase {
		parts := r.trainer(c, g)
		if host {
			parts = append(parts, Part{"one matrix, written", one(c)})
		}
		return phase(name, c, parts)
	}
	c, g := r.Model, model.NewGrowth(r.Model)
	if len(r.Schedule) == 0 {
		return []Phase{training("training", c, g)}
	}
	g.ByTensor = r.ByTensor
	out := []Phase{training("before", c, g)}
	for i, w := range r.Schedule {
		number := ""
		if len(r.Schedule) > 1 {
			number = fmt.Sprint(" ", i+1)
		}
		to := w.config(c)
		grown := g.Widen(to)
		compared := Part{"logits to compare", experiment.ComparedBytes(r.Compared, c.Vocab)}
		if !host {
			compared.Bytes = 0
		}
		if r.OnDisk && !r.Searched {
			// what matrices go through memory on the disk's way do so while neither network is there
			out = append(out, phase("widening"+number+", on disk", to, append(r.trainer(to, grown), compared)))
		} else {
			old, now := phase("", c, r.trainer(c, g)).Bytes, phase("", to, r.trainer(to, grown)).Bytes
			if host {
				old -= r.engine(c)
			}
			out = append(out, phase("widening"+number, to,
				[]Part{{"old network in training", old}, {"new network in training", now}, compared}))
		}
		c, g = to, grown
		out = append(out, training("after"+number, c, g))
	}
	return out
}

// Widening is the phase of the i-th widening.
func (r Run) Widening(i int) Phase { return r.Phases()[1+2*i] }

// Peak is the phase that holds the most.
func Peak(phases []Phase) Phase {
	most := phases[0]
	for _, p := range phases {
		if p.Bytes > most.Bytes {
			most = p
		}
	}
	return most
}

// Remedy is a change of a run that makes it smaller, made after those before it, and what it then holds at most. To
// recompute and to widen on the disk changes no bit of a result; smaller batches, of which as many more make an update,
// give the same mean of the cross-entropy, rounded otherwise, and each has a load-balancing loss of its own.
type Remedy struct {
	Name string  `json:"name"`
	Run  Run     `json:"run"`
	Peak Phase   `json:"peak"`
	Fits bool    `json:"fits"`
	Took float64 `json:"bytes_less"` // than before it
}

// Remedies are what to do about a run that is larger than so many bytes, in their order, until it fits; empty where it
// does. The last does not fit where nothing helps.
func (r Run) Remedies(most float64) (out []Remedy) {
	at := Peak(r.Phases()).Bytes
	try := func(name string, next Run) {
		p := Peak(next.Phases())
		if p.Bytes >= at {
			return
		}
		out = append(out, Remedy{name, next, p, p.Bytes <= most, at - p.Bytes})
		r, at = next, p.Bytes
	}
	next := r
	if next.Recompute = true; at > most && !r.Recompute {
		try(`"recompute": true`, next)
	}
	if next = r; at > most && len(r.Schedule) > 0 && !r.Searched {
		next.OnDisk = true
		try("the widening on disk", next)
	}
	if at > most && r.Batch > 1 {
		next = r
		for next.Batch > 1 && Peak(next.Phases()).Bytes > most {
			next.Batch, next.Accumulate = smaller(next.Batch, max(next.Accumulate, 1))
		}
		try(fmt.Sprintf("batch %d, accumulate %d", next.Batch, next.Accumulate), next)
	}
	return out
}

// smaller is a batch divided by its least factor, of which as many more make an update.
func smaller(batch, accumulate int) (int, int) {
	for p := 2; ; p++ {
		if batch%p == 0 {
			return batch / p, accumulate * p
		}
	}
}
