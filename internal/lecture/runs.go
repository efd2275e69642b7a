package lecture

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/sparkling-lab/sparkling/sim/record"
)

// Run is one named run: a built-in experiment at its own seed, made natively by the program in folder make, which
// writes runs.json. Another kind of processor gives other digits; what is said of the lock is the same on all.
type Run struct {
	Experiment string `json:"experiment"`
	Seed       uint64 `json:"seed"`
	// how sums were taken, as the report names it: with the same, the run comes out the same to the last bit
	Arithmetic string    `json:"arithmetic"`
	Arms       []Arm     `json:"arms"`
	Updates    []Updated `json:"updates"`
}

// Arm is what an arm came to. Its name is the id of its treatment; pairs and cosines are those of its last probe.
type Arm struct {
	Name           string  `json:"name"`
	Known          int     `json:"known"`
	Asked          int     `json:"asked"`
	Loss           float32 `json:"loss"` // of the full validation set, in nats
	Pairs          int     `json:"pairs"`
	Locked         int     `json:"locked"` // pairs whose weights are equal bit for bit
	WeightCosine   float64 `json:"weight_cosine"`
	GradientCosine float64 `json:"gradient_cosine"`
}

// Updated is the first update after the widening of one weight of a neuron and of its copy, line by line as package
// slowmotion tells it.
type Updated struct {
	Arm    string `json:"arm"`
	Step   int    `json:"step"` // updates done before it
	Weight string `json:"weight"`
	Lines  []Line `json:"lines"`
}

// Line is a line of an update: its formula, and of the neuron and its copy that formula with its numbers and the
// result. Names are unique but for those that a later stage repeats, with the same number.
type Line struct {
	Stage  string   `json:"stage"`
	Name   string   `json:"name"`
	Rule   string   `json:"rule,omitempty"`
	Filled []string `json:"filled,omitempty"`
	Values []string `json:"values"`
	Same   bool     `json:"same"` // the bits of both halves are the same
}

//go:embed runs.json
var runsFile []byte

// Named is the run whose numbers the lecture tells.
var Named = sync.OnceValue(func() (r Run) {
	if err := json.Unmarshal(runsFile, &r); err != nil {
		panic(err) // a file of this package is wrong, which its tests find
	}
	return r
})

var ofRuns = map[string]slot{
	"run":    {"facts|ARM FIELD", ran},
	"update": {"ARM LINE original|copy|relation|rule|filled|filled-copy", updated},
}

// ran is a number of an arm of the named run, or of the run itself.
func ran(args []string) (string, error) {
	r := Named()
	if args[0] == r.Experiment {
		of, err := choose("field of a run", args[1], map[string]string{
			"seed": strconv.FormatUint(r.Seed, 10), "asked": record.Thousands(r.Arms[0].Asked)})
		return of, err
	}
	arms := map[string]Arm{}
	for _, a := range r.Arms {
		arms[a.Name] = a
	}
	a, err := choose("arm", args[0], arms)
	if err != nil {
		return "", err
	}
	fields := map[string]string{"known": record.Thousands(a.Known)}
	if fields["loss"], err = decimal(float64(a.Loss), lossDigits); err != nil {
		return "", err
	}
	if a.Pairs > 0 {
		fields["pairs"], fields["locked"] = record.Thousands(a.Pairs), record.Thousands(a.Locked)
		for name, x := range map[string]float64{"weight-cosine": a.WeightCosine, "gradient-cosine": a.GradientCosine} {
			if fields[name], err = decimal(x, 2); err != nil {
				return "", err
			}
		}
	}
	return choose("field of an arm", args[1], fields)
}

// updated is what stands in a line of an update.
func updated(args []string) (string, error) {
	i := slices.IndexFunc(Named().Updates, func(u Updated) bool { return u.Arm == args[0] })
	if i < 0 {
		return "", fmt.Errorf("there is no update of %s", args[0])
	}
	u := Named().Updates[i]
	if args[1] == "weight" {
		return u.Weight, nil
	}
	k := slices.IndexFunc(u.Lines, func(l Line) bool { return l.Name == args[1] })
	if k < 0 {
		var names []string
		for _, l := range u.Lines {
			names = append(names, l.Name)
		}
		return "", fmt.Errorf("there is no line %s; there are %s", args[1], strings.Join(names, ", "))
	}
	l := u.Lines[k]
	relation := "≠"
	if l.Same {
		relation = "="
	}
	of := map[string]string{"original": l.Values[0], "copy": l.Values[len(l.Values)-1], "relation": relation,
		"rule": l.Rule}
	if len(l.Filled) > 0 {
		of["filled"], of["filled-copy"] = l.Filled[0], l.Filled[len(l.Filled)-1]
	}
	return choose("part of a line", args[2], of)
}
