package deck

import (
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/markup"
	"github.com/sparkling-lab/sparkling/viz/style"
)

// verdictMarks are the marks of verdicts, and the number of the look whose hue each has, as in the report's figures.
var verdictMarks = map[string]struct {
	sign string
	look int
}{"agrees": {"◆", 3}, "disagrees": {"■", 1}, "open": {"○", 0}}

// mark is the mark of a verdict in its hue, which the word beside it explains.
func mark(args []string) (template.HTML, error) {
	if len(args) != 1 || verdictMarks[args[0]].sign == "" {
		return "", fmt.Errorf("it takes one of %s", strings.Join(slices.Sorted(maps.Keys(verdictMarks)), ", "))
	}
	return template.HTML(fmt.Sprintf(`<i class="mark %s" aria-hidden="true">%s</i>`, args[0],
		verdictMarks[args[0]].sign)), nil
}

// markSheet gives the marks their hues.
func markSheet() string {
	var b strings.Builder
	for _, word := range slices.Sorted(maps.Keys(verdictMarks)) {
		h := style.At(verdictMarks[word].look).Hue
		fmt.Fprintf(&b, ".mark.%s { color: #%02x%02x%02x }\n", word, h.R, h.G, h.B)
	}
	return b.String()
}

// grid is the table of all verdicts of the report by their marks.
func (d *deck) grid(b markup.Block) (template.HTML, error) {
	if strings.TrimSpace(b.Text) != "" {
		return "", errors.New("a block of verdicts says nothing by itself")
	}
	g, esc := d.numbers.Grid(), template.HTMLEscapeString
	var out strings.Builder
	out.WriteString("<table class=\"verdicts\"><thead><tr><th scope=\"col\">claim of the paper</th>")
	for _, s := range g.Settings {
		fmt.Fprintf(&out, "<th scope=\"col\">%s<br />%s</th>", esc(s.Task), esc(s.Name))
	}
	out.WriteString("</tr></thead>\n<tbody>\n")
	for _, c := range g.Claims {
		fmt.Fprintf(&out, "<tr><th scope=\"row\">%s</th>", esc(c.Title))
		for _, word := range c.Verdicts {
			m, err := mark([]string{word})
			if err != nil {
				return "", fmt.Errorf("%s: a verdict is %q: %w", c.Title, word, err)
			}
			fmt.Fprintf(&out, "<td aria-label=\"%s\">%s</td>", word, m)
		}
		out.WriteString("</tr>\n")
	}
	out.WriteString("</tbody></table>\n")
	return template.HTML(out.String()), nil
}
