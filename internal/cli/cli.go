// Package cli is the command line of the native program: one file a verb. It parses, reports and writes files;
// experiments run in the packages of sim, pictures are drawn in those of viz.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/sparkling-lab/sparkling/internal/plain"
	"github.com/sparkling-lab/sparkling/internal/version"
)

// codeBad is the exit code where what was asked for cannot be done as asked.
const codeBad = 2

// verbs is the whole command line.
type verbs struct {
	Version kong.VersionFlag `help:"Say which version this is."`

	Window    windowVerb    `cmd:"" default:"withargs" help:"Open the pictures in a window. This is what happens without a verb."`
	Run       runVerb       `cmd:"" help:"Run an experiment without a window and print a table of its arms."`
	Train     trainVerb     `cmd:"" help:"Train one network of any size, widened on its way and kept in checkpoints."`
	Tokens    tokensVerb    `cmd:"" help:"Make token files, to learn from, of UTF-8 text."`
	Plan      planVerb      `cmd:"" help:"Count what a widening costs and saves: parameters, operations, memory."`
	Check     checkVerb     `cmd:"" help:"Run a batch through a checkpoint: terms of the objective, logits, gradients."`
	Widen     widenVerb     `cmd:"" help:"Widen a checkpoint into another, one tensor at a time."`
	Inspect   inspectVerb   `cmd:"" help:"Say what a checkpoint holds: sizes, weights, optimizer states, copies, experts' load."`
	Export    exportVerb    `cmd:"" help:"Write a checkpoint as a GGUF file, which llama.cpp reads."`
	Serve     serveVerb     `cmd:"" help:"Serve the page on this machine."`
	Figures   figuresVerb   `cmd:"" help:"Draw the figures of a record, or of several that differ in their seeds."`
	Animate   animateVerb   `cmd:"" help:"Draw the tables of facts as they fill, and pairs as they part, of a record."`
	Reproduce reproduceVerb `cmd:"" help:"Hold the paper's claims up against runs at compact scale."`
	Bench     benchVerb     `cmd:"" help:"Measure how fast this machine trains, beside peers and rooflines."`
	GPU       gpuVerb       `cmd:"" name:"gpu" help:"Try this machine's GPU: whether it computes what it should, and how fast."`
}

// env is what a verb works with. Nothing in what is written to out or, a message at a time, to err acts on a terminal;
// screen is the terminal itself, for what has to.
type env struct {
	ctx              context.Context
	out, err, screen io.Writer
	args             []string // of the command line
}

// errInterrupted ends a verb that the user stopped after it has kept what there was.
var errInterrupted = errors.New("interrupted")

// printer remembers why what was to be printed was not, of which not every verb asks.
type printer struct {
	to  io.Writer
	err error
}

// Write implements io.Writer.
func (p *printer) Write(b []byte) (int, error) {
	n, err := p.to.Write(b)
	p.err = cmp.Or(p.err, err)
	return n, err
}

// Main runs the command line and returns the exit code. What was wrong goes to stderr as one sentence.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, ended, stop := interruptible()
	defer stop()
	var v verbs
	exited := false
	printed := &printer{to: stdout}
	e := &env{ctx, plain.Text(printed), plain.Messages(stderr), stderr, args}
	parser, err := kong.New(&v, append(values, kong.Name("sparkling"), kong.Writers(printed, stderr),
		kong.Description("Watch a mixture-of-experts network be widened in mid-training."),
		kong.Exit(func(int) { exited = true }),
		kong.Vars{"version": "sparkling " + version.String()})...)
	if err != nil {
		panic(err) // the verbs above are wrong
	}
	k, err := parser.Parse(joined(args))
	if exited {
		err = nil // it was a question for help or the version, and is answered
	} else if err == nil {
		if err = given(k.Path); err == nil {
			err = k.Run(e)
		}
	}
	err = cmp.Or(err, printed.err)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errInterrupted):
		return ended()
	case errors.Is(err, syscall.EPIPE):
		return codeSignal + int(syscall.SIGPIPE) // who reads what is printed wants no more, and no message
	}
	fmt.Fprintf(e.err, "sparkling: %s\n", strings.TrimSuffix(err.Error(), "\n"))
	return codeBad
}
