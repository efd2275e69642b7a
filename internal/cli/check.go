package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"github.com/schollz/progressbar/v3"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// checkVerb runs one batch through a checkpoint.
type checkVerb struct {
	Model string `required:"" help:"Folder of a network of a family that is read (docs/checkpoints.md): config.json, safetensors files." type:"path" placeholder:"DIR"`
	Batch string `required:"" help:"Safetensors file with input_ids and labels, shifted already; the label -100 is ignored." type:"path" placeholder:"FILE"`
	Grads string `help:"File for the logits and all gradients of the objective, under the checkpoint's names; only one that check wrote is replaced." type:"path" placeholder:"FILE"`
	JSON  bool   `help:"Print the result as JSON."`
	Quiet bool   `help:"No progress bar."`
}

// checked is what one batch gave.
type checked struct {
	CELoss       number  `json:"ce_loss"`
	Aux          number  `json:"aux_loss"`
	ZLoss        number  `json:"z_loss"`
	Objective    number  `json:"objective"`
	AuxLossCoef  float64 `json:"aux_loss_coef"`
	ZLossCoef    float64 `json:"z_loss_coef"`
	Tokens       int     `json:"tokens"`
	Labels       int     `json:"labels"` // that count
	Params       int64   `json:"params"`
	ActiveParams int64   `json:"active_params"`
	Untied       bool    `json:"untied"`
	// by layer and expert: the share of the batch's assignments that it got, and the mean probability in its router
	ExpertLoad [][]number `json:"expert_load"`
	Router     [][]number `json:"router_probability"`
	NotFinite  string     `json:"not_finite,omitempty"` // the first tensor that holds a NaN or an infinity, and of what
}

// Run is called by the command line.
func (v checkVerb) Run(e *env) error {
	folder, err := checkpoint.ReadFolder(e.ctx, v.Model)
	if err != nil {
		return ended(e, err)
	}
	if v.Grads != "" {
		release, err := v.claim()
		if err != nil {
			return err
		}
		defer release()
	}
	c := folder.Table.Config
	b, err := checkpoint.ReadBatch(e.ctx, v.Batch, c)
	if err != nil {
		return ended(e, err)
	}
	if most := folder.Longest(); most > 0 && b.Seq > most {
		return fmt.Errorf("a sequence of the batch has %d tokens; allowed are %d: the rotary embedding is scaled "+
			"dynamically, and turns otherwise beyond that", b.Seq, most)
	}
	need := model.FootprintOf(c, b.Rows, b.Seq, false)
	if err := fits(fmt.Sprintf("the network and a batch of %d x %d tokens", b.Rows, b.Seq),
		2*need.Values+need.Activations); err != nil {
		return err
	}
	bar := e.bar(folder.Weights.Bytes(), "reading", v.Quiet, progressbar.OptionShowBytes(true))
	weights, err := folder.Load(e.ctx, folder.Weights, func(done int64) { _ = bar.Set64(done) })
	if err != nil {
		_ = bar.Exit()
		return ended(e, err)
	}
	_ = bar.Finish()
	net, loss, err := step(e.ctx, weights, b)
	if err != nil {
		return ended(e, err)
	}
	counts, layout := model.Count(c, b.Rows, b.Seq), folder.Layout()
	held, came := checkpoint.NotFinite(layout, weights), notFinite(layout, net, loss)
	r := checked{
		number(loss.CE), number(loss.Aux), number(loss.ZLoss), number(loss.Objective), c.AuxLossCoef, c.ZLossCoef,
		len(b.IDs), 0,
		counts.Total, counts.Active, c.Untied, nil, nil,
		cmp.Or(held, came),
	}
	r.ExpertLoad, r.Router = routedOf(net)
	for _, y := range b.Labels {
		if y != checkpoint.Ignored {
			r.Labels++
		}
	}
	var unkept error // which takes nothing away from what is printed
	if v.Grads != "" {
		unkept = v.write(e, layout, net, b, loss)
	}
	if err := v.print(e.out, r); err != nil {
		return err
	}
	if unkept != nil {
		return ended(e, unkept)
	}
	switch {
	case came != "":
		return fmt.Errorf("the result is no number: %s is not finite", r.NotFinite)
	case held != "":
		fmt.Fprintf(e.err, "Warning: %s is not finite, though nothing that this batch gives depends on it.\n", held)
	}
	return nil
}

// gradsMark is in the header of a file that check wrote, and in no checkpoint and no batch.
const gradsMark = "objective"

// claim takes the file for the gradients. It errs where that is there already and is not one that check wrote before,
// and where it would lie among what is read, by whatever name.
func (v checkVerb) claim() (release func(), err error) {
	into, err := os.Stat(filepath.Dir(v.Grads))
	if from, e := os.Stat(v.Model); err == nil && e == nil && os.SameFile(into, from) {
		return nil, fmt.Errorf("--grads %s would lie in the folder of the network, which is only read", v.Grads)
	}
	if info, err := os.Lstat(v.Grads); err == nil && !(info.Mode().IsRegular() && v.wrote()) {
		return nil, fmt.Errorf("%s is there already, and is no file that check wrote; nothing is overwritten", v.Grads)
	}
	return durable.TakeFile(v.Grads)
}

// wrote reports whether the file for the gradients is one that check wrote.
func (v checkVerb) wrote() bool {
	f, err := checkpoint.Open(v.Grads)
	if err != nil {
		return false
	}
	defer f.Close()
	_, ours := f.Meta[gradsMark]
	return ours
}

// step runs the batch forward and backward. The network cannot be stopped in between, but nobody has to wait for it.
func step(ctx context.Context, weights model.Values, b checkpoint.Batch) (*model.Net, model.Losses, error) {
	var net *model.Net
	var loss model.Losses
	done := make(chan struct{})
	go func() {
		defer close(done)
		net = model.NewNet(compute.NewCPU(), weights, b.Rows, b.Seq)
		net.Forward(b.IDs)
		loss = net.Backward(b.Labels)
	}()
	select {
	case <-done:
		return net, loss, nil
	case <-ctx.Done():
		return nil, model.Losses{}, ctx.Err()
	}
}

// notFinite names what first held no number of what came of the weights: activations, a loss, gradients, which come
// into being from the end on.
func notFinite(layout []checkpoint.StoredTensor, net *model.Net, loss model.Losses) string {
	if name := net.NotFinite(); name != "" {
		return name
	}
	if !record.Finite(loss.Objective) {
		return "a loss"
	}
	layout = slices.Clone(layout)
	slices.Reverse(layout)
	if name := checkpoint.NotFinite(layout, net.Grads); name != "" {
		return "the gradient of " + name
	}
	return ""
}

// write keeps the logits and the gradients; the terms of the objective stand in the file's header.
func (v checkVerb) write(e *env, layout []checkpoint.StoredTensor, net *model.Net, b checkpoint.Batch,
	loss model.Losses) error {
	text := func(x float64) string { return fmt.Sprint(x) }
	meta := map[string]string{"ce_loss": text(loss.CE), "aux_loss": text(loss.Aux), "z_loss": text(loss.ZLoss),
		gradsMark: text(loss.Objective)}
	logits := checkpoint.Named{Name: "logits", Shape: []int{b.Rows, b.Seq, net.Config.Vocab}, Data: net.Logits()}
	return durable.WritePath(v.Grads, func(path string) error {
		return checkpoint.WriteFile(e.ctx, path, meta, layout, net.Grads, logits)
	})
}

func (v checkVerb) print(w io.Writer, r checked) error {
	if v.JSON {
		return indented(w, r)
	}
	head := "tied"
	if r.Untied {
		head = "untied"
	}
	fmt.Fprintf(w, "%s: %d parameters, %d active, %s head; %d tokens, %d labels.\n\n", filepath.Base(v.Model),
		r.Params, r.ActiveParams, head, r.Tokens, r.Labels)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	const digits = "%.7f"
	fmt.Fprintf(t, "CE loss\t%s\tcross-entropy, nats a label\n", r.CELoss.says(digits))
	fmt.Fprintf(t, "aux loss\t%s\tload balancing, 1 is even; times %g\n", r.Aux.says(digits), r.AuxLossCoef)
	fmt.Fprintf(t, "z-loss\t%s\tsquared router logsumexp; times %g\n", r.ZLoss.says(digits), r.ZLossCoef)
	fmt.Fprintf(t, "objective\t%s\tthe sum\n", r.Objective.says(digits))
	if err := t.Flush(); err != nil || len(r.ExpertLoad[0]) < 2 {
		return err
	}
	even := 1 / float64(len(r.ExpertLoad[0]))
	_, err := fmt.Fprintf(w, "\nExperts get %s of the assignments of their layers;\nrouters give them %s. Even is "+
		"%.4f. --json has all.\n", extremes(r.ExpertLoad), extremes(r.Router), even)
	return err
}
