package report

import (
	"fmt"
	"html"
	"strings"

	"github.com/sparkling-lab/sparkling/sim/reproduce"
)

// grid is the picture of all verdicts: claims down, tasks and optimizers across. A verdict is told by a shape, which
// figures have too, and by a word, and not by its hue alone.
type grid struct {
	groups []group
	rows   []gridRow
}

// group are columns that belong together.
type group struct {
	title   string
	columns []string
}

// gridRow are the verdicts on one claim, by column.
type gridRow struct {
	label, title, link string
	cells              []square
}

// square is one verdict and where its numbers are.
type square struct {
	verdict reproduce.Verdict
	link    string
	other   bool // the planned seeds alone give another one
}

// shapes tell verdicts apart without their colours.
var shapes = map[reproduce.Verdict]string{
	reproduce.Reproduces: "◆", reproduce.DoesNot: "■", reproduce.NotResolved: "○", reproduce.NotMeasured: "–",
}

// star marks a verdict that the planned seeds alone do not give.
const star = "*"

func (s square) star() string {
	if s.other {
		return star
	}
	return ""
}

func (g grid) markdown(b *strings.Builder) {
	b.WriteString("| claim |")
	line := "|---|"
	for _, x := range g.groups {
		for _, c := range x.columns {
			fmt.Fprintf(b, " %s, %s |", x.title, c)
			line += "---|"
		}
	}
	b.WriteString("\n" + line + "\n")
	for _, r := range g.rows {
		fmt.Fprintf(b, "| **%s** %s |", r.label, r.title)
		for _, c := range r.cells {
			fmt.Fprintf(b, " %s %s%s |", shapes[c.verdict], c.verdict.Word(), c.star())
		}
		b.WriteString("\n")
	}
}

func (g grid) page(b *strings.Builder) {
	b.WriteString("<table class=\"grid\" role=\"table\">\n<thead role=\"rowgroup\">" +
		"<tr role=\"row\"><td role=\"cell\"></td>")
	for _, x := range g.groups {
		fmt.Fprintf(b, "<th role=\"columnheader\" scope=\"colgroup\" colspan=\"%d\"%s>%s</th>", len(x.columns),
			begin(true), html.EscapeString(x.title))
	}
	b.WriteString("</tr>\n<tr role=\"row\"><th role=\"columnheader\" scope=\"col\">Claim of the paper</th>")
	var begins []bool // of columns: they begin a group
	for _, x := range g.groups {
		for i, c := range x.columns {
			fmt.Fprintf(b, "<th role=\"columnheader\" scope=\"col\"%s>%s</th>", begin(i == 0), html.EscapeString(c))
			begins = append(begins, i == 0)
		}
	}
	b.WriteString("</tr></thead>\n<tbody role=\"rowgroup\">\n")
	for _, r := range g.rows {
		fmt.Fprintf(b, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><a href=\"#%s\"><b>%s</b> %s</a></th>",
			r.link, html.EscapeString(r.label), html.EscapeString(r.title))
		for i, c := range r.cells {
			fmt.Fprintf(b, "<td role=\"cell\"%s><a class=\"%s\" href=\"#%s\"><i aria-hidden=\"true\">%s</i> %s%s</a>"+
				"</td>", begin(begins[i]), verdictClass[c.verdict], c.link, shapes[c.verdict],
				c.verdict.Word(), c.star())
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</tbody></table>\n")
}

// begin marks a cell that begins a group.
func begin(is bool) string {
	if is {
		return " class=\"begin\""
	}
	return ""
}

// grid is the picture of the verdicts.
func (f Findings) grid(judged, planned [][]reproduce.Judgement) grid {
	var g grid
	for _, s := range f.Settings {
		title := reproduce.TaskTitle(s.Task)
		if n := len(g.groups); n == 0 || g.groups[n-1].title != title {
			g.groups = append(g.groups, group{title: title})
		}
		last := &g.groups[len(g.groups)-1]
		last.columns = append(last.columns, s.Name)
	}
	for i, row := range judged {
		c := row[0].Claim
		v := gridRow{label: label(c.ID), title: c.Short, link: claimID(c)}
		for k, j := range row {
			v.cells = append(v.cells, square{j.Verdict, cellID(j), planned[i][k].Verdict != j.Verdict})
		}
		g.rows = append(g.rows, v)
	}
	return g
}

// claimID and cellID are what addresses call a claim and the verdict on it in a setting.
func claimID(c reproduce.Claim) string { return "claim-" + c.ID }

func cellID(j reproduce.Judgement) string {
	return claimID(j.Claim) + "-" + strings.ReplaceAll(j.Setting.ID, ".", "")
}
