package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/gguf"
)

// exportVerb writes a checkpoint in the format of another program.
type exportVerb struct {
	Model string `required:"" help:"Folder of a network: config.json, safetensors files, tokenizer.json if there is one." type:"path" placeholder:"DIR"`
	GGUF  string `required:"" name:"gguf" help:"File for the network as llama.cpp reads it; it must not be there." type:"path" placeholder:"FILE"`
	Quiet bool   `help:"No progress bar."`
}

// Run is called by the command line.
func (v exportVerb) Run(e *env) error {
	if _, err := os.Lstat(v.GGUF); err == nil {
		return fmt.Errorf("%s is there already; nothing is overwritten", v.GGUF)
	}
	in, err := checkpoint.ReadFolder(e.ctx, v.Model)
	if err != nil {
		return ended(e, err)
	}
	out, err := gguf.New(in)
	if err != nil {
		return err
	}
	release, err := durable.TakeFile(v.GGUF)
	if err != nil {
		return err
	}
	defer release()
	bar := e.bar(out.Data(), "writing", v.Quiet, inBytes...)
	r, err := out.Write(e.ctx, v.GGUF, func(done int64) { _ = bar.Set64(done) })
	if err != nil {
		_ = bar.Exit()
		return ended(e, err)
	}
	_ = bar.Finish()
	fmt.Fprintf(e.out, "%s: %s, %d tensors, %s.\n", filepath.Base(v.GGUF), r.Architecture, r.Tensors,
		size(float64(r.Bytes)))
	for _, note := range r.Notes {
		fmt.Fprintf(e.err, "Note: %s\n", note)
	}
	return nil
}
