package cli

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/sparkling-lab/sparkling/model/checkpoint"
	"github.com/sparkling-lab/sparkling/model/learner/cuda/trial"
	"github.com/sparkling-lab/sparkling/model/widen"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// values read the numbers of all flags as those of the controls are read, and paths; and they are the lists of what is
// allowed that the flags' help names.
var values = []kong.Option{
	kong.NamedMapper("path", kong.MapperFunc(place)),
	kong.KindMapper(reflect.Int, read(experiment.ParseInt)), kong.KindMapper(reflect.Uint64,
		read(experiment.ParseSeed)), kong.KindMapper(reflect.Float64, read(experiment.ParseReal)),
	kong.TypeMapper(reflect.TypeFor[time.Duration](), read(duration)),
	kong.Vars{
		"figures": strings.Join(figure.Names, ", "),
		"inits":   names(widen.Inits), "scales": names(widen.Scales), "norms": names(widen.AllNormWeights),
		"states": names(widen.OptStates), "layouts": names(checkpoint.Layouts),
		"parts": strings.Join(trial.Names(), ", "),
	},
}

// place reads a path. An empty one is what a script makes of a variable that is not set, and means no folder, not even
// the working directory.
func place(ctx *kong.DecodeContext, target reflect.Value) error {
	var path string
	if err := ctx.Scan.PopValueInto("file", &path); err != nil {
		return err
	}
	if path == "" {
		return errors.New("it is empty; allowed is a path, as . for the folder that one is in")
	}
	path = kong.ExpandPath(path)
	if target.Kind() == reflect.Slice { // of a flag that may be there again
		target.Set(reflect.Append(target, reflect.ValueOf(path)))
		return nil
	}
	target.SetString(path)
	return nil
}

func read[T any](parse func(string) (T, error)) kong.MapperFunc {
	return func(ctx *kong.DecodeContext, target reflect.Value) error {
		var s string
		if err := ctx.Scan.PopValueInto("number", &s); err != nil {
			return err
		}
		x, err := parse(s)
		if err != nil {
			return fmt.Errorf("it is %q; %w", s, err)
		}
		target.Set(reflect.ValueOf(x))
		return nil
	}
}

// given errs where a flag or an argument is empty, which is what a script makes of a variable that is not set, or where
// a flag is there again, of which one would be passed over. Those that may be empty are pointers.
func given(paths []*kong.Path) error {
	seen := map[*kong.Value]bool{}
	for _, p := range paths {
		v := p.Positional
		if p.Flag != nil {
			v = p.Flag.Value
		}
		if v == nil || v.IsBool() {
			continue
		}
		name := strings.Trim(v.ShortSummary(), "[]")
		switch {
		case (v.IsSlice() || v.Target.Kind() == reflect.String) && v.Target.Len() == 0:
			return fmt.Errorf("%s is empty; it needs a value", name)
		case seen[v] && !v.IsSlice():
			return fmt.Errorf("%s is there twice; allowed is once", name)
		}
		seen[v] = true
	}
	return nil
}

func duration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errors.New("allowed is a time with its unit, as 500ms, 20s or 5m")
	}
	return d, nil
}

var negative = regexp.MustCompile(`^-\.?[0-9]`)

// joined are arguments in which a number below 0 belongs to the flag before it: what is wrong with it is for the flag
// to say, not that it looks like a flag of its own.
func joined(args []string) []string {
	var out []string
	for i, a := range args {
		if a == "--" {
			return append(out, args[i:]...)
		}
		if n := len(out); n > 0 && negative.MatchString(a) && strings.HasPrefix(out[n-1], "--") &&
			!strings.Contains(out[n-1], "=") {
			out[n-1] += "=" + a
			continue
		}
		out = append(out, a)
	}
	return out
}
