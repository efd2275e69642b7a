package cli

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"path/filepath"

	"github.com/schollz/progressbar/v3"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens"
	"github.com/sparkling-lab/sparkling/sim/tokens/tokenizer"
)

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
		place := filepath.Join(dir, filepath.FromSlash(exp.Task.Tokenizer))
		if out.tokenizer, err = readTokenizer(place, exp.Task.Symbols); err != nil {
			return out, fmt.Errorf("the tokenizer %s cannot be used: %w", exp.Task.Tokenizer, pathless(err))
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
	if out.print = data.Fingerprint(); out.tokenizer != nil {
		out.print += fmt.Sprintf(" tokenizer %d:%08x", len(out.tokenizer), crc32.ChecksumIEEE(out.tokenizer))
	}
	out.close = func() {
		task.Drop(exp.Task)
		_ = data.Close() // it was only read
	}
	return out, nil
}

// readTokenizer reads a tokenizer.json of any kind, which must have so many tokens: each checkpoint gets a copy of it.
func readTokenizer(path string, symbols int) ([]byte, error) {
	data, err := input.Small(path, tokenizer.MaxFile)
	if err != nil {
		return nil, err
	}
	n, err := tokenizer.Count(data)
	if err == nil && n != symbols {
		err = fmt.Errorf("it has %d tokens, and task.symbols is %d", n, symbols)
	}
	return data, err
}

// pathless is an error of a file without its path, which whoever says it names as the document does.
func pathless(err error) error {
	if why := (*fs.PathError)(nil); errors.As(err, &why) {
		return why.Err
	}
	return err
}
