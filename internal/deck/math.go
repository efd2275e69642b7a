package deck

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/tools"
)

// modules is the folder that npm puts its packages into, beside this file.
const modules = "node_modules"

// formula is one of a deck, in TeX.
type formula struct {
	TeX     string `json:"tex"`
	Display bool   `json:"display"`
}

// formulas are those of a deck. The first time that one is asked for it is noted; [formulas.set] sets them all at once.
// Temml gives elements inline styles, which a strict policy refuses: each becomes a class of one style sheet.
type formulas struct {
	list   []formula
	made   map[formula]template.HTML
	styles []string
}

// of is a formula as MathML, as package markup asks for it; nothing before it is set.
func (f *formulas) of(tex string, display bool) (template.HTML, error) {
	one := formula{tex, display}
	if f.made == nil {
		if !slices.Contains(f.list, one) {
			f.list = append(f.list, one)
		}
		return "", nil
	}
	html, ok := f.made[one]
	if !ok {
		return "", errors.New("it was not asked for before")
	}
	return html, nil
}

// set has Temml set all formulas that were asked for. It errs with every one that is no TeX.
func (f *formulas) set(ctx context.Context, dir string) error {
	node, err := tools.Node()
	if err != nil {
		return err
	}
	asked, err := json.Marshal(f.list)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, node, "math.mjs")
	var out, problems bytes.Buffer
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, bytes.NewReader(asked), &out, &problems
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the formulas cannot be set: %w\n%s", err, bytes.TrimSpace(problems.Bytes()))
	}
	var made []struct{ HTML, Problem string }
	if err := json.Unmarshal(out.Bytes(), &made); err != nil || len(made) != len(f.list) {
		return fmt.Errorf("the formulas came back otherwise than they were asked for: %w", err)
	}
	f.made = map[formula]template.HTML{}
	var wrong []error
	for i, m := range made {
		if m.Problem != "" {
			wrong = append(wrong, fmt.Errorf("$%s$: %s", f.list[i].TeX, m.Problem))
		}
		f.made[f.list[i]] = template.HTML(f.classes(m.HTML))
	}
	return errors.Join(wrong...)
}

var (
	startTag  = regexp.MustCompile(`<[a-z][^<>]*>`)
	styleAttr = regexp.MustCompile(` style="([^"]*)"`)
	classAttr = regexp.MustCompile(` class="([^"]*)"`)
)

// classes gives every element with a style a class in its place.
func (f *formulas) classes(html string) string {
	return startTag.ReplaceAllStringFunc(html, func(tag string) string {
		m := styleAttr.FindStringSubmatch(tag)
		if m == nil {
			return tag
		}
		i := slices.Index(f.styles, m[1])
		if i < 0 {
			i = len(f.styles)
			f.styles = append(f.styles, m[1])
		}
		class := fmt.Sprintf("math-%d", i)
		tag = strings.Replace(tag, m[0], "", 1)
		if c := classAttr.FindStringSubmatch(tag); c != nil {
			return strings.Replace(tag, c[0], fmt.Sprintf(` class="%s %s"`, c[1], class), 1)
		}
		at := strings.IndexAny(tag, " >/")
		return tag[:at] + ` class="` + class + `"` + tag[at:]
	})
}

// sheet is the style sheet of those classes.
func (f *formulas) sheet() string {
	var b strings.Builder
	for i, s := range f.styles {
		fmt.Fprintf(&b, ".math-%d { %s }\n", i, s)
	}
	return b.String()
}
