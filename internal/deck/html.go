package deck

import (
	"bytes"
	"embed"
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/viz/style"
)

//go:embed site
var assets embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"inc": func(i int) int { return i + 1 },
}).ParseFS(assets, "site/*.html"))

// arms are what the arms of the Lab's story are called, by the id of their treatment.
var arms = map[string]string{"small": "Small", "copy": "Copy", "asymmetric": "Asymmetric reset",
	"sparkling": "SPARKLING", "drop": "Drop"}

// arm is the name of an arm in its hue, with its marker before it.
func arm(args []string) (template.HTML, error) {
	if len(args) != 1 || arms[args[0]] == "" {
		return "", fmt.Errorf("it takes one of %s", strings.Join(slices.Sorted(maps.Keys(arms)), ", "))
	}
	return template.HTML(fmt.Sprintf(`<b class="arm arm-%s">%s</b>`, args[0], arms[args[0]])), nil
}

// armSheet gives arms the hues and markers of the Lab.
func armSheet() string {
	var b strings.Builder
	for i, id := range []string{"small", "copy", "asymmetric", "sparkling", "drop"} {
		s := style.At(i)
		fmt.Fprintf(&b, ".arm-%s { color: #%02x%02x%02x }\n.arm-%s::before { content: \"%s\\a0\" }\n", id, s.Hue.R,
			s.Hue.G, s.Hue.B, id, signs[s.Marker])
	}
	return b.String()
}

var signs = map[style.Marker]string{style.Disc: "●", style.Square: "■", style.Triangle: "▲", style.Diamond: "◆",
	style.Wedge: "▼"}

// columns puts a box of the left and the one of the right that follows it into one of both. What it is given is
// well-formed, as package markup writes it.
func columns(html string) (string, error) {
	type child struct {
		from, to int
		side     string
	}
	var children []child
	d := xml.NewDecoder(strings.NewReader("<x>" + html + "</x>"))
	d.Entity = xml.HTMLEntity
	for depth, before := 0, int64(0); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", fmt.Errorf("a slide is not well-formed: %w", err)
		}
		after := d.InputOffset()
		const outer = len("<x>")
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 1 {
				children = append(children, child{from: int(before) - outer, side: side(t)})
			}
			depth++
		case xml.EndElement:
			if depth--; depth == 1 {
				children[len(children)-1].to = int(after) - outer
			}
		}
		before = after
	}
	out, at := "", 0
	for i, c := range children {
		if c.side == "right" && i > 0 && children[i-1].side == "left" {
			l := children[i-1]
			out += html[at:l.from] + "<div class=\"columns\">\n" + html[l.from:c.to] + "\n</div>"
			at = c.to
		}
	}
	return out + html[at:], nil
}

func side(e xml.StartElement) string {
	for _, a := range e.Attr {
		for _, class := range strings.Fields(a.Value) {
			if a.Name.Local == "class" && e.Name.Local == "div" && (class == "left" || class == "right") {
				return class
			}
		}
	}
	return ""
}

// write puts the page of the slides, and all that it loads, into a folder.
func (d *deck) write(dir string, pages []page) error {
	put := func(name string, data []byte) error {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := durable.MkdirAll(filepath.Dir(path)); err != nil {
			return err
		}
		return durable.WriteBytes(path, data)
	}
	for name, data := range map[string]any{
		"index.html":     struct{ Slides []page }{pages},
		"presenter.html": struct{ Slides []page }{pages},
	} {
		var b bytes.Buffer
		if err := templates.ExecuteTemplate(&b, name, data); err != nil {
			return err
		}
		if err := put(name, b.Bytes()); err != nil {
			return err
		}
	}
	files, err := assets.ReadDir("site")
	if err != nil {
		return err
	}
	for _, f := range files {
		if ext := filepath.Ext(f.Name()); ext == ".css" || ext == ".js" {
			data, err := assets.ReadFile("site/" + f.Name())
			if err != nil {
				return err
			}
			if err := put(f.Name(), data); err != nil {
				return err
			}
		}
	}
	if err := put("arms.css", []byte(armSheet()+markSheet())); err != nil {
		return err
	}
	if err := put("math.css", []byte(d.formulas.sheet())); err != nil {
		return err
	}
	reveal := filepath.Join(d.root, "internal", "deck", modules, "reveal.js", "dist")
	for _, name := range []string{"reveal.mjs", "reveal.css", "reset.css"} {
		data, err := os.ReadFile(filepath.Join(reveal, name))
		if err != nil {
			return fmt.Errorf("reveal.js: %w (make slides fetches it)", err)
		}
		if err := put("reveal/"+name, data); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.figures)) {
		var b bytes.Buffer
		if err := d.drawn[name].SVG(&b); err != nil {
			return err
		}
		if err := put("figures/"+name+".svg", b.Bytes()); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.pictures)) {
		data, err := os.ReadFile(filepath.Join(d.root, "site", Folder, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("a slide shows site/slides/%s: %w", name, err)
		}
		if err := put(name, data); err != nil {
			return err
		}
	}
	return nil
}
