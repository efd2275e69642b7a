package deck

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// leastType is how large the smallest type of a Lab in a slide is, in CSS pixels of a slide of 1920 x 1080.
const leastType = 24

// mostSteps is the largest step that the address of the Lab takes.
const mostSteps = 1_000_000

// lab is the Lab in a slide.
type lab struct {
	Lesson, Chapter, Experiment string // one of the first and the last
	Panes, Hide                 []string
	At, Until, End              int
	Still, Alt                  string
}

var (
	word        = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	pictureName = regexp.MustCompile(`^([a-z0-9-]+/)*[a-z0-9-]+\.(png|svg)$`)
)

// parseLab reads the lines of a block: each a name, a colon, and what it is.
func parseLab(text string) (l lab, err error) {
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		switch {
		case !ok || value == "":
			return l, fmt.Errorf("%q is not a name, a colon and a value", line)
		case seen[name]:
			return l, fmt.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if err := l.set(name, value); err != nil {
			return l, err
		}
	}
	for _, name := range []string{"still", "alt"} {
		if !seen[name] {
			return l, fmt.Errorf("%s: is missing", name)
		}
	}
	if (l.Lesson == "") == (l.Experiment == "") {
		return l, errors.New("it runs a lesson or an experiment, and one of them")
	}
	return l, nil
}

func (l *lab) set(name, value string) error {
	switch name {
	case "lesson":
		l.Lesson, l.Chapter, _ = strings.Cut(value, "/")
		lesson := story.Named(l.Lesson)
		if lesson == nil {
			return fmt.Errorf("there is no lesson %q", l.Lesson)
		}
		if l.Chapter != "" &&
			!slices.ContainsFunc(lesson.Chapters, func(c story.Chapter) bool { return c.ID == l.Chapter }) {
			var ids []string
			for _, c := range lesson.Chapters {
				ids = append(ids, c.ID)
			}
			return fmt.Errorf("the lesson %s has no chapter %q; it has %s", l.Lesson, l.Chapter,
				strings.Join(ids, ", "))
		}
	case "experiment":
		if !slices.ContainsFunc(experiment.Builtins(), func(b experiment.Builtin) bool { return b.Name == value }) {
			return fmt.Errorf("there is no experiment %q", value)
		}
		l.Experiment = value
	case "pane":
		l.Panes = strings.Split(value, ",")
		return words(name, l.Panes, 2)
	case "hide":
		l.Hide = strings.Split(value, ",")
		return words(name, l.Hide, 8)
	case "at", "until", "end":
		n, err := strconv.ParseUint(value, 10, 20)
		if err != nil || n == 0 || n > mostSteps {
			return fmt.Errorf("%s is %q; it is a step from 1 to 1,000,000", name, value)
		}
		*map[string]*int{"at": &l.At, "until": &l.Until, "end": &l.End}[name] = int(n)
	case "still":
		if l.Still = value; !word.MatchString(value) {
			return fmt.Errorf("still is %q; it is a name of small letters, digits and hyphens", value)
		}
	case "alt":
		l.Alt = value
	default:
		return fmt.Errorf("%q is not known; lesson, experiment, pane, hide, at, until, still, end and alt are", name)
	}
	return nil
}

func words(name string, list []string, most int) error {
	if len(list) > most {
		return fmt.Errorf("%s names %d; it may name %d", name, len(list), most)
	}
	for i, w := range list {
		if list[i] = strings.TrimSpace(w); !word.MatchString(list[i]) {
			return fmt.Errorf("%s has %q; a name is of small letters, digits and hyphens", name, w)
		}
	}
	return nil
}

// address leads from the slides to the Lab that shows it.
func (l lab) address() string {
	query := "?embed&type=" + strconv.Itoa(leastType)
	if len(l.Panes) > 0 {
		query += "&pane=" + strings.Join(l.Panes, ",")
	}
	if len(l.Hide) > 0 {
		query += "&hide=" + strings.Join(l.Hide, ",")
	}
	if l.At > 0 {
		query += "&at=" + strconv.Itoa(l.At)
	}
	if l.Until > 0 {
		query += "&until=" + strconv.Itoa(l.Until)
	}
	if l.Lesson != "" {
		return "../" + query + "#" + story.Fragment(l.Lesson, l.Chapter)
	}
	return "../" + query + "#" + l.Experiment
}

var labHTML = template.Must(template.New("").Parse(
	`<div class="embed" data-lab="{{.Address}}" data-title="The Lab: {{.Alt}}">` +
		`{{range .Stills}}<img src="{{.}}" alt="{{$.Alt}}" />{{end}}</div>
`))

// stills are the pictures that stand for it: where it begins, and the one that stands on paper, where there is one.
func (l lab) stills() []string {
	all := []string{"stills/" + l.Still + ".png"}
	if l.End > 0 {
		all = append(all, "stills/"+l.Still+"-end.png")
	}
	return all
}

func (l lab) html() template.HTML {
	var b bytes.Buffer
	err := labHTML.Execute(&b, struct {
		Address, Alt string
		Stills       []string
	}{l.address(), l.Alt, l.stills()})
	if err != nil {
		panic(err) // a template of this package is wrong
	}
	return template.HTML(b.String())
}
