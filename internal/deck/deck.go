// Package deck makes the slides of the lecture: site/slides/*.md, read by package markup, become one page that
// reveal.js shows, with formulas that Temml has set as MathML, figures of the report at a projector's size, and the Lab
// itself in frames. npm fetches the two, in the versions of the lockfile beside this file; what is built goes into a
// folder that the page is gathered from. docs/slides.md says how a slide is written.
//
// What a slide says is not known here, no number is, and neither is how the Lab works within its frame.
package deck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/deck/built"
	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/lecture"
	"github.com/sparkling-lab/sparkling/internal/markup"
	"github.com/sparkling-lab/sparkling/internal/report"
	"github.com/sparkling-lab/sparkling/internal/site"
	"github.com/sparkling-lab/sparkling/internal/tools"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// Folder is where the slides lie in the page that they are gathered into.
const Folder = "slides"

// boxes are the classes of boxes in a slide: two columns of which one may be narrow, and what is set apart.
var boxes = []string{"left", "right", "narrow", "small", "big", "aside"}

// deck is one that is being made.
type deck struct {
	root     string // of the project
	sources  []Slide
	numbers  *lecture.Numbers
	formulas *formulas
	drawn    map[string]figure.Figure
	figures  map[string]bool // that a slide shows
	pictures map[string]bool // beside the slides' text, that a slide shows
	works    []string        // that are cited, in their order
	prints   bool            // there is a browser to print with
}

// Build makes the slides of the project in root, and puts them into the folder to, all at once; with the handout,
// and the PDFs of both where there is a Chromium to print them. What is going on is written to progress.
func Build(ctx context.Context, root, to string, progress io.Writer) error {
	sum, err := built.Hash(root)
	if err != nil {
		return err
	}
	d := &deck{root: root, figures: map[string]bool{}, pictures: map[string]bool{}}
	if d.sources, err = read(filepath.Join(root, "site", Folder)); err != nil {
		return err
	}
	if d.numbers, err = lecture.Open(root); err != nil {
		return err
	}
	if err := d.draw(); err != nil {
		return err
	}
	unprinted := func(why error) { fmt.Fprintf(progress, "Slides and handout are not printed: %s\n", why) }
	chromium, err := tools.Chromium()
	if err != nil {
		unprinted(err)
	}
	d.prints = err == nil
	pages, err := d.render(ctx)
	if err != nil {
		return err
	}
	err = durable.Swap(to, func(tmp string) error {
		if err := d.write(filepath.Join(tmp, Folder), pages); err != nil {
			return err
		}
		if err := d.writeHandout(filepath.Join(tmp, handoutFolder)); err != nil {
			return err
		}
		if d.prints {
			// one that is there may not start, as in a container that has no sandbox: slides are shown without a PDF
			if why := printed(ctx, chromium, root, tmp); why != nil {
				unprinted(why)
				d.prints = false
				err := errors.Join(ctx.Err(), unprint(tmp), d.writeHandout(filepath.Join(tmp, handoutFolder)))
				if err != nil {
					return err
				}
			}
		}
		if err := notices(root, filepath.Join(tmp, built.Notices)); err != nil {
			return err
		}
		return built.Write(tmp, sum)
	})
	if err == nil {
		fmt.Fprintf(progress, "%d slides are in %s\n", len(pages), to)
	}
	return err
}

// draw takes the figures that slides may name: those of the report, and those of the lecture.
func (d *deck) draw() error {
	findings, err := report.Open(filepath.Join(d.root, "site", "report"))
	if err != nil {
		return err
	}
	d.drawn = map[string]figure.Figure{}
	for _, f := range findings.Figures() {
		d.drawn[f.Name] = f.In(figure.Options{For: figure.Projector, Bare: true})
	}
	own, err := d.numbers.Figures()
	for _, f := range own {
		if _, ok := d.drawn[f.Name]; ok {
			return fmt.Errorf("report and lecture have a figure %s each", f.Name)
		}
		d.drawn[f.Name] = f
	}
	return err
}

// page is a slide as it is shown.
type page struct {
	ID, Title   string
	Body, Notes template.HTML
}

// render makes the slides, once to learn which formulas there are, and again when these are set.
func (d *deck) render(ctx context.Context) ([]page, error) {
	d.formulas = &formulas{}
	if _, err := d.all(); err != nil {
		return nil, err
	}
	if _, err := site.Handout(d.root, d.prints, d.formulas.of); err != nil {
		return nil, err
	}
	if err := d.formulas.set(ctx, filepath.Join(d.root, "internal", "deck")); err != nil {
		return nil, err
	}
	return d.all()
}

func (d *deck) all() (pages []page, err error) {
	var problems []error
	ids := map[string]bool{}
	for _, s := range d.sources {
		p, err := d.slide(s)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if ids[p.ID] {
			problems = append(problems, fmt.Errorf("%s:%d: another slide is called %q", s.Body.File, s.Body.Line,
				p.Title))
		}
		ids[p.ID] = true
		pages = append(pages, p)
	}
	return pages, errors.Join(problems...)
}

func (d *deck) slide(s Slide) (page, error) {
	labs := 0
	show := func(b markup.Block) (template.HTML, error) {
		if labs++; labs > 1 {
			return "", errors.New("a slide shows one Lab, for one runs at a time")
		}
		l, err := parseLab(b.Text)
		if err != nil {
			return "", err
		}
		for _, still := range l.stills() {
			d.pictures[still] = true
		}
		return l.html(), nil
	}
	r := markup.Renderer{
		Slot: d.slot, Cite: d.cite, Math: d.formulas.of, Boxes: boxes, Image: d.image,
		Blocks: map[string]func(markup.Block) (template.HTML, error){"lab": show, "verdicts": d.grid, "works": d.cited},
		IDs:    true,
	}
	body, err := r.Render(s.Body)
	r.IDs = false
	notes, err2 := r.Render(s.Notes)
	if err := errors.Join(err, err2); err != nil {
		return page{}, err
	}
	if err := s.check(body, notes); err != nil {
		return page{}, err
	}
	// the slide itself has the id
	rest, err := columns(strings.Replace(string(body.HTML), fmt.Sprintf(" id=%q", body.Headings[0].ID), "", 1))
	return page{ID: body.Headings[0].ID, Title: body.Title, Body: template.HTML(rest), Notes: notes.HTML}, err
}

// slot is a number of the lecture, or {{arm ID}} or {{mark VERDICT}}: the name of an arm, the mark of a verdict, in
// its looks.
func (d *deck) slot(name string, args []string) (template.HTML, error) {
	switch name {
	case "arm":
		return arm(args)
	case "mark":
		return mark(args)
	}
	return d.numbers.Slot(name, args)
}

func (d *deck) cite(key string) (template.HTML, error) {
	if !slices.Contains(d.works, key) {
		d.works = append(d.works, key)
	}
	return lecture.Cite(key)
}

// cited lists the works that the slides cite, in the order in which they do.
func (d *deck) cited(markup.Block) (template.HTML, error) {
	var b strings.Builder
	b.WriteString(`<ul class="works">`)
	for _, key := range d.works {
		w, esc := lecture.Works[key], template.HTMLEscapeString
		where := ""
		if w.Where != "" {
			where = " " + esc(w.Where) + "."
		}
		fmt.Fprintf(&b, "<li>%s. <em>%s</em>.%s <a href=\"%s\">%[4]s</a></li>\n", esc(w.Authors), esc(w.Title), where,
			esc(w.Address))
	}
	b.WriteString("</ul>\n")
	return template.HTML(b.String()), nil
}

// image shows a figure of the report, or a picture that lies beside the slides' text.
func (d *deck) image(address, alt string) (template.HTML, error) {
	if strings.TrimSpace(alt) == "" {
		return "", errors.New("it has no words for who does not see it")
	}
	name, ours := strings.CutPrefix(address, "figure:")
	switch {
	case !ours && !pictureName.MatchString(address):
		return "", errors.New("it is neither figure:NAME nor a picture below site/slides")
	case !ours:
		d.pictures[address] = true
		return picture(address, alt), nil
	}
	if _, ok := d.drawn[name]; !ok {
		var names []string
		for name := range d.drawn {
			names = append(names, name)
		}
		slices.Sort(names)
		return "", fmt.Errorf("there is no such figure; there are %s", strings.Join(names, ", "))
	}
	d.figures[name] = true
	return picture("figures/"+name+".svg", alt), nil
}

func picture(address, alt string) template.HTML {
	return template.HTML(fmt.Sprintf(`<img class="figure" src="%s" alt="%s" />`,
		template.HTMLEscapeString(address), template.HTMLEscapeString(alt)))
}

// notices writes the terms of what npm fetched and the page passes on: reveal.js itself with what it has in it, and
// Temml, which made its formulas.
func notices(root, to string) error {
	folder := filepath.Join(root, "internal", "deck")
	data, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return err
	}
	var names struct{ Dependencies map[string]string }
	if err := json.Unmarshal(data, &names); err != nil {
		return fmt.Errorf("internal/deck/package.json: %w", err)
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(names.Dependencies)) {
		text, err := os.ReadFile(filepath.Join(folder, modules, filepath.FromSlash(name), "LICENSE"))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "\n\n%s\n%s\n\n%s\n", name, strings.Repeat("=", len(name)), strings.TrimSpace(string(text)))
	}
	return durable.WriteBytes(to, []byte(b.String()))
}
