package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// apartHeading is that of the section about what the tasks do not share.
const apartHeading = "Where facts and text disagree"

// disagreements sets the verdicts of the tasks beside each other, under the same optimizer.
func (f Findings) disagreements(d *document, judged [][]reproduce.Judgement) {
	pairs := f.alike()
	if len(pairs) == 0 {
		return
	}
	var opposite, parts, half list
	same := 0
	for _, row := range judged {
		c := row[0].Claim
		var o, p, h []string // of this claim, by optimizer
		for _, at := range pairs {
			a, b := row[at[0]], row[at[1]]
			says := fmt.Sprintf("%s: %s on %s, [%s on %s](#%s)", a.Setting.Name, a.Verdict.Word(),
				reproduce.TaskTitle(a.Setting.Task), b.Verdict.Word(), reproduce.TaskTitle(b.Setting.Task),
				cellID(b))
			switch {
			case a.Verdict == reproduce.NotMeasured || b.Verdict == reproduce.NotMeasured:
				continue
			case a.Verdict == b.Verdict:
				same++
			case against(a.Verdict, b.Verdict):
				o = append(o, says)
			default:
				h = append(h, says)
			}
			if s := oppositeParts(a, b); s != "" {
				p = append(p, a.Setting.Name+": "+s)
			}
		}
		for of, said := range map[*list][]string{&opposite: o, &parts: p, &half: h} {
			if len(said) > 0 {
				*of = append(*of, fmt.Sprintf("**%s** %s – %s", label(c.ID), c.Title, strings.Join(said, "; ")))
			}
		}
	}
	d.add(heading(apartHeading), text(fmt.Sprintf("Verdicts on the same claim under the same optimizer. %d of %d are "+
		"the same on both tasks.", same, len(judged)*len(pairs))))
	for _, x := range []struct {
		words string
		items list
		none  string
	}{
		{"**Opposite verdicts:** one task agrees with the paper, the other disagrees.", opposite,
			"No verdict on a whole claim is the opposite on the other task."},
		{"**Opposite in a part:** each interval lies wholly on its own side of zero. Numbers are paired differences, " +
			"on text and then on facts.", parts, ""},
		{"**Decided on one task, open on the other:** no contradiction, but no agreement either.", half, ""},
	} {
		if len(x.items) > 0 {
			d.add(text(x.words), x.items)
		} else if x.none != "" {
			d.add(text(x.none))
		}
	}
}

// alike are the settings, by index, of a text and of facts that have the same optimizer.
func (f Findings) alike() (pairs [][2]int) {
	for i, a := range f.Settings {
		k := slices.IndexFunc(f.Settings, func(b reproduce.Setting) bool {
			return a.Task == task.KindText && b.Task == task.KindFacts && a.Name == b.Name
		})
		if k >= 0 {
			pairs = append(pairs, [2]int{i, k})
		}
	}
	return pairs
}

func against(a, b reproduce.Verdict) bool {
	return a == reproduce.Reproduces && b == reproduce.DoesNot || a == reproduce.DoesNot && b == reproduce.Reproduces
}

// oppositeParts names the parts of a claim that go opposite ways, with their numbers.
func oppositeParts(a, b reproduce.Judgement) string {
	var out []string
	for k, x := range a.Findings {
		if y := b.Findings[k]; against(x.Verdict, y.Verdict) {
			out = append(out, fmt.Sprintf("%s %s, %s", partName(x.Part.Name), signed(x.Mean), signed(y.Mean)))
		}
	}
	return strings.Join(out, "; ")
}
