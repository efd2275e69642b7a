package cli

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/sparkling-lab/sparkling/sim"
)

// numbers read the numbers of all flags as those of the controls are read.
var numbers = []kong.Option{
	kong.KindMapper(reflect.Int, read(sim.ParseWhole)), kong.KindMapper(reflect.Uint64, read(sim.ParseSeed)), kong.KindMapper(reflect.Float64, read(sim.ParseReal)),
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

var negative = regexp.MustCompile(`^-\.?[0-9]`)

// joined are arguments in which a number below 0 belongs to the flag before it: what is wrong with it is for the flag to say, not that it
// looks like a flag of its own.
func joined(args []string) []string {
	var out []string
	for i, a := range args {
		if a == "--" {
			return append(out, args[i:]...)
		}
		if n := len(out); n > 0 && negative.MatchString(a) && strings.HasPrefix(out[n-1], "--") && !strings.Contains(out[n-1], "=") {
			out[n-1] += "=" + a
			continue
		}
		out = append(out, a)
	}
	return out
}
