package train

import (
	"fmt"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// writer is a copy of an arm's network, as it was when it was asked, that writes. The arm itself is not touched, and
// trains on to the same bits.
type writer struct {
	ask     int
	learn   learner.Learner
	symbols *learner.Generator
	made    record.Writing
	text    strings.Builder
}

// writer begins to write. It errs where that cannot be; the second error is of the arm's own network, which is then of
// no use any more.
func (r *Arm) writer(p record.Prompt, ask int) (w *writer, refused, err error) {
	begin, err := task.Ids(r.task, p.Text)
	if err != nil {
		return nil, err, nil
	}
	if len(begin) == 0 {
		begin = task.Opening(r.task)
		for _, id := range begin {
			p.Text += r.task.Symbol(id)
		}
	}
	state, err := r.learn.State()
	if err != nil {
		return nil, nil, err
	}
	w = &writer{ask: ask, made: record.Writing{Arm: r.arm, Step: r.step, Prompt: p}}
	seq := r.exp.Task.Seq
	w.learn, err = r.make.New(learner.Setup{Optimizer: r.exp.Optimizer, Batch: 1, Seq: seq,
		Recompute: r.exp.Recompute, Growth: r.growth, State: state})
	if err != nil {
		return nil, fmt.Errorf("there is no place for a network that writes: %w", err), nil
	}
	w.symbols = learner.NewGenerator(w.learn, seq, begin, p.Temperature, p.Seed)
	return w, nil, nil
}

// close gives back what the copy holds.
func (w *writer) close() {
	if w != nil {
		_ = w.learn.Close() // nothing of it is asked for any more
	}
}

// begin takes up what is to be written, in the place of what was asked for before.
func (t *Trainer) begin(m Message) [][]byte {
	t.writer.close()
	w, refused, err := t.run.writer(m.Prompt, m.Ask)
	if t.writer = w; err != nil {
		return t.fail(nil, err)
	}
	if refused != nil {
		return t.refuse(m.Ask, refused)
	}
	return nil
}

// refuse says why nothing is written.
func (t *Trainer) refuse(ask int, why error) [][]byte {
	return [][]byte{Message{Kind: KindWritten, Arm: t.run.arm, Step: t.run.step, Ask: ask, Text: why.Error()}.Encode()}
}

// write goes on until then, and sends what was asked for once all of it is there.
func (t *Trainer) write(then time.Time) [][]byte {
	w := t.writer
	for len(w.made.Sure) < w.made.Count {
		id, sure, err := w.symbols.Next()
		if err != nil {
			w.close()
			t.writer = nil
			return t.refuse(w.ask, fmt.Errorf("the network cannot write: %w", err))
		}
		w.text.WriteString(t.run.task.Symbol(id))
		w.made.Sure = append(w.made.Sure, sure)
		if time.Now().After(then) && len(w.made.Sure) < w.made.Count {
			return nil
		}
	}
	w.close()
	t.writer, w.made.Written = nil, w.text.String()
	return [][]byte{Message{Kind: KindWritten, Arm: w.made.Arm, Step: w.made.Step, Ask: w.ask,
		Writing: w.made}.Encode()}
}
