package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/sim"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// armsFolder is where run leaves checkpoints, within its own folder.
const armsFolder = "arms"

// vacantArms errs where there are checkpoints already: they are never overwritten, and that is better said before a run than after it.
func vacantArms(out string) error {
	if out == "" {
		return errors.New("--checkpoints needs a folder to leave them in: --out")
	}
	dir := filepath.Join(out, armsFolder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // there is none
	}
	for _, e := range entries {
		arm := filepath.Join(dir, e.Name())
		durable.Sweep(arm) // what is half written blocks nobody
		if left, err := os.ReadDir(arm); err != nil || len(left) > 0 {
			return fmt.Errorf("%s holds checkpoints already; nothing is overwritten", dir)
		}
	}
	return nil
}

// writeArms leaves the network of every arm that has one as a checkpoint with its optimizer's states, and a batch of held-out text to run
// through them.
func writeArms(out string, s *sim.Session, host *sim.LocalHost) error {
	e := s.Experiment()
	dir := filepath.Join(out, armsFolder)
	for i, a := range s.Arms() {
		if s.AskNetwork(i) != nil {
			continue // it has not begun, or has failed, which its status says
		}
		for s.Network(i) == nil && s.Arms()[i].State != sim.Failed {
			host.Wait(time.Second)
		}
		n := s.Network(i)
		if n == nil {
			continue
		}
		meta := map[string]string{"arm": a.Name, "steps": fmt.Sprint(n.Step), "seed": fmt.Sprint(e.Seed)}
		name := fmt.Sprintf("%d-%s", i+1, slug(a.Name))
		// The user's wish to stop ends the run, not the keeping of what there is.
		if err := checkpoint.Save(context.Background(), filepath.Join(dir, name), meta, n.Weights, n.M, n.V); err != nil {
			return err
		}
	}
	b, text := checkpoint.NewBatch(e.Task.Batch, e.Task.Seq), task.Opticks()
	for i, at := range text.Held(b.Rows, b.Seq) {
		text.Window(at, b.IDs[i*b.Seq:(i+1)*b.Seq], b.Labels[i*b.Seq:(i+1)*b.Seq])
	}
	return b.Write(filepath.Join(dir, "batch.safetensors"))
}

// slug is a name as part of a file's name.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	short := []rune(strings.Join(words, "-"))
	return string(short[:min(40, len(short))])
}
