package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/checkpoint/torch"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/model/widen/ondisk"
)

// recipeFlags are the flags of a widening about how training goes on. A folder of weights does not say where its
// training stood: what is not given, and not read from what Hugging Face's Trainer left beside them, is not known.
type recipeFlags struct {
	Rate      *float64 `help:"Learning rate at the widening, for recipe.json." placeholder:"RATE"`
	PeakRate  *float64 `help:"Highest rate of the schedule; the rate where nothing is said." placeholder:"RATE"`
	FinalRate *float64 `help:"Rate at the end; a hundredth of the peak where nothing is said." placeholder:"RATE"`
	StepsDone *int     `help:"Updates before the widening." placeholder:"N"`
	StepsLeft *int     `help:"Updates from the widening to the end." placeholder:"N"`
	Schedule  string   `help:"How the rate of old parameters falls to the end: cosine, linear or constant." default:"cosine"`
	Rho       float64  `help:"ρ: the re-warmed rate of new parameters over the present one." default:"1.3"`
	Tau       *int     `help:"τw: updates of the re-warmup; a fiftieth of those left, at least 5, where nothing is said." placeholder:"N"`
}

// recipe is what the flags and the folder say about going on.
func (f recipeFlags) recipe(in *checkpoint.Folder, spec widen.Spec, seed uint64) (*ondisk.Recipe, error) {
	r := ondisk.Recipe{Rate: f.Rate, PeakRate: f.PeakRate, FinalRate: f.FinalRate, StepsDone: f.StepsDone,
		StepsLeft: f.StepsLeft, Schedule: f.Schedule, Rho: f.Rho, Tau: f.Tau, Spec: spec, Seed: seed}
	trainer(in.Dir, &r)
	if r.StepsDone == nil && len(in.Weights.Files) > 0 {
		if n, err := strconv.Atoi(in.Weights.Files[0].Meta["steps"]); err == nil && n >= 0 {
			r.StepsDone = &n
		}
	}
	r, err := ondisk.NewRecipe(r)
	return &r, err
}

// The files that Hugging Face's Trainer leaves beside a network, and a bound of the first, in bytes: it holds what was
// logged in the whole run.
const trainerName, schedulerName, maxTrainer = "trainer_state.json", "scheduler.pt", 64 << 20

// trainer adds what a Trainer's files say and nobody else did. Files that are missing or others' say nothing.
func trainer(dir string, r *ondisk.Recipe) {
	var state struct {
		GlobalStep *int `json:"global_step"`
		MaxSteps   *int `json:"max_steps"`
	}
	data, err := input.Small(filepath.Join(dir, trainerName), maxTrainer)
	if err == nil && json.Unmarshal(data, &state) == nil && state.GlobalStep != nil {
		if r.StepsDone == nil {
			r.StepsDone = state.GlobalStep
		}
		if left := state.MaxSteps; r.StepsLeft == nil && left != nil && *left > *state.GlobalStep {
			n := *left - *state.GlobalStep
			r.StepsLeft = &n
		}
	}
	f, err := torch.Open(filepath.Join(dir, schedulerName))
	if err != nil {
		return
	}
	defer f.Close()
	root, _ := f.Root.(*torch.Dict)
	if root == nil {
		return
	}
	for key, into := range map[string]**float64{"_last_lr": &r.Rate, "base_lrs": &r.PeakRate} {
		if rates := root.List(key); *into == nil && rates != nil && len(rates.Items) > 0 {
			if x, ok := rates.Items[0].(float64); ok {
				*into = &x
			}
		}
	}
}

// goesOn prints the lines that go on from a widened folder.
func goesOn(w io.Writer, out string, r *ondisk.Recipe, states *torch.States) {
	fmt.Fprintf(w, "Going on in PyTorch, with NewParameters of examples/pytorch/go_on.py:\n")
	if states != nil {
		file := filepath.Join(out, filepath.Base(states.File.Path()))
		if states.Numbered() {
			fmt.Fprintf(w, "    optimizer.load_state_dict(torch.load(%q, weights_only=True))\n", file)
		} else {
			fmt.Fprintf(w, "    # load %q as the old file was: its states are under names\n", file)
		}
	}
	fmt.Fprintf(w, "    recipe = json.load(open(%q))\n", filepath.Join(out, ondisk.RecipeName))
	fmt.Fprintf(w, "    masks = new(%q)\n", filepath.Join(out, checkpoint.NewParametersName))
	fmt.Fprintf(w, "    optimizer = NewParameters(optimizer, model.named_parameters(), masks, recipe)\n")
	for _, x := range []struct {
		missing    bool
		what, flag string
	}{{r.Rate == nil, "the rate at the widening", "--rate"}, {r.StepsLeft == nil, "how many updates are left",
		"--steps-left"}, {r.StepsDone == nil, "how many updates there were", "--steps-done"}} {
		if x.missing {
			fmt.Fprintf(w, "%s does not know %s: %s says it, or write it there.\n", ondisk.RecipeName, x.what, x.flag)
		}
	}
}
