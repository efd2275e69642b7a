package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/reproduce"
	"github.com/sparkling-lab/sparkling/sim/task"
)

// About is what a report was asked to be, and what its runs cannot tell by themselves. It lies beside the report as
// about.json, so that a report can be written anew from its folder, and remembers that somebody has looked at it
// already.
type About struct {
	Claims  []string `json:"claims,omitempty"` // as --claim names them; none are all, and the search
	Tasks   []string `json:"tasks,omitempty"`  // as --task names them; none are all
	Seeds   int      `json:"seeds"`
	Quick   bool     `json:"quick,omitempty"`   // runs of a few steps: the numbers say nothing
	Missing int      `json:"missing,omitempty"` // runs that were asked for and are not there
	// by task, other numbers of seeds whose verdicts have been seen, ascending; the lowest were planned
	Looked looks  `json:"looked,omitempty"`
	Note   string `json:"note,omitempty"` // what whoever made the runs has to say of them
	// the folder lies in that of the Lab's page, and the page links back to it
	Lab bool `json:"lab,omitempty"`
}

// looks are numbers of seeds, ascending, by the kind of task. Reports of before there were tasks have a list, which is
// of the text.
type looks map[string][]int

// UnmarshalJSON implements json.Unmarshaler.
func (l *looks) UnmarshalJSON(data []byte) error {
	var text []int
	if json.Unmarshal(data, &text) == nil {
		*l = looks{task.KindText: text}
		return nil
	}
	return json.Unmarshal(data, (*map[string][]int)(l))
}

// MaxSeeds bounds what can be asked for.
const MaxSeeds = 100

// maxFile bounds each file of a report that is read, in bytes.
const maxFile = 32 << 20

// command is what makes the runs of the report.
func (a About) command() string {
	c := "sparkling reproduce"
	for _, k := range a.Claims {
		c += " --claim " + k
	}
	for _, k := range a.Tasks {
		c += " --task " + k
	}
	if a.Quick {
		c += " --quick"
	}
	return fmt.Sprintf("%s --seeds %d", c, a.Seeds)
}

// After is a with what an earlier report in the same folder knew. If that one was complete and had other seeds, its
// verdicts have been seen.
func (a About) After(old About) About {
	if a.Quick != old.Quick {
		return a
	}
	a.Note, a.Lab, a.Looked = old.Note, old.Lab, maps.Clone(old.Looked)
	if old.Missing > 0 || old.Seeds == a.Seeds {
		return a
	}
	for _, s := range old.settings() {
		if a.Looked == nil {
			a.Looked = looks{}
		}
		seen := append(slices.Clone(a.Looked[s.Task]), old.Seeds)
		slices.Sort(seen)
		a.Looked[s.Task] = slices.Compact(seen)
	}
	return a
}

// settings are those of the tasks, none where one of them is not known.
func (a About) settings() []reproduce.Setting {
	s, _ := reproduce.SettingsOf(a.Tasks)
	return s
}

// before are the numbers of seeds of a task whose verdicts had been seen before there were as many as now.
func (a About) before(of string) []int {
	seen := a.Looked[of]
	n, _ := slices.BinarySearch(seen, a.Seeds)
	return seen[:n]
}

func (a About) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(a)
}

// ReadAbout is the about.json of a folder; it is false where there is none, and errs where it is damaged.
func ReadAbout(dir string) (a About, ok bool, err error) {
	path := filepath.Join(dir, aboutFile)
	data, err := input.Small(path, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return a, false, nil
	} else if err != nil {
		return a, false, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, false, fmt.Errorf("%s: %w", path, err)
	}
	if a.Seeds < 1 || a.Seeds > MaxSeeds {
		return a, false, fmt.Errorf("%s: seeds is %d; allowed are 1 to %d", path, a.Seeds, MaxSeeds)
	}
	for kind, seen := range a.Looked {
		if !slices.Contains(reproduce.Tasks, kind) {
			return a, false, fmt.Errorf("%s: looked has %.40q; allowed are text and facts", path, kind)
		}
		for i, n := range seen {
			if n < 1 || n > MaxSeeds || i > 0 && n <= seen[i-1] {
				return a, false, fmt.Errorf("%s: looked is %v; allowed are ascending numbers from 1 to %d", path,
					seen, MaxSeeds)
			}
		}
	}
	return a, true, nil
}
