package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/bench"
	"github.com/sparkling-lab/sparkling/internal/durable"
)

// benchVerb measures this machine, this program and its peers, and prints one table.
type benchVerb struct {
	Peers bool   `help:"Also what needs OpenBLAS, PyTorch, a Chromium, npm. Rows without them say what to install."`
	Quick bool   `help:"A few short repetitions: whether it works, not how fast it is."`
	JSON  bool   `help:"Print the report as JSON."`
	Docs  string `help:"Also write the tables into the performance.md of this folder." type:"path" placeholder:"DIR"`
}

// performance is the document about speed, which a person wrote and the verb fills.
const performance = "performance.md"

// Run is called by the command line.
func (v benchVerb) Run(e *env) error {
	if v.Docs != "" { // before minutes are spent on what the document would say
		if _, err := v.filled(&bench.Report{}); err != nil {
			return fmt.Errorf("the document cannot be written: %w", err)
		}
	}
	bar := e.bar(int64(bench.Parts()), "measuring", false)
	r, err := bench.Run(e.ctx, bench.Options{Peers: v.Peers, Quick: v.Quick, Progress: func(what string) {
		bar.Describe("measuring " + what)
		_ = bar.Add(1)
	}})
	_ = bar.Finish()
	interrupted := errors.Is(err, context.Canceled)
	if err != nil && !interrupted {
		return err
	}
	if v.JSON {
		err = indented(e.out, r)
	} else {
		err = r.Print(e.out)
	}
	switch {
	case err != nil:
		return err
	case interrupted:
		return errInterrupted
	case v.Docs == "":
		return nil
	}
	text, err := v.filled(r)
	if err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(v.Docs, performance), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// filled is the document with the numbers of a report.
func (v benchVerb) filled(r *bench.Report) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(v.Docs, performance))
	if err != nil {
		return nil, err
	}
	return r.Fill(text)
}
