package cli

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"os"

	"github.com/sparkling-lab/sparkling/internal/browser"
	"github.com/sparkling-lab/sparkling/internal/durable"
	"github.com/sparkling-lab/sparkling/internal/tools"
	"github.com/sparkling-lab/sparkling/viz/figure"
)

// printed are the files of figures as PDF, each printed from its SVG by a Chromium without a window.
func printed(e *env, all []picture) (out []durable.Output, err error) {
	path, err := tools.Chromium()
	if err != nil {
		return nil, fmt.Errorf("no PDF is made: %w; SVG and PNG are there", err)
	}
	profile, err := os.MkdirTemp("", "sparkling-print-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(profile)
	tab, err := browser.Open(e.ctx, path, profile, browser.Desktop, nil)
	if err != nil {
		return nil, fmt.Errorf("no PDF is made: %w; SVG and PNG are there", err)
	}
	defer tab.Close()
	for _, p := range all {
		sheet, err := onSheet(p.Figure)
		if err != nil {
			return nil, err
		}
		if err := tab.Navigate("data:text/html;base64," + base64.StdEncoding.EncodeToString(sheet)); err != nil {
			return nil, fmt.Errorf("no PDF is made of %s: %w", p.file, err)
		}
		data, err := tab.PDF()
		if err != nil {
			return nil, fmt.Errorf("no PDF is made of %s: %w", p.file, err)
		}
		out = append(out, durable.Output{Name: p.file + ".pdf", Write: func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		}})
	}
	return out, nil
}

// onSheet is a page of one sheet that is as large as the figure.
func onSheet(f figure.Figure) ([]byte, error) {
	width, height, err := f.Size()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html><meta charset=\"utf-8\"><title></title><style>@page{size:%.2fpt %.2fpt;margin:0}"+
		"body{margin:0}svg{display:block;height:%[2]fpt}</style>", width, height)
	if err := f.SVG(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
