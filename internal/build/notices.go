package build

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/durable"
)

// NoticesName is the file, relative to the page's folder, that holds the licences of all that the page is made of.
const NoticesName = "notices.txt"

// terms are the names of files that a licence asks to be passed on with a program.
var terms = regexp.MustCompile(`(?i)^(licen[cs]e|copying|copyright|notice|patents)\b`)

// further are files with terms of their own under another name, by module: those of the fonts that the pictures are
// lettered with.
var further = map[string][]string{"golang.org/x/image": {"font/gofont/ttfs/README"}}

// Notices writes to a file the licences of everything that the native program of the module in the working directory is
// made of, where env says what it is compiled for.
func Notices(ctx context.Context, to string, env ...string) error {
	g, err := findGo(ctx)
	if err != nil {
		return err
	}
	return g.notices(ctx, to, "", env, ".")
}

// notices writes the licences of what programs are made of, by their folders, where env says what they are compiled
// for. Of what comes along with them, further has the licences.
func (g goTool) notices(ctx context.Context, to, further string, env []string, programs ...string) error {
	parts, err := g.parts(ctx, env, programs)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("What this program is made of, and on which terms.\n")
	for _, p := range parts {
		fmt.Fprintf(&b, "\n\n%s\n%s\n", p.name(), strings.Repeat("=", len(p.name())))
		for _, path := range p.Files {
			data, err := os.ReadFile(path)
			if err != nil {
				return fmt.Errorf("the terms of %s: %w", p.name(), err)
			}
			fmt.Fprintf(&b, "\n%s\n", bytes.TrimSpace(data))
		}
	}
	b.WriteString(further)
	return durable.WriteBytes(to, b.Bytes())
}
