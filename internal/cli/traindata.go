package cli

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/schollz/progressbar/v3"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens"
)

// maxTokenizer bounds a tokenizer.json, in bytes.
const maxTokenizer = 64 << 20

// openedData is what a run learns from, where that lies in files.
type openedData struct {
	print     string // what tells it from other data
	tokenizer []byte // nil where there is none
	close     func()
}

// openData opens the token files of an experiment, whose paths begin at a folder, and checks all of them.
func openData(e *env, exp experiment.Experiment, dir string, quiet bool) (openedData, error) {
	out := openedData{close: func() {}}
	if exp.Task.Kind != task.KindTokens {
		return out, nil
	}
	var err error
	if exp.Task.Tokenizer != "" {
		if out.tokenizer, err = readTokenizer(filepath.Join(dir, filepath.FromSlash(exp.Task.Tokenizer))); err != nil {
			return out, err
		}
	}
	bar := e.bar(1, "checking the token files", quiet, progressbar.OptionShowBytes(true))
	data, err := tokens.Open(e.ctx, dir, exp.Task, func(done, all int64) {
		bar.ChangeMax64(all)
		_ = bar.Set64(done)
	})
	_ = bar.Exit()
	if err != nil {
		return out, err
	}
	task.Keep(exp.Task, data)
	out.print = data.Fingerprint()
	out.close = func() {
		task.Drop(exp.Task)
		_ = data.Close() // it was only read
	}
	return out, nil
}

func readTokenizer(path string) ([]byte, error) {
	f, err := input.Regular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxTokenizer+1))
	if err == nil && len(data) > maxTokenizer {
		err = fmt.Errorf("%s has more than %d MB, which no tokenizer has", path, maxTokenizer>>20)
	}
	return data, err
}
