package cli

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// widenVerb widens a checkpoint.
type widenVerb struct {
	Model  string  `required:"" help:"Folder of a network of a family that is read (docs/checkpoints.md): config.json, safetensors files, optimizer_m and optimizer_v files if there are any." type:"path" placeholder:"DIR"`
	Out    string  `required:"" help:"Folder for the widened network; it must be empty or not there." type:"path" placeholder:"DIR"`
	Axis   string  `required:"" help:"What is widened: inner, hidden or joint." placeholder:"AXIS"`
	Factor float64 `help:"New width over old." default:"2"`
	Init   string  `help:"What new coordinates hold: ${inits}." default:"copy-copy"`
	Scale  string  `help:"The factor that keeps the RMS: ${scales}." default:"rms"`
	Norms  string  `name:"norm-weights" aliases:"gains" help:"Norm weights of new coordinates: ${norms}." default:"copy"`
	States string  `name:"optimizer-states" aliases:"state" help:"What becomes of optimizer states: ${states}." default:"asymmetric"`
	Layout string  `help:"How experts are kept: ${layouts}. Left out: as they were." placeholder:"LAYOUT"`
	Seed   uint64  `help:"Seed of random coordinates." default:"1"`
	DryRun bool    `help:"Say sizes, memory and time, and what plan says it saves; write nothing."`
	JSON   bool    `help:"Print the result as JSON."`
	Quiet  bool    `help:"No progress bar."`
	statesFlags
	recipeFlags
}

// Run is called by the command line.
func (v widenVerb) Run(e *env) error {
	spec := widen.Spec{Axis: model.Axis(v.Axis), Factor: v.Factor, Init: widen.Init(v.Init),
		Scale:       widen.Scale(v.Scale),
		NormWeights: widen.NormWeights(v.Norms), OptState: widen.OptState(v.States)}
	if err := spec.Validate(); err != nil {
		return err
	}
	in, err := checkpoint.ReadFolder(e.ctx, v.Model)
	if err != nil {
		return ended(e, err)
	}
	states, err := v.states(v.Model)
	if err != nil {
		return withoutStates(err)
	}
	if states != nil {
		defer states.File.Close()
	}
	recipe, err := v.recipe(in, spec, v.Seed)
	if err != nil {
		return err
	}
	with := ondisk.With{Layout: checkpoint.Layout(v.Layout), States: states, Recipe: recipe}
	f, err := ondisk.Foresee(e.ctx, in, spec, with)
	if err != nil {
		return err
	}
	known := v.report(in, f, states)
	if v.DryRun {
		return v.foresee(e, in, spec, f, known)
	}
	bar := e.bar(known.Read, "widening", v.Quiet, inBytes...)
	begin := time.Now()
	r, err := ondisk.WidenWith(e.ctx, in, v.Out, spec, v.Seed, with, func(done int64) { _ = bar.Set64(done) })
	if err != nil {
		_ = bar.Exit()
		return ended(e, err)
	}
	_ = bar.Finish()
	if v.JSON {
		known.Seconds = number(time.Since(begin).Seconds())
		known.NotFinite, known.Linked, known.LeftOut = r.NotFinite, r.Linked, r.LeftOut
		return indented(e.out, known)
	}
	old, now := in.Table.Config, r.Config
	fmt.Fprintf(e.out, "%s: hidden %d, inner %d, %d parameters (before: %d, %d, %d).\n", filepath.Base(v.Out),
		now.Hidden, now.Inner,
		model.Count(now, 1, 1).Total, old.Hidden, old.Inner, model.Count(old, 1, 1).Total)
	if r.HeadFactor != 0 {
		fmt.Fprintf(e.out, "The tied head needs the factor %g: lm_head.weight carries it, and tie_word_embeddings "+
			"is false.\n", r.HeadFactor)
	}
	if r.States > 0 {
		fmt.Fprintf(e.out, "Optimizer states treated (%s): %s.\n", v.States,
			strings.Join(checkpoint.SetNames[1:1+r.States], ", "))
	}
	if states != nil {
		fmt.Fprintf(e.out, "Optimizer states treated (%s): %s, of %d parameters.\n", v.States,
			filepath.Base(states.File.Path()), len(r.Optimizer))
	}
	if r.NotFinite != "" {
		fmt.Fprintf(e.err, "Warning: a NaN or an infinity is in %s; it is the first tensor that holds one, and it "+
			"was widened as it is.\n", r.NotFinite)
	}
	if known.HeadDim != 0 {
		fmt.Fprintf(e.err, "Warning: head_dim stays %d, and hidden_size / num_attention_heads is another; check reads "+
			"that, and other programs take the one for the other in this family (%s).\n", known.HeadDim, in.Family())
	}
	if len(r.Linked) > 0 {
		fmt.Fprintf(e.err, "Warning: links in %s lead to files outside it, which were copied: %s.\n",
			filepath.Base(v.Model), strings.Join(r.Linked, ", "))
	}
	if len(r.LeftOut) > 0 {
		fmt.Fprintf(e.err, "Not copied: %s.\n", strings.Join(r.LeftOut, ", "))
	}
	goesOn(e.out, v.Out, recipe, states)
	return nil
}

// ended tells an error from the user's own wish to stop.
func ended(e *env, err error) error {
	if e.ctx.Err() != nil {
		fmt.Fprintln(e.err, "Interrupted; nothing was written.")
		return errInterrupted
	}
	return err
}

// names joins the words that a flag allows.
func names[T ~string](words []T) string {
	text := make([]string, len(words))
	for i, w := range words {
		text[i] = string(w)
	}
	return strings.Join(text, ", ")
}
