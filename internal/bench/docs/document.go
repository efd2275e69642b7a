// Package docs writes what a benchmark measured into the repository's document about speed: tables between marks, figures beside it. It
// measures nothing, and the words around the tables are a person's.
package docs

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sparkling-lab/sparkling/internal/bench"
	"github.com/sparkling-lab/sparkling/internal/bench/measure"
	"github.com/sparkling-lab/sparkling/internal/bench/profile"
)

// Before is where time went at an earlier commit, as somebody measured it then.
type Before struct {
	Machine  bench.Machine     `json:"machine"`
	Profiles []profile.Profile `json:"profiles"`
}

// Fill returns the document with every marked part written anew. It errs where a mark is missing.
func Fill(document []byte, r *bench.Report, before Before) ([]byte, error) {
	for _, part := range []struct {
		name  string
		write func(w io.Writer)
	}{
		{"machine", func(w io.Writer) { machine(w, r.Machine) }},
		{"table", func(w io.Writer) { _ = r.Markdown(w) }},
		{"notes", func(w io.Writer) { notes(w, r) }},
		{"products", func(w io.Writer) { products(w, r) }},
		{"elements", func(w io.Writer) { elements(w, r) }},
		{"profile", func(w io.Writer) { profiles(w, r, before) }},
		{"threads", func(w io.Writer) { threads(w, r) }},
		{"costs", func(w io.Writer) { costs(w, r) }},
	} {
		var text bytes.Buffer
		part.write(&text)
		var err error
		if document, err = replace(document, part.name, text.Bytes()); err != nil {
			return nil, err
		}
	}
	return document, nil
}

// replace puts text between the marks of a name.
func replace(document []byte, name string, text []byte) ([]byte, error) {
	open, end := "<!-- bench: "+name+" -->\n", "<!-- end -->"
	from := bytes.Index(document, []byte(open))
	if from < 0 {
		return nil, fmt.Errorf("the document has no mark %q", strings.TrimSpace(open))
	}
	from += len(open)
	to := bytes.Index(document[from:], []byte(end))
	if to < 0 {
		return nil, fmt.Errorf("the mark %q has no %q", strings.TrimSpace(open), end)
	}
	return slices.Concat(document[:from], text, document[from+to:]), nil
}

func machine(w io.Writer, m bench.Machine) {
	fmt.Fprintf(w, "Measured on %s.\n", m)
	peers := make([]string, 0, len(m.Peers))
	for name, version := range m.Peers {
		peers = append(peers, name+": "+version)
	}
	slices.Sort(peers)
	if len(peers) > 0 {
		fmt.Fprintf(w, "Peers: %s.\n", strings.Join(peers, "; "))
	}
	fmt.Fprintf(w, "\n| limit, one thread | measured |\n|---|---|\n")
	for _, l := range m.Limits {
		fmt.Fprintf(w, "| %s | %s |\n", l.What, l)
	}
}

func notes(w io.Writer, r *bench.Report) {
	for _, row := range r.Rows {
		if text := row.Note + row.Missing; text != "" {
			fmt.Fprintf(w, "- %s: %s.\n", row.What, text)
		}
	}
}

// products are means over the products of each form, and the slowest.
func products(w io.Writer, r *bench.Report) {
	fmt.Fprintf(w, "| kernel | form | products | GFLOP/s | of the limit | against OpenBLAS | slowest |\n|---|---|---|---|---|---|---|\n")
	var kernels []string
	for _, p := range r.Products {
		if !slices.Contains(kernels, p.Where) {
			kernels = append(kernels, p.Where)
		}
	}
	for _, kernel := range kernels {
		for _, form := range []string{"NN", "NT", "TN"} {
			var speed, share, ratio []float64
			slowest := bench.Product{}
			for _, p := range r.Products {
				if p.Where != kernel || !strings.HasPrefix(p.Name, form) {
					continue
				}
				if len(speed) == 0 || p.Ours < slowest.Ours {
					slowest = p
				}
				speed, share = append(speed, p.Ours), append(share, 100*p.Ours/p.Limit)
				if p.Theirs > 0 {
					ratio = append(ratio, p.Ours/p.Theirs)
				}
			}
			if len(speed) == 0 {
				continue
			}
			against := "-"
			if len(ratio) > 0 {
				against = fmt.Sprintf("%.2f x", measure.GeoMean(ratio))
			}
			fmt.Fprintf(w, "| %s | %s | %d | %.1f | %.0f %% | %s | %s, %.1f |\n", kernel, form, len(speed), measure.GeoMean(speed), measure.GeoMean(share), against, slowest.Name, slowest.Ours)
		}
	}
}

func elements(w io.Writer, r *bench.Report) {
	fmt.Fprintf(w, "| operation | where | on | ns an element | limit | binds | times the limit |\n|---|---|---|---|---|---|---|\n")
	for _, e := range r.Elements {
		fmt.Fprintf(w, "| %s | %s | %s | %.2f | %.2f | %s | %.1f x |\n", e.Name, e.Where, e.Size, e.Took, e.Limit, e.Binds, e.Took/e.Limit)
	}
}
