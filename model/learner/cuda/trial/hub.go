package trial

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/learner"
	"github.com/sparkling-lab/sparkling/model/learner/cuda"
	"github.com/sparkling-lab/sparkling/model/optim"
	"github.com/sparkling-lab/sparkling/model/widen"
)

//go:embed logits.py
var logitsScript string

// hubTolerance is how far logits may be from Hugging Face's, as a fraction of the L2 norm of all: both are float32.
const hubTolerance = 1e-3

// hub keeps what a device trained as a checkpoint, and asks Hugging Face what the network there says: before a widening
// and after it.
func (t *trial) hub(ctx context.Context, p *Part) (err error) {
	s, err := begin(t.engines[cuda.Float32], t.Sizes.Hub, optim.AdamW, checkRate)
	if err != nil {
		return err
	}
	defer closed(s, &err)
	if err := s.updates(ctx, beforeWidening); err != nil {
		return err
	}
	if err := t.same(ctx, p, s, "before a widening"); err != nil {
		return err
	}
	plan, err := widen.New(widen.Spec{Axis: model.Joint, Factor: 2, Init: widen.CopyCopy, Scale: widen.RMS,
		OptState: widen.Asymmetric}, s.Table(), 5)
	if err != nil {
		return err
	}
	s.growth = s.growth.Widen(plan.To.Config)
	if err := s.Widen(plan, s.growth); err != nil {
		return err
	}
	if err := s.updates(ctx, beforeWidening); err != nil {
		return err
	}
	return t.same(ctx, p, s, "after it and more updates")
}

// same compares the logits of every place of a batch.
func (t *trial) same(ctx context.Context, p *Part, s *subject, when string) error {
	ids, labels := s.data()
	n := s.of.Batch * s.of.Seq
	ids, labels = ids[:n], labels[:n]
	answers := learner.Answers{}
	for i := range n {
		answers.Positions = append(answers.Positions, i)
	}
	if _, err := s.Loss(ids, labels, s.of.Seq, &answers); err != nil {
		return err
	}
	above, err := os.MkdirTemp("", "sparkling-gpu-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(above) }()
	dir := filepath.Join(above, "network")
	if err := checkpoint.Build(dir, func(tmp string) error {
		return checkpoint.Write(ctx, tmp, s, checkpoint.Options{Meta: checkpoint.Loadable(nil)})
	}); err != nil {
		return err
	}
	var theirs struct {
		Version string
		Logits  []float32
	}
	if err := t.ask(ctx, logitsScript, map[string]any{"folder": dir, "ids": ids, "seq": s.of.Seq,
		"positions": answers.Positions}, &theirs); err != nil {
		return err
	}
	if len(theirs.Logits) != len(answers.Logits) {
		return fmt.Errorf("transformers give %d logits where there are %d", len(theirs.Logits), len(answers.Logits))
	}
	off := away(answers.Logits, theirs.Logits)
	p.add(Row{What: when + ": logits off", Value: off, Note: fmt.Sprintf("allowed %g; transformers %s", hubTolerance,
		theirs.Version)})
	if !(off <= hubTolerance) {
		return fmt.Errorf("%s the logits are %.2g off those of transformers", when, off)
	}
	return nil
}
