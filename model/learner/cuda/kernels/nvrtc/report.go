//go:build linux && (amd64 || arm64)

package nvrtc

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Architectures are those that kernels are compiled for: that of the A100, whose PTX later ones run too, and that of
// the H100.
var Architectures = []string{"sm_80", "sm_90"}

// Compiled is what a text became for one architecture.
type Compiled struct {
	PTX     []byte
	Kernels []Kernel // in the order of their names
}

// Kernel is what the compiler says of one kernel's machine code.
type Kernel struct {
	Name      string
	Registers int // of a thread
	Shared    int // bytes of shared memory of a block, but for what a launch adds
	Stack     int // bytes of a thread's local memory for arrays that registers do not take
	Spilled   int // bytes of registers that are stored in local memory for want of registers, and loaded again
}

// What the compiler prints of a kernel: three lines, one after the other.
var (
	entry  = regexp.MustCompile(`Compiling entry function '([^']+)'`)
	stack  = regexp.MustCompile(`(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads`)
	used   = regexp.MustCompile(`Used (\d+) registers`)
	shared = regexp.MustCompile(`(\d+) bytes smem`)
)

// reported reads the compiler's report.
func reported(log string) (all []Kernel) {
	var k Kernel
	for line := range strings.Lines(log) {
		if m := entry.FindStringSubmatch(line); m != nil {
			k = Kernel{Name: m[1]}
		}
		if m := stack.FindStringSubmatch(line); m != nil {
			k.Stack, k.Spilled = number(m[1]), number(m[2])+number(m[3])
		}
		if m := used.FindStringSubmatch(line); m != nil && k.Name != "" {
			k.Registers = number(m[1])
			if m := shared.FindStringSubmatch(line); m != nil {
				k.Shared = number(m[1])
			}
			all, k = append(all, k), Kernel{}
		}
	}
	slices.SortFunc(all, func(a, b Kernel) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func number(s string) int {
	n, _ := strconv.Atoi(s) // it consists of digits
	return n
}

// Table is the report of a text that was compiled for several architectures, a line a kernel and architecture.
func Table(of map[string]*Compiled) string {
	type row struct {
		arch string
		Kernel
	}
	var rows []row
	for arch, c := range of {
		for _, k := range c.Kernels {
			rows = append(rows, row{arch, k})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.arch, b.arch))
	})
	var out strings.Builder
	fmt.Fprintf(&out, "%-32s %-6s %9s %9s %9s %9s\n", "kernel", "arch", "registers", "shared", "stack", "spilled")
	for _, r := range rows {
		fmt.Fprintf(&out, "%-32s %-6s %9d %9d %9d %9d\n", r.Name, r.arch, r.Registers, r.Shared, r.Stack, r.Spilled)
	}
	return out.String()
}
