package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/bench"
	"github.com/sparkling-lab/sparkling/internal/bench/docs"
	"github.com/sparkling-lab/sparkling/internal/durable"
)

// benchVerb measures this machine, this program and its peers, and prints one table.
type benchVerb struct {
	Peers bool   `help:"Also what needs other people's programs: OpenBLAS, PyTorch, a Chromium, npm. Rows whose peer is missing say what to install."`
	Quick bool   `help:"A few short repetitions: whether it works, not how fast it is."`
	Long  bool   `help:"The full number of updates where the default measures a sample of them."`
	JSON  bool   `help:"Print the report as JSON."`
	Docs  string `help:"Also write the report, its tables and its figures into this folder, which has a performance.md." type:"path" placeholder:"DIR"`
}

// Run is called by the command line.
func (v benchVerb) Run(e *env) error {
	var to *durable.Claim
	if v.Docs != "" { // before minutes are spent on what the documents would say
		if _, err := filled(v.Docs, &bench.Report{}); err != nil {
			return fmt.Errorf("the documents cannot be written: %w", err)
		}
		var err error
		if to, err = durable.Take(v.Docs, documentsKind); err != nil {
			return err
		}
		defer to.Release()
		if err := to.Check(append(drawn(docs.Names...), reportName)...); err != nil {
			return err
		}
	}
	bar := e.bar(int64(bench.Parts()), "measuring", false)
	r, err := bench.Run(e.ctx, bench.Options{Peers: v.Peers, Quick: v.Quick, Long: v.Long, Tell: func(what string) {
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
	if err == nil && v.Docs != "" && !interrupted {
		err = writeDocs(to, r)
	}
	if err == nil && interrupted {
		err = errInterrupted
	}
	return err
}

// The document about speed, which a person wrote and the verb fills, and the report that fills it.
const (
	performance = "performance.md"
	reportName  = "bench.json"
)

// filled is the document of a folder with the numbers of a report. What time was spent on before is read there too.
func filled(dir string, r *bench.Report) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, performance))
	if err != nil {
		return nil, err
	}
	old, err := os.ReadFile(filepath.Join(dir, "bench-before.json"))
	if err != nil {
		return nil, err
	}
	var before docs.Before
	if err := json.Unmarshal(old, &before); err != nil {
		return nil, err
	}
	return docs.Fill(text, r, before)
}

// writeDocs puts the report, its tables and its figures into the folder of the documents.
func writeDocs(to *durable.Claim, r *bench.Report) error {
	text, err := filled(to.Dir(), r)
	if err != nil {
		return err
	}
	report := durable.Output{Name: reportName, Write: func(w io.Writer) error { return indented(w, r) }}
	if err := to.Write(append(pictures(docs.Figures(r)), report)...); err != nil {
		return err
	}
	return durable.WriteFile(filepath.Join(to.Dir(), performance), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// benchProductsVerb is the child of bench that compares one kernel with OpenBLAS.
type benchProductsVerb struct {
	Kernel string `arg:""`
	Quick  bool
}

// Run is called by the command line.
func (v benchProductsVerb) Run(e *env) error {
	return bench.Child(e.ctx, v.Kernel, bench.Options{Quick: v.Quick}, e.out)
}
