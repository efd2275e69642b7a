package story

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// part is a piece of a sentence: words, words with a meaning of their own, or the place of a number.
//
//	{slot:arm/arm}   a number or a name that is measured
//	[word|term]      a word that the glossary explains; [word] is its own term
//	[words|#name]    words that lead to an experiment; [words|report/] to the report
//	[words|open:pane] words that open a picture
//	[words|turn:control=value] words that turn a control of what is shown
//	*word*           stressed; *{slot}* too
type part struct {
	text   string
	slot   func(*moment) []Run // nil where it is words
	term   string
	href   string
	stress bool
}

// Where a link leads begins with Open where it opens a picture, and with Turn where it turns a control.
const (
	Open = "open:"
	Turn = "turn:"
)

var marks = regexp.MustCompile(`\{[^{}]*\}|\[[^\[\]]*\]|\*[^*]*\*`)

// parts reads a sentence. In a list a slot may leave its arm out.
func (l *Lesson) parts(s string, each bool) (out []part, err error) {
	at := 0
	for _, m := range marks.FindAllStringIndex(s, -1) {
		if m[0] > at {
			out = append(out, part{text: s[at:m[0]]})
		}
		inside := s[m[0]+1 : m[1]-1]
		p := part{text: inside}
		switch s[m[0]] {
		case '*':
			p.stress = true
			if strings.HasPrefix(inside, "{") && strings.HasSuffix(inside, "}") {
				p.slot, err = l.slot(inside[1:len(inside)-1], each)
			}
		case '{':
			p.slot, err = l.slot(inside, each)
		case '[':
			shown, to, more := strings.Cut(inside, "|")
			p.text = shown
			switch {
			case strings.HasPrefix(to, "#lesson="):
				// whether there is one is not known before all are read; a test looks
				p.href = to
			case strings.HasPrefix(to, "#"):
				_, err = experiment.Named(to[1:])
				p.href = to
			case strings.HasPrefix(to, Open):
				if !panes[to[len(Open):]] {
					err = fmt.Errorf("there is no picture %q", to[len(Open):])
				}
				p.href = to
			case strings.HasPrefix(to, "report/"):
				p.href = to
			case strings.HasPrefix(to, Turn):
				knob, value, _ := strings.Cut(to[len(Turn):], "=")
				if !slices.Contains(views[knob], value) {
					err = fmt.Errorf("what is shown has no control %q", to[len(Turn):])
				}
				p.href = to
			default:
				if p.term = shown; more {
					p.term = to
				}
				if Term(p.term).Means == "" {
					err = fmt.Errorf("the glossary has no %q", p.term)
				}
			}
		}
		if err != nil {
			return nil, err
		}
		out, at = append(out, p), m[1]
	}
	if at < len(s) {
		out = append(out, part{text: s[at:]})
	}
	for _, p := range out {
		if p.slot == nil && strings.ContainsAny(p.text, "{}[]*") {
			return nil, fmt.Errorf("%q is not closed", p.text)
		}
	}
	return out, nil
}

// slot finds what fills a place.
func (l *Lesson) slot(s string, each bool) (func(*moment) []Run, error) {
	name, args := names(s)
	number := func(f func(*moment) string) func(*moment) []Run {
		return func(m *moment) []Run {
			if v := f(m); v != "" {
				return []Run{{Text: v, Kind: Number}}
			}
			return nil
		}
	}
	_, armHas := ofArm[name]
	if f, ok := ofRun[name]; ok && len(args) == 0 && !(each && armHas) { // an item of a list is about its arm
		return number(f), nil
	}
	switch {
	case name == "said" && len(args) == 1 && l.asked(args[0]) != nil:
		return number(func(m *moment) string { return m.Said[args[0]] }), nil
	case name == "report" && len(args) == 1 && ofReport[args[0]] != nil:
		return number(func(m *moment) string {
			if m.rec == nil || !panel.Measured(m.rec.Experiment) {
				return "" // it was measured on another experiment
			}
			return ofReport[args[0]](Reported())
		}), nil
	case name == "said" || name == "report":
		return nil, fmt.Errorf("there is no slot {%s}", s)
	}
	if !each || len(args) > 0 {
		for _, a := range args {
			if !slices.Contains(l.arms, a) {
				return nil, fmt.Errorf("there is no arm %q", a)
			}
		}
	} else {
		args = []string{""}
	}
	if f, ok := ofArm[name]; ok && len(args) == 1 {
		return number(func(m *moment) string {
			if a := l.arm(m, args[0]); a != nil {
				return f(m, a)
			}
			return ""
		}), nil
	}
	if f, ok := ofTwo[name]; ok && len(args) == 2 {
		return number(func(m *moment) string {
			if a, b := l.arm(m, args[0]), l.arm(m, args[1]); a != nil && b != nil {
				return f(m, a, b)
			}
			return ""
		}), nil
	}
	if f, ok := armNames[name]; ok && len(args) <= 1 {
		return func(m *moment) []Run {
			if a := f(m, l.arm(m, strings.Join(args, ""))); a != nil {
				return []Run{{Text: a.Name, Kind: Arm, Arm: m.index(a)}}
			}
			return nil
		}, nil
	}
	return nil, fmt.Errorf("there is no slot {%s}", s)
}

// condition holds or not.
type condition struct {
	not bool
	is  func(*moment) bool
}

func (l *Lesson) conditions(list []string, each bool) (out []condition, err error) {
	for _, s := range list {
		rest, not := strings.CutPrefix(s, "!")
		name, args := names(rest)
		for _, a := range args {
			if !slices.Contains(l.arms, a) {
				return nil, fmt.Errorf("condition %q: there is no arm %q", s, a)
			}
		}
		if each && len(args) == 0 {
			args = []string{""}
		}
		c := condition{not: not}
		if f, ok := whenRun[name]; ok && (len(args) == 0 || each && args[0] == "") {
			c.is = f
		} else if f, ok := whenArm[name]; ok && len(args) == 1 {
			c.is = func(m *moment) bool { a := l.arm(m, args[0]); return a != nil && f(m, a) }
		} else if f, ok := whenTwo[name]; ok && len(args) == 2 {
			c.is = func(m *moment) bool {
				a, b := l.arm(m, args[0]), l.arm(m, args[1])
				return a != nil && b != nil && f(m, a, b)
			}
		} else {
			return nil, fmt.Errorf("there is no condition %q", s)
		}
		out = append(out, c)
	}
	return out, nil
}
