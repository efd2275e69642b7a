package cli

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/survey"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/compute"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// inspectVerb says what a checkpoint holds.
type inspectVerb struct {
	Model string  `arg:"" help:"Folder of a network: config.json, safetensors files." type:"path" placeholder:"DIR"`
	Batch string  `help:"Safetensors file with input_ids and labels on which the experts' load is measured; without one it is random tokens." type:"path" placeholder:"FILE" xor:"batch"`
	Seed  *uint64 `help:"Seed of random tokens (default 1)." placeholder:"N" xor:"batch"`
	JSON  bool    `help:"Print all of it as JSON."`
	Quiet bool    `help:"No progress bar."`
	statesFlags
}

// The random batch.
const randomRows, randomSeq = 4, 64

// inspected is what a folder holds.
type inspected struct {
	Family     string         `json:"family"`
	Parameters int64          `json:"parameters"`
	Active     int64          `json:"active_parameters"`
	Model      model.Config   `json:"model"`
	Types      map[string]int `json:"types"` // tensors of the weights by type
	Files      int            `json:"files"`
	Bytes      int64          `json:"bytes"` // of all tensors, states too
	RMS        []rmsOf        `json:"rms"`
	States     []stateOf      `json:"optimizer_states"`
	Unread     string         `json:"states_not_read,omitempty"` // why states of PyTorch's are not among them
	Hidden     copiesOf       `json:"hidden"`
	Inner      []copiesOf     `json:"inner"` // by layer, the neurons of all experts
	Experts    *loadOf        `json:"experts"`
	NotFinite  string         `json:"not_finite,omitempty"`
}

// rmsOf is the root mean square of a tensor's weights, all experts together.
type rmsOf struct {
	Layer int    `json:"layer"` // −1 outside the layers
	Part  string `json:"part"`
	RMS   number `json:"rms"`
}

// stateOf is one optimizer state.
type stateOf struct {
	Name string `json:"name"`
	Norm number `json:"norm"`
	Zero number `json:"share_of_zeros"`
}

// copiesOf says how many coordinates of an axis are copies of one before them; see [survey.Copies].
type copiesOf struct {
	Coordinates int  `json:"coordinates"`
	Equal       int  `json:"copies"`
	Locked      *int `json:"copies_with_equal_states,omitempty"` // left out where the folder holds no states
	Out         int  `json:"copies_but_for_fan_in"`
	Apart       int  `json:"apart,omitempty"`
}

// loadOf is what experts get of a batch.
type loadOf struct {
	Batch  string     `json:"batch"` // where it comes from
	Tokens int        `json:"tokens"`
	Load   [][]number `json:"load"`   // by layer and expert, the share of the assignments
	Router [][]number `json:"router"` // the mean probability
	Why    string     `json:"not_measured,omitempty"`
}

// Run is called by the command line.
func (v inspectVerb) Run(e *env) error {
	folder, err := checkpoint.ReadFolder(e.ctx, v.Model)
	if err != nil {
		return ended(e, err)
	}
	var batch *checkpoint.Batch
	if v.Batch != "" {
		b, err := checkpoint.ReadBatch(e.ctx, v.Batch, folder.Table.Config)
		if err != nil {
			return ended(e, err)
		}
		batch = &b
	}
	states, unread, err := v.held(folder)
	if err != nil {
		return err
	}
	bytes := ondisk.Total(folder)
	if states != nil {
		defer states.File.Close()
		bytes += states.Bytes()
	}
	bar := e.bar(bytes, "reading", v.Quiet, inBytes...)
	s, err := survey.Of(e.ctx, folder, states, func(done int64) { _ = bar.Set64(done) })
	if err != nil {
		_ = bar.Exit()
		return ended(e, err)
	}
	_ = bar.Finish()
	r := summed(folder, s)
	r.Unread, r.Bytes = unread, bytes
	if states != nil {
		r.Files++
	}
	if !folder.Table.Config.NoRouter {
		if r.Experts, err = v.load(e, folder, batch); err != nil {
			return ended(e, err)
		}
	}
	if v.JSON {
		return indented(e.out, r)
	}
	return r.print(e.out, v.Model)
}

// held opens the optimizer's file of a folder, whose names are those that a widening left beside it where no flag says
// more. One that nobody asked for and that cannot be read keeps nobody from the rest: why is said.
func (v inspectVerb) held(folder *checkpoint.Folder) (s *torch.States, why string, err error) {
	f, beside := v.statesFlags, filepath.Join(v.Model, ondisk.NamesName)
	asked := f != statesFlags{}
	if _, err := os.Stat(beside); err == nil && !asked {
		f = statesFlags{filepath.Join(v.Model, optimizerName), beside}
	}
	if s, err = f.states(v.Model); err == nil && s != nil {
		if err = s.Fit(folder.Weights.Names.Bare().Stored(folder.Table)); err != nil {
			err = fmt.Errorf("%s: %w", s.File.Path(), errors.Join(err, s.File.Close()))
		}
	}
	if err != nil && !asked {
		return nil, err.Error(), nil
	}
	return s, "", err
}

// summed is what the folder and the survey of it say.
func summed(folder *checkpoint.Folder, s survey.Survey) inspected {
	c := folder.Table.Config
	counts := model.Count(c, 1, 1)
	r := inspected{Family: folder.Family(), Parameters: counts.Total, Active: counts.Active, Model: c,
		Types: map[string]int{}, NotFinite: s.NotFinite, States: []stateOf{}}
	for k, set := range folder.Sets() {
		r.Files += len(set.Files)
		for _, f := range set.Files {
			for _, e := range f.Entries {
				if k == 0 {
					r.Types[string(e.DType)]++
				}
			}
		}
	}
	for i, t := range folder.Table.Tensors {
		r.RMS = append(r.RMS, rmsOf{t.Layer, partNames[t.Part], number(s.RMS[i])})
	}
	for _, x := range s.States {
		r.States = append(r.States, stateOf{x.Name, number(x.Norm), number(x.Zero)})
	}
	copies := func(x survey.Copies) copiesOf {
		c := copiesOf{Coordinates: x.Coordinates, Equal: x.Equal, Out: x.Out, Apart: x.Apart}
		if len(r.States) > 0 {
			c.Locked = &x.Locked
		}
		return c
	}
	r.Hidden = copies(s.Hidden)
	for _, x := range s.Inner {
		r.Inner = append(r.Inner, copies(x))
	}
	return r
}

// partNames are the parts in this verb's words.
var partNames = map[model.Part]string{
	model.Embed: "embedding", model.FinalNorm: "final norm", model.Head: "head",
	model.AttnNorm: "attention norm", model.Q: "q", model.K: "k", model.V: "v", model.O: "o",
	model.QBias: "q bias", model.KBias: "k bias", model.VBias: "v bias", model.QNorm: "q norm", model.KNorm: "k norm",
	model.FFNNorm: "experts' norm", model.Route: "router", model.Gate: "gate", model.Up: "up", model.Down: "down",
}

// load runs a batch forward, if network and batch fit into memory, and says what the experts get of it.
func (v inspectVerb) load(e *env, folder *checkpoint.Folder, given *checkpoint.Batch) (*loadOf, error) {
	c := folder.Table.Config
	b, r := checkpoint.NewBatch(randomRows, randomSeq), &loadOf{Load: [][]number{}, Router: [][]number{}}
	if given != nil {
		b, r.Batch = *given, "the batch given"
	} else {
		seed := uint64(1)
		if v.Seed != nil {
			seed = *v.Seed
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		for i := range b.IDs {
			b.IDs[i] = int32(rng.IntN(c.Vocab))
		}
		r.Batch = fmt.Sprintf("random tokens, seed %d", seed)
	}
	r.Tokens = len(b.IDs)
	need := model.FootprintOf(c, b.Rows, b.Seq, false)
	if err := fits("the network and the batch", 2*need.Values+need.Activations); err != nil {
		if given != nil {
			return nil, err
		}
		r.Why = err.Error()
		return r, nil
	}
	weights, err := folder.Load(e.ctx, folder.Weights, func(int64) {})
	if err != nil {
		return nil, err
	}
	net := model.NewNet(compute.NewCPU(), weights, b.Rows, b.Seq)
	net.Forward(b.IDs)
	r.Load, r.Router = routedOf(net)
	return r, nil
}
