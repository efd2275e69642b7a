package story

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/panel"
)

// Kind says what a run of words is.
type Kind string

// The kinds of runs.
const (
	Plain    Kind = ""
	Number   Kind = "number" // measured, or said by the reader
	Arm      Kind = "arm"    // the name of an arm
	TermKind Kind = "term"   // the glossary explains it
	Link     Kind = "link"
	Stress   Kind = "stress"
)

// Run is a piece of a sentence that looks alike.
type Run struct {
	Text string `json:"text"`
	Kind Kind   `json:"kind"`
	Arm  int    `json:"arm"`  // of the experiment, where it is one's name
	Term string `json:"term"` // of the glossary
	Href string `json:"href"`
}

// Told is a paragraph as it stands now: one item, or a list of them.
type Told struct {
	Style string  `json:"style"`
	List  bool    `json:"list"`
	Items [][]Run `json:"items"`
}

// Text is a paragraph without its marks, an item a line.
func (t Told) Text() string {
	var lines []string
	for _, item := range t.Items {
		line := ""
		for _, r := range item {
			line += r.Text
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// moment is what is known at the step that is shown.
type moment struct {
	panel.State
	rec  *record.Record
	each *panel.Arm        // that an item of a list is about
	Said map[string]string // what the reader answered, by chapter
}

// Tell is the text of a chapter, by its place in the lesson, at the state of a run. said are the reader's answers.
func (l *Lesson) Tell(chapter int, s panel.State, r *record.Record, said map[string]string) (text, notes []Told) {
	m := &moment{State: s, rec: r, Said: said}
	if c := l.Chapters[chapter]; c.From != End || s.Done { // a result is told of a run that is over
		text = m.tell(c.Text)
	}
	if len(text) == 0 && chapter > 0 && l.Chapters[chapter].measures() {
		text = []Told{{Items: [][]Run{{{Text: "This is told when it has been measured."}}}}}
	}
	return text, m.tell(l.Notes)
}

// measures reports whether a chapter tells anything but what its reader has said.
func (c *Chapter) measures() bool {
	return slices.ContainsFunc(c.Text, func(p Paragraph) bool {
		return slices.ContainsFunc(p.Say, func(s Sentence) bool { return !strings.Contains(s.Say, "{said:") })
	})
}

// tell are the paragraphs that stand. What leads to a list, with a colon, stands only where the list does.
func (m *moment) tell(list []Paragraph) []Told {
	out := []Told{}
	leads := false // the newest of them does
	for _, p := range list {
		t := Told{Style: p.Style, List: p.Each != ""}
		if !t.List {
			if item := m.item(p.Say); item != nil {
				t.Items = append(t.Items, item)
			}
		}
		for i := range m.Arms {
			if a := &m.Arms[i]; t.List && groups[p.Each](a) {
				m.each = a
				if item := m.item(p.Say); item != nil {
					t.Items = append(t.Items, item)
				}
			}
		}
		m.each = nil
		switch {
		case len(t.Items) > 0:
			out = append(out, t)
		case t.List && leads:
			out = out[:len(out)-1]
		}
		leads = len(t.Items) > 0 && !t.List && strings.HasSuffix(t.Text(), ":")
	}
	return out
}

// item are the sentences that stand.
func (m *moment) item(list []Sentence) (out []Run) {
	for _, s := range list {
		if slices.ContainsFunc(s.when, func(c condition) bool { return c.is(m) == c.not }) {
			continue
		}
		if runs := m.sentence(s); runs != nil {
			if out != nil {
				out = append(out, Run{Text: " "})
			}
			out = append(out, runs...)
		}
	}
	return out
}

// sentence fills a sentence; nil where one of its numbers is not there.
func (m *moment) sentence(s Sentence) (out []Run) {
	for _, p := range s.parts {
		switch {
		case p.slot != nil:
			filled := p.slot(m)
			if filled == nil {
				return nil
			}
			if out = append(out, filled...); p.stress {
				out[len(out)-1].Kind = Stress
			}
		case p.term != "":
			out = append(out, Run{Text: p.text, Kind: TermKind, Term: p.term})
		case p.href != "":
			out = append(out, Run{Text: p.text, Kind: Link, Href: p.href})
		case p.stress:
			out = append(out, Run{Text: p.text, Kind: Stress})
		default:
			out = append(out, Run{Text: p.text})
		}
	}
	return out
}

// arm is the arm that a lesson speaks of by the name that its experiment gives it, whatever its reader calls it; or the
// one that a list's item is about. It is nil where there is none.
func (l *Lesson) arm(m *moment, name string) *panel.Arm {
	if name == "" {
		return m.each
	}
	if i := slices.Index(l.arms, name); i >= 0 && i < len(m.Arms) {
		return &m.Arms[i]
	}
	return nil
}

func (m *moment) index(a *panel.Arm) int {
	return slices.IndexFunc(m.Arms, func(b panel.Arm) bool { return b.Name == a.Name })
}

// count is how many questions of the validation set an arm answers right, and how many there are; 0 of 0 where that was
// not asked. What was asked before the arms parted is no count of an arm of its own.
func (m *moment) count(a *panel.Arm) (right, asked int) {
	if a == nil || m.rec == nil {
		return 0, 0
	}
	i := m.index(a)
	f, e := panel.FactsOf(m.rec, i, m.Step), m.rec.Experiment
	if (e.Waits(i) || i == e.Trunk() && e.Fork() < e.Steps) && f.Step <= e.Fork() {
		return 0, 0
	}
	return f.Known, f.Of
}

// trunk is the arm whose network all share before they part.
func (m *moment) trunk() *panel.Arm {
	if m.rec == nil {
		return nil
	}
	t := m.rec.Experiment.Trunk()
	if t < 0 || t >= len(m.Arms) {
		return nil
	}
	return &m.Arms[t]
}

// counted reports whether what is to be told is a count of facts.
func (m *moment) counted() bool { return m.rec != nil && m.rec.Experiment.Task.LiveIsFull() }

func (m *moment) known(a *panel.Arm) string {
	right, asked := m.count(a)
	if asked == 0 || !m.counted() {
		return ""
	}
	return record.Thousands(right)
}

// asked is how many facts there are, or, where some are held out, how many of these: what [moment.known] is of.
func (m *moment) asked() string {
	if !m.counted() {
		return ""
	}
	task := m.rec.Experiment.Task
	all := task.Questions()
	for _, held := range task.Split() {
		if !held {
			all--
		}
	}
	return record.Thousands(all)
}

// now is how many facts the network knows that all arms are before they part.
func (m *moment) now() string {
	t := m.trunk()
	if t == nil || !m.counted() {
		return ""
	}
	if f := panel.FactsOf(m.rec, m.index(t), m.Step); f.Of > 0 {
		return record.Thousands(f.Known)
	}
	return ""
}

// more says how many facts one arm knows more than another.
func (m *moment) more(a, b *panel.Arm) string {
	x, asked := m.count(a)
	y, also := m.count(b)
	switch {
	case asked == 0 || also == 0 || !m.counted():
		return ""
	case x == y:
		return "as many as"
	case x > y:
		return record.Thousands(x-y) + " more than"
	}
	return record.Thousands(y-x) + " fewer than"
}

// widened reports whether something holds for every arm that is to be wide by now. A maximum over arms is none before.
func (m *moment) widened(is func(*panel.Arm) bool) bool {
	for i := range m.Arms {
		if m.rec == nil {
			return false
		}
		a := m.rec.Experiment.Arms[i]
		if a.Widens() && a.Widen[0].Step <= m.Step && !is(&m.Arms[i]) {
			return false
		}
	}
	return true
}

// far is by how much the newest widening moved a logit at most, of all arms; −1 where that was not measured.
func (m *moment) far() float64 {
	far := -1.0
	if !m.widened(func(a *panel.Arm) bool {
		r, ok := m.rec.ReportAt(m.index(a), m.Step)
		far = max(far, float64(r.LogitError))
		return ok
	}) {
		return -1
	}
	return far
}

func (m *moment) moved() string {
	far := m.far()
	if !record.Finite(far) || far < 0 {
		return ""
	}
	two, _ := strconv.ParseFloat(strconv.FormatFloat(far, 'g', 2, 64), 64)
	return strconv.FormatFloat(two, 'f', -1, 64)
}
