package deck

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/markup"
)

// Slide is the source of one: what is shown, and what is said to it.
type Slide struct {
	Body, Notes markup.Source
}

// read are the slides of all Markdown files of a folder, in the order of their names.
func read(dir string) (slides []Slide, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("the slides: %w", err)
	}
	for _, f := range files {
		if !f.Type().IsRegular() || filepath.Ext(f.Name()) != ".md" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		of, err := Split("site/slides/"+f.Name(), string(text))
		if err != nil {
			return nil, err
		}
		slides = append(slides, of...)
	}
	if len(slides) == 0 {
		return nil, fmt.Errorf("%s holds no slide: no file NAME.md", dir)
	}
	return slides, nil
}

// Split cuts a file at the lines --- into slides, and each at the line Note: into what is shown and what is said. Lines
// of fenced blocks cut nothing.
func Split(file, text string) (slides []Slide, err error) {
	if len(text) > markup.MaxSource {
		return nil, fmt.Errorf("%s has %d bytes; at most %d are taken", file, len(text), markup.MaxSource)
	}
	lines := strings.SplitAfter(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	part := func(from, to int) markup.Source {
		return markup.Source{File: file, Line: from + 1, Text: strings.Join(lines[from:to], "")}
	}
	begun, notes, fence := 0, -1, ""
	var problems []error
	end := func(i int) {
		switch {
		case strings.TrimSpace(strings.Join(lines[begun:i], "")) == "":
			problems = append(problems, fmt.Errorf("%s:%d: the slide is empty", file, begun+1))
		case notes < 0:
			problems = append(problems, fmt.Errorf("%s:%d: the slide has no notes: no line Note: and words below it",
				file, begun+1))
		default:
			slides = append(slides, Slide{part(begun, notes), part(notes+1, i)})
		}
		begun, notes = i+1, -1
	}
	for i, line := range lines {
		line = strings.TrimRight(line, " \t\n")
		switch {
		case fence != "":
			if strings.HasPrefix(line, fence) && strings.Trim(line, fence[:1]) == "" {
				fence = ""
			}
		case strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~"):
			fence = line[:len(line)-len(strings.TrimLeft(line, line[:1]))]
		case line == "---":
			end(i)
		case line == "Note:" && notes >= 0:
			problems = append(problems, fmt.Errorf("%s:%d: the slide has notes already", file, i+1))
		case line == "Note:":
			notes = i
		}
	}
	end(len(lines))
	return slides, errors.Join(problems...)
}

// check holds a slide to its form: one heading, at its start, and notes that say something and have none.
func (s Slide) check(body, notes markup.Page) error {
	at := fmt.Sprintf("%s:%d", s.Body.File, s.Body.Line)
	switch {
	case len(body.Headings) != 1 || body.Headings[0].Level != 1 || !strings.HasPrefix(string(body.HTML), "<h1"):
		return fmt.Errorf("%s: a slide begins with # and its title, and has no other heading", at)
	case strings.TrimSpace(string(notes.HTML)) == "":
		return fmt.Errorf("%s:%d: the notes are empty", s.Notes.File, s.Notes.Line)
	case len(notes.Headings) > 0:
		return fmt.Errorf("%s:%d: notes have no heading", s.Notes.File, s.Notes.Line)
	}
	return nil
}
