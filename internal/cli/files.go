package cli

import (
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/input"
	"github.com/sparkling-lab/sparkling/sim/experiment"
	"github.com/sparkling-lab/sparkling/sim/record"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// ofRun are the figures that a run leaves in its folder.
var ofRun = []string{"loss", "known", "difference", "cosine", "rms", "knowledge", "experts", "writing"}

// picture is a figure and the name of its files.
type picture struct {
	figure.Figure
	file string
	dpi  int // of its PNG
}

// Pixels an inch: of a screen, three for two of CSS, and of paper.
const (
	screenDPI = 144
	paperDPI  = 300
)

// runPictures are the figures of a run that its record has data for.
func runPictures(r *record.Record) (out []picture) {
	for _, name := range ofRun {
		if f, err := figure.Named(name, r); err == nil {
			out = append(out, picture{f, name, screenDPI})
		}
	}
	return out
}

// pictures are the files of figures: each as SVG and as PNG.
func pictures(all []picture) (out []durable.Output) {
	for _, p := range all {
		names := drawn(p.file)
		out = append(out, durable.Output{Name: names[0], Write: p.SVG},
			durable.Output{Name: names[1], Write: func(w io.Writer) error { return p.PNG(w, p.dpi) }})
	}
	return out
}

// drawn are the names of the files of figures.
func drawn(figures ...string) (names []string) {
	for _, f := range figures {
		names = append(names, f+".svg", f+".png")
	}
	return names
}

// recordFile is the path of a record.
type recordFile string

// Decode implements kong.MapperValue.
func (r *recordFile) Decode(ctx *kong.DecodeContext) error {
	return place(ctx, reflect.ValueOf(r).Elem())
}

// figuresVerb draws the figures of records that run wrote.
type figuresVerb struct {
	Records []recordFile `arg:"" name:"record" help:"Record that run --out wrote: DIR/record.sparkling. Several are runs of one experiment with different seeds; then curves are means."`
	Out     string       `help:"Folder for the figures, and for the answers of facts; only those of a run of the same experiment are replaced." default:"." type:"path" placeholder:"DIR"`
	Names   []string     `name:"figures" help:"Which figures, of ${figures}; all that there is data for where none is named." placeholder:"NAME,..."`
	For     figure.For   `help:"What for: ${enum}. It decides the size, and that of the type." enum:"page,column,projector" default:"page"`
	Theme   figure.Theme `help:"On white or in the dark: ${enum}." enum:"light,dark" default:"light"`
	Bare    bool         `help:"Without title and caption, which the SVG has in its description; for a column they are left out in any case."`
	PDF     bool         `name:"pdf" help:"Also as PDF, which takes a Chromium."`
}

// Run is called by the command line.
func (v figuresVerb) Run(e *env) error {
	var rs []*record.Record
	for _, path := range v.Records {
		r, err := openRecord(e, string(path))
		if err != nil {
			return err
		}
		rs = append(rs, r)
	}
	all, err := v.drawings(rs)
	if err != nil {
		return err
	}
	files := pictures(all)
	if len(rs) == 1 {
		files = append(files, tables(rs[0])...)
	}
	if err := intoFolder(v.Out, rs[0].Experiment, files); err != nil || !v.PDF {
		return err
	}
	sheets, err := printed(e, all)
	if err != nil {
		return err
	}
	return intoFolder(v.Out, rs[0].Experiment, sheets)
}

// fromRecord writes into a folder what is made from a record. The folder may be that of a run of the same experiment.
func fromRecord(e *env, path, out string, files func(*record.Record) ([]durable.Output, error)) error {
	r, err := openRecord(e, path)
	if err != nil {
		return err
	}
	made, err := files(r)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return intoFolder(out, r.Experiment, made)
}

// openRecord reads a record.
func openRecord(e *env, path string) (*record.Record, error) {
	f, err := input.Open(e.ctx, path)
	if err != nil {
		return nil, fmt.Errorf("the record cannot be read: %w", err)
	}
	defer f.Close()
	r, err := record.Decode(f)
	if err != nil {
		return nil, ended(e, fmt.Errorf("%s: %w", path, err))
	}
	return r, nil
}

// intoFolder writes what was made of a run of an experiment. The folder may be that of a run of the same.
func intoFolder(out string, of experiment.Experiment, files []durable.Output) error {
	to, err := durable.Take(out, runKind)
	if err != nil {
		return err
	}
	defer to.Release()
	switch earlier, err := readRecord(out); {
	case err != nil:
		return err
	case earlier != nil:
		if err := fitting(out, of, earlier.Experiment); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := to.Check(f.Name); err != nil {
			return err
		}
	}
	return to.Write(files...)
}

// drawings are the figures that were asked for, or all that there are.
func (v figuresVerb) drawings(rs []*record.Record) (out []picture, err error) {
	if len(v.Names) == 0 {
		all, err := figure.All(rs...)
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			out = append(out, v.picture(f))
		}
		return out, nil
	}
	for i, name := range v.Names {
		if slices.Contains(v.Names[:i], name) {
			return nil, fmt.Errorf("--figures names %s twice", name)
		}
		f, err := figure.Named(name, rs...)
		if err != nil {
			return nil, err
		}
		out = append(out, v.picture(f))
	}
	return out, nil
}

// picture is a figure as it was asked for; its files say for what and in what theme, but for those of a light page.
func (v figuresVerb) picture(f figure.Figure) picture {
	file := f.Name
	if v.For != figure.Page {
		file += "-" + string(v.For)
	}
	if v.Theme != figure.Light {
		file += "-" + string(v.Theme)
	}
	dpi := screenDPI
	if v.For == figure.Column {
		dpi = paperDPI
	}
	return picture{f.In(figure.Options{For: v.For, Theme: v.Theme, Bare: v.Bare}), file, dpi}
}
