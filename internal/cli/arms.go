package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/session"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens/make"
	"github.com/sparkling-lab/sparkling/sim/tokens/tokenizer"
)

// armsFolder is where run leaves checkpoints, within its own folder, and batchName a batch for them.
const (
	armsFolder = "arms"
	batchName  = armsFolder + "/batch.safetensors"
)

// Metadata of a checkpoint: the steps of its network, and the hash of the document of its run.
const (
	metaSteps      = "steps"
	metaExperiment = "experiment"
)

// armName is the folder of an arm's network within that of all.
func armName(e experiment.Experiment, arm int) string {
	return fmt.Sprintf("%d-%s", arm+1, slug(e.Arms[arm].Name))
}

// hashes name a document in each version that a program may have written it in, the present one first.
func hashes(e experiment.Experiment) (all []string) {
	for _, document := range e.Versions() {
		sum := sha256.Sum256(document)
		all = append(all, hex.EncodeToString(sum[:12]))
	}
	return all
}

// holdsArms reports whether the networks of all arms at their ends are there already, and the batch. It errs where
// there is no place for one: none is ever overwritten, and that is better said before a run than after it.
func holdsArms(to results, e experiment.Experiment) (all bool, err error) {
	if to.Claim == nil {
		return false, errors.New("--checkpoints needs a folder to leave them in: --out")
	}
	if err := to.Check(batchName); err != nil {
		return false, err
	}
	_, err = os.Stat(filepath.Join(to.Dir(), batchName))
	all = err == nil
	for i := range e.Arms {
		there, err := holdsArm(to.Dir(), e, i)
		if err != nil {
			return false, err
		}
		all = all && there
	}
	return all, nil
}

// holdsArm reports whether the network of an arm at its end is there already. It errs where its place is taken.
func holdsArm(out string, e experiment.Experiment, arm int) (bool, error) {
	dir := filepath.Join(out, armsFolder, armName(e, arm))
	durable.Sweep(dir) // what is half written blocks nobody
	if entries, err := os.ReadDir(dir); errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return false, nil
	}
	f, err := checkpoint.Open(filepath.Join(dir, checkpoint.SetNames[0]+".safetensors"))
	if err != nil {
		return false, fmt.Errorf("%s is there and holds no network of this program (%w); nothing is "+
			"overwritten", dir, err)
	}
	defer f.Close()
	if !slices.Contains(hashes(e), f.Meta[metaExperiment]) || f.Meta[metaSteps] != fmt.Sprint(e.End(arm)) {
		return false, fmt.Errorf("%s holds another network than this run leaves there; nothing is overwritten", dir)
	}
	return true, nil
}

// writeArms leaves the network of every arm that has reached its end as a checkpoint with its optimizer's states, and a
// batch of validation text to run through them; where the task's symbols are characters, each has a tokenizer.json, by
// which other programs read and write text with it. Those that are there stay as they are.
func writeArms(to results, s *session.Session, host *session.LocalHost) error {
	e := s.Experiment()
	dir := filepath.Join(to.Dir(), armsFolder)
	learnt, err := task.New(e.Task)
	if err != nil {
		return err
	}
	beside, err := spelling(learnt)
	if err != nil {
		return err
	}
	for i, a := range s.Arms() {
		there, err := holdsArm(to.Dir(), e, i)
		if err != nil {
			return err
		}
		if there || a.State != record.Finished || s.AskNetwork(i) != nil {
			continue // or it has failed, which its status says
		}
		for s.Network(i) == nil && s.Arms()[i].State != record.Failed {
			host.Wait(time.Second)
		}
		n := s.Network(i)
		if n == nil {
			continue
		}
		meta := map[string]string{"arm": a.Name, metaSteps: fmt.Sprint(n.Step), "seed": fmt.Sprint(e.Seed),
			metaExperiment: hashes(e)[0]}
		// The user's wish to stop ends the run, not the keeping of what there is.
		if err := checkpoint.SaveBeside(context.Background(), filepath.Join(dir, armName(e, i)), beside, meta,
			n.Weights, n.M, n.V); err != nil {
			return err
		}
	}
	b := checkpoint.NewBatch(e.Task.Batch, e.Task.Seq)
	learnt.Sample(b.Seq, b.IDs, b.Labels)
	if err := durable.MkdirAll(dir); err != nil {
		return err
	}
	return to.Write(durable.Output{Name: batchName, Write: b.Encode})
}

// spelling is the tokenizer.json of a task, by its name; none where a symbol is no character of its own.
func spelling(t task.Task) (map[string][]byte, error) {
	all, shared := task.Characters(t)
	if all == nil {
		return nil, nil
	}
	by, err := tokenizer.Characters(all, shared)
	if err != nil {
		return nil, err
	}
	return map[string][]byte{make.TokenizerName: by.JSON()}, nil
}

// slug is a name as part of a file's name.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name),
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	short := []rune(strings.Join(words, "-"))
	return string(short[:min(40, len(short))])
}
