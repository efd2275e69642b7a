package cli

import (
	"bytes"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// aligned is a table whose cells, each but the last of a line ended by a tab, stand below each other by the room that
// they take on a terminal, where letters of some scripts are two columns wide and others none. An empty line begins
// another table.
type aligned struct {
	w     io.Writer
	right bool // cells are aligned at their right
	text  bytes.Buffer
}

// Write implements io.Writer.
func (a *aligned) Write(b []byte) (int, error) { return a.text.Write(b) }

// Flush writes the table.
func (a *aligned) Flush() error {
	var out strings.Builder
	for i, block := range strings.Split(strings.TrimSuffix(a.text.String(), "\n"), "\n\n") {
		if i > 0 {
			out.WriteString("\n")
		}
		a.block(&out, strings.Split(block, "\n"))
	}
	a.text.Reset()
	_, err := io.WriteString(a.w, out.String())
	return err
}

func (a *aligned) block(out *strings.Builder, lines []string) {
	var rows [][]string
	var widths []int
	for _, line := range lines {
		cells := strings.Split(line, "\t")
		rows = append(rows, cells)
		for c, cell := range cells[:len(cells)-1] {
			if c == len(widths) {
				widths = append(widths, 0)
			}
			widths[c] = max(widths[c], uniseg.StringWidth(cell)+between)
		}
	}
	for _, cells := range rows {
		line := ""
		for c, cell := range cells {
			space := ""
			if c < len(cells)-1 {
				space = strings.Repeat(" ", widths[c]-uniseg.StringWidth(cell))
			}
			if a.right {
				line += space + cell
			} else {
				line += cell + space
			}
		}
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// between is the space between columns.
const between = 2
