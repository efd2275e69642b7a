package serve

import (
	"slices"
	"strconv"
	"strings"
)

// weights are the codings of an Accept-Encoding header and how much the client wants each, from 0, not at all, to 1
// (RFC 9110, 12.5.3).
type weights map[string]float64

// accepted reads a header. Parameters other than q say nothing about whether a coding is wanted; an element whose q is
// no weight is passed over.
func accepted(header []string) weights {
	w := weights{}
	for _, line := range header {
	elements:
		for element := range strings.SplitSeq(line, ",") {
			coding, parameters, _ := strings.Cut(element, ";")
			coding = strings.ToLower(strings.TrimSpace(coding))
			if coding == "x-gzip" {
				coding = "gzip"
			}
			q, seen := 1.0, false
			for p := range strings.SplitSeq(parameters, ";") {
				name, value, _ := strings.Cut(p, "=")
				if !strings.EqualFold(strings.TrimSpace(name), "q") || seen {
					continue
				}
				var err error
				if q, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil || !(q >= 0 && q <= 1) {
					continue elements
				}
				seen = true
			}
			if _, twice := w[coding]; coding != "" && !twice {
				w[coding] = q
			}
		}
	}
	return w
}

// of is how much a coding is wanted. The file as it is, identity, is always welcome unless it is refused, but anything
// that is named more.
func (w weights) of(coding string) float64 {
	if q, ok := w[coding]; ok {
		return q
	}
	any, ok := w["*"]
	switch {
	case coding != identity:
		return any
	case ok && any == 0:
		return 0
	}
	return least
}

// identity is the file as it is; least is less than any weight above 0, which has three digits.
const (
	identity = "identity"
	least    = 1e-4
)

// order are the codings that are not refused, best first; those that are wanted as much stay in the order that they are
// given in.
func (w weights) order(codings []string) []string {
	out := slices.DeleteFunc(slices.Clone(codings), func(c string) bool { return w.of(c) == 0 })
	slices.SortStableFunc(out, func(a, b string) int {
		switch x, y := w.of(a), w.of(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	return out
}
