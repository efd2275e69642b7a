package cli

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sparkling-lab/sparkling/internal/display"
	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/model/learner/cpu"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/sim/seeds"
	"github.com/sparkling-lab/sparkling/sim/task"
	"github.com/sparkling-lab/sparkling/viz/desktop"
	"github.com/sparkling-lab/sparkling/viz/story"
)

// windowVerb opens the pictures in a window; it is what the program does without a verb.
type windowVerb struct {
	Experiment string  `arg:"" optional:"" help:"Name of a built-in experiment, a document (JSON), lesson=NAME, or the record of a run, DIR/record.sparkling; without one the first minute runs."`
	Text       string  `help:"Learn a text of your own (UTF-8, 2 kB to 8 MB); a file that is dropped on the window, or opened there, does the same." type:"path" placeholder:"FILE"`
	Scale      float64 `help:"Device pixels to a unit of length; 0 asks the screen." default:"0" placeholder:"X"`
}

// Run is called by the command line.
func (v windowVerb) Run(e *env) error {
	unnamed := v.Experiment == ""
	if unnamed {
		v.Experiment = experiment.FirstMinute().Name
	}
	name, chapter, lesson := story.Linked(v.Experiment)
	if l := story.Named(name); lesson && l == nil {
		return noLesson(name)
	} else if lesson {
		v.Experiment = l.Experiment
	}
	r, doc, err := v.opens(e)
	if err != nil && bare(v.Experiment) {
		return fmt.Errorf("%w; if a verb was meant, --help lists them", err)
	} else if err != nil {
		return err
	}
	if v.Scale != 0 && !(v.Scale >= 0.5 && v.Scale <= 4) {
		return fmt.Errorf("--scale is %v; allowed is 0, or a number from 0.5 to 4", v.Scale)
	}
	if !display.Available() {
		return errors.New("there is no display to open a window on; the verb run trains without one, and serve " +
			"shows the page")
	}
	exp := doc.Experiment()
	if r != nil && v.Text != "" {
		return fmt.Errorf("%s is of a run that is over: --text is for one that begins", v.Experiment)
	}
	if unnamed && v.Text != "" {
		exp = exp.OnText()
	}
	if err := ownText(e, v.Text, &exp, e.err); err != nil {
		return err
	}
	if doc, err = exp.Validate(); err != nil {
		return err
	}
	if err := trainsHere(doc.Experiment()); r == nil && err != nil {
		return err
	}
	o := desktop.Options{Experiment: doc, Record: r, Fits: trainsHere, Learners: cpu.Factory{}, Scale: v.Scale,
		Lesson: name, Chapter: chapter, Choose: e.chooseText, Take: takeText, Save: save}
	if kept, err := os.UserConfigDir(); err == nil {
		o.Progress, o.Keep = lessons(filepath.Join(kept, "sparkling"))
	}
	err = desktop.Run(e.ctx, o)
	if err == nil && e.ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// opens is the document that the window is opened with, and the record of a run of it where that is what was named.
func (v windowVerb) opens(e *env) (*record.Record, experiment.Valid, error) {
	if filepath.Ext(v.Experiment) != filepath.Ext(recordName) {
		doc, err := document(e, v.Experiment)
		return nil, doc, err
	}
	r, err := openRecord(e, v.Experiment)
	if err != nil {
		return nil, experiment.Valid{}, err
	}
	doc, err := r.Experiment.Validate()
	return r, doc, err
}

// trainsHere errs where the window cannot train an experiment.
func trainsHere(e experiment.Experiment) error {
	if e.Task.Kind == task.KindTokens {
		return errors.New("the window trains on no token files; train does, and the window shows the record that it " +
			"leaves, DIR/record.sparkling")
	}
	return fits("the experiment", e.Memory())
}

// noLesson is the error of a name that no lesson has.
func noLesson(name string) error {
	var list []string
	for _, l := range story.Lessons() {
		list = append(list, l.Name)
	}
	return fmt.Errorf("there is no lesson called %q; there are %s", name, strings.Join(list, ", "))
}

// lessons is how far the reader has come in the lessons, as a folder has it, and what keeps it there. What cannot be
// read is nothing.
func lessons(dir string) (story.Progress, func([]byte) error) {
	file := filepath.Join(dir, "lessons.json")
	keep := func(progress []byte) error {
		if err := durable.MkdirAll(dir); err != nil {
			return err
		}
		return durable.WriteBytes(file, progress)
	}
	data, err := input.Small(file, story.MostProgress)
	if err != nil {
		return nil, keep
	}
	return story.ReadProgress(data), keep
}

// save writes everything about a run into a new folder.
func save(r *record.Record, sown *seeds.Summary, picture image.Image) (string, error) {
	name, err := filepath.Abs("sparkling-" + time.Now().Format("2006-01-02-150405"))
	if err != nil {
		return "", err
	}
	dir := name
	for n := 2; ; n++ {
		if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
			break
		}
		dir = fmt.Sprintf("%s-%d", name, n) // within the same second
	}
	to, err := durable.Take(dir, runKind)
	if err != nil {
		return "", err
	}
	defer to.Release()
	if err := write(to, r); err != nil {
		return "", err
	}
	if sown != nil {
		if err := to.Write(durable.Output{Name: seedsName, Write: sown.WriteCSV}); err != nil {
			return "", err
		}
	}
	if err := to.Write(durable.Output{Name: "picture.png",
		Write: func(w io.Writer) error { return png.Encode(w, picture) }}); err != nil {
		return "", err
	}
	return "Saved in " + dir + ".", nil
}
