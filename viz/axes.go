package viz

import (
	"math"
	"strconv"
	"strings"
)

// axes maps numbers to places inside a box.
type axes struct {
	in             box // of the data
	x0, x1, y0, y1 float64
}

func (a axes) x(v float64) float64 { return a.in.x + (v-a.x0)/(a.x1-a.x0)*a.in.w }
func (a axes) y(v float64) float64 { return a.in.y + a.in.h - (v-a.y0)/(a.y1-a.y0)*a.in.h }

// heading writes the title of a picture and one line that says how to read it, and returns the place that is left.
func (v *View) heading(b box, title, how string) box {
	v.pen.title(title, b.x, b.y+8, 14, ink)
	y := b.y + 26
	for _, line := range v.wrap(how, b.w) {
		v.pen.text(line, b.x, y, 11, soft, left)
		y += 14
	}
	return box{b.x, y, b.w, b.h - (y - b.y)}
}

// wrap breaks a sentence into lines that fit.
func (v *View) wrap(s string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && v.pen.width(line+" "+word, 11, false) > width {
			lines, line = append(lines, line), word
			continue
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

// frame draws grid lines and their numbers.
func (v *View) frame(a axes, xlabel string) {
	for _, t := range ticks(a.y0, a.y1, a.in.h/44) {
		y := a.y(t)
		v.pen.segment(point{a.in.x, y}, point{a.in.x + a.in.w, y}, 1, rule)
		v.pen.text(number(t), a.in.x-6, y, 10.5, soft, right)
	}
	for _, t := range ticks(a.x0, a.x1, a.in.w/80) {
		v.pen.text(number(t), a.x(t), a.in.y+a.in.h+11, 10.5, soft, center)
	}
	v.pen.segment(point{a.in.x, a.in.y + a.in.h}, point{a.in.x + a.in.w, a.in.y + a.in.h}, 1, faint)
	v.pen.text(xlabel, a.in.x+a.in.w, a.in.y+a.in.h+25, 10.5, soft, right)
}

// ticks are round numbers between low and high, about n of them.
func ticks(low, high, n float64) []float64 {
	if !(high > low) || n < 1 {
		return nil
	}
	raw := (high - low) / n
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if step*m >= raw {
			step *= m
			break
		}
	}
	var out []float64
	for i := math.Ceil(low/step - 1e-9); i*step <= high+step*1e-9; i++ {
		out = append(out, i*step)
	}
	return out
}

func number(v float64) string {
	if v == 0 {
		return "0"
	}
	return strconv.FormatFloat(math.Round(v*1e6)/1e6, 'g', 5, 64)
}

// series are the places of a curve, thinned to about one a pixel.
func (a axes) series(n int, at func(i int) (x, y float64)) []point {
	var out []point
	for i := range n {
		x, y := at(i)
		if math.IsNaN(y) || math.IsInf(y, 0) {
			continue
		}
		q := point{a.x(x), math.Min(math.Max(a.y(y), a.in.y), a.in.y+a.in.h)}
		if k := len(out); k > 0 && i < n-1 && q.x-out[k-1].x < 1 {
			continue
		}
		out = append(out, q)
	}
	return out
}

// label is a word at the end of a curve.
type label struct {
	y    float64
	s    string
	mark mark
}

// labels writes words beside curves so that none covers another.
func (v *View) labels(list []label, x, top, bottom float64) {
	const pitch = 15
	for range 40 {
		for i := range list {
			for j := range list {
				if d := list[i].y - list[j].y; i != j && math.Abs(d) < pitch {
					push := (pitch - math.Abs(d)) / 2
					if d < 0 || d == 0 && i < j {
						push = -push
					}
					list[i].y, list[j].y = list[i].y+push, list[j].y-push
				}
			}
		}
	}
	for _, l := range list {
		y := math.Min(math.Max(l.y, top), bottom)
		l.mark.shape(v.pen, x+4, y, 3.6, l.mark.hue)
		v.pen.text(l.s, x+12, y, 11, l.mark.hue, left)
	}
}
