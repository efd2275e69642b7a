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

// nameless reports whether columns have their marks alone, for want of room.
func nameless(heads [][2]string) bool {
	return len(heads) > 1 && !slices.ContainsFunc(heads, func(h [2]string) bool { return h[0] != "" })
}

// key says which arm has which mark, in as many lines as that takes, and returns the place that is left.
func (v *View) key(b box, arms []int) box {
	const between = 14
	x, y := b.x, b.y+4
	for _, i := range arms {
		name := v.fitting([]string{v.names[i]}, b.w-headIndent, small)
		w := headIndent + v.pen.width(name, small)
		if x > b.x && x+w > b.x+b.w {
			x, y = b.x, y+linePitch
		}
		v.pen.mark(v.styles[i], x+4, y, 4)
		v.pen.text(name, x+headIndent, y, small, v.styles[i].Hue, left)
		x += w + between
	}
	down := y + linePitch - b.y
	return box{b.x, b.y + down, b.w, b.h - down}
}

// headings are names in one line, those that need it in two, broken between words. Where one does not fit even so, all
// are shorter.
func headings(names []string, first, second float64, measure func(string) float64) [][2]string {
	out := make([][2]string, len(names))
	for i, name := range names {
		if out[i][0] = name; measure(name) <= first {
			continue
		}
		out[i][0] = ""
		for k, r := range name {
			if a, b := strings.TrimSpace(name[:k]), strings.TrimSpace(name[k:]); r == ' ' && a != "" && b != "" &&
				measure(a) <= first && measure(b) <= second {
				out[i] = [2]string{a, b} // as much as fits stands beside the mark
			}
		}
		if out[i][0] == "" {
			for k, s := range shorter(names, first, measure) {
				out[k] = [2]string{s}
			}
			return out
		}
	}
	return out
}

// shorter are names that fit a width: all in full; or cut between words so that they can still be told apart; or none,
// for their marks say whose.
func shorter(names []string, width float64, measure func(string) float64) []string {
	out := slices.Clone(names)
	for i, name := range names {
		for at := len(name); measure(out[i]) > width && at >= 0; {
			if at = strings.LastIndexByte(name[:at], ' '); at > 0 {
				out[i] = strings.TrimRight(name[:at], " ,") + "…"
			}
		}
		if measure(out[i]) > width || slices.Contains(out[:i], out[i]) && !slices.Contains(names[:i], name) {
			return make([]string, len(names))
		}
	}
	return out
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
