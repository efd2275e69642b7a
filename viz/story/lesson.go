package story

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/sparkling-lab/sparkling/sim/experiment"
)

// Lesson is the text beside the runs of one built-in experiment, or beside any. Those that have a place in the list of
// lessons can be chosen: they teach one thing each, at their reader's pace.
type Lesson struct {
	Name       string      `json:"name"`       // as in the address
	Experiment string      `json:"experiment"` // its name, where that is another; empty beside any
	Order      int         `json:"order"`      // place in the list of lessons, from 1; 0 is not in it
	Title      string      `json:"title"`
	Learn      string      `json:"learn"` // what is learnt, in a sentence
	Chapters   []Chapter   `json:"chapters"`
	Notes      []Paragraph `json:"notes"` // below every chapter; where a file has none, those of any

	arms []string // that a sentence may name; nil where it may name none
}

// Any is the name of the lesson that is true beside any experiment.
const Any = "any"

// Chapter is told from one place of the run to the next chapter's.
type Chapter struct {
	ID       string      `json:"id"`
	Title    string      `json:"title"`
	From     Place       `json:"from"`
	Seen     Place       `json:"seen"` // where it is best seen by who turns back to it
	Stage    Stage       `json:"stage"`
	Turn     string      `json:"turn"`  // a control of what is shown and its value, which belong to the stage
	Later    *Later      `json:"later"` // the stage once all of the chapter has happened
	Question *Question   `json:"question"`
	Do       *Do         `json:"do"` // what it waits for at its end
	Text     []Paragraph `json:"text"`
	Wait     float64     `json:"wait"` // seconds for who only watches, before the next; 0 does not wait at all
}

// Stage says which pictures are large, and which small beside them, by the names that package viz gives them.
type Stage struct {
	Main  string   `json:"main"`
	Half  string   `json:"half"`  // shares the large place, or empty
	Aside []string `json:"aside"` // at most three
}

// Later is a stage that comes some seconds after the last step of a chapter.
type Later struct {
	Seconds float64 `json:"seconds"`
	Stage
}

// Question is asked before what the chapter tells happens.
type Question struct {
	Ask     string   `json:"ask"`
	Choices []string `json:"choices"`
	Wait    float64  `json:"wait"` // seconds for who only watches

	ask Sentence
}

// Paragraph is a few sentences. With Each it is a list, of an item for each arm of a group.
type Paragraph struct {
	Style string     `json:"style"` // "", "small", "results"
	Each  string     `json:"each"`
	When  []string   `json:"when"`
	Say   []Sentence `json:"say"`
}

// Sentence is written as a string where it has no conditions of its own.
type Sentence struct {
	When []string `json:"when"`
	Say  string   `json:"say"`

	parts []part
	when  []condition
}

// UnmarshalJSON takes a string or an object.
func (s *Sentence) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, &s.Say)
	}
	type plain Sentence
	return strict(data, (*plain)(s))
}

// strict refuses fields that nobody knows, and what follows after the end.
func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return fmt.Errorf("more follows after the end")
	}
	return nil
}

//go:embed lessons/*.json
var files embed.FS

// lessons are read once, by name.
var lessons = sync.OnceValues(func() (map[string]*Lesson, error) {
	names, err := fs.Glob(files, "lessons/*.json")
	if err != nil {
		return nil, err
	}
	out := map[string]*Lesson{}
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		l, err := parse(data)
		if err == nil && name != "lessons/"+l.Name+".json" {
			err = fmt.Errorf("it is called %s", l.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[l.Name] = l
	}
	for _, l := range out {
		if l.Notes == nil {
			l.Notes = out[Any].Notes
		}
	}
	return out, nil
})

// every lesson, by name.
func every() map[string]*Lesson {
	all, err := lessons()
	if err != nil {
		panic(err) // a file of this package is wrong, which its tests find
	}
	return all
}

// Of is what is told beside an experiment, by its name, unless a lesson was chosen: the text of the same name, or the
// one of any.
func Of(name string) *Lesson {
	if l, ok := every()[name]; ok && l.Experiment == name {
		return l
	}
	return every()[Any]
}

// Named is the lesson of the list that has a name; nil where none has.
func Named(name string) *Lesson {
	if l, ok := every()[name]; ok && l.Order > 0 {
		return l
	}
	return nil
}

// Lessons are those of the list, in its order.
func Lessons() (list []*Lesson) {
	for _, l := range every() {
		if l.Order > 0 {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, func(a, b *Lesson) int { return a.Order - b.Order })
	return list
}

// Chapter is the place of a chapter by its id; −1 where there is none.
func (l *Lesson) Chapter(id string) int {
	return slices.IndexFunc(l.Chapters, func(c Chapter) bool { return c.ID == id })
}

// parse reads a lesson, and refuses in it what nobody knows.
func parse(data []byte) (*Lesson, error) {
	l := &Lesson{}
	if err := strict(data, l); err != nil {
		return nil, err
	}
	if l.Experiment == "" && l.Name != Any {
		l.Experiment = l.Name
	}
	if l.Order < 0 || l.Order > 0 != (l.Title != "") || l.Order > 0 != (l.Learn != "") {
		return nil, fmt.Errorf("what is in the list has a title and says what is learnt, and nothing else has")
	}
	var e experiment.Experiment
	if l.Name != Any {
		var err error
		if e, err = experiment.Named(l.Experiment); err != nil {
			return nil, err
		}
		for _, a := range e.Arms {
			l.arms = append(l.arms, a.Name)
		}
	}
	return l, l.compile(e)
}

// compile checks a lesson beside its experiment and reads its sentences.
func (l *Lesson) compile(e experiment.Experiment) error {
	if len(l.Chapters) == 0 || l.Chapters[0].From != Start {
		return fmt.Errorf("the first chapter begins at the start")
	}
	seen := map[string]bool{}
	for i := range l.Chapters {
		c := &l.Chapters[i]
		if seen[c.ID] || c.ID == "" || c.Title == "" || c.Stage.Main == "" {
			return fmt.Errorf("chapter %d lacks a title, a main picture, or an id of its own", i+1)
		}
		seen[c.ID] = true
		err := c.check()
		knob, value, _ := strings.Cut(c.Turn, "=")
		if c.Turn != "" && !slices.Contains(views[knob], value) &&
			(knob != armOfUpdate || !slices.Contains(l.arms, value)) {
			err = fmt.Errorf("what is shown has no control %q", c.Turn)
		}
		if err == nil && i > 0 && c.From.order() < l.Chapters[i-1].From.order() {
			err = fmt.Errorf("it begins before the one before it")
		}
		if err == nil {
			err = l.paragraphs(c.Text)
		}
		if q := c.Question; q != nil && err == nil {
			q.ask.parts, err = l.parts(q.Ask, false)
		}
		if c.Do != nil && err == nil {
			if err = c.Do.check(e.Clone()); err == nil {
				c.Do.say.parts, err = l.parts(c.Do.Say, false)
			}
		}
		if err != nil {
			return fmt.Errorf("chapter %s: %w", c.ID, err)
		}
	}
	return l.paragraphs(l.Notes)
}

func (c *Chapter) check() error {
	if c.From.order() < 0 || c.Seen.order() < 0 {
		return fmt.Errorf("there is no place %q or %q", c.From, c.Seen)
	}
	stages := []Stage{c.Stage}
	if c.Later != nil {
		stages = append(stages, c.Later.Stage)
	}
	for _, s := range stages {
		for _, pane := range append([]string{s.Main, s.Half}, s.Aside...) {
			if !panes[pane] && pane != "" {
				return fmt.Errorf("there is no picture %q", pane)
			}
		}
		if len(s.Aside) > 3 || s.Main == "" {
			return fmt.Errorf("a stage has one main picture, and at most three aside")
		}
	}
	if q := c.Question; q != nil && (q.Ask == "" || len(q.Choices) != 2 || q.Wait <= 0 || c.From == Start) {
		return fmt.Errorf("a question has two answers and a time, and comes after the start")
	}
	return nil
}

// armOfUpdate is the choice of the arm whose update is seen in slow motion.
const armOfUpdate = "update-arm"

// panes are the pictures that a stage may name; package viz says the same, and a test holds both to it.
var panes = map[string]bool{"loss": true, "copies": true, "divergence": true, "rms": true, "network": true,
	"knowledge": true, "writing": true, "update": true, "inside": true, "attention": true, "experts": true,
	"seeds": true}

func (l *Lesson) paragraphs(list []Paragraph) error {
	for i := range list {
		p := &list[i]
		if _, ok := groups[p.Each]; !ok && p.Each != "" {
			return fmt.Errorf("there is no group of arms %q", p.Each)
		}
		if p.Style != "" && p.Style != "small" && p.Style != "results" {
			return fmt.Errorf("there is no style %q", p.Style)
		}
		for k := range p.Say {
			s := &p.Say[k]
			var err error
			if s.when, err = l.conditions(slices.Concat(p.When, s.When), p.Each != ""); err == nil {
				s.parts, err = l.parts(s.Say, p.Each != "")
			}
			if err != nil {
				return fmt.Errorf("%q: %w", s.Say, err)
			}
		}
	}
	return nil
}

// asked is the question of a chapter.
func (l *Lesson) asked(chapter string) *Question {
	if k := l.Chapter(chapter); k >= 0 {
		return l.Chapters[k].Question
	}
	return nil
}

// names splits what stands after the colon of a slot or a condition.
func names(s string) (name string, args []string) {
	name, rest, more := strings.Cut(s, ":")
	if more {
		args = strings.Split(rest, "/")
	}
	return name, args
}
