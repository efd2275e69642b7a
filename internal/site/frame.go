package site

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// tab is an entry of the navigation.
type tab struct {
	Address string // from the folder of the site
	Title   string
	own     bool // written here
}

// tabs are the navigation, in its order. What nobody has built is left out.
var tabs = []tab{
	{"", "Lab", false}, {"lessons/", "Lessons", true}, {"slides/", "Slides", false}, {"teach/", "For teachers", true},
	{"report/", "Report", false}, {"docs/", "Docs", true},
}

// link is an entry of the navigation as one page shows it.
type link struct {
	Address, Title string
	Here           bool
}

//go:embed frame.html
var frameFile string

// frame has the page and, by the name of nav, its navigation.
var frame = template.Must(template.New("page").Parse(frameFile))

// Places in the pages that others make, which the navigation takes.
const (
	// In the Lab.
	place = "<!-- The navigation of the site stands here. -->"
	// In the report, which leads back to the Lab wherever it is shown without a site.
	reportPlace = `<nav><a href="../">← The Lab</a></nav>`
	reportSheet = `<link rel="stylesheet" href="report.css">`
)

// adopt puts the navigation into the Lab and the report.
func (s *Site) adopt() error {
	if err := s.replace(sheet{Path: "index.html"}, map[string]string{place: "nav"}); err != nil {
		return err
	}
	if !s.has["report/"] {
		return nil
	}
	return s.replace(sheet{Path: "report/index.html", Tab: "report/"},
		map[string]string{reportPlace: "", "<body>": "head", "<main>": "main", reportSheet: "sheet"})
}

// replace puts parts of the frame into the places of a page, each of which it has once.
func (s *Site) replace(p sheet, parts map[string]string) error {
	file := filepath.Join(s.page, filepath.FromSlash(p.Path))
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for at, name := range parts {
		if n := bytes.Count(data, []byte(at)); n != 1 {
			return fmt.Errorf("%s has %d of %q, and the navigation wants one", p.Path, n, at)
		}
		var b bytes.Buffer
		if name != "" {
			err := frame.ExecuteTemplate(&b, name, struct {
				sheet
				Tabs []link
			}{p, s.tabsOf(p)})
			if err != nil {
				return err
			}
		}
		data = bytes.Replace(data, []byte(at), b.Bytes(), 1)
	}
	return durable.WriteBytes(file, data)
}
