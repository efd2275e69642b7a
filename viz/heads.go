package viz

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// headIndent is the room of the mark before a name.
const headIndent = 13

// heads are the names of arms over columns of a width, in one line or two of a size.
func (v *View) heads(arms []int, width, size float64) [][2]string {
	var list []string
	for _, i := range arms {
		list = append(list, v.names[i])
	}
	return headings(list, width-headIndent, width, func(s string) float64 { return v.pen.width(s, size) })
}

// headings breaks names into at most two lines of two widths, and cuts what is too long so that those which differ
// still do.
func headings(names []string, first, second float64, measure func(string) float64) [][2]string {
	out := make([][2]string, len(names))
	for i, name := range names {
		if out[i][0] = name; measure(name) <= first {
			continue
		}
		if measure(name) <= second { // below its mark
			out[i] = [2]string{"", name}
		}
		best := -1.0
		for k, r := range name {
			if !strings.ContainsRune(" -,", r) {
				continue
			}
			a, b := strings.TrimRight(name[:k+1], " ,"), strings.TrimLeft(name[k+1:], " ,")
			// What tells names apart mostly stands at their ends.
			over := max(measure(a)-first, 0) + 10*max(measure(b)-second, 0)
			if a != "" && b != "" && (best < 0 && (over == 0 || out[i][0] != "") || over < best) {
				best, out[i] = over, [2]string{a, b}
			}
		}
		out[i] = [2]string{cut(out[i][0], first, measure), cut(out[i][1], second, measure)}
	}
	told := slices.Clone(out)
	for i := range out {
		common, twice := names[i], false
		for k := range out {
			if out[k] == out[i] && names[k] != names[i] {
				common, twice = prefix(common, names[k]), true
			}
		}
		if twice {
			told[i] = [2]string{cut("…"+names[i][len(common):], first, measure)}
		}
	}
	return told
}

// cut is a string, or as much of its beginning as there is room for.
func cut(s string, width float64, measure func(string) float64) string {
	if measure(s) <= width {
		return s
	}
	for s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
		if t := strings.TrimRight(s, " ") + "…"; measure(t) <= width {
			return t
		}
	}
	return ""
}

// prefix is what two strings begin with both.
func prefix(a, b string) string {
	n := 0
	for k, r := range a {
		if !strings.HasPrefix(b[k:], string(r)) {
			break
		}
		n = k + utf8.RuneLen(r)
	}
	return a[:n]
}
