package cli

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// seed is a flag's value that says what is allowed where it is not.
type seed uint64

// UnmarshalText is called by the command line.
func (s *seed) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		return fmt.Errorf("it is %q; allowed is a whole number from 0 to %d", text, uint64(math.MaxUint64))
	}
	*s = seed(n)
	return nil
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
