//go:build linux && amd64

package emulated

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Barrier is a place in the kernels' text where threads wait: for each other, or for copies.
type Barrier struct {
	Kernel string // the function that it is in, as far as a look at the text tells
	Line   int    // of the text, from 1
	Text   string
}

func (b Barrier) String() string { return fmt.Sprintf("%s, line %d, %s", b.Text, b.Line, b.Kernel) }

var (
	barrier  = regexp.MustCompile(`__syncthreads\(\)|__syncwarp\(\)|copies_wait<[^<>;]*>\(\)`)
	function = regexp.MustCompile(`^(?:template|extern|static|__device__|__global__).*?(\w+)\([^()]*(?:\)|,|$)`)
	kernel   = regexp.MustCompile(`__global__\s+(?:void\s+)?(?:__launch_bounds__\s*\(([^()]*)\)\s*)?` +
		`(?:void\s+)?(\w+)\s*\(`)
)

// numbered gives every barrier of the text a number, from 0, that the emulator sees before the barrier.
func numbered(text string) (string, []Barrier) {
	var all []Barrier
	lines := strings.Split(text, "\n")
	in := ""
	for i, line := range lines {
		if m := function.FindStringSubmatch(line); m != nil {
			in = m[1]
		}
		code, comment, has := strings.Cut(line, "//")
		code = barrier.ReplaceAllStringFunc(code, func(s string) string {
			all = append(all, Barrier{in, i + 1, s})
			return fmt.Sprintf("(emu::at(%d), %s)", len(all)-1, s)
		})
		if has {
			code += "//" + comment
		}
		lines[i] = code
	}
	return strings.Join(lines, "\n"), all
}

// unit is the translation unit of a text of kernels. preprocessed is the text with its macros expanded, where all
// kernels can be seen.
func unit(text, preprocessed string) string {
	var s strings.Builder
	s.WriteString("#include \"fibers.h\"\n#include \"device.h\"\nnamespace {\n#line 1 \"kernels.cu\"\n")
	s.WriteString(text)
	s.WriteString("\n}\n")
	for i, m := range kernel.FindAllStringSubmatch(preprocessed, -1) {
		bounds, _, _ := strings.Cut(m[1], ",")
		if bounds == "" {
			bounds = strconv.Itoa(1024)
		}
		fmt.Fprintf(&s, "static const bool added_%d = emu::add(%q, %s, %s);\n", i, m[2], bounds, m[2])
	}
	s.WriteString("#include \"driver.h\"\n")
	return s.String()
}
