package lecture

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/report"
	"github.com/sparkling-lab/sparkling/model"
	"github.com/sparkling-lab/sparkling/sim/record"
)

// Numbers are all that a text of the lecture may ask for.
type Numbers struct {
	findings report.Findings
	slots    map[string]slot
}

// slot answers for one name. Usage names its arguments; one in brackets may be left out.
type slot struct {
	usage string
	of    func(args []string) (string, error)
}

// Open has the numbers of the report that lies in site/report of the project's folder, and those that need no file. It
// errs where the report is missing or damaged, or has not all of its runs.
func Open(root string) (*Numbers, error) {
	f, err := report.Open(filepath.Join(root, "site", "report"))
	if err != nil {
		return nil, err
	}
	if f.Missing > 0 {
		return nil, fmt.Errorf("%d runs of the report are missing", f.Missing)
	}
	n := &Numbers{findings: f, slots: map[string]slot{}}
	for _, more := range []map[string]slot{n.ofReport(), ofExperiments, ofPlan, ofRuns} {
		maps.Copy(n.slots, more)
	}
	return n, nil
}

// Slot is the number of a name, as package markup asks for it. It errs where there is no such name, where it has other
// arguments, and where what it says does not hold.
func (n *Numbers) Slot(name string, args []string) (template.HTML, error) {
	s, ok := n.slots[name]
	if !ok {
		return "", fmt.Errorf("there is no number called %s; there are %s", name,
			strings.Join(slices.Sorted(maps.Keys(n.slots)), ", "))
	}
	all := strings.Fields(s.usage)
	least := slices.IndexFunc(all, func(word string) bool { return word[0] == '[' })
	if least < 0 {
		least = len(all)
	}
	if len(args) < least || len(args) > len(all) {
		return "", fmt.Errorf("it has %d arguments; %s takes %s", len(args), name, s.usage)
	}
	text, err := s.of(args)
	return template.HTML(template.HTMLEscapeString(text)), err
}

// choose is what stands for a word; it errs with the words that there are.
func choose[T any](kind, word string, of map[string]T) (T, error) {
	x, ok := of[word]
	if !ok {
		return x, fmt.Errorf("there is no %s %s; there are %s", kind, word,
			strings.Join(slices.Sorted(maps.Keys(of)), ", "))
	}
	return x, nil
}

// decimal is a number with so many digits after the point, with a minus as in print and, where it is whole, a comma
// before every three digits; a number that is none errs.
func decimal(x float64, digits int) (string, error) {
	if !model.Finite(x) {
		return "", fmt.Errorf("it was not measured")
	}
	s := strconv.FormatFloat(x, 'f', digits, 64)
	if digits == 0 {
		s = record.Thousands(int64(math.RoundToEven(x)))
	}
	s = strings.Replace(s, "-", "−", 1)
	if zero := strings.Trim(s, "−0."); zero == "" {
		s = strings.TrimPrefix(s, "−")
	}
	return s, nil
}

// signed is decimal with a plus before what is not negative.
func signed(x float64, digits int) (string, error) {
	s, err := decimal(x, digits)
	if err == nil && !strings.HasPrefix(s, "−") {
		s = "+" + s
	}
	return s, err
}

// short is a number of a document as it is written there: 0.95, 1e-8 as 0.00000001.
func short(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
