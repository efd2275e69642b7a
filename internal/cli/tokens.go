package cli

import (
	"fmt"
	"path/filepath"

	"github.com/schollz/progressbar/v3"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/sim/tokens"
	"github.com/sparkling-lab/sparkling/sim/tokens/make"
)

// tokensVerb makes token files.
type tokensVerb struct {
	Text       []string `required:"" sep:"none" help:"Files of UTF-8 text, one after another." type:"path" placeholder:"FILE"`
	Out        string   `required:"" help:"Folder for the files; it must be empty or not there." type:"path" placeholder:"DIR"`
	Tokenizer  string   `help:"A tokenizer.json of byte-level BPE; without one every character of the text is a token." type:"path" placeholder:"FILE"`
	Format     string   `help:"Format of the files: llm.c or nanogpt." default:"llm.c"`
	Validation float64  `help:"Share of the text, at its end, that is for validation." default:"0.1"`
	Shard      int64    `help:"Tokens a file." default:"100000000" placeholder:"N"`
	Quiet      bool     `help:"No progress bar."`
	More       []string `arg:"" optional:"" name:"more" help:"Further files of text, as a shell puts them for *.txt." type:"path"`
}

// Run is called by the command line.
func (v tokensVerb) Run(e *env) error {
	format := tokens.Format(v.Format)
	if format != tokens.LLMC && format != tokens.NanoGPT {
		return fmt.Errorf("--format is %q; allowed are %s", v.Format, names(tokens.Formats))
	}
	bar := e.bar(1, "reading", v.Quiet, progressbar.OptionShowBytes(true))
	r, err := make.Files(e.ctx, make.Request{Text: append(v.Text, v.More...), Out: v.Out, Tokenizer: v.Tokenizer,
		Format: format, Validation: v.Validation, Shard: v.Shard}, func(done, all int64) {
		bar.ChangeMax64(all)
		_ = bar.Set64(done)
	}, v.document)
	if err != nil {
		_ = bar.Exit()
		return ended(e, err)
	}
	_ = bar.Finish()
	fmt.Fprintf(e.out, "%s: %s tokens of %s different ones to train on in %s, %s for validation in %d; %.2f "+
		"bytes of text a token.\n", plain.Line(filepath.Base(v.Out)), task.Thousands(r.TrainTokens),
		task.Thousands(r.Symbols), filesOf(len(r.Train)), task.Thousands(r.ValTokens), len(r.Validation),
		float64(r.Bytes)/float64(r.TrainTokens+r.ValTokens))
	fmt.Fprintf(e.out, "%s learns them: sparkling train %s --out DIR\n", make.DocumentName,
		plain.Line(filepath.Join(v.Out, make.DocumentName)))
	return nil
}

// filesOf counts files.
func filesOf(n int) string {
	if n == 1 {
		return "1 file"
	}
	return fmt.Sprintf("%d files", n)
}

// document is one to begin with: a small network that is widened as the paper says.
func (v tokensVerb) document(r make.Result) ([]byte, error) {
	e := experiment.Default()
	e.Name = plain.Line(filepath.Base(v.Out))
	e.About = fmt.Sprintf("A small mixture-of-experts network learns %s tokens, and is widened half-way.",
		task.Thousands(r.TrainTokens))
	e.Task = task.Spec{Kind: task.KindTokens, Symbols: r.Symbols, TrainFiles: r.Train, ValidationFiles: r.Validation,
		Tokenizer: make.TokenizerName, Seq: make.Seq, Batch: e.Task.Batch}
	e.Arms = e.Arms[len(e.Arms)-1:] // SPARKLING
	doc, err := e.Validate()
	if err != nil {
		return nil, err
	}
	return doc.Experiment().JSON(), nil
}
